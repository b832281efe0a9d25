"""An AI writer at work: one call, streamed, paid by what it used.

A writing is claimed with a lease and a fence before it is sent. If the process dies while it is
under way, its cost is not known to us: after ``LEASE`` the hold is given back (what the provider
billed is the house's loss), a member's ``/write`` is told so, and a text for a duel is asked once
more.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import structlog
from sqlalchemy import Connection, func, insert, select, update

from plumas_core.app import App
from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.estimate import MESSAGE_TOKENS, likely_tokens
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price, require_price
from plumas_core.catalog.usage import Usage
from plumas_core.clock import MINUTE, SECOND
from plumas_core.duels.rows import as_value
from plumas_core.duels.texts import count_words
from plumas_core.ids import encode
from plumas_core.providers.errors import (
    ModelRetired,
    OutcomeUnknown,
    ProviderError,
    Unavailable,
)
from plumas_core.providers.interface import Completion, CompletionRequest
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.work import calls, writings
from plumas_core.writing.asking import Writing, writing_by_id
from plumas_core.writing.question import question
from plumas_core.writing.reading import BadText, BadTextReason, read_text
from plumas_core.writing.succession import hand_on

T = TypeVar("T")

log = structlog.get_logger(__name__)

LEASE = 5 * MINUTE
"""Renewed while text comes; a provider that is silent for longer is given up."""
CHECK_EVERY = 2 * SECOND
"""How often a stream renews its lease and looks whether it is to stop."""


@dataclass(frozen=True, slots=True)
class Written:
    """A finished text and what it cost (picodollars)."""

    writing: Writing
    cost: int


def claim(app: App, c: Connection, writing_id: int) -> Writing | None:
    """Claim a writing that waits, and write down the call that is about to be sent."""
    now = app.clock()
    wanted = (
        select(entries.c.id)
        .join(duels, duels.c.id == entries.c.duel_id)
        .where(entries.c.state == "writing", duels.c.state == "open")
    )
    claimed = c.execute(
        update(writings)
        .where(
            writings.c.id == writing_id,
            writings.c.state == "waiting",
            writings.c.entry_id.is_(None) | writings.c.entry_id.in_(wanted),
        )
        .values(
            state="writing",
            lease_by=app.worker,
            lease_until=now + LEASE,
            fence=writings.c.fence + 1,
        )
        .returning(writings)
    )
    row = claimed.mappings().first()
    if row is None:
        return None
    writing = as_value(Writing, row)
    model = app.catalog.get(writing.model_id)
    c.execute(
        insert(calls).values(
            id=app.ids.new(),
            kind="write",
            writing_id=writing.id,
            provider=model.provider if model else "",
            model_id=writing.model_id,
            mode="single",
            attempt=writing.fence,
            state="in_flight",
            hold_id=writing.hold_id,
            community_id=writing.community_id,
            member_id=writing.member_id,
            created_at=now,
        )
    )
    return writing


async def write(app: App, writing: Writing) -> AsyncIterator[str | Written]:
    """Ask a claimed writing's model; yield the text so far as it grows, and last the result.

    A model that its provider knows no more is switched off, and its successor is asked.

    Raises:
        ProviderError, MissingPrice: nothing was written; what was held has been given back.
    """
    following: Writing | None = writing
    while following is not None:
        try:
            async for piece in _write(app, following):
                yield piece
            return
        except ModelRetired as reason:
            log.warning("writing_without_model", writing=encode(writing.id), cause=str(reason))
            following = await app.db.write(partial(_hand_on, app, writing=following, reason=reason))
            if following is None:
                raise
        except OutcomeUnknown:
            await app.db.write(partial(give_back, app, writing=following, reason="unknown"))
            raise
        except (ProviderError, MissingPrice) as reason:
            log.warning("writing_failed", writing=encode(writing.id), cause=str(reason))
            await app.db.write(partial(give_back, app, writing=following, reason="provider"))
            raise


def _hand_on(app: App, c: Connection, *, writing: Writing, reason: ModelRetired) -> Writing | None:
    following = hand_on(app, c, writing, reason)
    if following is None:
        give_back(app, c, writing, "provider")
    return following


async def _write(app: App, writing: Writing) -> AsyncIterator[str | Written]:
    provider = app.providers.get_provider_for_model(writing.model_id)
    model = app.catalog.get(writing.model_id)
    if provider is None or model is None:
        raise Unavailable(f"{writing.model_id} has no provider now")
    if model.retired_at(app.clock()):
        raise ModelRetired(f"{writing.model_id} is retired")
    require_price(model, "single", writing.created_at)
    request = await app.db.read(lambda c: question(app, c, writing))
    text = ""
    completion: Completion | None = None
    checked_at = app.clock()
    app.crash_point("complete:before")
    # Closed at once when it is left early: a stop must end the provider's work, and its cost.
    async with closing(provider.stream(request)) as stream:
        async for piece in stream:
            if isinstance(piece, Completion):
                completion = piece
                break
            text += piece.text
            yield text
            if app.clock() - checked_at >= CHECK_EVERY:
                checked_at = app.clock()
                if await app.db.write(lambda c: _is_over(app, c, writing)):
                    break
    app.crash_point("complete:after")
    if completion is None:
        completion = Completion(text, _reckoned(model, request, text), "length")
    answer = completion
    yield await app.db.write(lambda c: _settle(app, c, writing, model, answer))


@asynccontextmanager
async def closing(stream: AsyncIterator[T]) -> AsyncIterator[AsyncIterator[T]]:
    """Close a stream on leaving, where it can be closed."""
    try:
        yield stream
    finally:
        if isinstance(stream, AsyncGenerator):
            await stream.aclose()


def _is_over(app: App, c: Connection, writing: Writing) -> bool:
    """Renew the lease; tell whether the member pressed stop, or the writing was taken away."""
    kept = c.execute(
        update(writings)
        .where(
            writings.c.id == writing.id,
            writings.c.fence == writing.fence,
            writings.c.state == "writing",
        )
        .values(lease_until=app.clock() + LEASE)
        .returning(writings.c.stopped)
    ).scalar()
    return kept is None or bool(kept)


def _reckoned(model: Model, request: CompletionRequest, text: str) -> Usage:
    """Return what a stopped call has likely used: a provider tells it only at the end."""
    prompt = sum(
        likely_tokens(model, part) + MESSAGE_TOKENS
        for part in (request.system or "", request.prompt)
    )
    return Usage(input=prompt, output=likely_tokens(model, text))


def _settle(
    app: App, c: Connection, writing: Writing, model: Model, completion: Completion
) -> Written:
    """Charge what was used, and keep the text if there is one.

    Without one (a refusal, an empty answer) the house pays what the call used, and the writing
    comes back as failed.
    """
    now = app.clock()
    usage = completion.usage
    cost = price(model, usage, "single", writing.created_at)
    mine = (writings.c.id == writing.id, writings.c.fence == writing.fence)
    found = read_text(completion.text, completion.stop)
    c.execute(
        update(calls)
        .where(calls.c.writing_id == writing.id, calls.c.attempt == writing.fence)
        .values(
            state="settled",
            input=usage.input,
            cached=usage.cached,
            cache_write_5m=usage.cache_write_5m,
            cache_write_1h=usage.cache_write_1h,
            output=usage.output,
            reasoning=usage.reasoning,
            cost=cost,
            settled_at=now,
        )
    )
    still = c.execute(select(func.count()).where(*mine, writings.c.state == "writing")).scalar_one()
    key = f"writing:{encode(writing.id)}:{writing.fence}"
    if isinstance(found, BadText) or not still or writing.hold_id is None:
        refused = isinstance(found, BadText) and found.reason is BadTextReason.REFUSED
        return _nothing(app, c, writing, cost, key, "refused" if refused else "empty")
    app.book.post(c, writing.hold_id or 0, cost, key)
    c.execute(
        update(writings)
        .where(*mine)
        .values(
            state="done",
            title=writing.title or found.title,
            text=found.text,
            words=count_words(found.text),
            finished_at=now,
            lease_by=None,
            lease_until=None,
        )
    )
    written = writing_by_id(c, writing.id)
    return Written(written or writing, cost)


def _nothing(
    app: App, c: Connection, writing: Writing, cost: int, key: str, reason: str
) -> Written:
    """End a writing that came to nothing: its payer gets all back, the house pays what it cost.

    The loss is drawn on the closed hold, so that it counts in its community's cap.
    """
    give_back(app, c, writing, reason)
    if cost and writing.hold_id is not None:
        app.book.draw(c, writing.hold_id, cost, f"{key}:lost")
    return Written(writing_by_id(c, writing.id) or writing, 0)


def give_back(app: App, c: Connection, writing: Writing, reason: str) -> None:
    """End a writing without a text: nothing is charged to whoever was to pay."""
    now = app.clock()
    ended = c.execute(
        update(writings)
        .where(
            writings.c.id == writing.id,
            writings.c.fence == writing.fence,
            writings.c.state.in_(("waiting", "writing")),
        )
        .values(state="failed", reason=reason, finished_at=now, lease_by=None, lease_until=None)
    )
    if not ended.rowcount:
        return
    c.execute(
        update(calls)
        .where(calls.c.writing_id == writing.id, calls.c.state == "in_flight")
        .values(state="failed", error=reason, settled_at=now)
    )
    if writing.hold_id is not None:
        app.book.void(c, writing.hold_id, f"writing:{encode(writing.id)}:back")
