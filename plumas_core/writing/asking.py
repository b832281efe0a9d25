"""Asking an AI writer for a text: who pays, what is held, and the row that the work hangs on."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from plumas_core.agents.service import Agent
from plumas_core.app import App
from plumas_core.catalog.estimate import estimate_cost
from plumas_core.catalog.models import Model
from plumas_core.clock import DAY
from plumas_core.credits.caps import Payer, caps_of, check_caps, payer_for_writing
from plumas_core.duels.rows import as_value
from plumas_core.problems import Problem
from plumas_core.storage.tables.work import writings

UNPAID = ("refused", "empty")
"""Reasons for which a text came to nothing although the model was called: the house pays those."""
MOST_UNPAID = 5
"""Such texts that one member may ask for in a day."""
PROMPT_LIMIT = 4_000
"""Characters of a member's wish."""


@dataclass(frozen=True, slots=True)
class Writing:
    """A text asked of an AI writer; a row of ``writings``."""

    id: int
    key: str
    member_id: int
    community_id: int
    place_id: int
    entry_id: int | None
    agent_id: int
    model_id: str
    prompt: str
    title: str | None
    text: str
    words: int
    max_words: int
    locale: str
    private: bool
    stopped: bool
    state: str
    reason: str | None
    hold_id: int | None
    payer: str
    created_at: int
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked for. ``entry_id``: the entry of a duel that the text is for."""

    member_id: int
    community_id: int
    place_id: int
    writer: Agent
    model: Model
    prompt: str
    title: str | None
    max_words: int
    locale: str
    private: bool
    entry_id: int | None = None


def ask(app: App, c: Connection, order: Order, key: str) -> Writing:
    """Write an order down and hold what it may cost; once for each ``key``.

    Raises:
        InsufficientCredits: neither the wallet nor the pool can pay.
        CapReached: a cap does not allow it.
        MissingPrice: the model has no price.
        Problem: the key was another order's.
    """
    known = c.execute(select(writings).where(writings.c.key == key)).mappings().first()
    if known is not None:
        first = as_value(Writing, known)
        if (first.member_id, first.prompt) != (order.member_id, order.prompt):
            raise Problem("event-reused")
        return first
    now = app.clock()
    amount = _likely_worst(app, order, key, now)
    payer = _allowed_payer(app, c, order, amount, now)
    writing_id = app.ids.new()
    hold = app.book.hold(
        c,
        payer=payer.account,
        amount=amount,
        key=f"{key}:writing",
        purpose="writing",
        work=f"writing:{writing_id}",
        community=order.community_id,
    )
    c.execute(
        insert(writings).values(
            id=writing_id,
            key=key,
            state="waiting",
            hold_id=hold,
            payer=payer.kind,
            created_at=now,
            **_ordered(order),
        )
    )
    return as_value(
        Writing,
        c.execute(select(writings).where(writings.c.id == writing_id)).mappings().one(),
    )


def _likely_worst(app: App, order: Order, key: str, now: int) -> int:
    """Return what the call is likely to cost at the worst, in picodollars."""
    request = app.studio.request(
        model_id=order.model.id,
        personality=order.writer.text(order.locale).personality,
        prompt=order.prompt,
        title=order.title,
        max_words=order.max_words,
        locale=order.locale,
        key=key,
        nonce_seed=key,
    )
    return estimate_cost(
        order.model,
        prompt_texts=(request.system or "", request.prompt),
        output_tokens=request.max_output_tokens,
        mode="single",
        at=now,
    )


def _allowed_payer(app: App, c: Connection, order: Order, amount: int, now: int) -> Payer:
    """Return who pays so much, after looking whether the caps allow it."""
    caps = caps_of(app.policy)
    check_caps(c, community=order.community_id, amount=amount, now=now, caps=caps)
    return payer_for_writing(
        c,
        app.book,
        member=order.member_id,
        community=order.community_id,
        amount=amount,
        now=now,
        caps=caps,
    )


def _ordered(order: Order) -> dict[str, object]:
    """Return the columns of ``writings`` that the order says."""
    return {
        "member_id": order.member_id,
        "community_id": order.community_id,
        "place_id": order.place_id,
        "entry_id": order.entry_id,
        "agent_id": order.writer.id,
        "agent_revision": order.writer.revision,
        "model_id": order.model.id,
        "prompt": order.prompt,
        "title": order.title,
        "max_words": order.max_words,
        "locale": order.locale,
        "private": order.private,
    }


def require_pause(app: App, c: Connection, member_id: int, key: str) -> None:
    """Check that a member is not being written for, and was not a moment ago.

    Raises:
        Problem: they are; the sentence says how long to wait.
    """
    mine = (
        writings.c.member_id == member_id,
        writings.c.entry_id.is_(None),
        writings.c.key != key,
    )
    busy = select(func.count()).where(*mine, writings.c.state.in_(("waiting", "writing")))
    if c.execute(busy).scalar_one():
        raise Problem("write-busy")
    billed = (writings.c.state == "done") | writings.c.reason.in_(UNPAID)
    today = (writings.c.created_at > app.clock() - DAY, writings.c.reason.in_(UNPAID))
    if c.execute(select(func.count()).where(*mine, *today)).scalar_one() >= MOST_UNPAID:
        raise Problem("write-refused-often", most=MOST_UNPAID)
    last = c.execute(select(func.max(writings.c.created_at)).where(*mine, billed)).scalar()
    wait = (last or 0) + app.policy.write_pause - app.clock()
    if wait > 0:
        raise Problem("write-pause", seconds=-(-wait // 1000))


def writing_by_id(c: Connection, writing_id: int) -> Writing | None:
    """Return a writing, or ``None``."""
    row = c.execute(select(writings).where(writings.c.id == writing_id)).mappings().first()
    return as_value(Writing, row) if row else None
