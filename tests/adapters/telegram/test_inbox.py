"""Updates are written down first, handled once and in order, and taken up after a death."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from telegram import Update
from telegram.ext import TypeHandler

from adapters.telegram.feeding import LANE_LIMIT, Feeder
from adapters.telegram.inbox import KEPT, MOST_TRIES, Delivered, Inbox
from adapters.telegram.turn import PAUSES, Turn
from plumas_core.storage.tables.inbox import inbox
from plumas_core.storage.tables.ledger import transfers
from tests.standins.telegram_people import Person
from tests.support.telegram import PATIENCE, TelegramStage, open_telegram, words


class Hearing:
    """An application whose updates are noted, each after a wait of its chat's own."""

    def __init__(self, stage: TelegramStage) -> None:
        self.stage = stage
        self.heard: list[tuple[int, int]] = []
        self.gates: dict[int, asyncio.Event] = {}
        self._changed = asyncio.Event()
        application = stage.service.application
        application.add_handler(TypeHandler(Update, self._hear))
        self.inbox = Inbox(application.bot.id)
        self.feeder = self.new_feeder()

    def new_feeder(self) -> Feeder:
        """Return the feeder of another life."""
        service = self.stage.service
        return Feeder(self.stage.app, service.application, service.processor)

    async def _hear(self, update: Update, _context: Any) -> None:
        assert update.effective_chat is not None
        chat = update.effective_chat.id
        if chat in self.gates:
            await self.gates[chat].wait()
        self.heard.append((chat, update.update_id))
        await Turn(self.stage.app, self.inbox, update.update_id).settle()
        self._changed.set()

    async def until(self, count: int) -> None:
        """Wait until so many updates were heard."""
        while len(self.heard) < count:
            self._changed.clear()
            await self._changed.wait()

    async def take(self, *numbers: tuple[int, int]) -> None:
        """Bring updates, each a chat and a number."""
        await self.feeder.take([_message(chat, number) for chat, number in numbers])


def _message(chat: int, number: int) -> dict[str, Any]:
    return {
        "update_id": number,
        "message": {
            "message_id": number,
            "date": 1_793_620_800,
            "chat": {"id": chat, "type": "private", "first_name": "Ana"},
            "from": {"id": chat, "is_bot": False, "first_name": "Ana"},
            "text": "hola",
        },
    }


@pytest.fixture
async def hearing(db_path: Path, tmp_path: Path) -> AsyncIterator[Hearing]:
    async with open_telegram(tmp_path) as stage:
        yield Hearing(stage)


async def rows(stage: TelegramStage) -> list[Any]:
    query = select(inbox).order_by(inbox.c.number)
    return await stage.app.db.read(lambda c: list(c.execute(query)))


async def test_an_update_is_written_down_before_it_is_handled(hearing: Hearing) -> None:
    hearing.gates[7] = asyncio.Event()
    await hearing.take((7, 1))
    (row,) = await rows(hearing.stage)
    assert (row.number, row.lane, row.done_at) == (1, "7", None)
    assert json.loads(row.payload) == _message(7, 1)
    assert hearing.heard == []
    hearing.gates[7].set()
    await hearing.feeder.settled()
    assert hearing.heard == [(7, 1)]


async def test_an_update_that_is_brought_again_is_handled_once(hearing: Hearing) -> None:
    await hearing.take((7, 1), (7, 1))
    await hearing.take((7, 1), (7, 2))
    await hearing.feeder.settled()
    assert hearing.heard == [(7, 1), (7, 2)]


async def test_a_chat_keeps_its_order_and_waits_for_no_other(hearing: Hearing) -> None:
    hearing.gates[7] = asyncio.Event()
    await hearing.take((7, 1), (8, 2), (7, 3), (8, 4), (7, 5))
    await hearing.until(2)
    assert hearing.heard == [(8, 2), (8, 4)]
    hearing.gates[7].set()
    await hearing.feeder.settled()
    assert hearing.heard[2:] == [(7, 1), (7, 3), (7, 5)]


