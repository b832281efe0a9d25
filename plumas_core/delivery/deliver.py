"""Bringing the outbox's messages to their places, each exactly once as a person sees it.

A message goes out in two steps: a short one is posted (``placing``, then ``placed`` with the
platform's id), and its content is put in by an edit, which may be repeated. A death between the
post and its record is healed by looking for the post. Places are independent: one that fails
waits by itself while the others go on, and within a place messages keep their order.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial

import structlog
from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.clock import MINUTE, SECOND
from plumas_core.commands.reply import Note
from plumas_core.delivery.outbox import (
    DeliveryFailed,
    ExternalId,
    Mention,
    OutboxRow,
    PlaceLost,
)
from plumas_core.ids import encode
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.people import communities, identities, places

log = structlog.get_logger(__name__)

LEASE = 2 * MINUTE
CLAIM_LIMIT = 100
LATE = 10 * MINUTE
"""A message brought later than this says so."""
FIRST_RETRY = 2 * SECOND
LONGEST_RETRY = 10 * MINUTE
MOST_TRIES = 300
"""With the longest pause this is two days of trying, after which a message is given up."""


@dataclass(frozen=True, slots=True)
class _Claim:
    row: OutboxRow
    place_id: int
    state: str
    external: ExternalId | None
    revision: int
    fence: int
    tries: int


async def deliver_due(app: App) -> int:
    """Bring what is due; return how many messages were brought."""
    claims = await app.db.write(lambda c: _claim(app, c))
    by_place: dict[int, list[_Claim]] = defaultdict(list)
    for claim in claims:
        by_place[claim.place_id].append(claim)
    done = await asyncio.gather(*(_deliver_place(app, rows) for rows in by_place.values()))
    return sum(done)


def _claim(app: App, c: Connection) -> list[_Claim]:
    now = app.clock()
    platforms = tuple(app.outbox.deliverers)
    query = (
        select(outbox, places.c.platform, places.c.home, places.c.address, communities.c.locale)
        .join(places, places.c.id == outbox.c.place_id)
        .join(communities, communities.c.id == places.c.community_id, isouter=True)
        .where(
            outbox.c.state.in_(("due", "placing", "placed")),
            outbox.c.next_at <= now,
            (outbox.c.lease_until.is_(None)) | (outbox.c.lease_until <= now),
            places.c.platform.in_(platforms),
        )
        .order_by(outbox.c.id)
        .limit(CLAIM_LIMIT)
    )
    claims = []
    for found in c.execute(query).mappings().all():
        c.execute(
            update(outbox)
            .where(outbox.c.id == found["id"])
            .values(lease_by=app.worker, lease_until=now + LEASE, fence=outbox.c.fence + 1)
        )
        reply = app.outbox.decode(found["reply"])
        if now - found["due_at"] > LATE and not found["shown"]:
            late = Note(
                app.texts.text(found["locale"] or app.policy.default_locale, "late"), "late"
            )
            reply = replace(reply, blocks=(late, *reply.blocks))
        mentions = _mentions(c, app.outbox.decode_mentions(found["mentions"]), found["platform"])
        row = OutboxRow(
            id=found["id"],
            ref=encode(found["id"]),
            platform=found["platform"],
            home=found["home"],
            address=found["address"],
            reply=reply,
            mentions=mentions,
            created_at=found["created_at"],
        )
        external = ExternalId(found["external_id"]) if found["external_id"] else None
        claims.append(
            _Claim(
                row,
                found["place_id"],
                found["state"],
                external,
                found["revision"],
                found["fence"] + 1,
                found["tries"],
            )
        )
    return claims


def _mentions(c: Connection, members: tuple[int, ...], platform: str) -> tuple[Mention, ...]:
    if not members:
        return ()
    query = select(identities.c.external_id, identities.c.name).where(
        identities.c.member_id.in_(members), identities.c.platform == platform
    )
    return tuple(Mention(external, name) for external, name in c.execute(query))


async def _deliver_place(app: App, claims: list[_Claim]) -> int:
    """Bring one place's messages in order; the first that fails stops the ones behind it."""
    for done, claim in enumerate(claims):
        try:
            await _deliver(app, claim)
        except DeliveryFailed as reason:
            await app.db.write(partial(_failed, app, claim=claim, reason=reason))
            await app.db.write(partial(_release, claims=claims[done + 1 :]))
            return done
    return len(claims)


async def _deliver(app: App, claim: _Claim) -> None:
    deliverer = app.outbox.deliverers[claim.row.platform]
    external = claim.external
    if external is None and claim.state == "placing":
        external = await deliverer.find_own(claim.row)
    if external is None:
        await _change(app, claim, state="placing")
        app.crash_point("place:before")
        external = await deliverer.place(claim.row)
        app.crash_point("place:after")
    if claim.external is None:
        await _change(app, claim, state="placed", external_id=external)
    app.crash_point("edit:before")
    await deliverer.edit(external, claim.row)
    app.crash_point("edit:after")
    await app.db.write(lambda c: _shown(app, c, claim))


async def _change(app: App, claim: _Claim, **values: object) -> None:
    changed = await app.db.write(
        lambda c: (
            c.execute(
                update(outbox)
                .where(outbox.c.id == claim.row.id, outbox.c.fence == claim.fence)
                .values(**values)
            ).rowcount
        )
    )
    if not changed:
        raise DeliveryFailed("another process took this message over")


def _shown(app: App, c: Connection, claim: _Claim) -> None:
    """Record that the claimed content is in; a revision made meanwhile is still owed."""
    mine = (outbox.c.id == claim.row.id, outbox.c.fence == claim.fence)
    c.execute(
        update(outbox)
        .where(*mine)
        .values(shown=claim.revision, tries=0, error=None, lease_by=None, lease_until=None)
    )
    c.execute(
        update(outbox)
        .where(*mine, outbox.c.revision == claim.revision)
        .values(state="delivered", delivered_at=app.clock())
    )


def _failed(app: App, c: Connection, claim: _Claim, reason: DeliveryFailed) -> None:
    now = app.clock()
    lost = isinstance(reason, PlaceLost)
    pause = min(FIRST_RETRY * 2 ** min(claim.tries, 20), LONGEST_RETRY)
    if reason.retry_after is not None:
        pause = max(pause, int(reason.retry_after * SECOND))
    values: dict[str, object] = {
        "error": str(reason)[:500],
        "tries": outbox.c.tries + 1,
        "next_at": now + pause,
        "lease_by": None,
        "lease_until": None,
    }
    if lost or claim.tries + 1 >= MOST_TRIES:
        values["state"] = "failed"
    c.execute(
        update(outbox)
        .where(outbox.c.id == claim.row.id, outbox.c.fence == claim.fence)
        .values(**values)
    )
    if lost:
        c.execute(update(places).where(places.c.id == claim.place_id).values(lost_at=now))
    log.warning("message_not_delivered", ref=claim.row.ref, reason=str(reason), lost=lost)


def _release(c: Connection, claims: list[_Claim]) -> None:
    for claim in claims:
        c.execute(
            update(outbox)
            .where(outbox.c.id == claim.row.id, outbox.c.fence == claim.fence)
            .values(lease_by=None, lease_until=None)
        )
