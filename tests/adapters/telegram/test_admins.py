"""Who administers a chat, also where Telegram says less of it than it should, and faults."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.telegram.admins import UNKNOWN_FOR
from adapters.telegram.office import Office
from adapters.telegram.presses import Presses
from tests.standins.telegram_rules import Refusal
from tests.support.telegram import TelegramStage, words

ALL, ONE = "getChatAdministrators", "getChatMember"


def short(monkeypatch: pytest.MonkeyPatch, stage: TelegramStage) -> None:
    """Let administrators be described without most of their rights."""
    whole = stage.server.methods.member

    def member(*given: Any) -> Any:
        return {name: value for name, value in whole(*given).items() if name in ("user", "status")}

    monkeypatch.setattr(stage.server.methods, "member", member)


async def test_administrators_are_known_though_little_is_said_of_them(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    short(monkeypatch, stage)
    stage.person("admin")
    assert "admins" in words(await stage.say("ana", "/model_disable offline-pluma"))
    assert "admins" not in words(await stage.say("admin", "/model_disable offline-pluma"))
    assert stage.server.count(ONE) == 0


async def test_where_they_are_not_listed_each_is_asked_about(stage: TelegramStage) -> None:
    stage.server.fail(ALL, Refusal(400, "Bad Request: CHAT_ADMIN_REQUIRED"))
    stage.person("admin")
    assert "admins" in words(await stage.say("ana", "/model_disable offline-pluma"))
    assert "admins" not in words(await stage.say("admin", "/model_disable offline-pluma"))
    assert (stage.server.count(ALL), stage.server.count(ONE)) == (1, 2)


async def test_a_chat_that_tells_nothing_is_not_asked_at_every_command(
    stage: TelegramStage,
) -> None:
    stage.server.fail(ALL, *[Refusal(400, "Bad Request: chat not found")] * 2)
    stage.server.fail(ONE, *[Refusal(400, "Bad Request: chat not found")] * 2)
    await stage.hear(*(stage.person("admin").say("/nothing@plumas_bot") for _ in range(3)))
    asked = stage.server.count(ALL) + stage.server.count(ONE)
    assert asked <= 4
    stage.clock.advance(UNKNOWN_FOR)
    await stage.say("admin", "/nothing@plumas_bot")
    assert stage.server.count(ALL) + stage.server.count(ONE) > asked


async def test_a_fault_is_told_with_its_reference_and_ends_a_press(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: Any) -> Any:
        raise RuntimeError("out of order")

    await stage.say("ana", "/duel")
    monkeypatch.setattr(Office, "visit", fail)
    told = words(await stage.say("ana", "/duel"))
    assert "our side" in told
    assert "out of order" not in told
    code = next(one for message in stage.group.posted for one in message.codes)
    monkeypatch.setattr(Presses, "_visit", fail)
    pressed, _ = await stage.press("ana", code)
    assert pressed.answer is not None
    assert "our side" in pressed.answer["text"]
    assert pressed.answer["alert"]
