"""Models switched on and off in chat, and which model a member gets for the name they gave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects.sqlite import insert

from plumas_core.app import App
from plumas_core.catalog.availability import Availability, effective
from plumas_core.catalog.errors import MissingPrice
from plumas_core.catalog.models import Model
from plumas_core.catalog.pricing import price
from plumas_core.catalog.usage import Usage
from plumas_core.problems import Problem
from plumas_core.storage.tables.agents import EVERYWHERE, model_words


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """The model that is used; ``instead_of`` is the retired one that was asked for, if any."""

    model: Model
    instead_of: Model | None = None

    def succeeded_by(self, model: Model) -> ChosenModel:
        """Return what was used in the end, where the model was gone when it was called."""
        return (
            self if model.id == self.model.id else ChosenModel(model, self.instead_of or self.model)
        )


def availability(app: App, c: Connection, community_id: int) -> dict[str, Availability]:
    """Return for every model whether it may be used in a community, and by whose word."""
    query = select(model_words.c.model_id, model_words.c.scope, model_words.c.allowed).where(
        model_words.c.scope.in_((EVERYWHERE, community_id))
    )
    words = {(model_id, scope): allowed for model_id, scope, allowed in c.execute(query)}
    now = app.clock()
    found = {
        model.id: effective(
            model,
            operator_word=words.get((model.id, EVERYWHERE)),
            community_word=words.get((model.id, community_id)),
            configured=app.providers.configured(model.provider),
            real_keys=app.providers.real_keys,
            at=now,
        )
        for model in app.catalog
    }
    for model_id in gone_models(c) & found.keys():
        if found[model_id].by != "hidden":
            found[model_id] = Availability(False, "retired")
    return found


def gone_models(c: Connection) -> set[str]:
    """Return the models that the program itself switched off, as their provider knows them no more.

    A word of the operator's lets one be called again.
    """
    query = select(model_words.c.model_id).where(
        model_words.c.scope == EVERYWHERE,
        model_words.c.allowed.is_(False),
        model_words.c.by_member.is_(None),
    )
    return set(c.execute(query).scalars())


def known_model(app: App, name: str) -> Model:
    """Return the model of an id or a name.

    Raises:
        Problem: there is none.
    """
    wanted = name.strip().casefold()
    for model in app.catalog:
        if wanted in (model.id.casefold(), model.name.casefold()):
            return model
    raise Problem("model-unknown", name=name[:60])


def choose_model(app: App, c: Connection, community_id: int, name: str) -> ChosenModel:
    """Return the model to use for ``name`` in a community; a retired one's successor for it.

    Raises:
        Problem: there is no such model, or it is off; the sentence says by whose word.
    """
    asked = known_model(app, name)
    model = living_model(app, c, asked)
    if model is None:
        raise Problem("model-retired", name=asked.name)
    state = availability(app, c, community_id)[model.id]
    if not state.on:
        raise Problem("model-off-" + state.by.replace(" ", "-"), name=model.name)
    return ChosenModel(model, asked if model.id != asked.id else None)


def living_model(app: App, c: Connection, model: Model) -> Model | None:
    """Return the model, or the first after it that its provider still knows; ``None``: none is."""
    gone = gone_models(c)
    found = app.catalog.successor_at(model, app.clock())
    while found is not None and found.id in gone:
        following = app.catalog.get(found.successor) if found.successor else None
        found = app.catalog.successor_at(following, app.clock()) if following else None
    return found


def default_model(app: App, c: Connection, community_id: int) -> ChosenModel:
    """Return the model for writing where none was named.

    The house's; or else the first after it that is on; or else the cheapest that is on. Where the
    house's is retired, it is named.

    Raises:
        Problem: no model is on.
    """
    states = availability(app, c, community_id)
    for name in (app.policy.default_model, app.policy.offline_model):
        model = app.catalog.get(name)
        if model is not None and states[name].on:
            return ChosenModel(model)
    house = app.catalog.get(app.policy.default_model)
    retired = house if house is not None and states[house.id].by == "retired" else None
    line = line_after(app, house) if house is not None else ()
    for model in (*line, *_cheapest_first(app)):
        if states[model.id].on:
            return ChosenModel(model, retired)
    raise Problem("model-none")


def line_after(app: App, model: Model) -> Iterator[Model]:
    """Yield the successors of a model, one after the other; the catalog has no circles."""
    following = app.catalog.get(model.successor) if model.successor else None
    while following is not None:
        yield following
        following = app.catalog.get(following.successor) if following.successor else None


def _cheapest_first(app: App) -> list[Model]:
    """Return the models that have a price now, by what a text of theirs costs."""
    costs: dict[str, int] = {}
    for model in app.catalog:
        try:
            costs[model.id] = price(model, _A_TEXT, "single", app.clock())
        except MissingPrice:
            continue
    return sorted(
        (model for model in app.catalog if model.id in costs), key=lambda model: costs[model.id]
    )


_A_TEXT = Usage(input=1_000, output=1_000)
"""What a text takes, near enough to compare models by."""


def set_word(
    app: App, c: Connection, model: Model, scope: int, allowed: bool | None, member_id: int | None
) -> None:
    """Record an admin's or the operator's word on a model; ``None`` takes it back.

    ``member_id`` is ``None`` where the program itself found that the model is gone.
    """
    if allowed is None:
        c.execute(
            delete(model_words).where(
                model_words.c.model_id == model.id, model_words.c.scope == scope
            )
        )
        return
    values = {"allowed": allowed, "by_member": member_id, "at": app.clock()}
    c.execute(
        insert(model_words)
        .values(model_id=model.id, scope=scope, **values)
        .on_conflict_do_update(index_elements=["model_id", "scope"], set_=values)
    )
