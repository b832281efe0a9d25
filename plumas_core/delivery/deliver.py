"""Bringing the outbox's messages to their places, each exactly once as a person sees it.

A message goes out in two steps: a short one is posted (``placing``, then ``placed`` with the
platform's id), and its content is put in by an edit, which may be repeated. A death between the
post and its record is healed by looking for the post. Places are independent: one that fails
waits by itself while the others go on, and within a place messages keep their order: the oldest
that nobody has seen holds the others back until it is brought or given up. A message that our own
program fails at is given up after a few tries.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import structlog
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    bindparam,
    exists,
    select,
    update,
)
from sqlalchemy.engine import RowMapping

from plumas_core.app import App
from plumas_core.clock import MINUTE, SECOND
from plumas_core.commands.reply import Note
from plumas_core.delivery.losing import find_again, lose_place
from plumas_core.delivery.outbox import (
    MOST_FAULTS,
    MOST_TRIES,
    THREADED,
    DeliveryFailed,
    ExternalId,
    Mention,
    OutboxRow,
    PlaceLost,
)
from plumas_core.ids import encode
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.people import communities, identities, places
from plumas_core.storage.tables.people import members as people

log = structlog.get_logger(__name__)

LEASE = 2 * MINUTE
CLAIM_LIMIT = 100
LATE = 10 * MINUTE
"""A message brought later than this says so."""
FIRST_RETRY = 2 * SECOND
LONGEST_RETRY = 10 * MINUTE
_OWED = ("due", "placing", "placed")

_OLDER = outbox.alias("older")


@dataclass(frozen=True, slots=True)
class _Claim:
    """A message that is ours to bring; without ``row``, what is stored of it cannot be read."""

    id: int
    row: OutboxRow | None
    place_id: int
    place_lost: bool
    state: str
    external: ExternalId | None
    revision: int
    fence: int
    tries: int
    faults: int


class _Unreadable(Exception):
    """What is stored of a message cannot be read; the cause was logged when it was claimed."""


async def deliver_due(app: App) -> int:
    """Bring what is due; return how many messages were brought."""
    claims = await app.db.write(lambda c: _claim(app, c))
    by_place: dict[int, list[_Claim]] = defaultdict(list)
    for claim in claims:
        by_place[claim.place_id].append(claim)
    ended = await asyncio.gather(
        *(_deliver_place(app, rows) for rows in by_place.values()), return_exceptions=True
    )
    return sum(_count(app, end) for end in ended)


def _count(app: App, end: int | BaseException) -> int:
    """Return how many messages a place was brought; what broke it off is for the log."""
    if isinstance(end, int):
        return end
    if not isinstance(end, Exception):
        raise end
    log.error("place_broke_off", reference=encode(app.ids.new()), exc_info=end)
    return 0


def _claim(app: App, c: Connection) -> list[_Claim]:
    now = app.clock()
    due = {"now": now, "platforms": list(app.outbox.deliverers)}
    found = c.execute(_due(), due).mappings().all()
    if not found:
        return []
    c.execute(
        update(outbox)
        .where(outbox.c.id.in_([one["id"] for one in found]))
        .values(lease_by=app.worker, lease_until=now + LEASE, fence=outbox.c.fence + 1)
    )
    return [_as_claim(app, c, one) for one in found]


@cache
def _due() -> Select[Any]:
    """Select what is due ``:now`` on ``:platforms``, oldest first, and what its place needs."""
    now: BindParameter[int] = bindparam("now")
    return (
        select(
            outbox,
            places.c.platform,
            places.c.home,
            places.c.address,
            places.c.lost_at,
            communities.c.locale,
        )
        .join(places, places.c.id == outbox.c.place_id)
        .join(communities, communities.c.id == places.c.community_id, isouter=True)
        .where(
            outbox.c.state.in_(_OWED),
            outbox.c.next_at <= now,
            (outbox.c.lease_until.is_(None)) | (outbox.c.lease_until <= now),
            places.c.platform.in_(bindparam("platforms", expanding=True)),
            (outbox.c.shown > 0) | ~_held_back(now),
        )
        .order_by(outbox.c.id)
        .limit(CLAIM_LIMIT)
    )


def _held_back(now: BindParameter[Any]) -> ColumnElement[bool]:
    """Tell whether an older message of the place, not seen yet, waits or is being brought."""
    return exists(
        select(_OLDER.c.id).where(
            _OLDER.c.place_id == outbox.c.place_id,
            _OLDER.c.state.in_(_OWED),
            _OLDER.c.shown == 0,
            _OLDER.c.id < outbox.c.id,
            (_OLDER.c.next_at > now) | (_OLDER.c.lease_until > now),
        )
    )


def _as_claim(app: App, c: Connection, found: RowMapping) -> _Claim:
    row: OutboxRow | None = None
    try:
        row = _as_row(app, c, found)
    except Exception as fault:
        log.error(
            "message_unreadable",
            ref=encode(found["id"]),
            reference=encode(app.ids.new()),
            exc_info=fault,
        )
    return _Claim(
        id=found["id"],
        row=row,
        place_id=found["place_id"],
        place_lost=found["lost_at"] is not None,
        state=found["state"],
        external=ExternalId(found["external_id"]) if found["external_id"] else None,
        revision=found["revision"],
        fence=found["fence"] + 1,
        tries=found["tries"],
        faults=found["faults"],
    )


def _as_row(app: App, c: Connection, found: RowMapping) -> OutboxRow:
    reply = app.outbox.decode(found["reply"])
    if found["platform"] not in THREADED:
        reply = replace(reply, thread=None)
    if app.clock() - found["due_at"] > LATE and not found["shown"]:
        locale = found["locale"] or app.policy.default_locale
        reply = replace(reply, blocks=(Note(app.texts.text(locale, "late"), "late"), *reply.blocks))
    return OutboxRow(
        id=found["id"],
        ref=encode(found["id"]),
        platform=found["platform"],
        home=found["home"],
        address=found["address"],
        reply=reply,
        mentions=_mentions(c, app.outbox.decode_mentions(found["mentions"]), found["platform"]),
        created_at=found["created_at"],
    )


def _mentions(c: Connection, members: tuple[int, ...], platform: str) -> tuple[Mention, ...]:
    """Return the accounts to notify, without those of members who do not want it."""
    if not members:
        return ()
    query = (
        select(identities.c.external_id, identities.c.name)
        .join(people, people.c.id == identities.c.member_id)
        .where(
            identities.c.member_id.in_(members),
            identities.c.platform == platform,
            people.c.mentioned.is_(True),
        )
    )
    return tuple(Mention(external, name) for external, name in c.execute(query))


async def _deliver_place(app: App, claims: list[_Claim]) -> int:
    """Bring one place's messages in order; the first that fails stops the ones behind it."""
    for done, claim in enumerate(claims):
        try:
            await _deliver(app, claim)
        except DeliveryFailed as reason:
            await app.db.write(partial(_failed, app, claim=claim, reason=reason))
        except Exception as fault:  # noqa: BLE001  # whatever it is, the other messages go on
            await app.db.write(partial(_faulty, app, claim=claim, fault=fault))
        else:
            continue
        await app.db.write(partial(_release, claims=claims[done + 1 :]))
        return done
    return len(claims)


