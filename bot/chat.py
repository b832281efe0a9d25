"""``plumas chat``: the console adapter, for a person at the keyboard or for a script."""

from __future__ import annotations

import asyncio
import io
import math
import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click
from rich.console import Console
from rich.text import Text

from adapters.console.adapter import ConsoleAdapter, Room
from adapters.console.deliverer import PLATFORM, Posted
from adapters.console.jsonlines import JsonScreen
from adapters.console.passing import PATIENCE, Passing, while_idle
from adapters.console.safe import shown
from adapters.console.screen import Screen, TerminalScreen
from adapters.console.script import ReadLine, read_steps
from adapters.console.under_way import UnderWay, under_way
from bot.console_time import open_console
from bot.env_file import SettingsError
from bot.logs import configure_logs
from bot.setting_types import SQLITE
from bot.settings import Settings
from bot.starting import begin
from plumas_core.app import App
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.locales.translate import LOCALES, Translations

if TYPE_CHECKING:
    from adapters.console.interactive import Keyboard

SUBFOLDER = "chat"
DATABASE = "plumas.db"
LOG = "chat.log"
OPERATORS = ("op", "m1")
PIPED_WIDTH = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """How to chat. ``script`` is ``None`` for a person at the keyboard."""

    folder: Path
    room: Room
    operators: frozenset[str]
    scale: float = 1.0
    virtual: bool = False
    as_json: bool = False
    script: ReadLine | None = None


@click.command("chat")
@click.option(
    "--script", type=click.Path(path_type=Path, dir_okay=False), help="Run the lines of a file."
)
@click.option("--json", "as_json", is_flag=True, help="Print each reply as one JSON object a line.")
@click.option(
    "--time-scale",
    type=click.FloatRange(min=0, min_open=True),
    default=1.0,
    show_default=True,
    help="Let program time run so many times faster.",
)
@click.option("--virtual", is_flag=True, help="Never wait: time is put forward as the script asks.")
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder for this console's own database.",
)
@click.option(
    "--community", default="La Tertulia", show_default=True, help="What the community is called."
)
@click.option(
    "--locale", type=click.Choice(LOCALES), help="The community's language, when it is first made."
)
@click.option(
    "--operator",
    "operators",
    multiple=True,
    help="A member who is an operator; instead of op and m1.",
)
@click.option(
    "--admin", "admins", multiple=True, help="A member who is an admin; instead of op and m1."
)
@click.option(
    "--member",
    "members",
    multiple=True,
    metavar="NAME=LOCALE",
    help="A member's language, as m2=es.",
)
@click.option(
    "--session", help="Run again under the same name: the same lines are the same events."
)
def chat(
    script: Path | None,
    as_json: bool,
    time_scale: float,
    virtual: bool,
    data: Path | None,
    community: str,
    locale: str | None,
    operators: tuple[str, ...],
    admins: tuple[str, ...],
    members: tuple[str, ...],
    session: str | None,
) -> None:
    """Several members in one community, on this terminal."""
    if not math.isfinite(time_scale):
        raise click.BadParameter("must be a number above 0.", param_hint="--time-scale")
    settings = begin()
    room = Room(
        session=session or secrets.token_hex(8),
        name=community,
        locale=locale,
        admins=frozenset(admins or OPERATORS),
        languages=_languages(members),
    )
    configured = {name for platform, name in settings.operators if platform == PLATFORM}
    plan = Chat(
        folder=data or settings.database_path.parent / SUBFOLDER,
        room=room,
        operators=frozenset(operators or configured or OPERATORS),
        scale=time_scale,
        virtual=virtual,
        as_json=as_json,
        script=_reader(script, as_json=as_json),
    )
    _make_ready(settings, plan)
    left = asyncio.run(converse(settings, plan, sys.stdout))
    if left:
        click.echo(_still_open(left), err=True)


async def converse(settings: Settings, plan: Chat, out: TextIO) -> UnderWay | None:
    """Run the whole conversation; return what is still under way at a script's end."""
    own = _own_settings(settings, plan)
    posted: asyncio.Queue[Posted] = asyncio.Queue()
    async with open_console(
        own,
        plan.folder,
        posted,
        scale=plan.scale,
        virtual=plan.virtual,
        patience=PATIENCE if plan.script else 0.0,
    ) as (app, passing):
        keyboard = None if plan.script else _keyboard(app, plan)
        adapter = ConsoleAdapter(
            app,
            commands=COMMANDS,
            actions=ACTIONS,
            room=plan.room,
            screen=_screen(plan, out),
            passing=passing,
            posted=posted,
            ask=keyboard.ask if keyboard else None,
        )
        async with adapter:
            if keyboard is not None:
                _greet(console_for(out), app, plan.room)
                await keyboard.converse(adapter, passing)
                return None
            return await _run_script(app, adapter, passing, plan)


