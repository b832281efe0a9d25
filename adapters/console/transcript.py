"""The console's channel: a file of what was posted, which outlives the program.

It stands for a chat platform's server. Each line is one JSON object, written by one append and
synchronised, so that several processes may post and a death tears the last line at most.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

Record: TypeAlias = Mapping[str, object]


class Transcript:
    """Appends records to a file, and reads the whole ones back."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def append(self, record: Record) -> None:
        """Write one record, whole and to the disk.

        Raises:
            OSError: the file cannot be written.
        """
        line = json.dumps(record, separators=(",", ":")).encode("ascii") + b"\n"
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            written = os.write(file, b"\n" + line if _torn(file) else line)
            if written < len(line):
                raise OSError(f"only a part of a line was written to {self._path}")
            os.fsync(file)
        finally:
            os.close(file)

    def records(self) -> Iterator[Record]:
        """Yield every whole record in the order of posting; a torn line is passed over."""
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return
        for line in data.split(b"\n"):
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                yield record


def _torn(file: int) -> bool:
    """Tell whether the file ends within a line, as a death while it was written leaves it."""
    size = os.fstat(file).st_size
    return size > 0 and os.pread(file, 1, size - 1) != b"\n"
