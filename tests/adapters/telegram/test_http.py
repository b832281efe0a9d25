"""Calls by HTTP: by way of the proxy that the environment names, or past it."""

from __future__ import annotations

import pytest
from telegram import Bot

from adapters.telegram.http import HttpRequest
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_world import BOT_ID, TOKEN


def bot_at(url: str) -> Bot:
    return Bot(
        TOKEN,
        base_url=f"{url}/bot",
        base_file_url=f"{url}/file/bot",
        request=HttpRequest(4),
        get_updates_request=HttpRequest(1),
    )


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def test_calls_go_through_the_proxy_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with TelegramServer() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        async with bot_at("http://telegram.example") as bot:
            assert bot.id == BOT_ID
        assert proxy.count("getMe") == 1


async def test_a_host_that_needs_no_proxy_is_called_directly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with TelegramServer() as proxy, TelegramServer() as server:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        async with bot_at(server.url) as bot:
            assert bot.id == BOT_ID
        assert (proxy.count("getMe"), server.count("getMe")) == (0, 1)


async def test_calls_go_straight_where_there_is_no_proxy() -> None:
    async with TelegramServer() as server, bot_at(server.url) as bot:
        assert bot.id == BOT_ID
        assert server.count("getMe") == 1
