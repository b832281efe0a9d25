"""Delivery of the outbox's messages to the console's transcript, and to whoever looks on."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import ValidationError

from adapters.console.transcript import Record, Transcript
from plumas_core.commands.reply import Reply
from plumas_core.delivery.outbox import DeliveryFailed, ExternalId, OutboxRow
from plumas_core.shapes import shape

T = TypeVar("T")

PLATFORM = "console"

_REMEMBERED = 500
"""Messages whose content is kept in memory; that of older ones is read from the transcript."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A message as people in the channel see it; ``before`` is what it showed until now."""

    address: str
    reply: Reply
    mentions: tuple[str, ...]
    before: Reply | None


Show: TypeAlias = Callable[[Posted], None]


class ConsoleDeliverer:
    """Posts to a transcript; ``show`` is told of each content that a message is given."""

    def __init__(
        self,
        transcript: Path,
        show: Show,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._transcript = Transcript(transcript)
        self._show = show
        self._new_id = new_id
        self._contents: dict[str, Reply | None] = {}

    async def place(self, row: OutboxRow) -> ExternalId:
        """Post an empty message with the row's reference and mentions."""
        external = ExternalId(self._new_id())
        await self._append(
            {
                "id": external,
                "op": "place",
                "ref": row.ref,
                "home": row.home,
                "address": row.address,
                "mentions": [mention.name for mention in row.mentions],
            }
        )
        self._remember(external, None)
        return external

    async def edit(self, external: ExternalId, row: OutboxRow) -> None:
        """Put the row's content into the message; the same content again is not shown again."""
        before = await _at_the_file(lambda: self._content(external))
        content = shape(Reply).dump_python(row.reply, mode="json")
        await self._append({"id": external, "op": "edit", "content": content})
        self._remember(external, row.reply)
        if before != row.reply:
            names = tuple(mention.name for mention in row.mentions)
            self._show(Posted(row.address, row.reply, names, before))

    async def find_own(self, row: OutboxRow) -> ExternalId | None:
        """Look through the transcript for a message with the row's reference."""

        def find() -> ExternalId | None:
            for record in self._transcript.records():
                if record.get("op") == "place" and record.get("ref") == row.ref:
                    return ExternalId(str(record["id"]))
            return None

        return await _at_the_file(find)

    def _remember(self, external: ExternalId, content: Reply | None) -> None:
        self._contents[external] = content
        if len(self._contents) > _REMEMBERED:
            del self._contents[next(iter(self._contents))]

    def _content(self, external: ExternalId) -> Reply | None:
        """Return what a message shows now, also one that another process posted."""
        if external in self._contents:
            return self._contents[external]
        content: object = None
        for record in self._transcript.records():
            if record.get("op") == "edit" and record.get("id") == external:
                content = record.get("content")
        try:
            return None if content is None else shape(Reply).validate_python(content)
        except ValidationError:
            return None

    async def _append(self, record: Record) -> None:
        await _at_the_file(lambda: self._transcript.append(record))


async def _at_the_file(work: Callable[[], T]) -> T:
    """Do what touches the file, beside the event loop.

    Raises:
        DeliveryFailed: the file cannot be read or written.
    """
    try:
        return await asyncio.to_thread(work)
    except OSError as reason:
        raise DeliveryFailed(f"the transcript cannot be reached: {reason}") from reason