async def _run_script(app: App, adapter: ConsoleAdapter, passing: Passing, plan: Chat) -> UnderWay:
    """Run the lines, and then let what they began end, unless that took its real time."""
    script = plan.script
    if script is not None:
        await adapter.run(read_steps(lambda: while_idle(passing, script())))
    if plan.virtual or plan.scale != 1:
        return await adapter.settle()
    return await app.db.read(lambda c: under_way(app, c))


def _keyboard(app: App, plan: Chat) -> Keyboard:
    from adapters.console.interactive import Keyboard

    return Keyboard(COMMANDS, app.texts, app.policy.default_locale, plan.folder / "history")


def _own_settings(settings: Settings, plan: Chat) -> Settings:
    """Return the settings with the console's own database, operators and language."""
    operators = {who for who in settings.operators if who[0] != PLATFORM}
    return settings.model_copy(
        update={
            "database_url": f"{SQLITE}{plan.folder.absolute() / DATABASE}",
            "operators": frozenset(operators | {(PLATFORM, name) for name in plan.operators}),
            "default_locale": plan.room.locale or settings.default_locale,
        }
    )


def _make_ready(settings: Settings, plan: Chat) -> None:
    """Make the folder; where a person types on the terminal, send the logs to a file in it.

    What usually happens is no news on a terminal that shows it anyway: unless more was asked for,
    a script's log begins with warnings.

    Raises:
        SettingsError: the folder cannot be used.
    """
    log = None
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        if plan.script is None:
            log = (plan.folder / LOG).open("a", encoding="utf-8")
    except OSError as reason:
        raise SettingsError(f"the folder of the console cannot be used: {reason}") from None
    usual = log is None and settings.log_level == "info"
    configure_logs(
        level="warning" if usual else settings.log_level,
        form=settings.log_format,
        texts=settings.log_texts,
        secrets=settings.secrets,
        stream=log,
    )


def _screen(plan: Chat, out: TextIO) -> Screen:
    if plan.as_json:
        return JsonScreen(out)
    return TerminalScreen(
        console_for(out), Translations(), plan.folder / "files", echo=plan.script is not None
    )


def console_for(out: TextIO) -> Console:
    """Return a terminal; a pipe gets the width of a page and no colour."""
    return Console(
        file=None if out is sys.stdout else out,
        width=None if out.isatty() else PIPED_WIDTH,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _reader(script: Path | None, *, as_json: bool) -> ReadLine | None:
    """Return where the lines of a script come from, ``None`` where a person types them.

    Raises:
        SettingsError: the script cannot be read.
    """
    if script is not None:
        try:
            lines = iter(script.read_text(encoding="utf-8-sig").split("\n"))
        except (OSError, UnicodeDecodeError) as reason:
            raise SettingsError(f"the script cannot be read: {reason}") from None
        return _from(lines)
    if sys.stdin.isatty() and not as_json:
        return None
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return _from_standard_input


def _from(lines: Iterator[str]) -> ReadLine:
    async def read_line() -> str | None:
        return next(lines, None)

    return read_line


async def _from_standard_input() -> str | None:
    line = await asyncio.to_thread(sys.stdin.readline)
    return line.rstrip("\r\n") if line else None


def _languages(members: Sequence[str]) -> Mapping[str, str]:
    """Return each member's language from ``m2=es``."""
    languages = {}
    for member in members:
        name, _, locale = member.partition("=")
        if not name or locale not in LOCALES:
            raise click.BadParameter(
                f"{member!a} is not NAME=LOCALE, with a locale of {', '.join(LOCALES)}",
                param_hint="--member",
            )
        languages[name] = locale
    return languages


def _greet(console: Console, app: App, room: Room) -> None:
    """Say where one is, and three things to try."""
    texts, locale = app.texts, app.policy.default_locale
    welcome = texts.text(locale, "console-greeting", community=room.name, name=room.speaker)
    console.print(Text(shown(welcome), style="bold"))
    console.print(Text(texts.text(locale, "console-try")))
    for example, why in (
        ("console-try-help", "console-try-help-why"),
        ("console-try-write", "console-try-write-why"),
        ("console-try-duel", "console-try-duel-why"),
    ):
        line = Text(f"  {texts.text(locale, example)}", style="cyan")
        console.print(line.append(f"   {texts.text(locale, why)}", style="dim"))
    console.print(Text(texts.text(locale, "console-leave"), style="dim"))


def _still_open(left: UnderWay) -> str:
    return (
        f"still under way: {left.duels} duels, {left.writings} texts being written, "
        f"{left.batches} batches, {left.messages} messages; they go on when the console does"
    )
