"""The offline provider's server side: a folder of files that outlives our process.

    creates/000000       one for each create that was sent while creates were counted
    batches/{id}/        batch.json, rows.jsonl, rows.idx; ``cancelled`` once it was cancelled
    staging/…/           a batch that is being written, or one on its way out

Every change appears whole or not at all: a file is written beside its place and moved there, a
batch is written in ``staging`` and its folder moved. What was moved has been synchronised first,
so that it outlives a power cut as a real provider's batches do.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from io import BufferedReader
from pathlib import Path
from typing import Final

from plumas_core.clock import DAY, SECOND
from plumas_core.providers.errors import ProviderError
from plumas_core.providers.interface import BatchRow, ProviderBatchId
from plumas_core.providers.offline.codec import decode_row
from plumas_core.providers.offline.draws import digest
from plumas_core.providers.offline.faults import CreateFault

_ID = re.compile(r"offline-[0-9a-f]{16}")
_OFFSET: Final = 8
"""Bytes of one row's place in ``rows.idx``."""

_ABANDONED: Final = DAY // SECOND
"""Seconds after which what a killed process left in ``staging`` is cleared away."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is settled about a batch when it is created, and never changes.

    ``created_at`` is UTC milliseconds, ``takes`` milliseconds; ``faults`` is a setting as
    ``parse_faults`` reads it; ``finishes`` is the share of rows that are finished in time.
    """

    intent: str
    model_id: str
    rows: int
    created_at: int
    takes: int
    seed: int
    faults: str = ""
    fault: CreateFault | None = None
    finishes: float = 1.0


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch as the folder knows it; ``cancelled_at`` is UTC milliseconds."""

    id: ProviderBatchId
    terms: Terms
    cancelled_at: int | None


class World:
    """The folder. Every method blocks; call them from a thread."""

    def __init__(self, folder: Path) -> None:
        self._creates = folder / "creates"
        self._batches = folder / "batches"
        self._staging = folder / "staging"

    def count_create(self) -> int:
        """Record that a create was sent, and return how many were recorded before it."""
        self._creates.mkdir(parents=True, exist_ok=True)
        number = sum(1 for _ in self._creates.iterdir())
        while True:
            try:
                (self._creates / f"{number:06}").touch(exist_ok=False)
            except FileExistsError:
                number += 1
            else:
                _synchronise(self._creates)
                return number

    def draft(self) -> Draft:
        """Begin a batch that nobody can see yet."""
        for folder in (self._batches, self._staging):
            folder.mkdir(parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix="draft-", dir=self._staging))
        self._clear_away(place.stat().st_mtime - _ABANDONED)
        return Draft(place, self._batches)

    def batch(self, id: str) -> Kept | None:
        """Return a batch, ``None`` where there is none of that id."""
        if not _ID.fullmatch(id):
            return None
        folder = self._batches / id
        try:
            terms = Terms(**json.loads((folder / "batch.json").read_bytes()))
        except (FileNotFoundError, NotADirectoryError):
            return None
        try:
            cancelled_at = int((folder / "cancelled").read_bytes())
        except FileNotFoundError:
            cancelled_at = None
        return Kept(ProviderBatchId(id), terms, cancelled_at)

    def batches(self) -> Iterator[Kept]:
        """Yield every batch, in no order."""
        if not self._batches.is_dir():
            return
        for folder in list(self._batches.iterdir()):
            if kept := self.batch(folder.name):
                yield kept

    def cancel(self, id: ProviderBatchId, at: int) -> None:
        """Mark a batch as cancelled at ``at``; a second mark changes nothing."""
        folder = self._batches / id
        try:
            mark = _temporary(folder, b"%d" % at)
        except FileNotFoundError:
            return  # discarded in the meantime
        try:
            # A link, unlike a move, never replaces the time of an earlier cancel.
            (folder / "cancelled").hardlink_to(mark)
        except FileExistsError:
            return
        finally:
            mark.unlink()
        _synchronise(folder)

    def discard(self, id: str) -> None:
        """Forget a batch; one that is not there is forgotten already."""
        if not _ID.fullmatch(id) or not (self._batches / id).is_dir():
            return
        out = Path(tempfile.mkdtemp(prefix="out-", dir=self._staging))
        with suppress(FileNotFoundError):
            (self._batches / id).rename(out / id)
        shutil.rmtree(out, ignore_errors=True)

    def rows(self, id: ProviderBatchId) -> RowFile:
        """Open a batch's rows; close what is returned."""
        return RowFile(self._batches / id)

    def _clear_away(self, before: float) -> None:
        for left in self._staging.iterdir():
            try:
                if left.stat().st_mtime < before:
                    shutil.rmtree(left, ignore_errors=True)
            except FileNotFoundError:
                continue


class Draft:
    """A batch that is being written. End it with :meth:`publish` or :meth:`abandon`."""

    def __init__(self, place: Path, batches: Path) -> None:
        self._place = place
        self._batches = batches
        self._rows = (place / "rows.jsonl").open("wb")
        self._index = (place / "rows.idx").open("wb")

    def add(self, lines: Sequence[bytes]) -> None:
        """Add rows, each encoded and without a line's end."""
        for line in lines:
            self._index.write(self._rows.tell().to_bytes(_OFFSET, "big"))
            self._rows.write(line + b"\n")

    def publish(self, terms: Terms) -> ProviderBatchId:
        """Make the batch exist, in one step, and return its id."""
        for file in (self._rows, self._index):
            file.flush()
            os.fsync(file.fileno())
            file.close()
        with (self._place / "batch.json").open("wb") as file:
            file.write(json.dumps(asdict(terms), sort_keys=True).encode())
            file.flush()
            os.fsync(file.fileno())
        _synchronise(self._place)
        self._place.chmod(0o755)  # as folders are; a temporary one is closed to others
        attempt = 0
        while True:
            name = f"offline-{digest(terms.seed, terms.intent, terms.created_at, attempt):016x}"
            try:
                self._place.rename(self._batches / name)
            except OSError:
                if not (self._batches / name).is_dir():
                    raise
                attempt += 1  # the same intent sent twice is two batches, as anywhere
            else:
                _synchronise(self._batches)
                return ProviderBatchId(name)

    def abandon(self) -> None:
        """Throw the draft away; does nothing to a published one."""
        self._rows.close()
        self._index.close()
        shutil.rmtree(self._place, ignore_errors=True)


class RowFile:
    """The rows of one batch, read one by one in any order."""

    def __init__(self, folder: Path) -> None:
        try:
            self._rows: BufferedReader = (folder / "rows.jsonl").open("rb")
            self._index: BufferedReader = (folder / "rows.idx").open("rb")
        except FileNotFoundError:
            raise ProviderError("the batch's results are not kept any more") from None

    def row(self, number: int) -> BatchRow:
        """Return the row of that number, counted from 0."""
        self._index.seek(number * _OFFSET)
        self._rows.seek(int.from_bytes(self._index.read(_OFFSET), "big"))
        return decode_row(self._rows.readline())

    def close(self) -> None:
        """Close the files."""
        self._rows.close()
        self._index.close()


def _temporary(folder: Path, content: bytes) -> Path:
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return Path(file.name)


def _synchronise(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