async def test_a_chat_that_floods_waits_in_the_database(hearing: Hearing) -> None:
    hearing.gates[7] = asyncio.Event()
    many = [(7, number) for number in range(1, 4 * LANE_LIMIT)]
    await hearing.take(*many)
    assert hearing.stage.service.processor.waiting("7") <= LANE_LIMIT
    await hearing.take((8, 1_000))
    await hearing.until(1)
    assert hearing.heard == [(8, 1_000)]
    await hearing.take((7, 1_001))
    hearing.gates[7].set()
    await hearing.until(len(many) + 2)
    assert hearing.heard[1:] == [*many, (7, 1_001)]


async def test_an_update_that_overtook_another_leaves_none_behind(hearing: Hearing) -> None:
    hearing.gates[7] = asyncio.Event()
    many = [(7, number) for number in range(100, 100 + 2 * LANE_LIMIT)]
    await hearing.take(*many)
    await hearing.take((7, 5))
    hearing.gates[7].set()
    await hearing.until(len(many) + 1)
    assert sorted(hearing.heard) == [(7, 5), *many]


async def test_what_a_death_left_unhandled_is_taken_up_in_order(hearing: Hearing) -> None:
    hearing.gates = {7: asyncio.Event(), 8: asyncio.Event()}
    await hearing.take((7, 1), (8, 2), (7, 3))
    await hearing.feeder.close(0)
    hearing.gates.clear()
    after = Feeder(
        hearing.stage.app, hearing.stage.service.application, hearing.stage.service.processor
    )
    await after.begin()
    await after.settled()
    assert sorted(hearing.heard) == [(7, 1), (7, 3), (8, 2)]
    assert hearing.heard.index((7, 1)) < hearing.heard.index((7, 3))


async def test_what_came_after_a_start_stands_behind_what_was_left(hearing: Hearing) -> None:
    hearing.gates[7] = asyncio.Event()
    await hearing.take(*((7, number) for number in range(1, 2 * LANE_LIMIT)))
    await hearing.feeder.close(0)
    hearing.heard.clear()
    hearing.feeder = Feeder(
        hearing.stage.app, hearing.stage.service.application, hearing.stage.service.processor
    )
    await hearing.feeder.begin()
    await hearing.take((7, 1_000))
    hearing.gates[7].set()
    await hearing.until(2 * LANE_LIMIT)
    assert hearing.heard == [(7, n) for n in (*range(1, 2 * LANE_LIMIT), 1_000)]


async def lives(hearing: Hearing, many: int, number: int) -> None:
    """Begin anew so many times; each life hands the chat's first update over and dies of it."""
    for tries in range(1, many + 1):
        await hearing.feeder.close(0)
        hearing.feeder = hearing.new_feeder()
        await hearing.feeder.begin()
        await until_tried(hearing.stage, number, tries)


async def until_tried(stage: TelegramStage, number: int, tries: int) -> None:
    async with asyncio.timeout(PATIENCE):
        found = {one.number: one.tries for one in await rows(stage)}
        while found[number] < tries:
            await asyncio.sleep(0.005)
            found = {one.number: one.tries for one in await rows(stage)}


async def test_only_what_was_handed_over_each_time_is_given_up(hearing: Hearing) -> None:
    Person(hearing.stage.server, 7, "Ana", hearing.stage.group).start()
    hearing.gates[7] = asyncio.Event()
    await hearing.take((7, 1), (7, 2), (7, 3))
    await lives(hearing, MOST_TRIES, 1)
    assert [one.tries for one in await rows(hearing.stage)] == [MOST_TRIES, 0, 0]
    await hearing.feeder.close(0)
    hearing.gates.clear()
    hearing.feeder = hearing.new_feeder()
    await hearing.feeder.begin()
    await hearing.feeder.settled()
    assert hearing.heard == [(7, 2), (7, 3)]
    await hearing.stage.work()
    assert "again and again" in words(hearing.stage.posted())


