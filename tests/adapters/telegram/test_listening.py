"""Of several processes one answers, and another takes over where it falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.telegram.listening import LEASE, Listening
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from tests.standins.telegram_server import TelegramServer
from tests.support.telegram import TelegramStage, connected, open_telegram, until
from tests.support.time import ManualClock


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock) as opened:
        opened.world.add_group()
        yield opened
        assert opened.refused == []


class Waits:
    """A sleep that ends when the test says so."""

    def __init__(self) -> None:
        self.begun = 0
        self._go_on = asyncio.Event()

    async def __call__(self, _seconds: float) -> None:
        self.begun += 1
        self._go_on.clear()
        await self._go_on.wait()

    def end(self) -> None:
        self._go_on.set()


async def answered_by_one(stage: TelegramStage, many: int) -> None:
    stage.person("ana").say("/duel")
    await until(lambda: len(stage.group.posted) == many)


async def test_a_second_process_stands_by_until_the_first_leaves(
    db_path: Path, tmp_path: Path, server: TelegramServer, clock: ManualClock
) -> None:
    waits = Waits()
    async with open_telegram(
        tmp_path, server=server, clock=clock, sleep=waits, by_http=True, seed=8
    ) as second:
        async with connected(tmp_path, server, clock) as first:
            standing_by = asyncio.create_task(second.service.serve(second.app, COMMANDS, ACTIONS))
            await until(lambda: waits.begun)
            await answered_by_one(first, 1)
        waits.end()
        await answered_by_one(second, 2)
        standing_by.cancel()
        await asyncio.gather(standing_by, return_exceptions=True)


async def test_a_silent_process_is_followed_by_another_and_hears_no_more(
    db_path: Path, tmp_path: Path, server: TelegramServer, clock: ManualClock
) -> None:
    beat, waits = Waits(), Waits()
    async with connected(tmp_path, server, clock, beat=beat, sleep=waits) as first:
        await answered_by_one(first, 1)
        clock.advance(LEASE)
        other = Listening(first.app, first.service.application.bot.id)
        await other.taken(waits)
        beat.end()
        await until(lambda: waits.begun)
        asked = server.count("getUpdates")
        first.person("ana").say("/duel")
        for _ in range(20):
            await asyncio.sleep(0)
        assert server.count("getUpdates") == asked
        assert len(first.group.posted) == 1
        await other.leave()
        waits.end()
        await until(lambda: len(first.group.posted) == 2)


async def test_a_lease_is_kept_while_it_is_renewed(
    stage: TelegramStage, clock: ManualClock
) -> None:
    beat, waits = Waits(), Waits()
    ours, other = (Listening(stage.app, 7) for _ in range(2))
    await ours.taken(waits)
    keeping = asyncio.create_task(ours.lost(beat))
    for many in (1, 2, 3):
        await until(lambda many=many: beat.begun == many)  # type: ignore[misc]  # bound at once
        stage.clock.advance(LEASE // 2)
        beat.end()
    await until(lambda: beat.begun == 4)
    taking = asyncio.create_task(other.taken(waits))
    await until(lambda: waits.begun)
    assert not keeping.done()
    for task in (keeping, taking):
        task.cancel()
    await asyncio.gather(keeping, taking, return_exceptions=True)
