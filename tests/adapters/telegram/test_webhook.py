"""The connected path by webhook: our own endpoint, which hears Telegram and nobody else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from plumas_core.storage.tables.inbox import inbox
from plumas_core.storage.tables.ledger import transfers
from tests.standins.telegram_people import Person
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_updates import SECRET_HEADER, Webhook
from tests.support.telegram import TelegramStage, connected, until, words
from tests.support.time import ManualClock

PUBLIC = "https://plumas.example"
NO_UPDATES: tuple[Any, ...] = (
    b"",
    b"\xff\xfe",
    b"[]",
    b"7",
    b"null",
    {"message": {}},
    {"update_id": "x"},
)


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock) as opened:
        opened.world.add_group()
        yield opened
        assert opened.refused == []


@asynccontextmanager
async def called(
    folder: Path, server: TelegramServer, clock: ManualClock
) -> AsyncIterator[TelegramStage]:
    """The program behind its public address, which leads to the port that it listens on."""
    async with connected(folder, server, clock, webhook=PUBLIC) as stage:
        server.updates.doors[PUBLIC] = f"http://127.0.0.1:{stage.service.listens_on}"
        yield stage


@pytest.fixture
async def stage(
    db_path: Path, tmp_path: Path, server: TelegramServer, clock: ManualClock
) -> AsyncIterator[TelegramStage]:
    async with called(tmp_path, server, clock) as opened:
        yield opened


def hook_of(server: TelegramServer) -> Webhook:
    assert server.updates.webhook is not None
    return server.updates.webhook


async def post(server: TelegramServer, path: str | None, secret: str | None, body: Any) -> int:
    """Call the endpoint as somebody would; return the status."""
    hook = hook_of(server)
    url = server.updates.door(hook.url if path is None else PUBLIC + path)
    headers = {} if secret is None else {SECRET_HEADER: secret}
    data = BytesIO(body if isinstance(body, bytes) else json.dumps(body).encode())
    async with (
        aiohttp.ClientSession() as session,
        session.post(url, data=data, headers=headers) as answer,
    ):
        return answer.status


async def count(stage: TelegramStage, query: Any) -> int:
    return int(await stage.app.db.read(lambda c: c.execute(query).scalar_one()))


def unanswered(person: Person, text: str) -> dict[str, Any]:
    """Return an update that Telegram itself does not bring."""
    update = person.say(text)
    person.server.updates.queue.remove(update)
    return update


async def test_what_telegram_brings_is_answered(
    stage: TelegramStage, server: TelegramServer
) -> None:
    stage.person("ana").say("/duel")
    await until(lambda: stage.group.posted)
    assert "/duel_new" in words(stage.group.posted)
    await until(lambda: not server.updates.queue)
    assert hook_of(server).statuses == [200]
    assert server.count("getUpdates") == 0


async def test_the_address_cannot_be_guessed_and_the_secret_is_given(
    stage: TelegramStage, server: TelegramServer
) -> None:
    hook = hook_of(server)
    assert len(hook.url.removeprefix(PUBLIC)) >= 32
    assert hook.secret is not None
    assert len(hook.secret) >= 32
    assert hook.secret not in hook.url


async def test_nobody_else_is_heard(stage: TelegramStage, server: TelegramServer) -> None:
    op = stage.person("op")
    grant = unanswered(op, "/grant 40 pool")
    secret = hook_of(server).secret
    assert secret is not None
    for wrong in (None, "", secret[:-1], secret + "x", secret.upper(), "ñ"):
        assert await post(server, None, wrong, grant) == 403, wrong
    for path in ("/", "/telegram/", "/telegram/x", hook_of(server).url[len(PUBLIC) : -1]):
        assert await post(server, path, secret, grant) == 404, path
    assert await count(stage, select(func.count()).select_from(inbox)) == 0
    assert await post(server, None, secret, grant) == 200


async def test_what_is_no_update_is_refused_and_nothing_of_it_is_logged(
    stage: TelegramStage, server: TelegramServer
) -> None:
    secret = hook_of(server).secret
    with capture_logs() as logs:
        for body in NO_UPDATES:
            assert await post(server, None, secret, body) == 400, body
        assert await post(server, None, "palabra-secreta", {"update_id": 1}) == 403
        assert await post(server, None, secret, b"x" * (1024 * 1024 + 1)) == 413
    menus = "commands_registered"  # listed meanwhile, beside the serving
    assert [log for log in logs if log["event"] != menus] == []
    assert await count(stage, select(func.count()).select_from(inbox)) == 0


async def test_an_update_that_is_brought_twice_is_carried_out_once(
    stage: TelegramStage, server: TelegramServer
) -> None:
    grant = unanswered(stage.person("op"), "/grant 40 pool")
    secret = hook_of(server).secret
    for _ in range(3):
        assert await post(server, None, secret, grant) == 200
    await until(lambda: stage.group.posted)
    granted = select(func.count()).where(transfers.c.purpose == "grant")
    assert await count(stage, granted) == 1
    assert len(stage.group.posted) == 1


async def test_an_update_is_written_down_before_it_is_confirmed(
    db_path: Path, tmp_path: Path, server: TelegramServer, clock: ManualClock
) -> None:
    async with called(tmp_path, server, clock) as stage:
        update = unanswered(stage.person("ana"), "/duel")
        written = select(func.count()).where(inbox.c.number == update["update_id"])
        assert await post(server, None, hook_of(server).secret, update) == 200
        assert await count(stage, written) == 1


async def test_what_came_while_we_were_away_is_answered_in_order(
    db_path: Path, tmp_path: Path, server: TelegramServer, clock: ManualClock
) -> None:
    async with called(tmp_path, server, clock):
        pass
    ana = Person(server, 71, "Ana", next(iter(server.world.chats.values())))
    sent = [ana.say("/nothing@plumas_bot")["message"]["message_id"] for _ in range(10)]
    await until(lambda: 0 in hook_of(server).statuses)
    async with called(tmp_path, server, clock) as stage:
        await until(lambda: len(stage.group.posted) == len(sent))
        told = [one.body["reply_to_message"]["message_id"] for one in stage.group.posted]
        assert told == sent


async def test_polling_takes_the_webhook_away_and_goes_on_where_it_was(
    db_path: Path, tmp_path: Path, server: TelegramServer, clock: ManualClock
) -> None:
    async with called(tmp_path, server, clock) as stage:
        stage.person("ana").say("/duel")
        await until(lambda: stage.group.posted)
    async with connected(tmp_path, server, clock) as stage:
        assert server.updates.webhook is None
        stage.person("ana").say("/duel")
        await until(lambda: len(stage.group.posted) == 2)


async def test_an_update_of_a_form_that_is_not_known_is_not_asked_for_again(
    stage: TelegramStage, server: TelegramServer
) -> None:
    strange = unanswered(stage.person("ana"), "/duel")
    strange = {**strange, "message": {**strange["message"], "chat": {"id": stage.group.id}}}
    assert await post(server, None, hook_of(server).secret, strange) == 200
    stage.person("ana").say("/duel")
    await until(lambda: stage.group.posted)
    assert len(stage.group.posted) == 1
