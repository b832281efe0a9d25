"""The connected path: log in, register, hear, answer, be cut off and take up again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from adapters.discord.service import TokenRefused
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.storage.tables.people import places
from tests.standins.discord_gateway import GatewayServer
from tests.standins.discord_rates import Rates
from tests.standins.discord_rest import Asked, Refusal
from tests.support.discord import DiscordStage, codes, open_discord, said, words

PATIENCE = 10.0


@pytest.fixture
async def server() -> AsyncIterator[GatewayServer]:
    async with GatewayServer() as opened:
        opened.add_channel()
        opened.add_guild()
        yield opened
        assert opened.refused == []


@asynccontextmanager
async def connected(folder: Path, server: GatewayServer) -> AsyncIterator[DiscordStage]:
    """The program, listening to the stand-in's gateway."""
    async with open_discord(folder, server=server) as stage:
        server.ready.clear()
        vars(stage.service.client._connection)["guild_ready_timeout"] = 0.01
        task = asyncio.create_task(stage.service.serve(stage.app, COMMANDS, ACTIONS))
        try:
            await until(stage.service.client.is_ready, task)
            yield stage
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(done: Callable[[], Any], task: asyncio.Task[None] | None = None) -> None:
    """Wait for what other tasks do."""
    async with asyncio.timeout(PATIENCE):
        while not done():
            if task is not None and task.done():
                task.result()
            await asyncio.sleep(0.005)


async def ask(server: GatewayServer, payload: dict[str, Any]) -> Asked:
    """Bring an interaction by the gateway, and wait until its answer has words."""
    await server.interact(payload)
    asked = server.asked[payload["token"]]
    await until(lambda: said(asked).strip() or asked.modal or asked.choices is not None)
    return asked


async def test_commands_are_registered_once_while_they_stay_the_same(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    for _ in range(2):
        async with connected(tmp_path, server):
            pass
    assert len(server.registered) == 1
    names = {command["name"] for command in server.registered[0]}
    assert names == {command.path[0] for command in COMMANDS}


async def test_changed_commands_are_registered_again(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server):
        pass
    record = tmp_path / "discord-commands.sha256"
    record.write_text(record.read_text().replace("a", "b"))
    async with connected(tmp_path, server):
        pass
    assert len(server.registered) == 2


async def test_a_command_by_the_gateway_is_answered(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server) as stage:
        asked = await ask(server, stage.person("ana").command("duel new", theme="El faro"))
        assert "El faro" in said(asked)
        assert asked.answered_after < 1


async def test_only_the_intent_for_servers_is_asked_for(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server):
        assert [one["intents"] for one in server.identified] == [1]


async def test_what_came_while_the_connection_was_cut_is_answered_after_resuming(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server) as stage:
        await server.cut()
        asked = await ask(server, stage.person("ana").command("duel list"))
        assert server.resumed == 1
        assert len(server.identified) == 1
        assert said(asked).strip()


async def test_a_new_server_is_greeted_once_with_three_things_to_do(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    for _ in range(2):
        async with connected(tmp_path, server) as stage:
            async with asyncio.timeout(PATIENCE):
                while not any(server.messages.values()):
                    await stage.work()
            await stage.work()
    channel = next(number for number, one in server.channels.items() if one["type"] == 0)
    (greeting,) = server.messages[channel]
    for step in ("1. /help", "2. /write", "3. /duel new"):
        assert step in words(greeting)
    private = next(number for number, one in server.channels.items() if one["type"] == 1)
    (asked,) = server.messages[private]
    assert "La Tertulia" in words(asked)
    assert [code.partition(":")[0] for code in codes(asked)] == ["approve"]


async def test_a_server_that_was_left_is_noted_as_lost(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server) as stage:
        await ask(server, stage.person("ana").command("help"))
        await server.send("GUILD_DELETE", {"id": server.guilds[0]["id"]})

        query = select(places.c.lost_at).where(places.c.home == server.guilds[0]["id"])
        async with asyncio.timeout(PATIENCE):
            while True:
                found = await stage.app.db.read(lambda c: list(c.execute(query).scalars()))
                if all(found):
                    break
                await asyncio.sleep(0.005)


async def test_a_wrong_token_is_named_as_such(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    server.fail("GET /users", Refusal(401, 0, "401: Unauthorized"))
    with pytest.raises(TokenRefused):
        async with open_discord(tmp_path, server=server):
            pass


async def test_names_and_words_are_registered_in_both_languages(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server):
        (commands,) = server.registered
    duel = next(one for one in commands if one["name"] == "duel")
    assert duel["name_localizations"]["es-ES"] == "duelo"
    new = next(one for one in duel["options"] if one["name"] == "new")
    assert new["name_localizations"]["es-419"] == "nuevo"
    theme = new["options"][0]
    assert theme["name"] == "theme"
    assert theme["name_localizations"]["es-ES"]
    assert theme["required"]
    assert theme["max_length"] == 300
    model = next(one for one in commands if one["name"] == "model")
    assert model["default_member_permissions"] == 1 << 5
    assert duel.get("default_member_permissions") is None
    only_servers = {one["name"] for one in commands if one["contexts"] == [0]}
    assert only_servers == {"model", "settings"}
    assert all(one["contexts"] == [0, 1] for one in commands if one["name"] not in only_servers)


async def test_what_is_said_in_one_channel_keeps_within_its_bucket_and_in_its_order(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server) as stage:
        await settled(stage)
        server.rates = Rates(limit=2, everything=1_000, span=0.05)
        for name in ("ana", "bruno", "carla"):
            await ask(server, stage.person(name).command("duel new", theme=f"El faro de {name}"))
        await settled(stage)
    cards = [words(one) for one in server.messages[stage.channel] if "faro de" in words(one)]
    assert ["ana" in cards[0], "bruno" in cards[1], "carla" in cards[2]] == [True] * 3
    assert len(cards) == 3
    assert server.rates.refused == []


async def test_members_are_answered_and_nothing_is_doubled_when_discord_refuses_all_for_a_while(
    db_path: Path, tmp_path: Path, server: GatewayServer
) -> None:
    async with connected(tmp_path, server) as stage:
        await settled(stage)
        server.rates = Rates(limit=3, everything=3, span=0.05)
        await ask(server, stage.person("ana").command("duel new", theme="El faro"))
        answers = await asyncio.gather(
            *(ask(server, stage.person(f"m{n}").command("duel list")) for n in range(6))
        )
        await settled(stage)
    assert all("El faro" in said(one) for one in answers)
    assert all(one.answered_after < 1 for one in answers)
    assert sum("El faro" in words(one) for one in server.messages[stage.channel]) == 1
    assert "everything" in server.rates.refused


async def settled(stage: DiscordStage) -> None:
    """Run the jobs until every message has come."""
    async with asyncio.timeout(PATIENCE):
        while True:
            await stage.work()
            if not await stage.app.db.read(stage.app.outbox.pending):
                return
            stage.clock.advance(3_000)
