"""What ``plumas doctor`` checks of the work under way: ledger, pools, places, messages, batches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, func, select

from bot.findings import Finding, Patient, moment, named
from plumas_core.clock import DAY, HOUR
from plumas_core.credits.audit import audit
from plumas_core.ids import encode
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.ledger import accounts
from plumas_core.storage.tables.people import communities, places
from plumas_core.storage.tables.work import batches

EMPTY: Final = CREDIT
"""With less than this available, a pool cannot pay for the judging of one text."""

RECENT: Final = 7 * DAY
OVERDUE: Final = HOUR
BATCH_PROMISE: Final = DAY
"""Providers finish a batch within a day, or let it expire."""


def ledger(patient: Patient) -> Iterator[Finding]:
    """Prove the ledger."""
    report = patient.read(lambda c: audit(c, patient.now))
    if report.ok:
        yield Finding("ledger", "ok", f"whole: {report.checked['transfers']} transfers add up")
    else:
        todo = "stop the program, keep a copy of the database, and see docs/troubleshooting.md"
        yield Finding("ledger", "failed", named(report.findings), todo)


def pools(patient: Patient) -> Iterator[Finding]:
    """Look for communities whose pool cannot pay for anything."""
    available = accounts.c.balance - accounts.c.held
    query = (
        select(communities.c.name)
        .join(accounts, (accounts.c.owner == communities.c.id) & (accounts.c.kind == "pool"))
        .where(available < EMPTY, communities.c.merged_into.is_(None))
        .order_by(communities.c.name)
    )
    empty = patient.read(lambda c: list(c.execute(query).scalars()))
    if empty:
        yield Finding(
            "pools",
            "attention",
            f"nothing left for {named(empty)}",
            "in chat there: /grant 500 pool",
        )
    else:
        yield Finding("pools", "ok", "every community has credits")


def approved(patient: Patient) -> Iterator[Finding]:
    """Look for communities that nobody approved, and places that were lost."""
    waiting = (
        select(communities.c.name, places.c.platform)
        .join(communities, communities.c.id == places.c.community_id)
        .where(communities.c.approved.is_(False), places.c.lost_at.is_(None))
        .distinct()
        .order_by(communities.c.name)
    )
    lost = (
        select(places.c.platform, places.c.address)
        .where(places.c.lost_at > patient.now - RECENT)
        .order_by(places.c.lost_at)
    )
    names = patient.read(lambda c: [f"{row.name} ({row.platform})" for row in c.execute(waiting)])
    gone = patient.read(lambda c: [f"{row.platform} {row.address}" for row in c.execute(lost)])
    if names:
        says = f"waiting for the operator's word: {named(names)}"
        yield Finding("places", "attention", says, "send /approve there, or leave them be")
    if gone:
        says = f"no longer to be written to: {named(gone)}"
        yield Finding("places", "attention", says, "give the bot its rights there again")
    if not names and not gone:
        yield Finding("places", "ok", "every place is approved and can be written to")


def messages(patient: Patient) -> Iterator[Finding]:
    """Look for messages that were given up, or that should have been brought long ago."""

    def look(c: Connection) -> tuple[list[str], int]:
        failed = select(outbox.c.id, outbox.c.error).where(
            outbox.c.state == "failed", outbox.c.due_at > patient.now - RECENT
        )
        late = select(func.count()).where(
            outbox.c.state.in_(("due", "placing", "placed")),
            outbox.c.due_at < patient.now - OVERDUE,
        )
        lines = [f"{encode(row.id)}: {row.error or 'no reason'}" for row in c.execute(failed)]
        return lines, int(c.execute(late).scalar_one())

    failed, late = patient.read(look)
    if failed:
        says = f"{len(failed)} messages of the last week were given up: {named(failed)}"
        yield Finding("messages", "attention", says, "give the bot its rights in those channels")
    if late:
        says = f"{late} messages have been due for more than an hour"
        yield Finding("messages", "attention", says, "see that `plumas run` runs, and its log")
    if not failed and not late:
        yield Finding("messages", "ok", "all that was due has been brought")


def waiting_batches(patient: Patient) -> Iterator[Finding]:
    """Look for batches whose fate is unknown, and for those that take longer than promised."""
    query = (
        select(batches.c.id, batches.c.provider, batches.c.state, batches.c.created_at)
        .where(batches.c.state.not_in(("settled", "failed", "expired")))
        .order_by(batches.c.id)
    )
    open_now = patient.read(lambda c: c.execute(query).all())
    unknown = [f"{encode(row.id)} ({row.provider})" for row in open_now if row.state == "unknown"]
    late = [
        f"{encode(row.id)} ({row.provider}, since {moment(row.created_at)})"
        for row in open_now
        if row.created_at < patient.now - BATCH_PROMISE
    ]
    if unknown:
        says = f"sent without an answer, and looked for at the provider: {named(unknown)}"
        todo = "nothing, unless it stays so: then see the provider's own list of batches"
        yield Finding("batches", "attention", says, todo)
    if late:
        says = f"under way for more than a day: {named(late)}"
        todo = "see that `plumas run` runs, and the provider's status page"
        yield Finding("batches", "attention", says, todo)
    if not unknown and not late:
        yield Finding("batches", "ok", f"{len(open_now)} under way")
