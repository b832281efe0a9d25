"""The console's script of two duels, half of its members on Discord and half on Telegram."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from adapters.console.deliverer import ConsoleDeliverer, Posted
from plumas_core.commands.identity import identify
from plumas_core.commands.reply import Text
from tests.support.speaker import Speaker, said
from tests.support.stage import Stage, open_stage
from tests.support.two_duels import End, languages, like_draws, play, play_on_the_console

ON_TELEGRAM = ("ben", "dan")
OPERATOR = "1001"


async def across(folder: Path, spoken: Mapping[str, str]) -> End:
    posted: dict[str, list[Posted]] = {"discord": [], "telegram": []}
    deliverers = {
        platform: ConsoleDeliverer(folder / f"{platform}.jsonl", there.append)
        for platform, there in posted.items()
    }
    async with open_stage(
        folder, locale="es", deliverers=deliverers, operators=f"discord:{OPERATOR}"
    ) as stage:

        def at(who: str) -> Speaker:
            telegram = who in ON_TELEGRAM
            return Speaker(
                stage,
                OPERATOR if who == "op" else who,
                name=who,
                platform="telegram" if telegram else "discord",
                home="Tertulia" if telegram else "Ateneo",
                admin=who in ("op", "jefa", "boss"),
                language=spoken.get(who),
                home_language="es",
            )

        await join(stage, at("boss"), Speaker(stage, "jefa", "telegram", "Tertulia", admin=True))

        async def speak(who: str, line: str) -> None:
            await at(who).say(line)

        async def press(who: str, action: str, answers: Mapping[str, str]) -> None:
            speaker = at(who)
            shown = [b for p in reversed(posted[speaker.platform]) for b in p.reply.buttons]
            reply = await speaker.press(next(one for one in shown if one.action == action))
            if reply.form is not None:
                await speaker.press(f"{reply.form.action}:{reply.form.ref}", answers)

        return await play(stage.app, stage.clock, speak, press)


async def join(stage: Stage, server: Speaker, chat: Speaker) -> None:
    """Make the two one community, with the pool that the console's begins with."""
    app = stage.app
    await chat.say("/help")
    made = await server.say("/link community")
    texts = [str(part) for b in made.blocks if isinstance(b, Text) for part in b.parts]
    code = next(text for text in texts if "/link " in text).rpartition("/link ")[2]
    confirm = (await chat.say(f"/link {code}")).buttons[0]
    assert not said(await chat.press(confirm))
    community = (await identify(app, server.event())).community.id

    def fund(c: Connection) -> None:
        app.book.transfer(
            c,
            debit=app.book.issued(c),
            credit=app.book.pool(c, community),
            amount=app.policy.opening_pool,
            key=f"opening:{community}",
            purpose="opening",
        )

    await app.db.write(fund)


def test_it_ends_as_on_the_console(template_db: Path, tmp_path: Path) -> None:
    folders = []
    for name in ("console", "across"):
        folders.append(tmp_path / name)
        folders[-1].mkdir()
        shutil.copy(template_db, folders[-1] / "plumas.db")
    spoken = languages()
    with like_draws():
        console = asyncio.run(play_on_the_console(folders[0], spoken))
        both = asyncio.run(across(folders[1], spoken))
    assert both.verdicts == console.verdicts
    assert both.movements == console.movements
    assert both.proven
    assert both.owed == {"delivered"}
