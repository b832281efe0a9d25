"""Joining a member's accounts on several platforms into one member, and taking one out again.

The member who made the code stays, and the one who types it becomes part of them. A member has at
most one account on each platform. What stands against it is checked in the transaction that does
it, so that nothing that happens meanwhile can break a rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, update

from plumas_core.app import App
from plumas_core.clock import DAY, HOUR
from plumas_core.commands.spec import Account
from plumas_core.credits.movements import Balance, balance
from plumas_core.duels.entering import HOLDING
from plumas_core.linking.codes import void_codes
from plumas_core.linking.following import merge_member
from plumas_core.problems import Problem
from plumas_core.storage.tables.agents import agents
from plumas_core.storage.tables.duels import duels, entries, seats
from plumas_core.storage.tables.people import identities, members


@dataclass(frozen=True, slots=True)
class Joining:
    """What joining ``old`` to ``new`` would bring with it."""

    old: int
    new: int
    moves: Balance
    entries: int
    duels: int


def accounts_of(c: Connection, member_id: int) -> list[Account]:
    """Return a member's accounts, the first one first."""
    query = (
        select(identities.c.platform, identities.c.external_id, identities.c.name)
        .where(identities.c.member_id == member_id)
        .order_by(identities.c.first_seen, identities.c.platform)
    )
    return [Account(*row) for row in c.execute(query)]


def account_of(c: Connection, platform: str, external_id: str) -> Account:
    """Return an account that has been seen, with its name."""
    query = select(identities.c.name).where(
        identities.c.platform == platform, identities.c.external_id == external_id
    )
    return Account(platform, external_id, c.execute(query).scalar_one())


def plan_joining(app: App, c: Connection, old: int, new: int) -> Joining:
    """Return what would move if a member became part of another one.

    Raises:
        Problem: a rule stands against it.
    """
    if old == new:
        raise Problem("link-already")
    _refuse_same_platform(c, old, new)
    _refuse_too_soon(app, c, old, new)
    _refuse_two_texts(c, old, new)
    _refuse_own_judge(c, old, new)
    texts = select(func.count()).where(entries.c.member_id == old)
    hosted = select(func.count()).where(duels.c.host_id == old)
    return Joining(
        old,
        new,
        balance(c, app.book.wallet(c, old)),
        int(c.execute(texts).scalar_one()),
        int(c.execute(hosted).scalar_one()),
    )


def join_accounts(app: App, c: Connection, old: int, new: int, key: str) -> Joining:
    """Make a member part of another one; ``key`` names it in the ledger.

    Raises:
        Problem: a rule stands against it.
    """
    planned = plan_joining(app, c, old, new)
    merge_member(app, c, old, new, key)
    return planned


def require_companions(c: Connection, member_id: int) -> list[Account]:
    """Return a member's accounts.

    Raises:
        Problem: there is only one.
    """
    accounts = accounts_of(c, member_id)
    if len(accounts) < 2:
        raise Problem("link-alone")
    return accounts


def take_out(app: App, c: Connection, member_id: int, account: Account) -> int:
    """Let an account leave its member as a new one with an empty wallet; return the new one's id.

    What the member has and did stays with the accounts that stay. Codes that the account made for
    them and that nobody has used are void.

    Raises:
        Problem: it is the member's only account.
    """
    require_companions(c, member_id)
    old = c.execute(select(members).where(members.c.id == member_id)).one()
    new = app.ids.new()
    c.execute(
        insert(members).values(
            id=new,
            locale=old.locale,
            agreed_at=old.agreed_at,
            mentioned=old.mentioned,
            created_at=app.clock(),
            split_from=member_id,
        )
    )
    c.execute(
        update(identities)
        .where(
            identities.c.platform == account.platform,
            identities.c.external_id == account.external_id,
            identities.c.member_id == member_id,
        )
        .values(member_id=new)
    )
    void_codes(c, account)
    app.book.wallet(c, new)
    return new


def _refuse_same_platform(c: Connection, old: int, new: int) -> None:
    query = select(identities.c.platform, identities.c.member_id).where(
        identities.c.member_id.in_((old, new))
    )
    seen: dict[str, int] = {}
    for platform, member in c.execute(query):
        if seen.setdefault(platform, member) != member:
            raise Problem("link-same-platform", platform=platform.capitalize())


def _refuse_too_soon(app: App, c: Connection, old: int, new: int) -> None:
    """An account that was taken out can be joined again after a day: its allowance starts anew."""
    query = select(func.max(members.c.created_at)).where(
        members.c.id.in_((old, new)), members.c.split_from.is_not(None)
    )
    split = c.execute(query).scalar()
    if split is not None and split + DAY > app.clock():
        raise Problem("link-too-soon", hours=-(-(split + DAY - app.clock()) // HOUR))


def _refuse_two_texts(c: Connection, old: int, new: int) -> None:
    """Of one member a duel takes no more texts than its rules say."""
    query = (
        select(duels.c.number, duels.c.theme)
        .join(entries, entries.c.duel_id == duels.c.id)
        .where(
            duels.c.state == "open",
            entries.c.member_id.in_((old, new)),
            entries.c.guest.is_(False),
            entries.c.state.in_(HOLDING),
        )
        .group_by(duels.c.id)
        .having(
            func.count(entries.c.member_id.distinct()) > 1,
            func.count() > duels.c.entries_per_member,
        )
    )
    duel = c.execute(query.limit(1)).first()
    if duel is not None:
        raise Problem("link-two-texts", number=duel.number, theme=duel.theme)


def _refuse_own_judge(c: Connection, old: int, new: int) -> None:
    """A member whose own judge sits on an open duel's panel cannot have a text in it."""
    query = (
        select(duels.c.number, duels.c.theme)
        .join(entries, entries.c.duel_id == duels.c.id)
        .join(seats, seats.c.duel_id == duels.c.id)
        .join(agents, agents.c.id == seats.c.agent_id)
        .where(
            duels.c.state == "open",
            entries.c.member_id.in_((old, new)),
            entries.c.guest.is_(False),
            entries.c.state.in_(HOLDING),
            agents.c.owner_id.in_((old, new)),
        )
    )
    duel = c.execute(query.limit(1)).first()
    if duel is not None:
        raise Problem("link-own-judge", number=duel.number, theme=duel.theme)
