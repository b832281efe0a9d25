"""``/give`` and ``/grant``: credits from one account to another."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, exists, select

from plumas_core.app import App
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Reply, Text, fields
from plumas_core.commands.spec import (
    Audience,
    CommandSpec,
    CreditsParam,
    RefParam,
    Request,
    TextParam,
)
from plumas_core.credits.money import show, show_available
from plumas_core.ids import encode
from plumas_core.linking.money import present_owner
from plumas_core.operations import record
from plumas_core.problems import Problem
from plumas_core.storage.tables.ledger import accounts
from plumas_core.storage.tables.people import identities, memberships, places

POOL = ("pool", "fondo")
"""What the community's pool is called in place of a member's name."""
REASON_LIMIT = 200


@dataclass(frozen=True, slots=True)
class GiveArgs:
    """What ``/give`` takes: picodollars, and a member's name or ``pool``.

    ``source``: ``pool``, for an admin who gives out of it.
    """

    amount: int
    wallet: str
    source: str | None = None


@dataclass(frozen=True, slots=True)
class GrantArgs:
    """What ``/grant`` takes; an amount below zero takes credits back."""

    amount: int
    wallet: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Side:
    account: int
    name: str


async def give(app: App, request: Request[GiveArgs]) -> Reply:
    """Move credits of one's own, or for an admin the pool's."""
    args = request.args
    if args.amount <= 0:
        raise Problem("credits-not-above-zero")

    def work(c: Connection) -> Reply:
        source = _source(app, c, request)
        before = handled_before(c, request)
        if before is not None:
            target = _given_to(app, c, before, request.locale)
            return _moved(app, c, request.locale, "give-done", args.amount, target, source.account)
        target = side(app, c, request.community.id, args.wallet, request.locale)
        if source.account == target.account:
            raise Problem("give-self")
        app.book.transfer(
            c,
            debit=source.account,
            credit=target.account,
            amount=args.amount,
            key=f"{request.key}:give",
            purpose="gift",
        )
        remember(app, c, request, target.account)
        if args.source is not None:
            detail = f"{args.amount} to {target.account}"
            record(app, c, request.member.id, request.community.id, "give from pool", detail)
        return _moved(app, c, request.locale, "give-done", args.amount, target, source.account)

    return await app.db.write(work)


def _source(app: App, c: Connection, request: Request[GiveArgs]) -> _Side:
    if request.args.source is None:
        return _Side(app.book.wallet(c, request.member.id), request.member.name)
    if request.args.source.strip().casefold() not in POOL:
        raise Problem("give-source")
    if request.audience < Audience.ADMIN:
        raise Problem("denied-admin")
    pool = app.book.pool(c, request.community.id)
    return _Side(pool, app.texts.text(request.locale, "the-pool"))


async def grant(app: App, request: Request[GrantArgs]) -> Reply:
    """Make new credits for a member or the pool, or take them back."""
    args = request.args
    if args.amount == 0:
        raise Problem("credits-not-above-zero")

    def work(c: Connection) -> Reply:
        back = args.amount < 0
        key = "grant-back" if back else "grant-done"
        before = handled_before(c, request)
        if before is not None:
            target = _given_to(app, c, before, request.locale)
            return _moved(app, c, request.locale, key, abs(args.amount), target, target.account)
        target = side(app, c, request.community.id, args.wallet, request.locale)
        issued = app.book.issued(c)
        app.book.transfer(
            c,
            debit=target.account if back else issued,
            credit=issued if back else target.account,
            amount=abs(args.amount),
            key=f"{request.key}:grant",
            purpose="taken back" if back else "grant",
        )
        remember(app, c, request, target.account)
        detail = f"{args.amount} to {target.account}: {args.reason or ''}"
        record(app, c, request.member.id, request.community.id, "grant", detail)
        return _moved(app, c, request.locale, key, abs(args.amount), target, target.account)

    return await app.db.write(work)


def _given_to(app: App, c: Connection, account: int, locale: str) -> _Side:
    """Return whose account now has what an earlier delivery of the same command moved."""
    query = select(accounts.c.kind, accounts.c.owner).where(accounts.c.id == account)
    kind, owner = c.execute(query).one()
    owner = present_owner(c, kind, owner)
    if kind == "pool":
        return _Side(app.book.pool(c, owner), app.texts.text(locale, "the-pool"))
    names = select(identities.c.name).where(identities.c.member_id == owner)
    name = c.execute(names.order_by(identities.c.first_seen).limit(1)).scalar_one()
    return _Side(app.book.wallet(c, owner), name)


def side(app: App, c: Connection, community_id: int, name: str, locale: str) -> _Side:
    """Return the account that a word means: the pool, or a member of the community.

    Raises:
        Problem: nobody of that name has been seen here, or more than one.
    """
    if name.strip().casefold() in POOL:
        return _Side(app.book.pool(c, community_id), app.texts.text(locale, "the-pool"))
    member_id, shown = find_member(c, community_id, name)
    return _Side(app.book.wallet(c, member_id), shown)


def find_member(c: Connection, community_id: int, name: str) -> tuple[int, str]:
    """Return the member of a community that a name or a platform's id means.

    Raises:
        Problem: nobody of that name has been seen here, or more than one.
    """
    wanted = name.strip().lstrip("@").casefold()
    query = (
        select(identities.c.member_id, identities.c.name, identities.c.external_id)
        .join(memberships, memberships.c.member_id == identities.c.member_id)
        .where(memberships.c.community_id == community_id, is_person())
    )
    people = c.execute(query).all()
    by_id = {one.member_id: one.name for one in people if one.external_id.casefold() == wanted}
    by_name = {one.member_id: one.name for one in people if one.name.casefold() == wanted}
    found = by_id or by_name
    if len(found) > 1:
        raise Problem("member-ambiguous", name=name[:60])
    if not found:
        raise Problem("member-unknown", name=name[:60])
    return next(iter(found.items()))


def is_person() -> ColumnElement[bool]:
    """Tell of ``identities`` whether somebody is behind one, who may own credits.

    Nobody is where administrators speak in the name of their chat.
    """
    chat = select(places.c.id).where(
        places.c.platform == identities.c.platform, places.c.home == identities.c.external_id
    )
    return ~exists(chat)


def _moved(
    app: App, c: Connection, locale: str, key: str, amount: int, target: _Side, shown: int
) -> Reply:
    t = app.texts
    text = t.text(locale, key, amount=show(amount, locale), name=target.name)
    balance = show_available(app.book.available(c, shown), locale)
    return Reply(
        (Text((text,)), fields([(t.text(locale, "field-balance"), balance)])),
        visibility="private",
        ref=encode(target.account),
    )


GIVE = CommandSpec(
    path=("give",),
    args=GiveArgs,
    handler=give,
    params=(
        CreditsParam(name="amount", required=True),
        RefParam(name="wallet", of="wallet", required=True),
        RefParam(name="source", of="wallet"),
    ),
    visibility="private",
)

GRANT = CommandSpec(
    path=("grant",),
    args=GrantArgs,
    handler=grant,
    params=(
        CreditsParam(name="amount", required=True),
        RefParam(name="wallet", of="wallet", required=True),
        TextParam(name="reason", limit=REASON_LIMIT, rest=True),
    ),
    audience=Audience.OPERATOR,
    visibility="private",
)
