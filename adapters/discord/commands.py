"""Application commands, made from the same list as every other platform's."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, Final

import discord
from discord import Locale, app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from adapters.discord.options import KEY, Run, Suggest, callback, word
from plumas_core.commands.spec import AnyCommand, Audience
from plumas_core.locales.translate import FALLBACK, LOCALES, Translations

SERVERS: Final = app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False)
EVERYWHERE: Final = app_commands.AppCommandContext(
    guild=True, dm_channel=True, private_channel=False
)
"""Also in a private chat with the bot, in which nobody is an admin."""

INSTALLED: Final = app_commands.AppInstallationType(guild=True, user=False)

_DISCORD_LOCALES: Final = {
    locale: locale.value.split("-")[0]
    for locale in Locale
    if locale.value.split("-")[0] in LOCALES and locale.value.split("-")[0] != FALLBACK
}
"""Discord's languages that we speak, but for the one that names have anyway."""


class Translator(app_commands.Translator):
    """Names and descriptions from our sentences."""

    def __init__(self, texts: Translations) -> None:
        self._texts = texts

    async def translate(
        self, string: locale_str, locale: Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the sentence in a language of ours, ``None`` where there is none."""
        language, key = _DISCORD_LOCALES.get(locale), string.extras.get(KEY)
        if language is None or key is None or not self._texts.has(language, key):
            return None
        return self._texts.text(language, key)


def application_commands(
    commands: Sequence[AnyCommand], texts: Translations, run: Run, suggest: Suggest
) -> list[app_commands.Command[Any, Any, Any] | app_commands.Group]:
    """Return one command or group for each first word.

    Permissions can be set for first words alone: one whose commands are all for admins is shown
    to those with Manage Server; the handlers check again.
    """
    by_word: dict[str, list[AnyCommand]] = defaultdict(list)
    for spec in commands:
        by_word[spec.path[0]].append(spec)
    make = _Maker(run, suggest, texts)
    return [make.top(first, members) for first, members in by_word.items()]


class _Maker:
    def __init__(self, run: Run, suggest: Suggest, texts: Translations) -> None:
        self._run = run
        self._suggest = suggest
        self._texts = texts

    def top(
        self, first: str, members: Sequence[AnyCommand]
    ) -> app_commands.Command[Any, Any, Any] | app_commands.Group:
        alone = members[0] if members[0].path == (first,) else None
        made = self._command(alone) if alone is not None else self._group((first,), members)
        admins = all(spec.audience == Audience.ADMIN for spec in members)
        made.allowed_contexts = SERVERS if admins else EVERYWHERE
        made.allowed_installs = INSTALLED
        if all(spec.audience >= Audience.ADMIN for spec in members):
            made.default_permissions = discord.Permissions(manage_guild=True)
        return made

    def _group(self, path: tuple[str, ...], members: Sequence[AnyCommand]) -> app_commands.Group:
        key = "cmd-" + "-".join(path)
        group = app_commands.Group(
            name=locale_str(path[-1], **{KEY: f"{key}.word"}),
            description=word(self._texts, key),
        )
        depth = len(path)
        below: dict[str, list[AnyCommand]] = defaultdict(list)
        for spec in members:
            if len(spec.path) == depth + 1:
                group.add_command(self._command(spec))
            else:
                below[spec.path[depth]].append(spec)
        for next_word, specs in below.items():
            group.add_command(self._group((*path, next_word), specs))
        return group

    def _command(self, spec: AnyCommand) -> app_commands.Command[Any, Any, Any]:
        return app_commands.Command(
            name=locale_str(spec.path[-1], **{KEY: f"{spec.key}.word"}),
            description=word(self._texts, spec.key),
            callback=callback(spec, self._run, self._suggest, self._texts),
        )


class Tree(app_commands.CommandTree[discord.Client]):
    """Finds the command of an interaction; ``failed`` is told of what discord.py refuses."""

    def __init__(
        self,
        client: discord.Client,
        failed: Callable[[discord.Interaction, app_commands.AppCommandError], Any],
    ) -> None:
        super().__init__(client)
        self._failed = failed

    async def on_error(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError, /
    ) -> None:
        """Hand on what went wrong before or in a command."""
        await self._failed(interaction, error)
