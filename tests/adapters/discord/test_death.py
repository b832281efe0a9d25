"""The process may die while Discord is told: no message is lost, and none comes twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_message_killed_anywhere_on_its_way_comes_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.discord_sweep", str(tmp_path / "lives")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    unharmed, *harmed = [json.loads(line) for line in done.stdout.splitlines()]
    assert unharmed["state"] == "verdict"
    assert sum("el veredicto" in one for one in unharmed["seen"]) == 1
    assert [life["at"] for life in harmed[:2]] == ["place:before", "place:after"]
    assert len(harmed) == 8
    for life in harmed:
        where = f"killed at {life['kill_at']} ({life['at']})"
        assert "failure" not in life, f"{where}: {life.get('failure')}"
        assert life["killed"], where
        for name in ("verdict", "seen", "audit"):
            assert life[name] == unharmed[name], where
