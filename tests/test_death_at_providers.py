"""The process may die around anything that it does at a provider: nothing is paid twice."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]

ROWS = 9
"""Three texts, each read by three judges."""

DEATHS = {
    "complete:before": 1,
    "complete:after": 1,
    "upload:before": 1,
    "upload:after": 1,
    "create:before": 2,
    "create:after": 2,
    "commit:after": 2,
    "discard:before": 2,
}
"""Where it dies, and how often: a text is written, and each provider has one batch. The commits
are those that settle a part of its rows."""


def sweep(folder: Path) -> list[dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.provider_sweep", str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[dict[str, Any]]]:
    """All lives, the unharmed one first.

    They are lived in memory where there is some: a killed process loses nothing that it wrote,
    synced or not.
    """
    folder = tmp_path_factory.mktemp("deaths")
    shared = Path("/dev/shm")
    if os.access(shared, os.W_OK):
        folder = shared / f"plumas-{os.getpid()}-{folder.name}"
    try:
        yield sweep(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def where(life: dict[str, Any]) -> str:
    return f"killed at {life['kill_at']} ({life.get('at')}): {life.get('failure')}"


def test_it_dies_around_everything_that_is_done_at_a_provider(lives: list[dict[str, Any]]) -> None:
    assert Counter(life["at"] for life in lives[1:]) == DEATHS
    assert all(life["killed"] for life in lives[1:])


def test_whatever_is_killed_at_a_provider_no_batch_is_made_or_paid_twice(
    lives: list[dict[str, Any]],
) -> None:
    unharmed = lives[0]
    for life in lives:
        assert "failure" not in life, where(life)
        assert life["state"] == "verdict", where(life)
        assert life["verdict"] == unharmed["verdict"], where(life)
        assert life["audit"], f"{where(life)}: {life['findings']}"
        assert len(life["creates"]) == life["intents"] == 2, where(life)
        assert set(life["creates"].values()) == {1}, f"{where(life)}: {life['creates']}"
        assert life["ended"], where(life)
        assert set(life["rows"].values()) == {1}, where(life)
        assert len(life["rows"]) == life["billed"]["batch"] == ROWS, where(life)


def test_a_text_is_asked_for_once_and_its_member_gets_it_or_hears_that_it_was_cut(
    lives: list[dict[str, Any]],
) -> None:
    for life in lives:
        lost = life.get("at", "").startswith("complete:")
        assert life["writings"] == [["failed", "cut"] if lost else ["done", None]], where(life)
        assert life["cut"] == lost, where(life)
        unasked = life.get("at") == "complete:before"
        assert life["billed"].get("single", 0) == (not unasked), where(life)
