"""Updates are asked for whatever Telegram brings, and no more often than it makes sense."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram.error import EndPointNotFound, InvalidToken, TelegramError, TimedOut

from adapters.telegram.http import HttpRequest
from adapters.telegram.polling import (
    FIRST_REST,
    LONGEST_POLL,
    LONGEST_REST,
    TokenRefused,
    poll,
)
from plumas_core.clock import SECOND
from tests.standins.telegram_server import TelegramServer
from tests.support.telegram import connected, until
from tests.support.time import ManualClock

POEM = "Volverán las oscuras golondrinas"


class Bot:
    """Answers requests for updates one after the other; the last answer ends the asking."""

    def __init__(self, clock: ManualClock, *answers: Any, seconds: int = 0) -> None:
        self._clock = clock
        self._answers = list(answers)
        self._seconds = seconds
        self.asked: list[Any] = []
        self.paused: list[float] = []

    async def do_api_request(self, _method: str, *, api_kwargs: Any, **_more: Any) -> Any:
        if not self._answers:
            raise asyncio.CancelledError
        self.asked.append(api_kwargs.get("offset"))
        self._clock.advance(self._seconds * SECOND)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def delete_webhook(self) -> bool:
        return True

    async def sleep(self, seconds: float) -> None:
        self.paused.append(seconds)
        await self._clock.sleep(seconds)


async def polled(bot: Bot, clock: ManualClock) -> list[int]:
    """Poll to the last answer; return the numbers of what was brought."""
    taken: list[int] = []

    async def take(batch: Any) -> None:
        taken.extend(one["update_id"] for one in batch)

    with pytest.raises(asyncio.CancelledError):
        await poll(bot, take, bot.sleep, clock)  # type: ignore[arg-type]  # what it asks of a bot
    return taken


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock) as opened:
        opened.world.add_group()
        yield opened
        assert opened.refused == []


async def test_what_is_brought_is_confirmed_up_to_the_highest(clock: ManualClock) -> None:
    bot = Bot(clock, [{"update_id": 9}, {"update_id": 7}], [{"update_id": 12, "new": {}}], [])
    assert await polled(bot, clock) == [9, 7, 12]
    assert bot.asked == [None, 10, 13]


async def test_an_answer_that_is_no_list_of_updates_is_borne_with(clock: ManualClock) -> None:
    answers: tuple[Any, ...] = (
        {},
        None,
        7,
        KeyError("result"),
        [7, {}, {"update_id": "x"}, {"update_id": 8}],
    )
    bot = Bot(clock, *answers, [])
    assert await polled(bot, clock) == [8]
    assert bot.asked[-1] == 9


async def test_empty_answers_that_come_at_once_are_not_asked_for_at_once(
    clock: ManualClock,
) -> None:
    bot = Bot(clock, *[[]] * 6)
    await polled(bot, clock)
    assert bot.paused == [FIRST_REST, 2 * FIRST_REST, *[LONGEST_REST] * 4]


async def test_a_request_that_was_kept_open_is_made_again_at_once(clock: ManualClock) -> None:
    bot = Bot(clock, [], TimedOut(), [], seconds=LONGEST_POLL)
    await polled(bot, clock)
    assert bot.paused == []


def refused(reason: str) -> EndPointNotFound:
    """Return what the library makes of a 401 or a 404."""
    fault = EndPointNotFound("Endpoint 'getUpdates' not found in Bot API")
    fault.__cause__ = InvalidToken(reason)
    return fault


async def test_a_token_that_is_withdrawn_ends_it_and_a_path_that_is_missing_does_not(
    clock: ManualClock,
) -> None:
    bot = Bot(clock, refused("Not Found"), [{"update_id": 7}])
    assert await polled(bot, clock) == [7]
    with pytest.raises(TokenRefused):
        await polled_until_refused(Bot(clock, refused("Unauthorized"), []), clock)


async def polled_until_refused(bot: Bot, clock: ManualClock) -> None:
    async def take(_batch: Any) -> None:
        raise AssertionError("nothing was brought")

    await poll(bot, take, bot.sleep, clock)  # type: ignore[arg-type]  # what it asks of a bot


async def test_an_update_of_a_form_that_is_not_known_stops_no_other(
    db_path: Path, tmp_path: Path, server: TelegramServer, clock: ManualClock
) -> None:
    async with connected(tmp_path, server, clock) as stage:
        ana = stage.person("ana")
        strange = ana.say(POEM + " /duel@plumas_bot")
        server.updates.queue[:] = [
            {**strange, "message": {**strange["message"], "chat": {"id": 7}}},
            {"update_id": strange["update_id"] + 1, "my_chat_member": {"chat": {"id": 7}}},
        ]
        server.updates.number()
        ana.say("/duel")
        await until(lambda: stage.group.posted)
        await until(lambda: not server.updates.queue)
    assert len(stage.group.posted) == 1


async def test_an_answer_that_is_no_json_is_not_logged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.DEBUG):
        for body in (POEM.encode(), b"[7]", b"\xff"):
            with pytest.raises(TelegramError, match="Invalid server response"):
                HttpRequest.parse_json_payload(body)
    assert caplog.records == []
