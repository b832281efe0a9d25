"""A panel, from the words of a host to its seats.

A panel is the name of one of the house's (``house``, ``offline-3``), or seats separated by commas,
each ``judge@model``, a judge, or a model: judges without a model sit on the models of the default
panel in turn, models without a judge get the house's judges in turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from plumas_core.agents.house import Panel
from plumas_core.agents.service import Agent
from plumas_core.app import App
from plumas_core.catalog.models import Model
from plumas_core.catalog.words import choose_model, known_model
from plumas_core.problems import Problem

MOST_SEATS = 9


@dataclass(frozen=True, slots=True)
class PlannedSeat:
    """A judge on a model that may be used now."""

    judge: Agent
    model: Model


@dataclass(frozen=True, slots=True)
class PlannedPanel:
    """A panel that may sit now. ``swapped``: retired or missing models and what came instead."""

    name: str
    seats: tuple[PlannedSeat, ...]
    swapped: tuple[tuple[str, str], ...] = ()

    @property
    def simulated(self) -> bool:
        """True where any seat's model is simulated."""
        return any(seat.model.simulated for seat in self.seats)


def plan_panel(
    app: App, c: Connection, *, community_id: int, member_id: int, name: str | None
) -> PlannedPanel:
    """Return the panel that a host means, or the default one.

    Raises:
        Problem: a judge or model does not exist or may not be used, or there are too many.
    """
    wanted = (name or _default_name(app)).strip()
    house = app.panels.get(wanted.casefold())
    if house is not None:
        return _house_panel(app, c, community_id, house)
    words = [word.strip() for word in wanted.split(",") if word.strip()]
    if not 0 < len(words) <= MOST_SEATS:
        raise Problem("panel-size", most=MOST_SEATS)
    judges = _house_judges(app, c)
    seats = []
    swapped: list[tuple[str, str]] = []
    for position, word in enumerate(words):
        judge_name, at, model_name = word.partition("@")
        if not at:
            judge_name, model_name = _judge_or_model(app, c, member_id, word)
        judge = (
            app.agents.get(c, member_id, judge_name, "judge")
            if judge_name
            else judges[position % len(judges)]
        )
        chosen = choose_model(app, c, community_id, model_name or _default_model(app, position))
        if chosen.instead_of is not None:
            swapped.append((chosen.instead_of.name, chosen.model.name))
        seats.append(PlannedSeat(judge, chosen.model))
    return PlannedPanel(wanted, tuple(seats), tuple(swapped))


def _default_name(app: App) -> str:
    return app.policy.panel if app.providers.real_keys else app.policy.offline_panel


def _default_model(app: App, position: int) -> str:
    seats = app.panels[_default_name(app)].seats
    return seats[position % len(seats)].model


def _house_judges(app: App, c: Connection) -> Sequence[Agent]:
    slugs = [seat.judge for seat in app.panels[app.policy.panel].seats]
    found = [app.agents.by_slug(c, slug) for slug in slugs]
    return [judge for judge in found if judge is not None]


def _judge_or_model(app: App, c: Connection, member_id: int, word: str) -> tuple[str, str]:
    """Return ``word`` as a judge's name, or else as a model's.

    Raises:
        Problem: it is neither.
    """
    try:
        app.agents.get(c, member_id, word, "judge")
    except Problem:
        try:
            known_model(app, word)
        except Problem:
            raise Problem("panel-unknown", name=word[:60]) from None
        return "", word
    return word, ""


def _house_panel(app: App, c: Connection, community_id: int, panel: Panel) -> PlannedPanel:
    """Seat a panel of the house; a seat whose provider has no key goes to another seat's model."""
    usable: dict[str, Model] = {}
    swapped: dict[str, str] = {}
    failure: Problem | None = None
    for name in dict.fromkeys(seat.model for seat in panel.seats):
        try:
            chosen = choose_model(app, c, community_id, name)
        except Problem as problem:
            failure = problem
            continue
        usable[name] = chosen.model
        if chosen.instead_of is not None:
            swapped[chosen.instead_of.name] = chosen.model.name
    if not usable:
        raise failure or Problem("model-none")
    models = list(usable.values())
    seats = []
    for position, seat in enumerate(panel.seats):
        judge = app.agents.by_slug(c, seat.judge)
        if judge is None:
            continue
        model = usable.get(seat.model)
        if model is None:
            model = models[position % len(models)]
            missing = app.catalog.get(seat.model)
            swapped[missing.name if missing else seat.model] = model.name
        seats.append(PlannedSeat(judge, model))
    return PlannedPanel(panel.slug, tuple(seats), tuple(swapped.items()))
