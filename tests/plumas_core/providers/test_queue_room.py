"""What may wait in a provider's batch queue is a setting, and is kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.env_file import SettingsError
from plumas_core.clock import MINUTE
from plumas_core.providers.openai_api.provider import OpenAIProvider
from plumas_core.providers.queue_room import BadQueueRoom, QueueRoom, parse_queue_room
from plumas_core.providers.registry import providers_from_environment
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.work import batches
from tests.support.providers import both_providers, real_stage
from tests.support.stage import open_stage
from tests.support.time import ManualClock

LUNA = "gpt-6-luna"


@pytest.mark.parametrize(
    ("setting", "room"),
    [
        ("", QueueRoom()),
        ("2000000", QueueRoom(others=2_000_000)),
        (" gpt-6-luna = 5000000 , 90000,", QueueRoom({LUNA: 5_000_000}, 90_000)),
    ],
)
def test_room_is_read_for_all_models_and_by_model(setting: str, room: QueueRoom) -> None:
    assert parse_queue_room(setting) == room


@pytest.mark.parametrize(
    "setting", ["many", "0", "-5", "gpt-6-luna=", "1,2", "a=1,a=2", "1.5", "9" * 16]
)
def test_what_is_no_room_is_refused(setting: str) -> None:
    with pytest.raises(BadQueueRoom):
        parse_queue_room(setting)


def test_the_environment_sets_it() -> None:
    environ = {"OPENAI_API_KEY": "sk-x", "OPENAI_QUEUED_TOKENS": "gpt-6-luna=5000,90000"}
    provider = providers_from_environment(environ).get("openai")
    assert isinstance(provider, OpenAIProvider)
    assert provider.limits_for(LUNA).queued_tokens == 5_000
    assert provider.limits_for("gpt-4o").queued_tokens == 90_000
    assert provider.limits.queued_tokens is None


async def test_a_model_that_there_is_not_stops_the_start(db_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"OPENAI_QUEUED_TOKENS.*gpt-6-lune"):
        async with open_stage(db_path.parent, openai_queued_tokens="gpt-6-lune=5000"):
            pass


async def test_no_more_waits_in_the_queue_than_it_has_room_for(
    db_path: Path, clock: ManualClock
) -> None:
    """A judge's question takes some 2,000 tokens, so that one fits at a time."""
    room = f"{LUNA}=2500"
    async with (
        both_providers(clock) as both,
        real_stage(db_path.parent, clock, both, openai_queued_tokens=room) as stage,
    ):
        await stage.say("host", f'/duel new "The lighthouse" panel:{LUNA} ends:10m')
        for who in ("ana", "bruno", "carla"):
            await stage.say(who, f"/duel enter A lamp of {who}'s own, and who looks at it.")
        for _ in range(40):
            await stage.pass_time(MINUTE, 15_000)
            open_ones = batches.c.state.in_(("intent", "submitted", "collecting"))
            queued = await stage.rows(select(batches.c.tokens).where(open_ones))
            assert sum(row["tokens"] for row in queued) <= 2_500
        (duel,) = await stage.rows(select(duels.c.state))
        assert duel["state"] == "verdict"
        assert [row["rows"] for row in await stage.rows(select(batches.c.rows))] == [1, 1, 1]
