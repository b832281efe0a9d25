"""Names, marks and presses: what is old is forgotten, and nothing is answered twice or never."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from adapters.telegram import presses
from plumas_core.clock import DAY, HOUR
from plumas_core.commands.reply import Reply
from plumas_core.storage.tables.inbox import inbox, kept_replies
from plumas_core.storage.tables.ledger import transfers
from tests.support.telegram import TelegramStage, button, open_telegram, until, words


async def count(stage: TelegramStage, table: Any) -> int:
    query = select(func.count()).select_from(table)
    return await stage.app.db.read(lambda c: int(c.execute(query).scalar_one()))


async def test_a_mark_that_a_member_types_marks_nobody(stage: TelegramStage) -> None:
    bruno, op = stage.person("bruno"), stage.person("op")
    await stage.hear(op.start(), bruno.say("/duel_list"))
    update = op.say("/grant 5 bruno \ue000123\ue001")
    update["message"]["entities"].append(
        {"type": "text_mention", "offset": 9, "length": 5, "user": bruno.user}
    )
    new = await stage.new(update)
    assert "5.00" in words(new)
    assert "our side" not in words(new)


async def test_a_name_that_was_given_up_means_nobody_after_a_restart(
    db_path: Path, tmp_path: Path
) -> None:
    async with open_telegram(tmp_path) as before:
        bruno = before.person("bruno", username="El_Bruno")
        await before.hear(before.person("op").start(), bruno.say("/duel_list"))
        server, clock, people = before.server, before.clock, before.people
    async with open_telegram(tmp_path, server=server, clock=clock, seed=8) as after:
        after.people.update(people)
        bruno.username = None
        await after.hear(bruno.say("/duel_list"))
        await after.say("op", "/grant 5 @el_bruno")
        assert await count(after, transfers) == 0


async def test_private_answers_that_nobody_came_for_are_forgotten(stage: TelegramStage) -> None:
    await stage.say("ana", "/credits")
    assert await count(stage, kept_replies) == 1
    stage.clock.advance(DAY + 2 * HOUR)
    await stage.say("bruno", "/duel")
    assert await count(stage, kept_replies) == 0


async def test_a_press_that_takes_long_is_acknowledged_and_not_yet_carried_out(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.hear(stage.person("ana").start())
    await stage.say("ana", '/duel_new "El faro" ends:2h')
    await stage.work()
    code = button(stage.group.posted, "close")
    going = asyncio.Event()

    async def slow(*_given: Any) -> AsyncIterator[Reply]:
        await going.wait()
        for reply in list[Reply]():
            yield reply

    monkeypatch.setattr(presses, "run_action", slow)
    monkeypatch.setattr(presses, "WAIT", 0.01)
    before = await count(stage, inbox.select().where(inbox.c.done_at.is_not(None)).subquery())
    update, pressed = stage.person("ana").press(code)
    hearing = asyncio.create_task(stage.hear(update))
    await until(lambda: pressed.answer is not None)
    done = select(func.count()).where(inbox.c.done_at.is_not(None))
    assert await stage.app.db.read(lambda c: c.execute(done).scalar_one()) == before
    going.set()
    await hearing
    assert await stage.app.db.read(lambda c: c.execute(done).scalar_one()) == before + 1


async def test_the_press_of_a_questions_button_does_not_wait_for_its_command(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    (asked,) = await stage.say("ana", "/duel_invite")
    going = asyncio.Event()

    async def slow(*_given: Any) -> None:
        await going.wait()

    assert stage.service.adapter is not None
    monkeypatch.setattr(presses, "PROMPT", 0.01)
    monkeypatch.setattr(stage.service.adapter._presses._conversation, "press", slow)
    update, pressed = stage.person("ana").press(asked.codes[0])
    hearing = asyncio.create_task(stage.hear(update))
    await until(lambda: pressed.answer is not None)
    going.set()
    await hearing
