"""The outbox: what must be said where, written in the transaction that makes it due.

A message is identified by its key, so that owing it twice owes it once. A message whose content
may change while it stands (a duel's card) is revised under the same key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NewType, Protocol

from sqlalchemy import Connection, case, func, select, update
from sqlalchemy.dialects.sqlite import insert

from plumas_core.clock import Clock
from plumas_core.commands.reply import Reply
from plumas_core.ids import Ids
from plumas_core.shapes import shape
from plumas_core.storage.tables.delivery import outbox

ExternalId = NewType("ExternalId", str)
"""A platform's own id of a message."""

MOST_TRIES: Final = 300
"""With the longest pause this is two days of trying, after which a message is given up."""

MOST_FAULTS: Final = 5
"""Tries of a message that our own program fails at: half a minute, in which places wait for it."""

THREADED: Final = frozenset({"discord"})
"""Platforms that have threads; elsewhere what asks for one is told in the place itself."""


@dataclass(frozen=True, slots=True)
class Mention:
    """A member who is to be notified, by their account on the platform."""

    external_id: str
    name: str


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A message as a deliverer gets it. ``ref`` is short and unique; times are UTC ms.

    ``unsure``: an earlier try may have posted it, but it was not found. Where it did, those whom it
    mentions were notified already.
    """

    id: int
    ref: str
    platform: str
    home: str
    address: str
    reply: Reply
    mentions: tuple[Mention, ...]
    created_at: int
    unsure: bool = False


class DeliveryFailed(Exception):
    """A platform did not take a message. ``retry_after`` in seconds, where it was told.

    ``sure``: nothing was posted, as far as this try goes.
    """

    def __init__(
        self, message: str, retry_after: float | None = None, *, sure: bool = False
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.sure = sure


class PlaceLost(DeliveryFailed):
    """The place is gone, or we may not write there any more: trying again cannot help."""


class Deliverer(Protocol):
    """How one platform takes the outbox's messages."""

    async def place(self, row: OutboxRow) -> ExternalId:
        """Post a short message with the row's mentions and its ref.

        Raises:
            DeliveryFailed: the platform did not take it.
        """
        ...

    async def edit(self, external: ExternalId, row: OutboxRow) -> None:
        """Put the row's content into the message; safe to repeat.

        Raises:
            DeliveryFailed: the platform did not take it.
        """
        ...

    async def find_own(self, row: OutboxRow) -> ExternalId | None:
        """Look for a message of ours with the row's ref, after a death while it was posted."""
        ...


class Outbox:
    """Writes the messages that are owed; ``plumas_core.delivery.deliver`` brings them."""

    def __init__(self, ids: Ids, clock: Clock, deliverers: Mapping[str, Deliverer]) -> None:
        self.deliverers = deliverers
        self._ids = ids
        self._clock = clock

    def enqueue(
        self,
        c: Connection,
        *,
        key: str,
        place: int,
        reply: Reply,
        mentions: Sequence[int] = (),
        message: ExternalId | None = None,
    ) -> bool:
        """Owe ``reply`` to a place, once per key; tell whether it was not owed before.

        ``mentions`` are the members to notify. ``message`` is one of ours that stands there
        already, and is to show this.
        """
        now = self._clock()
        owed = c.execute(
            insert(outbox)
            .values(
                id=self._ids.new(),
                key=key,
                place_id=place,
                state="due" if message is None else "placed",
                external_id=message,
                reply=self.encode(reply),
                mentions=shape(tuple[int, ...]).dump_json(tuple(mentions)).decode(),
                created_at=now,
                due_at=now,
                next_at=now,
            )
            .on_conflict_do_nothing(index_elements=["key"])
        )
        return owed.rowcount == 1

    def revise(self, c: Connection, *, key: str, reply: Reply) -> None:
        """Change what the message under ``key``, and its copies elsewhere, show or will show.

        A copy's key begins with the message's own and a colon; a semicolon comes next after it.
        One that was given up stays so, but where its place refused it, it may be owed again.
        """
        now = self._clock()
        text = self.encode(reply)
        given_up = outbox.c.state == "failed"
        c.execute(
            update(outbox)
            .where(
                (outbox.c.key == key) | ((outbox.c.key > f"{key}:") & (outbox.c.key < f"{key};")),
                outbox.c.reply != text,
            )
            .values(
                reply=text,
                revision=outbox.c.revision + 1,
                due_at=now,
                next_at=now,
                tries=case((given_up, outbox.c.tries), else_=0),
                faults=case((given_up, outbox.c.faults), else_=0),
                state=case((outbox.c.state == "delivered", "placed"), else_=outbox.c.state),
            )
        )

    def pending(self, c: Connection) -> int:
        """Return how many messages are still owed."""
        query = select(func.count()).where(outbox.c.state.in_(("due", "placing", "placed")))
        return int(c.execute(query).scalar_one())

    def encode(self, reply: Reply) -> str:
        return shape(Reply).dump_json(reply).decode()

    def decode(self, text: str) -> Reply:
        return shape(Reply).validate_json(text)

    def decode_mentions(self, text: str) -> tuple[int, ...]:
        return shape(tuple[int, ...]).validate_json(text)
