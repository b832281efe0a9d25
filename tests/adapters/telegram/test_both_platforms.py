"""A duel in one community of both platforms: written on either, judged as on the console."""

from __future__ import annotations

import asyncio
import random
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from discord.http import Route
from sqlalchemy import func, select

from adapters.discord.service import DiscordService
from adapters.telegram.service import TelegramService
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.clock import MINUTE
from plumas_core.commands.catalogue import COMMANDS
from plumas_core.delivery.places import PRIVATE
from plumas_core.storage.tables.people import communities, places
from tests.standins.discord_rest import DiscordServer
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_world import Message
from tests.support import discord, telegram
from tests.support.discord import DiscordStage, said
from tests.support.stage import open_stage
from tests.support.telegram import TelegramStage
from tests.support.telegram_request import DirectRequest
from tests.support.time import ManualClock
from tests.support.two_duels import End, ending, pass_time, settle

TEXTS = {
    "ana": "La luz se fue antes que el barco.\nNadie bajó a preguntar por qué.",
    "ben": "El farero contaba olas\n  hasta que dejó de haberlas.",
    "carla": "Una gaviota sabe el nombre\n    de cada bombilla rota.",
    "dan": "We left the lamp on,\nand the sea came to ask what we were reading.",
}
OPEN = '/duel_new "El faro apagado" panel:offline-3 pace:batch ends:30m'
PAUSE = 31_000
CODE = re.compile(r"/link ([0-9A-Z-]{6,})")


@dataclass(frozen=True)
class Town:
    """One program before both platforms."""

    telegram: TelegramStage
    discord: DiscordStage


@asynccontextmanager
async def open_town(folder: Path) -> AsyncIterator[Town]:
    clock, base = ManualClock(), Route.BASE
    heard = TelegramServer(clock)
    there = TelegramService(
        telegram.plan(heard, folder), clock=clock, sleep=clock.sleep, request=DirectRequest(heard)
    )
    settings = Settings(
        database_url=f"sqlite:///{folder / 'plumas.db'}",
        operators=f"telegram:{telegram.OPERATOR},discord:{discord.OPERATOR}",  # type: ignore[arg-type]  # as it is written
    )
    try:
        async with DiscordServer() as server:
            here = DiscordService(discord.plan(server, folder))
            async with open_app(
                settings,
                clock=clock,
                sleep=clock.sleep,
                rng=random.Random(7),
                deliverers={"discord": here.deliverer, "telegram": there.deliverer},
                worker="test",
            ) as app:
                await here.log_in()
                await there.log_in(app, COMMANDS)
                group = heard.world.add_group()
                yield Town(
                    TelegramStage(app, clock, heard, there, group),
                    DiscordStage(app, clock, server, here, server.add_channel()),
                )
                await there.close()
                await here.close()
    finally:
        Route.BASE = base


async def join(town: Town) -> None:
    """Let an admin of both join the Discord server to the Telegram group's community."""
    admin = town.telegram.person("admin")
    await town.telegram.hear(admin.start())
    shown = telegram.words(await town.telegram.say("admin", "/link community"))
    found = CODE.search(shown)
    assert found is not None, shown
    asked = await town.discord.command("admin", "link", code=found.group(1))
    codes = [code for message in asked.shown for code in discord.codes(message)]
    await town.discord.press("admin", next(one for one in codes if one.startswith("join:")))


async def play(town: Town) -> End:
    """Write, from both platforms, and let the judges read."""
    there, here = town.telegram, town.discord
    for name in ("op", "ana", "ben"):
        await there.hear(there.person(name).start())
    await join(town)
    await there.say("op", "/grant 40 pool")
    await there.say("ana", OPEN)
    there.clock.advance(PAUSE)
    await there.work()
    await there.say("ana", f"/duel_enter {TEXTS['ana']}")
    _, asked = await there.press("ben", telegram.button(there.group.posted, "enter"))
    asked = await there.say("ben", TEXTS["ben"], there.person("ben").private)
    await there.press("ben", telegram.button(asked, "~ok"))
    there.clock.advance(PAUSE)
    await there.work()
    (card,) = [one for one in here.posted() if "El faro apagado" in discord.words(one)]
    code = next(code for code in discord.codes(card) if code.startswith("enter:"))
    await here.enter("carla", code, TEXTS["carla"])
    await here.command("dan", "duel enter", text=TEXTS["dan"])
    await settle(there.app, there.clock)
    await pass_time(there.app, there.clock, 10 * MINUTE)
    return await there.app.db.read(lambda c: ending(c, there.clock.now))


