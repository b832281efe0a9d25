"""What the operator is told of Telegram, and what the settings say of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from adapters.telegram.service import TelegramService
from bot.checks_telegram import telegram, telegram_online
from bot.env_file import SettingsError
from bot.findings import Finding, Patient
from bot.settings import Settings
from bot.telegram_role import serve_telegram, telegram_service
from plumas_core.app import App
from tests.standins.telegram_rules import Refusal
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_world import TOKEN
from tests.support.time import START


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as opened:
        yield opened


def patient(folder: Path, **settings: Any) -> Patient:
    return Patient(Settings(database_url=f"sqlite:///{folder / 'none.db'}", **settings), START)


async def asked(given: Patient) -> list[Finding]:
    return await asyncio.to_thread(lambda: list(telegram_online(given)))


def test_without_a_token_there_is_no_telegram() -> None:
    assert telegram_service(Settings()) is None


def test_the_doctor_says_how_updates_come(tmp_path: Path) -> None:
    hook = {"telegram_token": TOKEN, "telegram_webhook_url": "https://plumas.example"}
    assert "not served" in next(iter(telegram(patient(tmp_path)))).says
    (polling,) = telegram(patient(tmp_path, telegram_token=TOKEN))
    assert (polling.state, "asked for" in polling.says) == ("ok", True)
    (called,) = telegram(patient(tmp_path, **hook))
    assert "127.0.0.1:8443" in called.says


def test_the_doctor_finds_a_token_that_is_none_and_an_address_that_is_not_safe(
    tmp_path: Path,
) -> None:
    found = list(
        telegram(
            patient(tmp_path, telegram_token="abc", telegram_webhook_url="http://plumas.example")
        )
    )
    assert [one.state for one in found] == ["attention", "failed"]
    assert all(one.todo for one in found)


async def test_the_doctor_says_who_the_bot_is_and_how_to_add_it(
    server: TelegramServer, tmp_path: Path
) -> None:
    found = await asked(patient(tmp_path, telegram_token=TOKEN, telegram_api_url=server.url))
    assert "https://t.me/plumas_bot?startgroup=true" in found[0].says
    assert {one.state for one in found} == {"ok"}


async def test_the_doctor_finds_a_webhook_that_somebody_else_has_set(
    server: TelegramServer, tmp_path: Path
) -> None:
    await server.call("setWebhook", {"url": "https://elsewhere.example/hook"}, {})
    found = await asked(patient(tmp_path, telegram_token=TOKEN, telegram_api_url=server.url))
    assert [one.state for one in found] == ["ok", "attention"]
    assert "elsewhere.example" in found[1].says


async def test_the_doctor_tells_a_refused_token_from_a_lost_connection(
    server: TelegramServer, tmp_path: Path
) -> None:
    other = TOKEN[:-1] + "y"
    (refused,) = await asked(patient(tmp_path, telegram_token=other, telegram_api_url=server.url))
    assert (refused.state, "token" in refused.says) == ("failed", True)
    server.fail("getMe", Refusal(502, "Bad Gateway"))
    (away,) = await asked(patient(tmp_path, telegram_token=TOKEN, telegram_api_url=server.url))
    assert (away.state, "reached" in away.says) == ("failed", True)


async def test_a_refused_token_stops_the_program_with_a_word_of_what_to_do(
    server: TelegramServer, app: App
) -> None:
    settings = Settings(telegram_token=SecretStr(TOKEN[:-1] + "y"), telegram_api_url=server.url)
    service = telegram_service(settings)
    assert service is not None
    with pytest.raises(SettingsError, match="@BotFather"):
        await serve_telegram(service, app, listen=True)
    await service.close()


async def test_a_port_that_is_taken_is_named_and_no_other_failure_is_taken_for_it(
    server: TelegramServer, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    async with taken:
        port = taken.sockets[0].getsockname()[1]
        hook = {"telegram_webhook_url": "https://plumas.example", "telegram_webhook_port": port}
        service = service_of(server, tmp_path, **hook)
        with pytest.raises(SettingsError, match="TELEGRAM_WEBHOOK_PORT"):
            await serve_telegram(service, app, listen=True)
        await service.close()
    service = service_of(server, tmp_path)
    monkeypatch.setattr(service, "prepare", _lose_the_database)
    with pytest.raises(TimeoutError, match="the database"):
        await serve_telegram(service, app, listen=True)
    await service.close()


def service_of(server: TelegramServer, folder: Path, **more: Any) -> TelegramService:
    service = telegram_service(
        Settings(
            telegram_token=SecretStr(TOKEN),
            telegram_api_url=server.url,
            database_url=f"sqlite:///{folder / 'plumas.db'}",
            **more,
        )
    )
    assert service is not None
    return service


def _lose_the_database(*_given: Any) -> Any:
    raise TimeoutError("the database did not answer")
