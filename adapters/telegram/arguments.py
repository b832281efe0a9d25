"""What a member typed after a command, as the values that the command takes.

One grammar reads it as on the console. Telegram adds its own ways of naming people (a mention, a
reply, an ``@name``) and of giving a file (attached to the command, or replied to).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select
from telegram import Document, Message, MessageEntity, User
from telegram.ext import ExtBot

from adapters.telegram.events import PLATFORM
from adapters.telegram.uploads import read_document
from plumas_core.app import App
from plumas_core.commands.line import read_line
from plumas_core.commands.spec import AnyCommand, AttachmentParam, Param, RefParam, Value
from plumas_core.lengths import head
from plumas_core.locales.translate import LOCALES, Translations
from plumas_core.storage.tables.inbox import usernames

_MARKED = re.compile("\ue000(\\d+)\ue001")
"""A person who was mentioned, by account; who types these characters marks nobody."""

_USERNAME: Final = re.compile(r"@([A-Za-z][A-Za-z0-9_]{3,31})")


@dataclass(frozen=True, slots=True)
class Typed:
    """The values of a command, and the people that Telegram vouches for: accounts and names."""

    values: Mapping[str, Value]
    people: tuple[tuple[str, str], ...] = ()


def names_of(texts: Translations, spec: AnyCommand) -> dict[str, str]:
    """Return what a command's parameters are called in each language, with their own names."""
    return {
        texts.text(locale, f"param-{param.name}"): param.name
        for locale in LOCALES
        for param in spec.params
    }


async def read_arguments(
    app: App,
    bot: ExtBot[Any],
    spec: AnyCommand,
    message: Message,
    rest: str,
    names: Mapping[str, str],
) -> Typed:
    """Return the values in ``rest``, what follows the command in ``message``.

    Required ones may be missing still.

    Raises:
        Problem: something is doubled, unknown or does not fit.
    """
    mentioned: dict[str, str] = {}
    naming = [param for param in spec.params if names_people(param)]
    if naming:
        rest = _marked(message, rest, mentioned)
    values = dict(read_line(spec, rest, names))
    for param in spec.params:
        value = values.get(param.name)
        if isinstance(value, str):
            values[param.name] = await resolve_person(app, value, mentioned, param)
    await _add_what_was_replied_to(bot, spec, message, values, mentioned)
    return Typed(values, tuple(mentioned.items()))


def names_people(param: Param) -> bool:
    """Tell whether a parameter names somebody."""
    return isinstance(param, RefParam) and param.of in ("member", "wallet")


async def read_answer(app: App, message: Message, param: Param) -> tuple[str, dict[str, str]]:
    """Return the answer to a question for one parameter, and whom it mentions."""
    text = message.text or ""
    mentioned: dict[str, str] = {}
    if names_people(param):
        text = _marked(message, text, mentioned).strip()
    return await resolve_person(app, text, mentioned, param), mentioned


async def resolve_person(app: App, value: str, mentioned: Mapping[str, str], param: Param) -> str:
    """Return a value with people by account where it names one, and by name elsewhere."""
    if not names_people(param):
        return _MARKED.sub(lambda found: mentioned.get(found.group(1), found.group()), value)
    marked = _MARKED.search(value)
    if marked is not None and marked.group(1) in mentioned:
        return marked.group(1)
    named = _USERNAME.fullmatch(value.strip())
    if named is None:
        return value
    account = await app.db.read(lambda c: _account_named(c, named.group(1)))
    return account or value


def _account_named(c: Connection, username: str) -> str | None:
    query = select(usernames.c.account).where(
        usernames.c.platform == PLATFORM, usernames.c.username == username.casefold()
    )
    return c.execute(query).scalar()


def _marked(message: Message, rest: str, mentioned: dict[str, str]) -> str:
    """Return ``rest`` with each person that it mentions by a mark; add them to ``mentioned``."""
    text = message.text or message.caption or ""
    entities: Sequence[MessageEntity] = message.entities or message.caption_entities
    start = len(text) - len(rest)
    for entity in sorted(entities, key=lambda one: one.offset, reverse=True):
        if entity.type != MessageEntity.TEXT_MENTION or entity.user is None or entity.user.is_bot:
            continue
        first = len(head(text, entity.offset))
        last = len(head(text, entity.offset + entity.length))
        if first < start:
            break
        mentioned[str(entity.user.id)] = entity.user.full_name
        mark = f"\ue000{entity.user.id}\ue001"
        rest = rest[: first - start] + mark + rest[last - start :]
    return rest


async def _add_what_was_replied_to(
    bot: ExtBot[Any],
    spec: AnyCommand,
    message: Message,
    values: dict[str, Value],
    mentioned: dict[str, str],
) -> None:
    for param in spec.params:
        if param.name in values:
            continue
        if names_people(param) and param.required:
            person = _replied_to(message)
            if person is not None:
                values[param.name] = str(person.id)
                mentioned[str(person.id)] = person.full_name
        elif isinstance(param, AttachmentParam):
            document = document_of(message)
            if document is not None:
                values[param.name] = await read_document(bot, param.name, document)


def replied(message: Message) -> Message | None:
    """Return the message that one replies to; in a topic its beginning is none."""
    other = message.reply_to_message
    return None if other is None or other.forum_topic_created is not None else other


def _replied_to(message: Message) -> User | None:
    other = replied(message)
    if other is None or other.sender_chat is not None:
        return None
    person = other.from_user
    return None if person is None or person.is_bot else person


def document_of(message: Message) -> Document | None:
    """Return the file of a message, or of the one that it replies to."""
    other = replied(message)
    return message.document or (other.document if other is not None else None)