async def test_an_update_whose_end_cannot_be_written_is_handled_again(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    out_of_order = len(PAUSES) + 1
    monkeypatch.setattr(Inbox, "finish", failing(out_of_order, Inbox.finish))
    await hearing.take((7, 1), (7, 2))
    await hearing.feeder.settled()
    assert sorted(hearing.heard) == [(7, 1), (7, 1), (7, 2)]
    assert [one.done_at is None for one in await rows(hearing.stage)] == [False, False]
    assert [one.tries for one in await rows(hearing.stage)] == [1, 0]


async def test_what_an_update_owes_is_written_when_the_database_is_back(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Inbox, "finish", failing(len(PAUSES), Inbox.finish))
    owed: list[int] = []
    one = Turn(hearing.stage.app, hearing.inbox, 1)
    one.also(lambda _: owed.append(1))
    await one.settle()
    assert len(owed) == len(PAUSES) + 1
    monkeypatch.setattr(Inbox, "finish", failing(len(PAUSES) + 1, Inbox.finish))
    other = Turn(hearing.stage.app, hearing.inbox, 2)
    other.also(lambda _: owed.append(2))
    with pytest.raises(OSError, match="the disk"):
        await other.settle()
    owed.clear()
    await other.settle()
    await other.settle()
    assert owed == [2]


async def test_a_chat_is_read_again_when_the_database_is_back(
    hearing: Hearing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Inbox, "waiting", failing(3, Inbox.waiting))
    many = [(7, number) for number in range(1, 2 * LANE_LIMIT)]
    await hearing.take(*many)
    await hearing.feeder.settled()
    assert hearing.heard == many


def failing(times: int, work: Callable[..., Any]) -> Callable[..., Any]:
    """Return work that fails so many times before it is done."""
    left = [OSError("the disk is full")] * times

    def fail_or_work(*given: Any, **named: Any) -> Any:
        if left:
            raise left.pop()
        return work(*given, **named)

    return fail_or_work


async def test_a_handled_update_leaves_nothing_of_what_it_said(stage: TelegramStage) -> None:
    await stage.say("ana", "/duel_list")
    (row,) = await rows(stage)
    assert row.payload == ""
    assert row.done_at is not None


async def test_handled_updates_are_forgotten_after_two_days(stage: TelegramStage) -> None:
    await stage.say("ana", "/duel_list")
    stage.clock.advance(KEPT + 1)
    await stage.say("ana", "/duel_list")
    assert len(await rows(stage)) == 1


async def test_an_update_that_cannot_be_read_keeps_no_other_waiting(hearing: Hearing) -> None:
    hearing.gates[7] = asyncio.Event()
    await hearing.take((7, 1), (7, 2))
    await hearing.feeder.close(0)
    hearing.gates.clear()
    await hearing.stage.app.db.write(
        lambda c: c.execute(inbox.update().where(inbox.c.number == 1).values(payload="{"))
    )
    after = Feeder(
        hearing.stage.app, hearing.stage.service.application, hearing.stage.service.processor
    )
    await after.begin()
    await after.settled()
    assert hearing.heard == [(7, 2)]


async def test_an_update_of_a_form_that_is_not_known_keeps_no_other_waiting(
    hearing: Hearing,
) -> None:
    strange = _message(7, 1)
    del strange["message"]["chat"]["type"]
    await hearing.feeder.take([strange, _message(7, 2), strange, _message(8, 3)])
    await hearing.feeder.settled()
    assert hearing.heard == [(7, 2), (8, 3)]
    first, *_ = await rows(hearing.stage)
    assert (first.number, first.payload, first.done_at is None) == (1, "", False)


async def test_another_bots_updates_have_numbers_of_their_own(stage: TelegramStage) -> None:
    own = stage.service.application.bot.id
    await stage.hear(stage.person("op").start())
    grant = stage.person("op").say("/grant 5 pool")
    again = Delivered(grant["update_id"], "7", "{}", 1)
    await stage.app.db.write(lambda c: Inbox(own + 1).receive(c, [again]))
    await stage.hear(grant)
    query = select(transfers.c.key).where(transfers.c.purpose == "grant")
    (key,) = await stage.app.db.read(lambda c: list(c.execute(query).scalars()))
    assert f"telegram:{own}:{grant['update_id']}" in key
    (kept,) = [one for one in await rows(stage) if one.done_at is None]
    assert kept.platform == f"telegram:{own + 1}"


async def test_five_hundred_updates_of_one_chat_are_handled_once_and_in_order(
    hearing: Hearing,
) -> None:
    many = [(7, number) for number in range(1, 501)]
    for first in range(0, len(many), 100):
        await hearing.take(*many[first : first + 100])
        assert hearing.stage.service.processor.waiting("7") <= 2 * LANE_LIMIT
    await hearing.feeder.settled()
    assert hearing.heard == many
