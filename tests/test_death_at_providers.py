"""The process may die around anything that it does at a provider: no batch is paid twice."""

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

ROWS = 9
"""Three texts, each read by three judges."""


def sweep(folder: Path, part: int) -> list[dict[str, Any]]:
    command = (sys.executable, "-m", "tests.support.provider_sweep")
    done = subprocess.run(
        [*command, str(folder), str(part), str(PARTS)],
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
def test_whatever_is_killed_at_a_provider_no_batch_is_made_or_paid_twice(
    folder: Path, part: int
) -> None:
    unharmed, *harmed = sweep(folder, part)
    assert len(harmed) >= 8
    deaths = [life["at"] for life in harmed]
    assert any(at.startswith("create:") for at in deaths)
    for life in (unharmed, *harmed):
        where = f"killed at {life['kill_at']} ({life.get('at')})"
        assert "failure" not in life, f"{where}: {life.get('failure')}"
        assert life["state"] == "verdict", where
        assert life["verdict"] == unharmed["verdict"], where
        assert life["audit"], f"{where}: {life['findings']}"
        assert len(life["creates"]) == life["intents"] == 2, where
        assert set(life["creates"].values()) == {1}, f"{where}: {life['creates']}"
        assert life["ended"], where
        assert set(life["rows"].values()) == {1}, where
        assert len(life["rows"]) == life["billed"]["batch"] == ROWS, f"{where}: {life['billed']}"
    assert all(life["killed"] for life in harmed)
