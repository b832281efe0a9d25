"""Texts coming into a duel, being replaced and taken back.

Judging is paid entry by entry: when a text enters, what reading it may cost is held from the
community's pool, or from its author's wallet where the author says so. A text that nobody pays
for yet is kept as ``unfunded`` and joins as soon as somebody does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Connection, delete, func, insert, select, update

from plumas_core.app import App
from plumas_core.credits.caps import caps_of, check_caps
from plumas_core.credits.errors import CapReached, InsufficientCredits
from plumas_core.duels.card import revise_card
from plumas_core.duels.costs import judging_hold
from plumas_core.duels.rows import (
    Duel,
    Entry,
    as_value,
    current,
    duel_by_id,
    entries_of,
    entry_by_id,
    seats_of,
    twins,
)
from plumas_core.duels.texts import clean_text, count_words, require_text, text_digest
from plumas_core.judging.steering import scan
from plumas_core.problems import Problem
from plumas_core.storage.tables.agents import agents
from plumas_core.storage.tables.duels import entries, open_forms
from plumas_core.storage.tables.ledger import accounts, holds
from plumas_core.storage.tables.people import members
from plumas_core.storage.tables.work import writings

TITLE_LIMIT = 120
MOST_VERSIONS = 30
"""Texts that one member may enter into one duel, replaced ones included."""
HOLDING = ("entered", "unfunded", "writing")
"""States of an entry that take one of the duel's places."""

