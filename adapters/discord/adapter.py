"""Discord as a platform: commands, buttons, menus and forms, each answered as Discord expects."""

from __future__ import annotations

import re
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
import structlog
from discord import InteractionType, app_commands

from adapters.discord.commands import Tree, application_commands
from adapters.discord.events import PLATFORM, account_name, event_of
from adapters.discord.exchange import Exchange, Pace
from adapters.discord.forms import answers
from adapters.discord.messages import PICK
from adapters.discord.shelf import FORM, MemberForms, Shelf
from adapters.discord.uploads import read_upload, upload_of
from plumas_core.app import App
from plumas_core.commands.choices import Choice, choices, find_chooser
from plumas_core.commands.dispatch import explain, run_action, run_command
from plumas_core.commands.identity import Event, identify
from plumas_core.commands.reply import Note, Reply, Visibility
from plumas_core.commands.spec import (
    ActionSpec,
    AnyCommand,
    CreditsParam,
    FlagParam,
    Param,
    Press,
    RefKind,
    RefParam,
    Value,
    WhenParam,
)
from plumas_core.commands.values import read_value
from plumas_core.ids import encode
from plumas_core.locales.translate import closest
from plumas_core.problems import Problem

log = structlog.get_logger(__name__)

_MENTION = re.compile(r"\s*<@!?(\d{15,20})>\s*|\s*(\d{15,20})\s*")


