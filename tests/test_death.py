"""The process may die at any moment: nothing is lost, and nothing happens twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
PARTS = 2
"""Shares of the sweep, so that two cores can work on it."""


def sweep(folder: Path, part: int) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.sweep", str(folder), str(part), str(PARTS)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Memory where there is some: a killed process loses nothing that it wrote, synced or not."""
    shared = Path("/dev/shm")
    if not os.access(shared, os.W_OK):
        return tmp_path
    return shared / f"plumas-{os.getpid()}-{tmp_path.parent.name}-{tmp_path.name}"


@pytest.mark.parametrize("part", range(PARTS))
def test_a_duel_killed_anywhere_ends_as_if_it_had_not_been(folder: Path, part: int) -> None:
    unharmed, *harmed = sweep(folder, part)
    assert unharmed["state"] == "verdict"
    assert len(harmed) > 40
    for life in (unharmed, *harmed):
        where = f"killed at {life['kill_at']} ({life.get('at')})"
        assert "failure" not in life, f"{where}: {life.get('failure')}"
        assert life["verdict"] == unharmed["verdict"], where
        assert life["audit"], f"{where}: {life['findings']}"
        assert life["results"] == [1], f"{where}: {life['results']} result messages"
        assert life["batches"] == life["intents"] == unharmed["batches"], where
    assert all(life["killed"] for life in harmed)
