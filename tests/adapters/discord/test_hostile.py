"""Hostile text through every door, in either language: nothing that is sent breaks a limit.

The stand-in refuses what Discord refuses; the fixture looks that it refused nothing.
"""

from __future__ import annotations

import pytest

from plumas_core.lengths import head
from plumas_core.locales.translate import LOCALES
from tests.hostile_texts import HOSTILE_TEXTS
from tests.standins.discord_people import Person
from tests.support.discord import DiscordStage, codes, said

SPOKEN = {"en": "en-US", "es": "es-ES"}
FAULT = {"en": "Something went wrong", "es": "Algo falló por"}
DOORS = (
    ("help", "command", 60),
    ("duel status", "duel", 200),
    ("agent show", "agent", 200),
    ("give", "wallet", 200),
    ("settings", "time_zone", 200),
)
"""Commands that repeat what was typed, or say that they do not know it."""


def people(stage: DiscordStage, locale: str) -> list[Person]:
    """Return four members who speak a language, in a server that does."""
    spoken = {"locale": SPOKEN[locale], "guild_locale": SPOKEN[locale]}
    return [stage.person(name, **spoken) for name in ("op", "ana", "bruno", "carla")]


async def entered(stage: DiscordStage, host: Person, author: Person, text: str) -> None:
    """Open a duel about the text, let the text enter it by form and by file, and cancel."""
    theme = head(text, 300)
    heard = [await stage.ask(host.command("duel new", theme=theme, title=head(text, 120)))]
    asked = await stage.ask(author.command("duel enter"))
    if asked.modal is None:
        heard.append(asked)
    else:
        answers = {"text": head(text, 4_000), "title": head(text, 120)}
        heard.append(await stage.ask(author.submit(asked.modal, **answers)))
    file = ("poema.txt", text.encode("utf-8", "replace")[:60_000])
    heard.append(await stage.ask(author.command("duel enter", file=file)))
    heard.append(await stage.ask(host.command("duel cancel")))
    assert all(said(one).strip() for one in heard)


@pytest.mark.parametrize("locale", LOCALES)
async def test_no_hostile_text_breaks_a_limit_whoever_says_it_wherever(
    stage: DiscordStage, locale: str
) -> None:
    """The long ways, a duel and a text by an AI writer, go in the languages by turns."""
    op, ana, bruno, carla = people(stage, locale)
    await stage.ask(op.command("settings", language=locale))
    await stage.ask(op.command("grant", amount="900", wallet="pool"))
    for number, text in enumerate(HOSTILE_TEXTS.values()):
        path, option, most = DOORS[number % len(DOORS)]
        typed = head(text, most) or "?"
        more = {"amount": "1"} if path == "give" else {}
        heard = [await stage.ask(op.command(path, **{option: typed, **more}))]
        if text.strip() and LOCALES[number % 2] == locale:
            await entered(stage, ana, bruno, text)
            heard.append(await stage.ask(carla.command("write", prompt=head(text, 1_000))))
            stage.clock.advance(31_000)
        assert all(said(one).strip() for one in heard)
        assert not any(FAULT[locale] in said(one) for one in heard)
        assert stage.server.refused == []
    await stage.work()


@pytest.mark.parametrize("locale", LOCALES)
async def test_a_duel_of_hostile_texts_is_told_to_its_end_within_every_limit(
    stage: DiscordStage, locale: str
) -> None:
    op, *authors = people(stage, locale)
    await stage.ask(op.command("settings", language=locale, results="thread"))
    await stage.ask(op.command("grant", amount="900", wallet="pool"))
    theme = head(HOSTILE_TEXTS["mention-spam"], 300)
    await stage.ask(op.command("duel new", theme=theme, ends="10m", pace="now"))
    for author, name in zip(authors, ("zalgo-mild", "mention-spam", "many-lines"), strict=True):
        text = head(HOSTILE_TEXTS[name], 1_500)
        await stage.ask(author.command("duel enter", text=text, title=head(text, 120)))
    for _ in range(40):
        await stage.work()
        stage.clock.advance(60_000)
    line = next(one for one in stage.posted() if f"<#{one['id']}>" in one["content"])
    assert sorted(line["notified"]) == sorted(author.id for author in authors)
    _, verdict = stage.server.messages[line["id"]]
    reasons = await stage.press("ana", codes(verdict)[0])
    assert said(reasons).strip()