class DiscordAdapter:
    """Runs what members ask of it through a client; ``client.connect`` brings it their asking."""

    def __init__(
        self,
        app: App,
        client: discord.Client,
        *,
        commands: Sequence[AnyCommand],
        actions: Mapping[str, ActionSpec],
        pace: Pace | None = None,
    ) -> None:
        self._app = app
        self._client = client
        self._actions = actions
        self._pace = pace or Pace()
        self._shelf = Shelf()
        self.tree = Tree(client, self._refused)
        for command in application_commands(commands, app.texts, self._command, self._suggest):
            self.tree.add_command(command)
        client.event(self.on_interaction)
        client.event(self.on_error)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        """Answer buttons, menus and forms; commands come by the tree."""
        if interaction.type is InteractionType.component:
            await self._press(interaction)
        elif interaction.type is InteractionType.modal_submit:
            await self._submit(interaction)

    async def on_error(self, event: str, /, *args: Any, **more: Any) -> None:
        """Write down what went wrong while an event was handled."""
        log.error("discord_event_failed", event_name=event, exc_info=sys.exc_info())

    async def _command(
        self, interaction: discord.Interaction, spec: AnyCommand, options: Mapping[str, Any]
    ) -> None:
        event = event_of(interaction)

        async def replies() -> AsyncIterator[Reply]:
            people: list[tuple[str, str]] = []
            try:
                values = {
                    param.name: await self._value(interaction, param, options[param.name], people)
                    for param in spec.params
                    if param.name in options
                }
            except Problem as problem:
                yield await self._explained(event, problem, " ".join(spec.path))
                return
            named = replace(event, people=tuple(people))
            async for reply in run_command(self._app, spec, named, values):
                yield reply

        visibility = spec.visibility
        if any(isinstance(one, FlagParam) and one.name == "private" for one in spec.params):
            visibility = "private" if options.get("private") else visibility
        exchange = self._exchange(interaction, event)
        await exchange.answer(replies(), spec.opens, visibility)

    async def _value(
        self,
        interaction: discord.Interaction,
        param: Param,
        given: Any,
        people: list[tuple[str, str]],
    ) -> Value:
        """Return an option's value as commands take it; add those whom it mentions to ``people``.

        Raises:
            Problem: it is not what the parameter takes.
        """
        match given:
            case discord.Attachment():
                return await read_upload(self._client, param.name, upload_of(given))
            case str() if isinstance(param, WhenParam | CreditsParam):
                return read_value(param, given)
            case str() if isinstance(param, RefParam) and param.of in ("member", "wallet"):
                account = _mentioned(given)
                if account is not None:
                    people.extend(await self._person(interaction, account))
                return account or given
            case str() | bool() | int():
                return given
        raise Problem("arg-empty", name=param.name)

    async def _person(
        self, interaction: discord.Interaction, account: str
    ) -> list[tuple[str, str]]:
        """Return the account and the name of a server's member who is new to us."""
        event = event_of(interaction)
        chooser = await self._app.db.read(
            lambda c: find_chooser(c, PLATFORM, account, event.home, "")
        )
        if interaction.guild is None or chooser.member_id is not None:
            return []
        try:
            person = await interaction.guild.fetch_member(int(account))
        except discord.HTTPException:
            return []
        return [(account, account_name(person))]

    async def _suggest(
        self, interaction: discord.Interaction, of: RefKind, typed: str
    ) -> list[Choice]:
        event = event_of(interaction)
        locale = closest(event.locale)
        return await self._app.db.read(
            lambda c: choices(
                self._app,
                c,
                of,
                find_chooser(c, PLATFORM, event.account_id, event.home, locale),
                typed,
            )
        )

    async def _press(self, interaction: discord.Interaction) -> None:
        data = _data(interaction)
        code = str(data.get("custom_id", ""))
        if code.startswith(PICK):
            code = str(next(iter(data.get("values") or ()), ""))
        name, _, ref = code.partition(":")
        event = event_of(interaction)
        kept = self._shelf.take(ref) if name == FORM else None
        if kept is not None:
            await interaction.response.send_modal(self._forms(event).modal(kept))
            return
        await self._act(interaction, event, name, Press(ref, {}))

    async def _submit(self, interaction: discord.Interaction) -> None:
        data = _data(interaction)
        name, _, ref = str(data.get("custom_id", "")).partition(":")
        event = event_of(interaction)
        await self._act(interaction, event, name, Press(ref, {}), data)

    async def _act(
        self,
        interaction: discord.Interaction,
        event: Event,
        name: str,
        press: Press,
        form: Mapping[str, Any] | None = None,
    ) -> None:
        """Do what a button or a form means; one that nothing knows any more is told so."""
        action = self._actions.get(name)

        async def replies() -> AsyncIterator[Reply]:
            try:
                if action is None:
                    raise Problem("discord-gone")
                given = await answers(self._client, form) if form is not None else {}
            except Problem as problem:
                yield await self._explained(event, problem, name)
                return
            async for reply in run_action(self._app, action, event, Press(press.ref, given)):
                yield reply

        visibility: Visibility = action.visibility if action else "private"
        exchange = self._exchange(interaction, event)
        await exchange.answer(replies(), action.opens if action else "defer", visibility)

    async def _explained(self, event: Event, problem: Problem, where: str) -> Reply:
        caller = await identify(self._app, event)
        return explain(self._app, caller.locale, problem, where)

    def _exchange(self, interaction: discord.Interaction, event: Event) -> Exchange:
        return Exchange(interaction, self._pace, self._forms(event))

    def _forms(self, event: Event) -> MemberForms:
        return MemberForms(self._shelf, self._app.texts, closest(event.locale))

    async def _refused(
        self, interaction: discord.Interaction, error: app_commands.AppCommandError
    ) -> None:
        """Answer a command that is not known, or is called with what it does not take."""
        event = event_of(interaction)
        stale = app_commands.CommandNotFound | app_commands.CommandSignatureMismatch
        if isinstance(error, stale | app_commands.TransformerError):
            text = self._app.texts.text(closest(event.locale), "discord-stale")
        else:
            reference = encode(self._app.ids.new())
            log.error("command_failed", reference=reference, exc_info=error)
            text = self._app.texts.text(closest(event.locale), "fault", reference=reference)
        if interaction.type is not InteractionType.autocomplete:
            reply = Reply((Note(text, "error"),), visibility="private")
            await self._exchange(interaction, event).show(reply, "private")


def _mentioned(given: str) -> str | None:
    """Return the id in a mention, or one that stands alone."""
    found = _MENTION.fullmatch(given)
    return (found.group(1) or found.group(2)) if found else None


def _data(interaction: discord.Interaction) -> dict[str, Any]:
    """Return what came with the interaction, as Discord sent it."""
    return dict(interaction.data or {})
