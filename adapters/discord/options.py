"""A command's parameters as Discord's typed options."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeAlias

import discord
from discord import app_commands
from discord.app_commands import locale_str

from adapters.discord import limits
from plumas_core.commands.choices import Choice
from plumas_core.commands.spec import (
    AnyCommand,
    AttachmentParam,
    ChoiceParam,
    FlagParam,
    IntegerParam,
    Param,
    RefKind,
    RefParam,
    TextParam,
)
from plumas_core.commands.values import REF_LIMIT
from plumas_core.lengths import clipped, size
from plumas_core.locales.translate import FALLBACK, Translations

Run: TypeAlias = Callable[[discord.Interaction, AnyCommand, Mapping[str, Any]], Awaitable[None]]
"""Runs a command with the options that were given."""

Suggest: TypeAlias = Callable[[discord.Interaction, RefKind, str], Awaitable[list[Choice]]]
"""Returns what may be chosen for what was typed so far."""

KEY: Final = "key"
"""The extra of a translatable string that names its sentence."""

_SHORT_TEXT: Final = 100
"""Characters of an amount or a time."""


def callback(spec: AnyCommand, run: Run, suggest: Suggest, texts: Translations) -> Any:
    """Return the function that discord.py reads the options from, and calls with them."""

    async def invoke(interaction: discord.Interaction, **options: Any) -> None:
        given = {name: value for name, value in options.items() if value is not None}
        await run(interaction, spec, given)

    parameters = [
        inspect.Parameter(
            param.name,
            inspect.Parameter.KEYWORD_ONLY,
            annotation=_annotation(param),
            default=inspect.Parameter.empty if param.required else None,
        )
        for param in spec.params
    ]
    first = inspect.Parameter(
        "interaction",
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        annotation=discord.Interaction,
    )
    invoke.__signature__ = inspect.Signature([first, *parameters])  # type: ignore[attr-defined]  # functions take any attribute
    invoke.__annotations__ = {one.name: one.annotation for one in (first, *parameters)}
    return _described(spec, invoke, suggest, texts)


def word(texts: Translations, key: str) -> locale_str:
    """Return a string that discord.py translates by the sentence ``key``."""
    return locale_str(texts.text(FALLBACK, key), **{KEY: key})


def _described(spec: AnyCommand, function: Any, suggest: Suggest, texts: Translations) -> Any:
    described = {one.name: word(texts, f"{spec.key}.{one.name}") for one in spec.params}
    renamed = {one.name: locale_str(one.name, **{KEY: f"param-{one.name}"}) for one in spec.params}
    chosen = {
        one.name: [app_commands.Choice(name=each, value=each) for each in one.choices]
        for one in spec.params
        if isinstance(one, ChoiceParam)
    }
    suggested = {
        one.name: _autocomplete(one.of, suggest)
        for one in spec.params
        if isinstance(one, RefParam) and one.of != "entry"
    }
    if described:
        function = app_commands.rename(**renamed)(app_commands.describe(**described)(function))
    if chosen:
        function = app_commands.choices(**chosen)(function)
    if suggested:
        function = app_commands.autocomplete(**suggested)(function)
    return function


def _annotation(param: Param) -> Any:
    match param:
        case IntegerParam():
            kind: Any = app_commands.Range[int, param.least, param.most]
        case FlagParam():
            kind = bool
        case AttachmentParam():
            kind = discord.Attachment
        case ChoiceParam():
            kind = str
        case TextParam():
            most = min(param.limit, limits.STRING_OPTION)
            kind = app_commands.Range[str, 1 if param.required else 0, most]
        case RefParam():
            kind = app_commands.Range[str, 1, REF_LIMIT]
        case _:
            kind = app_commands.Range[str, 1, _SHORT_TEXT]
    return kind if param.required else kind | None


def _autocomplete(of: RefKind, suggest: Suggest) -> Any:
    async def complete(
        interaction: discord.Interaction, typed: str
    ) -> list[app_commands.Choice[str]]:
        found = await suggest(interaction, of, typed)
        return [
            app_commands.Choice(name=clipped(one.label, limits.CHOICE_LENGTH), value=one.value)
            for one in found[: limits.CHOICES]
            if 0 < size(one.value) <= limits.CHOICE_LENGTH
        ]

    return complete
