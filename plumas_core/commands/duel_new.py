"""``/duel new``: opens a duel."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.approval import is_approved
from plumas_core.commands.reply import Block, Moment, Note, Reply, Text, fields
from plumas_core.commands.spec import (
    ChoiceParam,
    CommandSpec,
    IntegerParam,
    RefParam,
    Request,
    TextParam,
    When,
    WhenParam,
)
from plumas_core.credits.money import show_available, show_due
from plumas_core.duels.entering import TITLE_LIMIT
from plumas_core.duels.opening import Opened, Plan, open_duel
from plumas_core.duels.texts import clean_text
from plumas_core.ids import encode
from plumas_core.policy import Policy
from plumas_core.problems import Problem

THEME_LIMIT = 300


@dataclass(frozen=True, slots=True)
class NewArgs:
    """What ``/duel new`` takes; ``None`` is the house's default."""

    theme: str
    title: str | None = None
    ends: When | None = None
    panel: str | None = None
    pace: str | None = None
    max_words: int | None = None
    max_entries: int | None = None
    entries_per_member: int | None = None


async def new_duel(app: App, request: Request[NewArgs]) -> Reply:
    """Open the duel, owe its card to the place, and tell the host what it may cost."""
    args = request.args
    theme = " ".join(clean_text(args.theme).split())
    if not theme:
        raise Problem("arg-empty", name="theme")
    plan = Plan(
        community_id=request.community.id,
        community_locale=request.community.locale,
        time_zone=request.community.time_zone,
        place_id=request.place.id,
        host_id=request.member.id,
        theme=theme,
        title=" ".join(clean_text(args.title).split()) if args.title else None,
        ends=args.ends,
        panel=args.panel,
        pace=args.pace,
        max_words=args.max_words,
        max_entries=args.max_entries,
        entries_per_member=args.entries_per_member,
    )

    def work(c: Connection) -> Reply:
        return _opened(app, c, request, open_duel(app, c, plan, request.key))

    return await app.db.write(work)


def _opened(app: App, c: Connection, request: Request[NewArgs], opened: Opened) -> Reply:
    t = app.texts
    locale = request.locale
    duel = opened.duel
    pool = app.book.available(c, app.book.pool(c, duel.community_id))
    parts = t.rich(
        locale, "duel-opened", number=duel.number, theme=duel.theme, when=Moment(duel.ends_at)
    )
    blocks: list[Block] = [Text(parts)]
    for old, new in opened.swapped:
        blocks.append(Note(t.text(locale, "model-swapped", old=old, new=new), "info"))
    estimate = t.text(
        locale,
        "duel-estimate",
        about=show_due(opened.estimate.about, locale),
        most=show_due(opened.estimate.most, locale),
    )
    blocks.append(
        fields(
            [
                (t.text(locale, "field-cost"), estimate),
                (t.text(locale, "field-pool"), show_available(pool, locale)),
            ]
        )
    )
    if pool < opened.estimate.about:
        approved = is_approved(c, duel.community_id)
        low = t.text(locale, "duel-pool-low" if approved else "pool-not-approved")
        blocks.append(Note(low, "warning"))
    if duel.simulated:
        blocks.append(Note(t.text(locale, "simulated-panel"), "simulated"))
    return Reply(tuple(blocks), visibility="private", ref=encode(duel.id))


_LIMITS = Policy()

DUEL_NEW = CommandSpec(
    path=("duel", "new"),
    args=NewArgs,
    handler=new_duel,
    params=(
        TextParam(name="theme", required=True, rest=True, limit=THEME_LIMIT),
        TextParam(name="title", limit=TITLE_LIMIT),
        WhenParam(name="ends"),
        RefParam(name="panel", of="panel"),
        ChoiceParam(name="pace", choices=("batch", "now")),
        IntegerParam(name="max_words", least=10, most=_LIMITS.most_words),
        IntegerParam(name="max_entries", least=2, most=_LIMITS.most_entries),
        IntegerParam(name="entries_per_member", least=1, most=5),
    ),
    visibility="private",
)
