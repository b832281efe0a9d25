"""``/help``: made from the same list as the commands, without what the asker may not do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from plumas_core.app import App
from plumas_core.commands.reply import Block, Field, Fields, Note, Reply, Text, Title
from plumas_core.commands.spec import AnyCommand, CommandSpec, Handler, RefParam, Request, TextParam
from plumas_core.problems import Problem


@dataclass(frozen=True, slots=True)
class HelpArgs:
    """A command to be explained; all of them, in a line each, if none is named."""

    command: str | None = None


def help_command(commands: Callable[[], Sequence[AnyCommand]]) -> CommandSpec[HelpArgs]:
    """Return the command that explains ``commands``, itself among them."""
    return CommandSpec(
        path=("help",),
        args=HelpArgs,
        handler=_handler(commands),
        params=(TextParam(name="command", limit=60, rest=True),),
        visibility="private",
        opens="instant",
        anywhere=True,
    )


def _handler(commands: Callable[[], Sequence[AnyCommand]]) -> Handler[HelpArgs]:
    async def show_help(app: App, request: Request[HelpArgs]) -> Reply:
        allowed = [one for one in commands() if one.audience <= request.audience]
        if request.args.command:
            return _one(app, allowed, request.args.command, request.locale)
        return _all(app, allowed, request.locale)

    return show_help


def _all(app: App, allowed: Sequence[AnyCommand], locale: str) -> Reply:
    t = app.texts
    items = tuple(
        Field(f"/{' '.join(command.path)}", (t.text(locale, command.key),)) for command in allowed
    )
    blocks: list[Block] = [
        Title(t.text(locale, "help-title")),
        Text((t.text(locale, "help-intro"),)),
        Fields(items),
        Text((t.text(locale, "help-more"),)),
    ]
    if not app.providers.real_keys:
        blocks.append(Note(t.text(locale, "simulated-all"), "simulated"))
    return Reply(tuple(blocks), visibility="private")


def _one(app: App, allowed: Sequence[AnyCommand], name: str, locale: str) -> Reply:
    wanted = name.strip().lstrip("/").replace("_", " ").casefold().split()
    found = [one for one in allowed if list(one.path)[: len(wanted)] == wanted]
    if not found:
        raise Problem("help-unknown", name=name[:60])
    blocks: list[Block] = []
    for command in found:
        blocks.extend(_explained(app, command, locale))
    return Reply(tuple(blocks), visibility="private")


def _explained(app: App, command: AnyCommand, locale: str) -> list[Block]:
    t = app.texts
    blocks: list[Block] = [
        Title(usage(command)),
        Text((t.text(locale, command.key),)),
    ]
    if command.params:
        items = tuple(
            Field(param.name, (t.text(locale, f"{command.key}.{param.name}"),))
            for param in command.params
        )
        blocks.append(Fields(items))
    return blocks


def usage(command: AnyCommand) -> str:
    """Return a command's form in one line: ``/duel new <theme> [ends:…]``."""
    pieces = [f"/{' '.join(command.path)}"]
    for param in command.params:
        if param.required:
            pieces.append(f"<{param.name}>")
        elif param.rest or isinstance(param, RefParam):
            pieces.append(f"[{param.name}]")
        else:
            pieces.append(f"[{param.name}:…]")
    return " ".join(pieces)
