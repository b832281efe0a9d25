"""What a member is being asked: kept in the database, so that a restart forgets no answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field, TypeAdapter
from sqlalchemy import Connection, delete, insert, select, update
from telegram import Message

from adapters.telegram.events import PLATFORM
from plumas_core.clock import HOUR
from plumas_core.commands.reply import Form, Option
from plumas_core.commands.spec import Value
from plumas_core.ids import decode
from plumas_core.storage.tables.inbox import questions

OPEN_FOR: Final = HOUR
"""Milliseconds for which a question waits for its answer."""


@dataclass(frozen=True, slots=True)
class FormAsked:
    """A form on its way: what is answered, and what is asked for now.

    ``at`` is the question asked now, ``None`` once all is there and waits to be confirmed.
    ``instead`` is the question that was answered in the place of the main one. ``part_at`` (UTC
    seconds) and ``part_size`` are the last message's, to which another may belong. ``version``
    counts the states, so that buttons of an older one do nothing.
    """

    form: Form
    answers: Mapping[str, str]
    at: str | None
    instead: str | None = None
    part_at: int = 0
    part_size: int = 0
    version: int = 1
    kind: Literal["form"] = "form"


@dataclass(frozen=True, slots=True)
class Origin:
    """The group in which a command was typed whose question is asked in private."""

    home: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class ParamAsked:
    """A command that lacks a parameter: what it has, and what may be chosen for what it lacks.

    ``origin`` is where the command is for, if it is not where it is asked.
    """

    path: tuple[str, ...]
    values: Mapping[str, Value]
    param: str
    options: tuple[Option, ...] = ()
    people: tuple[tuple[str, str], ...] = ()
    origin: Origin | None = None
    kind: Literal["param"] = "param"


Asked: TypeAlias = FormAsked | ParamAsked


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it is kept; ``message`` asks it, where that is known."""

    id: int
    asked_at: int
    state: Asked
    message: int | None = field(default=None)


_STATES: TypeAdapter[Asked] = TypeAdapter(Annotated[Asked, Field(discriminator="kind")])


def find(c: Connection, address: str, account: str) -> Question | None:
    """Return what an account is being asked in a place, however long ago."""
    query = select(questions).where(
        questions.c.platform == PLATFORM,
        questions.c.address == address,
        questions.c.account == account,
    )
    row = c.execute(query).first()
    if row is None:
        return None
    message = int(row.message) if row.message else None
    return Question(row.id, row.asked_at, _STATES.validate_json(row.state), message)


def ask(c: Connection, id: int, address: str, account: str, state: Asked, now: int) -> None:
    """Ask something, in the place of whatever was being asked."""
    c.execute(
        delete(questions).where(
            questions.c.platform == PLATFORM,
            questions.c.address == address,
            questions.c.account == account,
        )
    )
    c.execute(
        insert(questions).values(
            id=id,
            platform=PLATFORM,
            address=address,
            account=account,
            state=_STATES.dump_json(state).decode(),
            asked_at=now,
        )
    )


def go_on(c: Connection, id: int, state: Asked, now: int) -> None:
    """Keep the next state of a question; its hour begins anew."""
    c.execute(
        update(questions)
        .where(questions.c.id == id)
        .values(state=_STATES.dump_json(state).decode(), asked_at=now)
    )


def asked_by(c: Connection, id: int, message: int) -> None:
    """Note which message asks a question."""
    c.execute(update(questions).where(questions.c.id == id).values(message=str(message)))


def asks(question: Question, message: Message) -> bool:
    """Tell whether a message asks a question: the one that is known to, or one of its buttons."""
    if question.message is not None:
        return question.message == message.message_id
    rows = message.reply_markup.inline_keyboard if message.reply_markup else ()
    refs = [str(one.callback_data or "").partition(":")[2] for row in rows for one in row]
    return any(decode(ref.partition(".")[0]) == question.id for ref in refs)


def drop(c: Connection, id: int) -> None:
    """End a question."""
    c.execute(delete(questions).where(questions.c.id == id))


def forget_old(c: Connection, now: int) -> None:
    """Delete questions that nobody answered in time."""
    c.execute(
        delete(questions).where(
            questions.c.platform == PLATFORM, questions.c.asked_at < now - 2 * OPEN_FOR
        )
    )