async def play_on_the_console(folder: Path) -> End:
    async with open_stage(folder) as stage:
        await stage.say("op", "/grant 40 pool")
        await stage.say("ana", OPEN.replace("_", " "))
        for who, text in TEXTS.items():
            stage.clock.advance(PAUSE)
            await stage.say(who, f"/duel enter {text}")
        await settle(stage.app, stage.clock)
        await pass_time(stage.app, stage.clock, 10 * MINUTE)
        return await stage.app.db.read(lambda c: ending(c, stage.clock.now))


@dataclass(frozen=True)
class Played:
    console: End
    joined: End
    group: list[Message]
    channel: list[dict[str, Any]]
    refused: list[str]
    joined_places: int
    people: dict[str, str]


@pytest.fixture(scope="module")
def played(template_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The duel, played once on the console and once on both platforms together."""
    folders = [tmp_path_factory.mktemp(name) for name in ("console", "joined")]
    for folder in folders:
        shutil.copy(template_db, folder / "plumas.db")

    async def on_both() -> tuple[End, Town, int]:
        async with open_town(folders[1]) as town:
            end = await play(town)
            query = (
                select(func.count(places.c.platform.distinct()))
                .join(communities, communities.c.id == places.c.community_id)
                .group_by(communities.c.id)
            )
            count = await town.telegram.app.db.read(lambda c: max(c.execute(query).scalars()))
            return end, town, int(count)

    console = asyncio.run(play_on_the_console(folders[0]))
    joined, town, count = asyncio.run(on_both())
    people = {name: person.id for name, person in town.discord._people.items()}
    return Played(
        console,
        joined,
        town.telegram.group.posted,
        town.discord.posted(),
        town.telegram.server.refused + town.discord.server.refused,
        count,
        people | {name: str(one.id) for name, one in town.telegram.people.items()},
    )


def test_the_places_are_of_one_community(played: Played) -> None:
    assert played.joined_places == 2


def test_the_verdict_is_that_of_the_console(played: Played) -> None:
    ((_, state, ranking),) = played.joined.verdicts
    assert state == "verdict"
    assert {name for name, *_ in ranking} == set(TEXTS)
    assert played.joined.verdicts == played.console.verdicts


def test_the_movements_are_those_of_the_console(played: Played) -> None:
    assert played.joined.movements == played.console.movements
    assert played.joined.proven


def test_nothing_is_owed_and_nobody_refused_anything(played: Played) -> None:
    assert played.joined.owed == {"delivered"}
    assert played.refused == []


def test_the_verdict_comes_once_to_each_place(played: Played) -> None:
    assert sum("the verdict" in telegram.words([one]) for one in played.group) == 1
    assert sum("the verdict" in discord.words(one) for one in played.channel) == 1


def test_each_place_notifies_the_entrants_who_are_there(played: Played) -> None:
    (there,) = [one for one in played.group if "the verdict" in telegram.words([one])]
    (here,) = [one for one in played.channel if "the verdict" in discord.words(one)]
    names = played.people
    assert set(there.notified) == {int(names["ana"]), int(names["ben"])}
    assert set(here["notified"]) == {names["carla"], names["dan"]}


async def communities_of(town: Town) -> int:
    """Return how many communities the server and the group have between them."""
    query = select(func.count(places.c.community_id.distinct())).where(places.c.home != PRIVATE)
    return await town.telegram.app.db.read(lambda c: int(c.execute(query).scalar_one()))


async def offered(town: Town) -> list[Message]:
    """Carry a code from the Discord server to the Telegram group; return what is shown there."""
    shown = said(await town.discord.command("admin", "link", code="community"))
    found = CODE.search(shown)
    assert found is not None, shown
    await town.telegram.hear(town.telegram.person("admin").start())
    new = await town.telegram.say("admin", f"/link {found.group(1)}")
    private = [one for one in new if one.body["chat"]["type"] == "private"]
    (word,) = [one for one in new if one not in private]
    assert word.codes == []
    return private


async def test_a_group_joins_and_leaves_by_buttons_in_its_admins_private_chat(
    db_path: Path, tmp_path: Path
) -> None:
    async with open_town(tmp_path) as town:
        there = town.telegram
        new = await offered(town)
        assert new
        await there.press("admin", telegram.button(new, "join"))
        assert await communities_of(town) == 1
        new = await there.say("admin", "/link community")
        _, new = await there.press("admin", telegram.button(new, "part"))
        await there.press("admin", telegram.button(new, "leave"))
        assert await communities_of(town) == 2


async def test_who_is_no_admin_any_more_joins_nothing(db_path: Path, tmp_path: Path) -> None:
    async with open_town(tmp_path) as town:
        new = await offered(town)
        town.telegram.person("admin").promote("member")
        town.telegram.clock.advance(2 * MINUTE)
        await town.telegram.press("admin", telegram.button(new, "join"))
        assert await communities_of(town) == 2
