"""Opening a duel: everything that it will depend on is copied here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert, select

from plumas_core.app import App
from plumas_core.commands.spec import When
from plumas_core.delivery.places import announce_in, public_place
from plumas_core.duels.announcing import announce
from plumas_core.duels.card import card, card_key
from plumas_core.duels.costs import Estimate, estimate_duel
from plumas_core.duels.panels import PlannedPanel, plan_panel
from plumas_core.duels.rows import Duel, as_value, duel_by_id, next_number, running_as_host
from plumas_core.judging.prompts import PROMPT_VERSION
from plumas_core.judging.rubric import RUBRIC_VERSION
from plumas_core.problems import Problem
from plumas_core.storage.tables.duels import duels, seats


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a host asks for. ``None`` means the house's default.

    ``place_id``: where it was asked for; a duel that is opened in private is shown where duels
    are opened in the server or chat that the host was in last.
    """

    community_id: int
    community_locale: str
    time_zone: str
    place_id: int
    host_id: int
    theme: str
    title: str | None = None
    ends: When | None = None
    panel: str | None = None
    pace: str | None = None
    max_words: int | None = None
    max_entries: int | None = None
    entries_per_member: int | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A new duel, what judging it may cost, and models that were swapped."""

    duel: Duel
    estimate: Estimate
    swapped: tuple[tuple[str, str], ...]


def open_duel(app: App, c: Connection, plan: Plan, key: str) -> Opened:
    """Open a duel and owe its card to its places; once for each ``key``.

    Raises:
        Problem: the deadline, the panel or the host's other duels do not allow it.
    """
    known = c.execute(select(duels).where(duels.c.key == key)).mappings().first()
    if known is not None:
        first = as_value(Duel, known)
        if (first.host_id, first.theme) != (plan.host_id, plan.theme):
            raise Problem("event-reused")
        return Opened(first, estimate_duel(app, c, first), ())
    if plan.max_entries is not None and plan.max_entries < app.policy.min_authors:
        raise Problem("duel-too-small", least=app.policy.min_authors)
    panel = plan_panel(
        app, c, community_id=plan.community_id, member_id=plan.host_id, name=plan.panel
    )
    if running_as_host(c, plan.community_id, plan.host_id) >= app.policy.open_duels_per_host:
        raise Problem("duel-host-busy", most=app.policy.open_duels_per_host)
    place_id = public_place(c, plan.place_id, plan.host_id)
    if place_id is None:
        raise Problem("duel-nowhere")
    announce_in(c, place_id)
    now = app.clock()
    ends_at = deadline(plan.ends, plan.time_zone, now, app)
    duel_id = app.ids.new()
    c.execute(
        insert(duels).values(
            id=duel_id,
            key=key,
            community_id=plan.community_id,
            place_id=place_id,
            number=next_number(c, plan.community_id),
            host_id=plan.host_id,
            theme=plan.theme,
            title=plan.title,
            locale=plan.community_locale,
            state="open",
            pace=plan.pace or "batch",
            panel=panel.name,
            rubric_version=RUBRIC_VERSION,
            prompt_version=PROMPT_VERSION,
            simulated=panel.simulated,
            max_words=plan.max_words or app.policy.max_words,
            max_entries=plan.max_entries or app.policy.max_entries,
            entries_per_member=plan.entries_per_member or app.policy.entries_per_member,
            min_authors=app.policy.min_authors,
            opened_at=now,
            ends_at=ends_at,
            rated=not panel.simulated,
        )
    )
    _seat(app, c, duel_id, panel, plan.community_locale, now)
    duel = duel_by_id(c, duel_id)
    if duel is None:
        raise RuntimeError("a duel that was just written down is not found")
    announce(app, c, duel, key=card_key(duel.id), reply=card(app, c, duel, duel.locale))
    return Opened(duel, estimate_duel(app, c, duel), panel.swapped)


def deadline(ends: When | None, time_zone: str, now: int, app: App) -> int:
    """Return when a duel closes, in UTC milliseconds.

    A date without a zone is the community's.

    Raises:
        Problem: it is past, too near or too far.
    """
    if ends is None:
        return now + app.policy.duel_length
    if ends.local is not None:
        moment = datetime.fromisoformat(ends.local)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(time_zone))
        ends_at = int(moment.timestamp() * 1000)
    else:
        ends_at = now + (ends.after or 0)
    if ends_at <= now:
        raise Problem("deadline-past")
    if ends_at - now < app.policy.shortest_duel:
        raise Problem("deadline-near", minutes=app.policy.shortest_duel // 60_000)
    if ends_at - now > app.policy.longest_duel:
        raise Problem("deadline-far", days=app.policy.longest_duel // 86_400_000)
    return ends_at


def _seat(
    app: App, c: Connection, duel_id: int, panel: PlannedPanel, locale: str, now: int
) -> None:
    c.execute(
        insert(seats),
        [
            {
                "id": app.ids.new(),
                "duel_id": duel_id,
                "position": position,
                "agent_id": seat.judge.id,
                "agent_revision": seat.judge.revision,
                "name": seat.judge.text(locale).name,
                "personality": seat.judge.text(locale).personality,
                "model_id": seat.model.id,
                "provider": seat.model.provider,
                "family": seat.model.family,
                "priced_at": now,
            }
            for position, seat in enumerate(panel.seats)
        ],
    )
