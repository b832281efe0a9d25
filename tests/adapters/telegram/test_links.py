"""Deep links: they open forms and what was kept for a member, and nothing that is made acts."""

from __future__ import annotations

from sqlalchemy import select

from plumas_core.clock import SECOND
from plumas_core.commands.catalogue import ACTIONS
from plumas_core.ids import encode
from plumas_core.storage.tables.all import metadata
from plumas_core.storage.tables.duels import duels, entries
from tests.support.telegram import TelegramStage, words

ACTING = sorted(name for name, action in ACTIONS.items() if action.opens != "form")
OPENING = sorted(name for name, action in ACTIONS.items() if action.opens == "form")
OURS = ("inbox", "usernames")
"""Tables in which an update and its sender are noted, whatever it asks."""


async def kept(stage: TelegramStage) -> dict[str, list[str]]:
    """Return all rows of the database but those that note an update."""
    tables = [one for one in metadata.sorted_tables if one.name not in OURS]
    return await stage.app.db.read(
        lambda c: {one.name: sorted(map(repr, c.execute(select(one)))) for one in tables}
    )


async def a_duel(stage: TelegramStage) -> tuple[str, ...]:
    """Open the operator's duel with their text; return its id, the text's and the community's."""
    op = stage.person("op")
    await stage.hear(op.start(), op.say("/grant 50 pool"))
    await stage.say("op", "/duel_new El mar ends:2h")
    await stage.work()
    await stage.hear(op.say("/duel_enter un texto"))
    await stage.work()
    duel = await stage.app.db.read(lambda c: c.execute(select(duels.c.id)).scalar_one())
    entry = await stage.app.db.read(lambda c: c.execute(select(entries.c.id)).scalar_one())
    home = await stage.app.db.read(lambda c: c.execute(select(duels.c.community_id)).scalar_one())
    return encode(duel), encode(entry), encode(home)


async def test_no_link_acts_for_whoever_follows_it(stage: TelegramStage) -> None:
    op = stage.person("op")
    refs = await a_duel(stage)
    before = await kept(stage)
    for name in ACTING:
        for ref in refs:
            stage.clock.advance(SECOND)
            (hello,) = await stage.new(op.start(f"{name}_{ref}"))
            assert "/help" in hello.text, name
        assert await kept(stage) == before, name


async def test_a_link_opens_a_form(stage: TelegramStage) -> None:
    duel, *_ = await a_duel(stage)
    for name in OPENING:
        new = await stage.new(stage.person("op").start(f"{name}_{duel}"))
        assert "Duelo de Plumas" not in words(new), name