async def _deliver(app: App, claim: _Claim) -> None:
    row = claim.row
    if row is None:
        raise _Unreadable("what is stored of the message cannot be read")
    deliverer = app.outbox.deliverers[row.platform]
    external = claim.external
    if external is None and claim.state == "placing":
        external = await deliverer.find_own(row)
        row = replace(row, unsure=True)
    if external is None:
        await _change(app, claim, state="placing")
        app.crash_point("place:before")
        external = await deliverer.place(row)
        app.crash_point("place:after")
    if claim.external is None:
        await _change(app, claim, state="placed", external_id=external)
    app.crash_point("edit:before")
    await deliverer.edit(external, row)
    app.crash_point("edit:after")
    await app.db.write(lambda c: _shown(app, c, claim))


async def _change(app: App, claim: _Claim, **values: object) -> None:
    changed = await app.db.write(
        lambda c: c.execute(update(outbox).where(*_mine(claim)).values(**values)).rowcount
    )
    if not changed:
        raise DeliveryFailed("another process took this message over")


def _mine(claim: _Claim) -> Iterable[ColumnElement[bool]]:
    return (outbox.c.id == claim.id, outbox.c.fence == claim.fence)


def _shown(app: App, c: Connection, claim: _Claim) -> None:
    """Record that the claimed content is in; a revision made meanwhile is still owed."""
    c.execute(
        update(outbox)
        .where(*_mine(claim))
        .values(
            shown=claim.revision, tries=0, faults=0, error=None, lease_by=None, lease_until=None
        )
    )
    c.execute(
        update(outbox)
        .where(*_mine(claim), outbox.c.revision == claim.revision)
        .values(state="delivered", delivered_at=app.clock())
    )
    if claim.place_lost:
        find_again(app, c, claim.place_id)


def _failed(app: App, c: Connection, claim: _Claim, reason: DeliveryFailed) -> None:
    """Put a message off that its platform did not take, or give it up.

    Where the place is lost, those learn of it whom it helps to know.
    """
    now = app.clock()
    lost = isinstance(reason, PlaceLost)
    pause = _pause(claim)
    if reason.retry_after is not None:
        pause = max(pause, int(reason.retry_after * SECOND))
    _put_off(c, claim, str(reason), now + pause, given_up=lost or claim.tries + 1 >= MOST_TRIES)
    if reason.sure and claim.state == "due":
        c.execute(
            update(outbox).where(*_mine(claim), outbox.c.state == "placing").values(state="due")
        )
    if lost:
        lose_place(app, c, claim.place_id, str(reason))
    log.warning("message_not_delivered", ref=encode(claim.id), reason=str(reason), lost=lost)


def _faulty(app: App, c: Connection, claim: _Claim, fault: Exception) -> None:
    """Put a message off that our own program failed at; the operator finds the cause in the log."""
    reference = encode(app.ids.new())
    log.error("message_faulty", ref=encode(claim.id), reference=reference, exc_info=fault)
    why = f"{type(fault).__name__}, reference {reference}"
    given_up = claim.faults + 1 >= MOST_FAULTS
    _put_off(
        c,
        claim,
        why,
        app.clock() + _pause(claim),
        given_up=given_up,
        faults=outbox.c.faults + 1,
    )


def _pause(claim: _Claim) -> int:
    return min(FIRST_RETRY << min(claim.tries, 20), LONGEST_RETRY)


def _put_off(
    c: Connection, claim: _Claim, why: str, next_at: int, *, given_up: bool, **values: object
) -> None:
    if given_up:
        values["state"] = "failed"
    c.execute(
        update(outbox)
        .where(*_mine(claim))
        .values(
            error=why[:500],
            tries=outbox.c.tries + 1,
            next_at=next_at,
            lease_by=None,
            lease_until=None,
            **values,
        )
    )


def _release(c: Connection, claims: list[_Claim]) -> None:
    for claim in claims:
        c.execute(update(outbox).where(*_mine(claim)).values(lease_by=None, lease_until=None))