Payer = Literal["pool", "wallet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A member's text on its way into a duel."""

    member_id: int
    byline: str
    locale: str
    title: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a submission. ``hold``: picodollars held, or needed if not ``funded``.

    ``capped``: it is not funded because of a cap, and not for want of credits.
    """

    entry: Entry
    hold: int
    funded: bool
    replaced: bool = False
    capped: bool = False


def open_form(app: App, c: Connection, duel: Duel, member_id: int) -> None:
    """Note that a member has the entry form of a duel before them.

    Raises:
        Problem: the duel does not take texts any more.
    """
    require_open(app, c, duel, member_id)
    c.execute(
        delete(open_forms).where(
            open_forms.c.duel_id == duel.id, open_forms.c.member_id == member_id
        )
    )
    c.execute(
        insert(open_forms).values(duel_id=duel.id, member_id=member_id, opened_at=app.clock())
    )


def require_open(app: App, c: Connection, duel: Duel, member_id: int) -> None:
    """Check that a duel takes texts, or this member's, whose form was open at the close.

    Raises:
        Problem: it does not.
    """
    if duel.state != "open":
        raise Problem("duel-not-open", number=duel.number)
    now = app.clock()
    if now < duel.ends_at:
        return
    opened = c.execute(
        select(open_forms.c.opened_at).where(
            open_forms.c.duel_id == duel.id,
            open_forms.c.member_id == member_id,
            open_forms.c.opened_at < duel.ends_at,
        )
    ).scalar()
    if opened is None or now >= duel.ends_at + app.policy.entry_grace:
        raise Problem("duel-closed", number=duel.number)


def enter(app: App, c: Connection, duel: Duel, submission: Submission, key: str) -> Entered:
    """Bring a member's text into a duel, in place of their earlier one if they have no more room.

    Raises:
        Problem: the duel is closed or full, or the text does not fit its rules.
        MissingPrice: a judge's model has no price.
    """
    duel = current(c, duel)
    known = c.execute(select(entries).where(entries.c.key == key)).mappings().first()
    if known is not None:
        entry = as_value(Entry, known)
        same_text = entry.text == clean_text(submission.text)
        if entry.member_id != submission.member_id or not same_text:
            raise Problem("event-reused")
        return _as_it_stands(app, c, duel, entry)
    require_open(app, c, duel, submission.member_id)
    text = require_text(submission.text, duel.max_words)
    title = _title(submission.title)
    _refuse_own_judge(c, duel, submission.member_id)
    written_by = _written_by_ai(c, submission.member_id, text)
    _refuse_too_often(c, duel, submission.member_id)
    earlier = _to_replace(c, duel, submission.member_id)
    _require_room(app, c, duel, earlier, by_ai=written_by is not None)
    payer = _payer_of(c, earlier)
    if earlier is not None:
        leave(app, c, earlier, "replaced", key)
    entry_id = app.ids.new()
    c.execute(
        insert(entries).values(
            id=entry_id,
            key=key,
            duel_id=duel.id,
            state="unfunded",
            kind="ai" if written_by else "human",
            member_id=submission.member_id,
            agent_id=written_by.agent_id if written_by else None,
            byline=submission.byline,
            model_id=written_by.model_id if written_by else None,
            family=_family(app, written_by.model_id) if written_by else None,
            title=title,
            text=text,
            digest=text_digest(text),
            words=count_words(text),
            locale=submission.locale,
            flags=",".join(_flags(c, duel, submission, text)),
            created_at=app.clock(),
        )
    )
    _agree(app, c, submission.member_id)
    c.execute(
        delete(open_forms).where(
            open_forms.c.duel_id == duel.id, open_forms.c.member_id == submission.member_id
        )
    )
    entered = _try_fund(app, c, duel, _entry(c, entry_id), payer, key)
    if not entered.funded and earlier is not None and earlier.state == "entered":
        # Undone as a whole: better the text that is paid for than none.
        raise Problem("entry-replace-unfunded")
    revise_card(app, c, duel.id)
    return replace(entered, replaced=earlier is not None)


def pay_entry(app: App, c: Connection, entry: Entry, member_id: int, key: str) -> Entered:
    """Let the author, or else the pool, pay for the judging of an entry that waits for it.

    Raises:
        Problem: it is not theirs, or it does not wait any more.
        InsufficientCredits: the payer has too little.
        CapReached: a cap does not allow it.
    """
    duel = duel_by_id(c, entry.duel_id)
    if duel is None or entry.member_id != member_id:
        raise Problem("entry-not-yours")
    if entry.state == "entered":
        return Entered(entry, 0, funded=True)
    if entry.state != "unfunded" or duel.state != "open":
        raise Problem("entry-over")
    try:
        hold = fund_entry(app, c, duel, entry, "wallet", key)
    except InsufficientCredits as wallet_empty:
        try:
            hold = fund_entry(app, c, duel, entry, "pool", key)
        except InsufficientCredits:
            raise wallet_empty from None
    revise_card(app, c, duel.id)
    return Entered(_entry(c, entry.id), hold, funded=True)


def fund_waiting(app: App, c: Connection, duel: Duel) -> int:
    """Let texts join that the pool can pay for by now, oldest first; return how many did."""
    joined = 0
    for entry in entries_of(c, duel.id, "unfunded"):
        joined += _try_fund(app, c, duel, entry, "pool", f"entry:{entry.id}:later").funded
    if joined:
        revise_card(app, c, duel.id)
    return joined


def fund_entry(app: App, c: Connection, duel: Duel, entry: Entry, payer: Payer, key: str) -> int:
    """Hold what reading an entry may cost, and let it join; return what was held.

    Raises:
        InsufficientCredits: the payer has too little.
        CapReached: a cap does not allow it.
        MissingPrice: a judge's model has no price.
    """
    amount = judging_hold(app, duel, seats_of(c, duel.id), entry.text, entry.title)
    check_caps(
        c, community=duel.community_id, amount=amount, now=app.clock(), caps=caps_of(app.policy)
    )
    account = (
        app.book.wallet(c, entry.member_id)
        if payer == "wallet" and entry.member_id is not None
        else app.book.pool(c, duel.community_id)
    )
    hold = app.book.hold(
        c,
        payer=account,
        amount=amount,
        key=f"{key}:judging:{payer}",
        purpose="judging",
        work=f"entry:{entry.id}",
        community=duel.community_id,
    )
    c.execute(
        update(entries)
        .where(entries.c.id == entry.id)
        .values(state="entered", hold_id=hold, entered_at=app.clock())
    )
    return amount


def entries_to_withdraw(c: Connection, duel: Duel, member_id: int) -> list[Entry]:
    """Return the texts that a member may take out of a duel, the newest first.

    They are the member's own, and guests that the member invited.
    """
    mine = (
        select(entries)
        .where(
            entries.c.duel_id == duel.id,
            entries.c.member_id == member_id,
            entries.c.state.in_(HOLDING),
        )
        .order_by(entries.c.created_at.desc(), entries.c.id.desc())
    )
    return [as_value(Entry, row) for row in c.execute(mine).mappings()]


def withdraw(app: App, c: Connection, duel: Duel, entry: Entry, key: str) -> None:
    """Take a text out of an open duel and give back what was held for it.

    Raises:
        Problem: the duel is closed.
    """
    if current(c, duel).state != "open":
        raise Problem("duel-not-open", number=duel.number)
    leave(app, c, entry, "withdrawn", key)
    revise_card(app, c, duel.id)


def leave(app: App, c: Connection, entry: Entry, state: str, key: str) -> None:
    """Take an entry out of its duel: its guest stops writing, and what is held returns."""
    c.execute(update(entries).where(entries.c.id == entry.id).values(state=state))
    release(app, c, entry, f"{key}:{entry.id}:{state}")


def release(app: App, c: Connection, entry: Entry, key: str) -> None:
    """Give back what is held for an entry, and stop the writing of its text."""
    held = select(holds.c.id).where(holds.c.id == entry.hold_id, holds.c.state == "open")
    for hold in c.execute(held).scalars().all():
        app.book.void(c, hold, key)
    waiting = (writings.c.entry_id == entry.id, writings.c.state == "waiting")
    for hold in c.execute(select(writings.c.hold_id).where(*waiting)).scalars().all():
        app.book.void(c, hold, f"{key}:writing")
    c.execute(
        update(writings)
        .where(*waiting)
        .values(state="failed", reason="dropped", finished_at=app.clock())
    )
    c.execute(
        update(writings)
        .where(writings.c.entry_id == entry.id, writings.c.state == "writing")
        .values(stopped=True)
    )


def _try_fund(app: App, c: Connection, duel: Duel, entry: Entry, payer: Payer, key: str) -> Entered:
    try:
        hold = fund_entry(app, c, duel, entry, payer, key)
    except (InsufficientCredits, CapReached) as reason:
        needed = judging_hold(app, duel, seats_of(c, duel.id), entry.text, entry.title)
        capped = isinstance(reason, CapReached)
        return Entered(entry, needed, funded=False, capped=capped)
    return Entered(_entry(c, entry.id), hold, funded=True)


def _as_it_stands(app: App, c: Connection, duel: Duel, entry: Entry) -> Entered:
    """Return what became of a submission that came before.

    Raises:
        Problem: it is not in the duel any more.
    """
    if entry.state == "entered":
        return Entered(entry, 0, funded=True)
    if entry.state != "unfunded":
        raise Problem("entry-over")
    needed = judging_hold(app, duel, seats_of(c, duel.id), entry.text, entry.title)
    return Entered(entry, needed, funded=False)


def _payer_of(c: Connection, entry: Entry | None) -> Payer:
    """Return who pays for an entry, so that its replacement is paid alike."""
    if entry is None or entry.hold_id is None:
        return "pool"
    kind = c.execute(
        select(accounts.c.kind)
        .join(holds, holds.c.account == accounts.c.id)
        .where(holds.c.id == entry.hold_id)
    ).scalar()
    return "wallet" if kind == "wallet" else "pool"


def _refuse_too_often(c: Connection, duel: Duel, member_id: int) -> None:
    """Bound how often one member can enter into one duel: each time costs the others' time."""
    count = select(func.count()).where(
        entries.c.duel_id == duel.id,
        entries.c.member_id == member_id,
        entries.c.guest.is_(False),
    )
    if c.execute(count).scalar_one() >= MOST_VERSIONS:
        raise Problem("entry-too-often", most=MOST_VERSIONS)


def _entry(c: Connection, entry_id: int) -> Entry:
    entry = entry_by_id(c, entry_id)
    if entry is None:
        raise RuntimeError("an entry that was just written down is not found")
    return entry


def _title(title: str | None) -> str | None:
    if title is None:
        return None
    cleaned = " ".join(clean_text(title).split())
    if len(cleaned) > TITLE_LIMIT:
        raise Problem("title-long", limit=TITLE_LIMIT)
    return cleaned or None


def _refuse_own_judge(c: Connection, duel: Duel, member_id: int) -> None:
    """A member whose own judge sits on the panel cannot enter."""
    owners = select(agents.c.owner_id).where(
        agents.c.id.in_([seat.agent_id for seat in seats_of(c, duel.id)])
    )
    if member_id in set(c.execute(owners).scalars()):
        raise Problem("entry-own-judge")


@dataclass(frozen=True, slots=True)
class _WrittenBy:
    agent_id: int
    model_id: str


def _written_by_ai(c: Connection, member_id: int, text: str) -> _WrittenBy | None:
    """Return who wrote the text if ``/write`` wrote it for this member, now or long ago."""
    written = select(writings.c.agent_id, writings.c.model_id).where(
        writings.c.member_id == member_id, writings.c.state == "done", writings.c.text == text
    )
    entered = select(entries.c.agent_id, entries.c.model_id).where(
        entries.c.member_id == member_id, entries.c.kind == "ai", entries.c.text == text
    )
    found = c.execute(written).first() or c.execute(entered).first()
    return _WrittenBy(*found) if found else None


def _family(app: App, model_id: str) -> str | None:
    model = app.catalog.get(model_id)
    return model.family if model else None


def _to_replace(c: Connection, duel: Duel, member_id: int) -> Entry | None:
    mine = (
        select(entries)
        .where(
            entries.c.duel_id == duel.id,
            entries.c.member_id == member_id,
            entries.c.state.in_(HOLDING),
            entries.c.guest.is_(False),
        )
        .order_by(entries.c.created_at.desc(), entries.c.id.desc())
    )
    found = [as_value(Entry, row) for row in c.execute(mine).mappings()]
    return found[0] if len(found) >= duel.entries_per_member else None


def _require_room(
    app: App, c: Connection, duel: Duel, earlier: Entry | None, *, by_ai: bool
) -> None:
    """Refuse a text for which there is no place, besides that of the one which it replaces."""
    query = (
        select(entries.c.kind, func.count())
        .where(
            entries.c.duel_id == duel.id,
            entries.c.state.in_(HOLDING),
            entries.c.id != (earlier.id if earlier else 0),
        )
        .group_by(entries.c.kind)
    )
    counts: dict[str, int] = dict(c.execute(query).all())
    if sum(counts.values()) >= duel.max_entries:
        raise Problem("duel-full", most=duel.max_entries)
    if by_ai and counts.get("ai", 0) >= app.policy.ai_entries:
        raise Problem("duel-ai-full", most=app.policy.ai_entries)


def _flags(c: Connection, duel: Duel, submission: Submission, text: str) -> list[str]:
    """Return what the host should know of a text: it steers judges, or stands elsewhere here."""
    flags = ["steering"] if scan(submission.text) else []
    query = twins(duel.community_id, submission.member_id, text)
    if c.execute(query.limit(1)).first() is not None:
        flags.append("copy")
    return flags


def _agree(app: App, c: Connection, member_id: int) -> None:
    """Record when the author first agreed that entered texts go to the AI providers."""
    c.execute(
        update(members)
        .where(members.c.id == member_id, members.c.agreed_at.is_(None))
        .values(agreed_at=app.clock())
    )
