"""How a command is declared: once, for every platform.

A ``CommandSpec`` says what a command is called, what it takes, who may use it and what runs. Its
words (description, names and hints of parameters) are found in the locales by its path, so that
``/duel new`` reads ``cmd-duel-new`` and its parameter ``theme`` the attribute ``.theme``.
Adapters build native commands from it; the line grammar of the console and of Telegram reads it
too. Arguments reach the handler as a frozen dataclass of the command's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

from plumas_core.commands.reply import Reply, Visibility

if TYPE_CHECKING:
    from plumas_core.app import App

A = TypeVar("A")
B = TypeVar("B")

Opens: TypeAlias = Literal["defer", "form", "instant"]
"""How a platform that wants an early answer is answered: a deferral, a form, or at once."""


class Audience(IntEnum):
    """Who may use a command, each including those after it.

    ``GUEST``: who pressed a duel's button in private and has never acted in its community's own
    places. Buttons can be passed on, so that this proves nothing.
    """

    GUEST = -1
    MEMBER = 0
    ADMIN = 1
    OPERATOR = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """One parameter. ``required`` ones come first and may be given by position.

    ``rest``: an unquoted value takes the remainder of a typed line.
    """

    name: str
    required: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextParam(Param):
    """Text as the member typed it; ``limit`` in characters."""

    limit: int
    paragraph: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class IntegerParam(Param):
    least: int
    most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagParam(Param):
    """Yes or no."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceParam(Param):
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhenParam(Param):
    """A duration from now (``90m``, ``3d``) or a date in the community's time zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsParam(Param):
    """An amount of credits; arrives in picodollars."""


RefKind: TypeAlias = Literal[
    "writer",
    "judge",
    "agent",
    "model",
    "panel",
    "duel",
    "entry",
    "member",
    "wallet",
    "text",
    "zone",
    "community",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefParam(Param):
    """Something that exists, named in text; adapters offer the choices of its kind."""

    of: RefKind


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentParam(Param):
    """A text file; arrives decoded."""


@dataclass(frozen=True, slots=True)
class When:
    """A ``WhenParam``'s value: exactly one of the two is set.

    ``after``: milliseconds from now. ``local``: an ISO date and time without a zone.
    """

    after: int | None = None
    local: str | None = None


Value: TypeAlias = str | int | bool | When


@dataclass(frozen=True, slots=True)
class Member:
    """Who asks: ``name`` is what their platform calls them now."""

    id: int
    name: str
    locale: str
    agreed: bool


NOWHERE = 0
"""The id of the community of who is in a private chat and has not acted in a community yet."""


@dataclass(frozen=True, slots=True)
class Community:
    id: int
    name: str
    locale: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class Account:
    """A member's account on a platform."""

    platform: str
    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where it was asked; ``address`` is the platform's own."""

    id: int
    platform: str
    address: str


@dataclass(frozen=True, slots=True)
class Request(Generic[A]):
    """One use of a command or a button.

    ``key`` is the platform's own id of the event: the same event delivered twice has the same
    key, and does its work once. ``locale`` is the asker's.
    """

    member: Member
    account: Account
    community: Community
    place: Place
    locale: str
    audience: Audience
    args: A
    key: str

    def with_args(self, args: B) -> Request[B]:
        """Return the same request for a handler that takes other arguments."""
        return Request(
            member=self.member,
            account=self.account,
            community=self.community,
            place=self.place,
            locale=self.locale,
            audience=self.audience,
            args=args,
            key=self.key,
        )


Handler: TypeAlias = Callable[["App", Request[A]], Awaitable[Reply] | AsyncIterator[Reply]]
"""Answers once, or streams: each reply replaces the one before, and the last one stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec(Generic[A]):
    """One slash command. ``anywhere``: it also works in private for who has no community yet."""

    path: tuple[str, ...]
    args: type[A]
    handler: Handler[A]
    params: tuple[Param, ...] = ()
    audience: Audience = Audience.MEMBER
    visibility: Visibility = "public"
    opens: Opens = "defer"
    anywhere: bool = False

    @property
    def key(self) -> str:
        """The id of its words in the locales."""
        return "cmd-" + "-".join(self.path)

    def bind(self, values: Mapping[str, Value]) -> A:
        """Return the arguments from checked values; what is not given keeps its default."""
        return self.args(**values)


@dataclass(frozen=True, slots=True)
class Press:
    """A pressed button or a submitted form: what it acts on, and the answers."""

    ref: str
    answers: Mapping[str, str]


SubjectKind: TypeAlias = Literal["duel", "entry", "writing"]


@dataclass(frozen=True, slots=True)
class Subject:
    """What a press is about, by its short id."""

    kind: SubjectKind
    ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionSpec:
    """What a button or a form does. Names are short: with the id they fit 64 bytes.

    ``about``: what its reference names; pressed in a private chat, it is about that one's
    community. ``anywhere``: it also works in private for who has no community yet.
    """

    name: str
    handler: Handler[Press]
    audience: Audience = Audience.MEMBER
    visibility: Visibility = "private"
    opens: Opens = "defer"
    about: SubjectKind | None = None
    anywhere: bool = False


AnyCommand: TypeAlias = CommandSpec[Any]
