"""What a handler answers, in meanings rather than in any platform's markup.

Adapters render these values natively: a ``Moment`` becomes Discord's own timestamp or a date in
the reader's time zone, a ``Verse`` keeps every space and line break, a ``Table`` becomes whatever
the platform shows best. Every string in them is plain text, and every adapter escapes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Visibility: TypeAlias = Literal["public", "private"]
Tone: TypeAlias = Literal["info", "simulated", "late", "warning", "error"]

BUTTON_BYTES = 64
"""Telegram's limit for what a button carries; the narrowest of the platforms."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time (UTC milliseconds), shown relative to now (``in 3 hours``) or as a date."""

    at: int
    relative: bool = True
    kind: Literal["moment"] = "moment"


@dataclass(frozen=True, slots=True)
class Person:
    """A member, by id and by the name last seen; shown as a name, never as a mention."""

    member_id: int
    name: str
    kind: Literal["person"] = "person"


Part: TypeAlias = str | Moment | Person
Parts: TypeAlias = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Title:
    text: str
    kind: Literal["title"] = "title"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph of ours."""

    parts: Parts
    kind: Literal["text"] = "text"


@dataclass(frozen=True, slots=True)
class Verse:
    """A literary text, to be kept to the letter."""

    text: str
    title: str | None = None
    byline: str | None = None
    kind: Literal["verse"] = "verse"


@dataclass(frozen=True, slots=True)
class Quote:
    """A few words quoted from a text, or a judge's comment."""

    text: str
    by: str | None = None
    kind: Literal["quote"] = "quote"


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    value: Parts


@dataclass(frozen=True, slots=True)
class Fields:
    items: tuple[Field, ...]
    kind: Literal["fields"] = "fields"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under column names; ``numeric`` names the columns set flush right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: tuple[int, ...] = ()
    kind: Literal["table"] = "table"


@dataclass(frozen=True, slots=True)
class Progress:
    label: str
    done: int
    total: int
    kind: Literal["progress"] = "progress"


@dataclass(frozen=True, slots=True)
class Note:
    """A remark set apart: a warning, an error, or that something is simulated or late."""

    text: str
    tone: Tone = "info"
    kind: Literal["note"] = "note"


Block: TypeAlias = Title | Text | Verse | Quote | Fields | Table | Progress | Note


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. It carries its whole meaning, so it works after a restart."""

    action: str
    ref: str
    label: str
    style: Literal["primary", "secondary", "danger"] = "secondary"

    def __post_init__(self) -> None:
        """Refuse what a platform could not carry.

        Raises:
            ValueError: the code has more than ``BUTTON_BYTES`` bytes.
        """
        if len(self.code.encode()) > BUTTON_BYTES:
            raise ValueError(f"{self.code} is too long for a button")

    @property
    def code(self) -> str:
        """What the platform stores for us: the action and what it acts on."""
        return f"{self.action}:{self.ref}"


@dataclass(frozen=True, slots=True)
class Option:
    """One answer among those that a question offers: ``value`` is what is sent."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class FormField:
    """One question of a form. ``limit`` is in characters.

    ``file``: a text file may be given instead, where the platform's forms take files.
    ``options``: one of these values is the answer, if it has any.
    """

    name: str
    label: str
    limit: int
    paragraph: bool = False
    required: bool = True
    value: str = ""
    hint: str = ""
    file: bool = False
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Form:
    """Questions to be answered at once; submitting presses ``action`` with the answers."""

    action: str
    ref: str
    title: str
    fields: tuple[FormField, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A text file that goes with a reply."""

    name: str
    content: str


@dataclass(frozen=True, slots=True)
class Image:
    """A PNG, base64, with words for those who cannot see it."""

    name: str
    alt: str
    content: str


@dataclass(frozen=True, slots=True)
class Thread:
    """A wish to be told in a thread of its own, under ``line`` in the place itself.

    A platform without threads (``delivery.outbox.THREADED``) tells it in the place, without the
    line; so does one that is not allowed to begin a thread there.
    """

    name: str
    line: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What is said. ``visibility`` overrides the command's own; ``ref`` names what it is about.

    ``thread`` is for messages of the outbox. ``final``: no other reply follows, and the handler
    is asked on only once this one was shown; so it can write down that it was. ``personal``: it
    says what only its reader may know, such as what is in a wallet; a private reply that is not
    may be read by others where its platform cannot hide it, as a mere refusal.
    """

    blocks: tuple[Block, ...] = ()
    image: Image | None = None
    files: tuple[File, ...] = ()
    buttons: tuple[Button, ...] = ()
    form: Form | None = None
    visibility: Visibility | None = None
    ref: str | None = None
    thread: Thread | None = None
    final: bool = False
    personal: bool = False


def distinct(buttons: tuple[Button, ...]) -> tuple[Button, ...]:
    """Drop buttons that do the same as one before: a platform may refuse two of one code."""
    return tuple({button.code: button for button in reversed(buttons)}.values())[::-1]


def plain(text: str) -> Text:
    """Return a paragraph of one piece."""
    return Text((text,))


def note(text: str, tone: Tone = "info", *, visibility: Visibility | None = None) -> Reply:
    """Return a reply that is one remark."""
    return Reply((Note(text, tone),), visibility=visibility)


def fields(items: Sequence[tuple[str, Part | Parts]]) -> Fields:
    """Return named values, each a part or several."""
    return Fields(
        tuple(Field(name, value if isinstance(value, tuple) else (value,)) for name, value in items)
    )
