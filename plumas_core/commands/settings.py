"""``/settings``: what the admins of a community decide for it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.approval import is_approved
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Block, Note, Reply, Title, fields
from plumas_core.commands.spec import Audience, ChoiceParam, CommandSpec, RefParam, Request
from plumas_core.community_settings import RESULTS_IN, keep_settings, settings_of
from plumas_core.credits.money import show_available
from plumas_core.locales.translate import LOCALES
from plumas_core.operations import record
from plumas_core.storage.tables.people import communities
from plumas_core.time_zones import time_zone


@dataclass(frozen=True, slots=True)
class SettingsArgs:
    """What is to be changed; without any the settings are shown as they are."""

    results: str | None = None
    language: str | None = None
    time_zone: str | None = None


async def settings(app: App, request: Request[SettingsArgs]) -> Reply:
    """Change what is named, and show how everything is set then."""
    if request.args == SettingsArgs():
        return await app.db.read(lambda c: _shown(app, c, request))

    def work(c: Connection) -> Reply:
        if handled_before(c, request) is None:
            remember(app, c, request, request.community.id)
            changed = _change(c, request.community.id, request.args)
            record(app, c, request.member.id, request.community.id, "settings", changed)
        shown = _shown(app, c, request)
        kept = Note(app.texts.text(request.locale, "settings-kept"), "info")
        return replace(shown, blocks=(kept, *shown.blocks))

    return await app.db.write(work)


def _change(c: Connection, community_id: int, args: SettingsArgs) -> str:
    """Change what ``args`` name; return it for the audit log.

    Raises:
        Problem: there is no such time zone.
    """
    changed = []
    for results in RESULTS_IN:
        if args.results == results:
            now = settings_of(c, community_id)
            keep_settings(c, community_id, replace(now, results=results))
            changed.append(f"results {results}")
    columns = {}
    if args.language is not None:
        columns["locale"] = args.language
        changed.append(f"language {args.language}")
    if args.time_zone is not None:
        columns["time_zone"] = time_zone(args.time_zone)
        changed.append(f"time zone {columns['time_zone']}")
    if columns:
        c.execute(update(communities).where(communities.c.id == community_id).values(**columns))
    return ", ".join(changed)


def _shown(app: App, c: Connection, request: Request[SettingsArgs]) -> Reply:
    t = app.texts
    locale = request.locale
    community = c.execute(select(communities).where(communities.c.id == request.community.id)).one()
    kept = settings_of(c, community.id)
    pool = app.book.find(c, "pool", community.id)
    there = app.book.available(c, pool) if pool is not None else 0
    blocks: list[Block] = [
        Title(t.text(locale, "settings-title", name=community.name)),
        fields(
            [
                (t.text(locale, "field-results"), t.text(locale, f"results-in-{kept.results}")),
                (t.text(locale, "field-language"), t.text(locale, f"language-{community.locale}")),
                (t.text(locale, "field-time-zone"), community.time_zone),
                (t.text(locale, "field-pool"), show_available(there, locale)),
            ]
        ),
    ]
    if not is_approved(c, community.id):
        blocks.append(Note(t.text(locale, "pool-not-approved"), "warning"))
    return Reply(tuple(blocks), visibility="private")


SETTINGS = CommandSpec(
    path=("settings",),
    args=SettingsArgs,
    handler=settings,
    params=(
        ChoiceParam(name="results", choices=RESULTS_IN),
        ChoiceParam(name="language", choices=LOCALES),
        RefParam(name="time_zone", of="zone"),
    ),
    audience=Audience.ADMIN,
    visibility="private",
)
