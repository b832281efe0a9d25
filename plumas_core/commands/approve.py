"""``/approve``: an operator lets a community in and fills its pool for the first time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.approval import approve, present_community
from plumas_core.commands.reply import Note, Reply, fields
from plumas_core.commands.spec import (
    ActionSpec,
    Audience,
    CommandSpec,
    CreditsParam,
    Press,
    RefParam,
    Request,
)
from plumas_core.credits.money import show_available
from plumas_core.ids import decode, encode
from plumas_core.problems import Problem
from plumas_core.storage.tables.people import communities


@dataclass(frozen=True, slots=True)
class ApproveArgs:
    """Picodollars for the pool, and which community; the house's amount, and the one here."""

    amount: int | None = None
    community: str | None = None


async def approve_community(app: App, request: Request[ApproveArgs]) -> Reply:
    """Approve the community that is named, or the one in which this is said."""
    named = request.args.community
    wanted = request.community.id if named is None else decode(named.strip())
    amount = app.policy.opening_pool if request.args.amount is None else request.args.amount
    return await _approve(app, request, wanted, amount)


async def press_approve(app: App, request: Request[Press]) -> Reply:
    """Approve the community that the operator's note is about."""
    return await _approve(app, request, decode(request.args.ref), app.policy.opening_pool)


async def _approve(
    app: App, request: Request[ApproveArgs] | Request[Press], wanted: int | None, amount: int
) -> Reply:
    if amount <= 0:
        raise Problem("credits-not-above-zero")

    def work(c: Connection) -> Reply:
        present = None if wanted is None else present_community(c, wanted)
        community = c.execute(select(communities).where(communities.c.id == present)).first()
        if community is None:
            raise Problem("community-unknown")
        new = approve(app, c, community.id, amount, request.member.id)
        t = app.texts
        locale = request.locale
        key = "approve-done" if new else "approve-before"
        pool = show_available(app.book.available(c, app.book.pool(c, community.id)), locale)
        return Reply(
            (
                Note(t.text(locale, key, name=community.name), "info"),
                fields([(t.text(locale, "field-pool"), pool)]),
            ),
            visibility="private",
            ref=encode(community.id),
        )

    return await app.db.write(work)


APPROVE = CommandSpec(
    path=("approve",),
    args=ApproveArgs,
    handler=approve_community,
    params=(CreditsParam(name="amount"), RefParam(name="community", of="community")),
    audience=Audience.OPERATOR,
    visibility="private",
    anywhere=True,
)

ACTIONS = (
    ActionSpec(name="approve", handler=press_approve, audience=Audience.OPERATOR, anywhere=True),
)
