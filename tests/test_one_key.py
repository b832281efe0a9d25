"""A bot with one key works on that provider's models, and says what the other would add."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from plumas_core.clock import MINUTE
from plumas_core.storage.tables.duels import duels, seats
from tests.support.providers import both_providers, real_stage
from tests.support.stage import open_stage
from tests.support.time import ManualClock

ROOT = Path(__file__).parents[1]
ONE_KEY = [
    ("openai", "gpt-6-luna", "Claude Haiku 5.5", "With a key of Anthropic too"),
    ("anthropic", "claude-haiku-5-5", "GPT-6 Luna", "With a key of OpenAI too"),
]


@pytest.mark.parametrize(("provider", "model", "missing", "says"), ONE_KEY)
async def test_the_house_panel_sits_on_the_one_providers_model_and_says_so(
    db_path: Path, clock: ManualClock, provider: str, model: str, missing: str, says: str
) -> None:
    async with both_providers(clock) as both:
        settings = {
            name: value for name, value in both.settings.items() if name.startswith(provider)
        }
        async with open_stage(db_path.parent, clock=clock, **settings) as stage:
            opened = await stage.say("host", '/duel new "The lighthouse" ends:10m')
            assert f"{missing} cannot be used now" in stage.text(opened)
            for who in ("ana", "bruno", "carla"):
                await stage.say(who, f"/duel enter A lamp of {who}'s own, and who looks at it.")
            await stage.pass_time(40 * MINUTE, MINUTE)
            rows = await stage.rows(select(seats.c.model_id))
            assert [row["model_id"] for row in rows] == [model] * 5
            (duel,) = await stage.rows(select(duels.c.state))
            assert duel["state"] == "verdict"
            assert {usage["model"] for usage in both.usages} == {model}
            assert says in stage.text(await stage.say("host", "/models"))


async def test_with_both_keys_there_is_nothing_to_add(db_path: Path, clock: ManualClock) -> None:
    async with both_providers(clock) as both, real_stage(db_path.parent, clock, both) as stage:
        assert "With a key of" not in stage.text(await stage.say("host", "/models"))


def test_neither_sdk_is_imported_before_it_is_needed(tmp_path: Path) -> None:
    """Both keys are set, and a duel is opened and entered; nothing has been asked yet."""
    script = f"""
import asyncio, sys
from pathlib import Path
from tests.support.stage import open_stage

async def main():
    keys = {{"openai_api_key": "sk-a", "anthropic_api_key": "sk-b"}}
    async with open_stage(Path({str(tmp_path)!r}), **keys) as stage:
        await stage.say("host", '/duel new "The lighthouse"')
        await stage.say("ana", "/duel enter A lamp, and who looks at it.")
        await stage.say("ana", "/models")

asyncio.run(main())
print([name for name in ("openai", "anthropic", "httpx2") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-1500:]
    assert done.stdout.splitlines()[-1] == "[]"
