"""Telegram is called no faster than it allows, and one chat that must wait stops no other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from telegram.error import RetryAfter

from adapters.telegram.pacing import MOST_REFUSALS, TELL, Limiter
from tests.support.time import ManualClock


class Called:
    """Notes when each call is made; the first ones are refused as told."""

    def __init__(self, clock: ManualClock, *refused: int) -> None:
        self._clock = clock
        self._refused = list(refused)
        self.at: list[int] = []

    async def __call__(self, *_args: Any, **_named: Any) -> bool:
        self.at.append(self._clock.now)
        if self._refused:
            raise RetryAfter(timedelta(seconds=self._refused.pop(0)))
        return True


async def call(limiter: Limiter, called: Called, chat: int | None, **more: Any) -> Any:
    data = {} if chat is None else {"chat_id": chat}
    endpoint = more.pop("endpoint", "sendMessage")
    return await limiter.process_request(called, (), {}, endpoint, data, more.get("patience"))


@pytest.fixture
def limiter(clock: ManualClock) -> Limiter:
    return Limiter(clock, clock.sleep)


async def test_a_chat_gets_one_message_a_second(limiter: Limiter, clock: ManualClock) -> None:
    called = Called(clock)
    for _ in range(3):
        await call(limiter, called, 7)
    assert [at - called.at[0] for at in called.at] == [0, 1_000, 2_000]


async def test_a_group_gets_twenty_messages_a_minute(limiter: Limiter, clock: ManualClock) -> None:
    called = Called(clock)
    for _ in range(21):
        await call(limiter, called, -7)
    assert called.at[20] - called.at[0] == 60_000


async def test_edits_count_against_a_groups_minute(limiter: Limiter, clock: ManualClock) -> None:
    called = Called(clock)
    for number in range(21):
        endpoint = "editMessageText" if number % 2 else "sendMessage"
        await call(limiter, called, -7, endpoint=endpoint)
    assert called.at[20] - called.at[0] == 60_000


async def test_all_chats_together_get_thirty_messages_a_second(
    limiter: Limiter, clock: ManualClock
) -> None:
    called = Called(clock)
    for chat in range(1, 32):
        await call(limiter, called, chat)
    assert called.at[29] == called.at[0]
    assert called.at[30] - called.at[0] == 1_000


async def test_answers_to_presses_and_signs_of_typing_wait_for_nothing(
    limiter: Limiter, clock: ManualClock
) -> None:
    called = Called(clock)
    for _ in range(50):
        await call(limiter, called, None, endpoint="answerCallbackQuery")
        await call(limiter, called, 7, endpoint="sendChatAction")
    assert len(set(called.at)) == 1


async def test_a_chat_that_must_wait_stops_no_other(limiter: Limiter, clock: ManualClock) -> None:
    refused, other = Called(clock, 30), Called(clock)
    with pytest.raises(RetryAfter):
        await call(limiter, refused, 7, patience=TELL)
    began = clock.now
    await call(limiter, other, 8)
    assert other.at == [began]
    await call(limiter, refused, 7)
    assert refused.at[1] - refused.at[0] == 30_000


async def test_a_refusal_that_belongs_to_no_chat_stops_that_method_alone(
    limiter: Limiter, clock: ManualClock
) -> None:
    refused, same, other = Called(clock, 5), Called(clock), Called(clock)
    await call(limiter, refused, None, endpoint="setMyCommands")
    assert refused.at[1] - refused.at[0] == 5_000
    refused = Called(clock, 9)
    with pytest.raises(RetryAfter):
        await call(limiter, refused, None, endpoint="setMyCommands", patience=TELL)
    await call(limiter, other, 8)
    await call(limiter, other, None, endpoint="getFile")
    assert other.at == [refused.at[0]] * 2
    await call(limiter, same, None, endpoint="setMyCommands")
    assert same.at[0] - refused.at[0] == 9_000


async def test_whoever_would_rather_be_told_is_told_at_once(
    limiter: Limiter, clock: ManualClock
) -> None:
    called = Called(clock, 30)
    with pytest.raises(RetryAfter):
        await call(limiter, called, 7, patience=TELL)
    began = clock.now
    with pytest.raises(RetryAfter):
        await call(limiter, called, 7, patience=TELL)
    assert clock.now == began
    assert len(called.at) == 1


async def test_a_call_that_is_refused_again_and_again_ends(
    limiter: Limiter, clock: ManualClock
) -> None:
    called = Called(clock, *[1] * 50)
    with pytest.raises(RetryAfter):
        await call(limiter, called, 7)
    assert len(called.at) == MOST_REFUSALS


async def test_a_chat_with_a_message_a_moment_ago_is_busy(
    limiter: Limiter, clock: ManualClock
) -> None:
    assert not limiter.busy(7)
    await call(limiter, Called(clock), 7, endpoint="editMessageText")
    assert limiter.busy(7)
    clock.advance(1_000)
    assert not limiter.busy(7)


async def test_chats_that_were_quiet_are_forgotten(limiter: Limiter, clock: ManualClock) -> None:
    called = Called(clock)
    for chat in range(1, 5_001):
        clock.advance(100)
        await call(limiter, called, chat)
    clock.advance(61_000)
    await call(limiter, called, 6_000)
    assert len(limiter._chats) == 1
