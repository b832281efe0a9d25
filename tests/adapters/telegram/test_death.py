"""The process may die while Telegram is told or heard: nothing is lost, and nothing comes twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
KEPT = ("states", "texts", "moved", "verdict", "audit", "refused")
"""What a death must not change."""


def sweep(
    folder: Path, what: str, kept: Sequence[str] = KEPT
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the life without a death, and those that were killed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.telegram_sweep", str(folder / "lives"), what],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    unharmed, *harmed = [json.loads(line) for line in done.stdout.splitlines()]
    for life in harmed:
        where = f"killed at {life['kill_at']} ({life['at']})"
        assert "failure" not in life, f"{where}: {life.get('failure')}"
        assert life["killed"], where
        for name in kept:
            assert life[name] == unharmed[name], where
    return unharmed, harmed


def test_a_message_killed_anywhere_on_its_way_comes_once(tmp_path: Path) -> None:
    unharmed, harmed = sweep(tmp_path, "delivery")
    assert unharmed["states"] == ["verdict"]
    assert sum("el veredicto" in one for one in unharmed["seen"]) == 1
    assert unharmed["notified"] == sorted(set(unharmed["notified"])) != []
    assert [life["at"] for life in harmed] == [
        *("place:before", "place:after", "edit:before", "edit:after") * 2
    ]
    for life in harmed:
        more = Counter(life["seen"]) - Counter(unharmed["seen"])
        less = Counter(unharmed["seen"]) - Counter(life["seen"])
        assert not less, life["at"]
        # Nobody is notified twice; once, but where it died before Telegram was asked for that.
        told = [] if life["at"] == "place:before" else unharmed["notified"]
        assert life["notified"] in (told, unharmed["notified"]), life["at"]
        # Telegram gives no key: what was posted in the moment of a death stays, and is empty.
        allowed = 1 if life["at"] == "place:after" else 0
        assert more.total() == allowed, (life["at"], more)
        assert all(one.endswith("…") and "Duelo" not in one for one in more)


def test_an_update_killed_anywhere_on_its_way_is_carried_out_once(tmp_path: Path) -> None:
    unharmed, harmed = sweep(tmp_path, "inbox")
    assert unharmed["states"] == ["open"]
    assert len(unharmed["texts"]) == 1
    assert unharmed["moved"] == [["grant", 50 * 10**10]]
    assert {"inbox:written", "commit:after"} <= {life["at"] for life in harmed}
    assert len(harmed) >= 12
    for life in harmed:
        more = Counter(life["seen"]) - Counter(unharmed["seen"])
        less = Counter(unharmed["seen"]) - Counter(life["seen"])
        assert not more, (life["kill_at"], more)
        # Of an answer that was on its way at the death nobody knows whether it was said.
        assert less.total() <= 1, (life["kill_at"], less)
        assert not any("El faro" in one for one in less)


def test_a_paid_text_reaches_its_member_wherever_its_writing_is_killed(tmp_path: Path) -> None:
    unharmed, harmed = sweep(tmp_path, "writing", ("audit", "refused"))
    ((_, _, written),) = unharmed["writings"]
    assert sum(written.strip() in one for one in unharmed["whole"]) == 1
    ends = set()
    for life in harmed:
        where = (life["kill_at"], life["at"])
        ((state, reason, text),) = life["writings"]
        told = sum(text.strip() in one for one in life["whole"]) if text else 0
        ends.add((state, told))
        if state == "done":
            # A death between the showing and its note: rather twice than never.
            assert told in (1, 2), where
        else:
            assert (reason, told, life["cut"]) == ("cut", 0, 1), where
    assert {state for state, _ in ends} == {"done", "failed"}
    assert ("done", 1) in ends
