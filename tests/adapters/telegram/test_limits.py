"""No reply breaks a limit or the HTML of Telegram, names anybody by accident, or loses a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from adapters.telegram.events import Spot
from adapters.telegram.render import bare, render
from adapters.telegram.safe import clean
from adapters.telegram.words import Reading
from plumas_core.clock import MINUTE
from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.identity import short_name
from plumas_core.commands.reply import Reply, Verse
from plumas_core.commands.spec import TextParam
from plumas_core.delivery.outbox import Mention, OutboxRow
from plumas_core.lengths import head
from tests.hostile_texts import HOSTILE_TEXTS
from tests.standins.telegram_people import Person
from tests.standins.telegram_world import Chat, Message
from tests.support.replies import replies, replies_with
from tests.support.telegram import TelegramStage, open_telegram
from tests.support.time import START

LANGUAGES = ("en", "es")
TYPED = 3_900
"""Units of hostile text that a member types behind a command, in one message."""
LONGEST = 6_000
SEVERAL_MESSAGES = 4_000


@dataclass
class Rooms:
    """A group and a private chat of each language, in which everything is heard."""

    stage: TelegramStage
    groups: dict[str, Chat]
    people: dict[str, Person]

    async def say(self, reply: Reply, languages: Sequence[str] = LANGUAGES) -> None:
        """Answer with a reply, in a group and in private."""
        for language in languages:
            group = self.groups[language]
            reading = Reading(language, "Europe/Madrid", START)
            for chat in (group, self.people[language].private):
                self.stage.clock.advance(MINUTE)
                voice = self.stage.service.adapter.office.voice  # type: ignore[union-attr]  # it was prepared
                await voice.say(
                    Spot(chat.id), render(reply, reading), partial(bare, reply, reading)
                )

    async def deliver(
        self, reply: Reply, languages: Sequence[str] = LANGUAGES, names: Sequence[str] = ()
    ) -> list[Message]:
        """Bring a message of the outbox to a group of each language, revised twice."""
        brought = []
        for language in languages:
            group = self.groups[language]
            self.stage.clock.advance(MINUTE)
            row = OutboxRow(
                id=1,
                ref="abc",
                platform="telegram",
                home=str(group.id),
                address=str(group.id),
                reply=reply,
                mentions=tuple(Mention(str(self.people[language].id), name) for name in names),
                created_at=START,
            )
            deliverer = self.stage.service.deliverer
            external = await deliverer.place(row)
            for content in (reply, Reply(reply.blocks[:1]), reply):
                await deliverer.edit(external, replace(row, reply=content))
            brought.append(group.posted[-1])
        return brought

    @property
    def notified(self) -> set[int | str]:
        """Everybody whom a message has notified."""
        return {who for one in self.stage.posted() for who in one.notified}

    def check(self) -> None:
        """Prove that Telegram took all of it as it was meant, and that nobody was named."""
        assert self.stage.server.refused == []
        assert self.notified == set()


@pytest.fixture
async def rooms(db_path: Path, tmp_path: Path) -> AsyncIterator[Rooms]:
    async with open_telegram(tmp_path) as stage:
        groups, people = {}, {}
        for language in LANGUAGES:
            groups[language] = stage.server.world.add_group(f"Sala {language}")
            people[language] = stage.person(language, chat=groups[language], language=language)
            await stage.hear(people[language].start(), people[language].add_bot())
        await stage.work()
        yield Rooms(stage, groups, people)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(reply=replies)
async def test_no_reply_breaks_a_limit_of_telegram(rooms: Rooms, reply: Reply) -> None:
    await rooms.say(reply)
    await rooms.deliver(reply)
    rooms.check()


async def test_no_hostile_text_breaks_a_limit_wherever_it_stands(rooms: Rooms) -> None:
    for name, hostile in HOSTILE_TEXTS.items():
        for reply, language in zip(replies_with(hostile[:LONGEST]), cycle(LANGUAGES), strict=False):
            await rooms.say(reply, [language])
            await rooms.deliver(reply, [language])
        assert (name, rooms.stage.server.refused, rooms.notified) == (name, [], set())


async def test_no_hostile_name_notifies_anybody_but_its_owner(rooms: Rooms) -> None:
    for name, hostile in HOSTILE_TEXTS.items():
        reply = Reply((Verse(hostile[:LONGEST]),))
        brought = await rooms.deliver(reply, names=[short_name(hostile), *["Ana"] * 30])
        for language, message in zip(rooms.groups, brought, strict=True):
            assert set(message.notified) == {rooms.people[language].id}, name
    assert rooms.stage.server.refused == []


async def test_no_hostile_argument_breaks_an_answer(rooms: Rooms) -> None:
    places = [(one, private) for one in LANGUAGES for private in (False, True)]
    for (name, hostile), (language, private) in zip(
        HOSTILE_TEXTS.items(), cycle(places), strict=False
    ):
        person = rooms.people[language]
        chat = person.private if private else rooms.groups[language]
        text = head(clean(hostile), TYPED)
        for spec in COMMANDS:
            if any(isinstance(one, TextParam) for one in spec.params):
                rooms.stage.clock.advance(MINUTE)
                await rooms.stage.hear(person.say(f"/{'_'.join(spec.path)} {text}", chat))
        assert (name, rooms.stage.server.refused, rooms.notified) == (name, [], set())
    await rooms.stage.work()
    rooms.check()


async def test_every_letter_of_a_text_is_shown(rooms: Rooms) -> None:
    for name, text in HOSTILE_TEXTS.items():
        if len(text) <= SEVERAL_MESSAGES:
            before = len(rooms.people["es"].private.posted)
            await rooms.say(Reply((Verse(text),)))
            heard = rooms.people["es"].private.posted[before:]
            assert letters(text) in letters(*(one.text for one in heard)), name


async def test_every_letter_of_a_text_is_in_a_message_that_was_longer(rooms: Rooms) -> None:
    deliverer, group = rooms.stage.service.deliverer, rooms.groups["es"]
    row = OutboxRow(1, "abc", "telegram", str(group.id), str(group.id), Reply(()), (), START)
    for name, text in HOSTILE_TEXTS.items():
        rooms.stage.clock.advance(MINUTE)
        external = await deliverer.place(row)
        for shown in ("largo " * LONGEST, text[:LONGEST]):
            await deliverer.edit(external, replace(row, reply=Reply((Verse(shown),))))
        message = group.posted[-1]
        assert message.content is not None, name
        assert letters(clean(text[:LONGEST])) in letters(message.content.decode()), name


def letters(*texts: str) -> str:
    """Return what can be read of texts."""
    normal = unicodedata.normalize("NFC", "".join(texts))
    return re.sub(r"[\W\ufffd\u3164\u115f\u1160\uffa0]", "", normal)
