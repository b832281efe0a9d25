"""``/models`` and ``/model``: which models there are, and switching them on and off in chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date
from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.catalog.availability import Availability
from plumas_core.catalog.listing import listing
from plumas_core.catalog.words import availability, known_model, set_word
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Block, Note, Reply, Table, Text, Title
from plumas_core.commands.spec import Audience, CommandSpec, FlagParam, RefParam, Request
from plumas_core.operations import record
from plumas_core.problems import Problem
from plumas_core.storage.tables.agents import EVERYWHERE


@dataclass(frozen=True, slots=True)
class NoArgs:
    """Nothing."""


@dataclass(frozen=True, slots=True)
class ModelArgs:
    """What ``/model enable`` and the others take."""

    model: str
    everywhere: bool = False


async def list_models(app: App, request: Request[NoArgs]) -> Reply:
    """Show every model with its price, and whether it may be used here and by whose word."""
    states = await app.db.read(lambda c: availability(app, c, request.community.id))
    t = app.texts
    locale = request.locale
    rows = []
    for row in listing(app.catalog, app.clock()):
        state = states[row["id"]]
        if state.by == "hidden":
            continue
        prices, batch = row["usd_per_mtok"], row["batch_usd_per_mtok"]
        rows.append(
            (
                row["id"],
                t.text(locale, "on" if state.on else "off"),
                t.text(locale, f"by-{state.by.replace(' ', '-')}"),
                f"{prices['input'] or '-'} / {prices['output'] or '-'}",
                f"{batch['input'] or '-'} / {batch['output'] or '-'}",
                _retires(row["retires_on"], locale),
            )
        )
    columns = tuple(
        t.text(locale, f"column-{name}")
        for name in ("model", "on", "by", "price", "batch-price", "retires")
    )
    blocks: list[Block] = [
        Title(t.text(locale, "models-title")),
        Table(columns, tuple(rows), (3, 4)),
        Text((t.text(locale, "models-units"),)),
    ]
    other = other_key(app, locale)
    if other is not None:
        blocks.append(Note(other, "info"))
    return Reply(tuple(blocks), visibility="private")


def other_key(app: App, locale: str) -> str | None:
    """Return what a second key would add, where one of the two great providers has none."""
    openai, anthropic = (app.providers.configured(name) for name in ("openai", "anthropic"))
    if openai and not anthropic:
        return app.texts.text(locale, "models-one-key-openai")
    if anthropic and not openai:
        return app.texts.text(locale, "models-one-key-anthropic")
    return None


def _retires(day: str | None, locale: str) -> str:
    return format_date(date.fromisoformat(day), "medium", locale) if day else ""


async def enable(app: App, request: Request[ModelArgs]) -> Reply:
    """Let a model be used; a community takes back its own word, the operator gives theirs."""
    return await _say(app, request, allowed=True, key="model-enabled")


async def disable(app: App, request: Request[ModelArgs]) -> Reply:
    """Let a model not be used."""
    return await _say(app, request, allowed=False, key="model-disabled")


async def reset(app: App, request: Request[ModelArgs]) -> Reply:
    """Take one's word back."""
    return await _say(app, request, allowed=None, key="model-reset")


async def _say(app: App, request: Request[ModelArgs], *, allowed: bool | None, key: str) -> Reply:
    everywhere = request.args.everywhere
    if everywhere and request.audience < Audience.OPERATOR:
        raise Problem("denied-operator")
    scope = EVERYWHERE if everywhere else request.community.id

    def work(c: Connection) -> Reply:
        model = known_model(app, request.args.model)
        if handled_before(c, request) is None:
            remember(app, c, request, scope)
            set_word(app, c, model, scope, allowed, request.member.id)
            where = "everywhere" if everywhere else "here"
            detail = f"{model.id} {allowed} {where}"
            record(app, c, request.member.id, request.community.id, "model", detail)
        state = availability(app, c, request.community.id)[model.id]
        return _said(app, request.locale, key, model.name, state)

    return await app.db.write(work)


def _said(app: App, locale: str, key: str, name: str, state: Availability) -> Reply:
    t = app.texts
    text = t.text(locale, key, name=name)
    now = t.text(
        locale,
        "model-now",
        state=t.text(locale, "on" if state.on else "off"),
        by=t.text(locale, f"by-{state.by.replace(' ', '-')}"),
    )
    return Reply((Note(f"{text} {now}", "info"),))


_PARAMS = (RefParam(name="model", of="model", required=True), FlagParam(name="everywhere"))

MODELS = CommandSpec(path=("models",), args=NoArgs, handler=list_models, visibility="private")

MODEL_ENABLE = CommandSpec(
    path=("model", "enable"),
    args=ModelArgs,
    handler=enable,
    params=_PARAMS,
    audience=Audience.ADMIN,
)
MODEL_DISABLE = CommandSpec(
    path=("model", "disable"),
    args=ModelArgs,
    handler=disable,
    params=_PARAMS,
    audience=Audience.ADMIN,
)
MODEL_RESET = CommandSpec(
    path=("model", "reset"),
    args=ModelArgs,
    handler=reset,
    params=_PARAMS,
    audience=Audience.ADMIN,
)
