"""From a platform's event to replies: identity, rights, the handler, and what went wrong.

This is the one place where an error becomes words. A ``Problem``, a provider's failure, a lack of
credits and a missing price have a sentence of their own; anything else is a fault, logged with its
cause under a reference id, and the member reads that id and nothing of the cause.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import structlog

from plumas_core.app import App
from plumas_core.approval import is_approved
from plumas_core.catalog.errors import MissingPrice
from plumas_core.commands.identity import Caller, Event, identify
from plumas_core.commands.reply import Note, Reply
from plumas_core.commands.spec import (
    NOWHERE,
    ActionSpec,
    AnyCommand,
    Audience,
    CommandSpec,
    Handler,
    Press,
    Request,
    Subject,
    Value,
)
from plumas_core.commands.values import checked, complete
from plumas_core.credits.errors import CreditsError, InsufficientCredits
from plumas_core.ids import encode
from plumas_core.problems import Problem
from plumas_core.providers.errors import ProviderError

A = TypeVar("A")

log = structlog.get_logger(__name__)

_DENIED = {
    Audience.MEMBER: "denied-member",
    Audience.ADMIN: "denied-admin",
    Audience.OPERATOR: "denied-operator",
}

_PAYS_JUDGES = ("duel enter", "pay")
"""Where a missing price is that of a judge, whose model the member has no choice of."""


async def run_command(
    app: App, spec: CommandSpec[A], event: Event, values: Mapping[str, Value]
) -> AsyncIterator[Reply]:
    """Yield the replies to a command; each replaces the one before.

    ``values`` are what the platform gave for the command's parameters, by name.
    """
    caller: Caller | None = None
    try:
        caller = await identify(app, event)
        _allow(spec, caller)
        bounded = {
            param.name: checked(param, values[param.name])
            for param in spec.params
            if param.name in values
        }
        request = _request(caller, event, spec.bind(complete(spec, bounded)))
        async for reply in _answers(app, spec.handler, request):
            yield reply
    except Exception as error:  # noqa: BLE001 - the one place where errors become words
        yield await _refusal(app, event, caller, error, " ".join(spec.path))


async def run_action(
    app: App, spec: ActionSpec, event: Event, press: Press
) -> AsyncIterator[Reply]:
    """Yield the replies to a pressed button or a submitted form."""
    caller: Caller | None = None
    try:
        subject = Subject(spec.about, press.ref) if spec.about is not None else None
        caller = await identify(app, event, subject)
        _allow(spec, caller)
        async for reply in _answers(app, spec.handler, _request(caller, event, press)):
            yield reply
    except Exception as error:  # noqa: BLE001 - the one place where errors become words
        yield await _refusal(app, event, caller, error, spec.name)


async def _refusal(
    app: App, event: Event, caller: Caller | None, error: Exception, where: str
) -> Reply:
    """Explain an error; where credits are missing because nobody approved the place, say so."""
    refusal = explain(app, caller.locale if caller else event.locale, error, where)
    if caller is None or not isinstance(error, InsufficientCredits):
        return refusal
    community = caller.community.id
    if await app.db.read(lambda c: is_approved(c, community)):
        return refusal
    why = Note(app.texts.text(caller.locale, "pool-not-approved"), "info")
    return replace(refusal, blocks=(*refusal.blocks, why))


def explain(app: App, locale: str | None, error: Exception, where: str) -> Reply:
    """Return what the member reads of an error, privately; log what the operator needs."""
    language = locale or app.policy.default_locale
    key = getattr(error, "member_key", None)
    if isinstance(error, Problem):
        text = app.texts.text(language, error.key, **error.values)
    elif isinstance(key, str):
        reference = encode(app.ids.new())
        if isinstance(error, ProviderError):
            log.warning("provider_failed", where=where, reference=reference, cause=str(error))
        text = app.texts.text(language, key, reference=reference, **_values(error))
    elif isinstance(error, MissingPrice):
        reference = encode(app.ids.new())
        log.error("price_missing", where=where, reference=reference, cause=str(error))
        asked = "judge-no-price" if where in _PAYS_JUDGES else "model-no-price"
        text = app.texts.text(language, asked, model=error.model_id, reference=reference)
    else:
        reference = encode(app.ids.new())
        log.error("command_failed", where=where, reference=reference, exc_info=error)
        text = app.texts.text(language, "fault", reference=reference)
    personal = isinstance(error, CreditsError)  # what is there to be spent
    return Reply((Note(text, "error"),), visibility="private", personal=personal)


def _values(error: Exception) -> Mapping[str, object]:
    values = getattr(error, "member_values", {})
    return values if isinstance(values, Mapping) else {}


def _allow(spec: AnyCommand | ActionSpec, caller: Caller) -> None:
    if caller.community.id == NOWHERE and not spec.anywhere:
        raise Problem("no-community")
    if caller.audience < spec.audience:
        raise Problem(_DENIED[spec.audience])


def _request(caller: Caller, event: Event, args: A) -> Request[A]:
    return Request(
        member=caller.member,
        account=caller.account,
        community=caller.community,
        place=caller.place,
        locale=caller.locale,
        audience=caller.audience,
        args=args,
        key=event.key,
    )


async def _answers(app: App, handler: Handler[Any], request: Request[Any]) -> AsyncIterator[Reply]:
    outcome = handler(app, request)
    if isinstance(outcome, AsyncIterator):
        async for reply in outcome:
            yield reply
    else:
        yield await outcome
