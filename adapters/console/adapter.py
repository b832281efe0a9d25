"""The console as a platform: several members in one community, who type at one keyboard."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import Connection, select

from adapters.console.deliverer import PLATFORM, Posted
from adapters.console.inputs import checked_answers, with_files
from adapters.console.passing import Passing
from adapters.console.pressing import Buttons
from adapters.console.screen import Screen, Shown
from adapters.console.script import Answer, Said, Send, Settle, Step, Wait
from adapters.console.under_way import UnderWay
from adapters.console.unknown import nearest_commands
from plumas_core.app import App
from plumas_core.clock import SECOND
from plumas_core.commands.dispatch import explain, run_action, run_command
from plumas_core.commands.identity import Event, identify
from plumas_core.commands.line import find_command, parse_line
from plumas_core.commands.reply import Form, Reply, Visibility
from plumas_core.commands.reply_text import Reading
from plumas_core.commands.spec import ActionSpec, AnyCommand, Press, RefParam, Value
from plumas_core.commands.values import read_when
from plumas_core.problems import Problem
from plumas_core.storage.tables.people import communities, places

MAIN = "main"
DM = "dm"
_DM_PREFIX = "dm:"
_OWN_MEMBER = re.compile(r"m[1-9][0-9]?")
_SECONDS = re.compile(r"([0-9]{1,6})s")
"""``m1`` to ``m99`` are at the keyboard from the start; others once they have spoken."""

Ask: TypeAlias = Callable[[Form], Awaitable[Mapping[str, str] | None]]
"""Asks a person a form's questions; ``None`` where they gave up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """The community on the console, and who is who in it.

    ``locale`` is the community's when it is first made; ``languages`` are members' own.
    ``session`` is part of every line's key: a script that runs again under the same session
    delivers the same events again.
    """

    session: str
    name: str = "La Tertulia"
    locale: str | None = None
    admins: frozenset[str] = frozenset()
    languages: Mapping[str, str]
    speaker: str = "m1"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A form that waits for its answers."""

    form: Form
    event: Event


class ConsoleAdapter:
    """Runs what members type, and shows what they read.

    Use it as an async context manager: inside, messages from the background are shown as they
    come. ``ask`` is set where a person can be asked a form's questions one by one.
    """

    def __init__(
        self,
        app: App,
        *,
        commands: Sequence[AnyCommand],
        actions: Mapping[str, ActionSpec],
        room: Room,
        screen: Screen,
        passing: Passing,
        posted: asyncio.Queue[Posted],
        ask: Ask | None = None,
    ) -> None:
        self._app = app
        self._commands = commands
        self._actions = actions
        self._room = room
        self._screen = screen
        self._passing = passing
        self._posted = posted
        self._ask = ask
        self._buttons = Buttons()
        self._asked: _Asked | None = None
        self._answers: dict[str, str] = {}
        self._pump: asyncio.Task[None] | None = None
        self.speaker = room.speaker

    async def __aenter__(self) -> ConsoleAdapter:
        self._pump = asyncio.create_task(self._show_posted())
        return self

    async def __aexit__(self, *failure: object) -> None:
        if self._pump is not None:
            self._pump.cancel()
            await asyncio.gather(self._pump, return_exceptions=True)

    async def run(self, steps: AsyncIterable[Step]) -> None:
        """Take every step, and send the form that the last ones answered."""
        async for step in steps:
            await self.take(step)
        if self._answers:
            await self.take(Send())

    async def take(self, step: Step) -> None:
        """Do what one line means, and show the messages that it made due."""
        await self._do(step)
        await self._passing.catch_up()
        await self._flush()

    async def _do(self, step: Step) -> None:
        if isinstance(step, Answer) and self._asked is not None:
            self._answers[step.name] = step.value
            return
        if isinstance(step, Send) or self._answers:
            await self._send_form()
        match step:
            case Said():
                await self.say(step)
            case Wait():
                await self._wait(step)
            case Settle():
                await self._passing.settle()
            case Answer():
                await self._refuse(self._event(), Problem("console-no-form"))
            case Send():
                pass

    async def settle(self) -> UnderWay:
        """Let time pass until nothing is under way; return what still is."""
        left = await self._passing.settle()
        await self._flush()
        return left

    async def _flush(self) -> None:
        """Wait until every posted message was shown.

        Raises:
            Exception: what went wrong when one was shown.
        """
        if self._pump is None:
            return
        shown = asyncio.create_task(self._posted.join())
        await asyncio.wait({shown, self._pump}, return_when=asyncio.FIRST_COMPLETED)
        if self._pump.done():
            shown.cancel()
            self._pump.result()

    async def say(self, said: Said) -> None:
        """Do what a member said: a command, a press, or nothing that we know."""
        if said.speaker is not None and not said.text:
            self.speaker = said.speaker
            return
        event = self._event(said)
        self._screen.said(event.account_id, said.text)
        if said.text.startswith("/"):
            await self._command(event, said.text)
        elif said.text.isdigit():
            await self._press(event, said.text)
        elif said.text.startswith("press "):
            await self._press(event, said.text.removeprefix("press ").strip())
        else:
            await self._refuse(event, Problem("console-not-a-command"))

    def _event(self, said: Said | None = None) -> Event:
        speaker = (said.speaker if said else None) or self.speaker
        channel = (said.channel if said else None) or MAIN
        key = (said.key or str(said.line)) if said else "answer"
        return Event(
            platform=PLATFORM,
            account_id=speaker,
            account_name=speaker,
            home=PLATFORM,
            home_name=self._room.name,
            address=f"{_DM_PREFIX}{speaker}" if channel == DM else channel,
            key=f"{PLATFORM}:{self._room.session}:{key}",
            locale=(said.locale if said else None) or self._room.languages.get(speaker),
            home_locale=self._room.locale,
            admin=speaker in self._room.admins,
            trusted=True,
        )

    async def _command(self, event: Event, text: str) -> None:
        found = find_command(text, self._commands)
        if found is None:
            near = nearest_commands(text, self._commands)
            key = "console-unknown-near" if near else "console-unknown"
            await self._refuse(event, Problem(key, command=text.split()[0][:40], near=near))
            return
        spec, rest = found
        typed = "/" + " ".join(spec.path)
        try:
            values = await with_files(spec, parse_line(spec, rest))
        except Problem as problem:
            await self._refuse(event, problem, typed)
            return
        event = replace(event, people=_people(spec, values))
        replies = run_command(self._app, spec, event, values)
        await self._answer(event, typed, spec.visibility, replies)

    async def _press(self, event: Event, target: str) -> None:
        found = self._buttons.find(target, event.account_id, event.address)
        action = self._actions.get(found[0]) if found else None
        if found is None or action is None:
            await self._refuse(event, Problem("console-no-button", button=target[:64]))
            return
        await self._act(event, action, Press(found[1], {}))

    async def _act(self, event: Event, action: ActionSpec, press: Press) -> None:
        replies = run_action(self._app, action, event, press)
        await self._answer(event, action.name, action.visibility, replies)

    async def _answer(
        self,
        event: Event,
        command: str | None,
        visibility: Visibility,
        replies: AsyncIterator[Reply],
    ) -> None:
        """Show each reply in the place of the one before; the last one stays."""
        item: Shown | None = None
        async for reply in replies:
            item = await self._shown(event, command, reply.visibility or visibility, reply)
            self._screen.draft(item)
            if reply.final:
                break
        if item is None:
            return
        self._buttons.remember(item.to, item.reply.buttons)
        self._screen.show(item)
        await anext(replies, None)
        if item.reply.form is not None:
            await self._ask_form(event, item.reply.form)

    async def _shown(
        self, event: Event, command: str | None, visibility: Visibility, reply: Reply
    ) -> Shown:
        caller = await identify(self._app, event)
        private = visibility == "private"
        return Shown(
            reply=reply,
            reading=Reading(
                caller.locale if private else caller.community.locale,
                caller.community.time_zone,
                self._app.clock(),
            ),
            to=event.account_id if private else _reader(event.address),
            visibility=visibility,
            command=command,
            buttons=tuple(enumerate(reply.buttons, 1)),
        )

    async def _refuse(self, event: Event, problem: Problem, command: str | None = None) -> None:
        """Say what is wrong with a line, to the one who typed it."""

        async def only() -> AsyncIterator[Reply]:
            caller = await identify(self._app, event)
            yield explain(self._app, caller.locale, problem, command or PLATFORM)

        await self._answer(event, command, "private", only())

    async def _ask_form(self, event: Event, form: Form) -> None:
        self._asked, self._answers = _Asked(form, event), {}
        if self._ask is None:
            return
        answers = await self._ask(form)
        if answers is None:
            self._asked = None
            return
        self._answers = dict(answers)
        await self._send_form()

    async def _send_form(self) -> None:
        """Submit the form that waits, if it was answered at all."""
        asked, answers = self._asked, self._answers
        self._asked, self._answers = None, {}
        if asked is None:
            return
        event = replace(asked.event, key=f"{asked.event.key}:form")
        action = self._actions.get(asked.form.action)
        try:
            if action is None:
                raise Problem("console-no-button", button=asked.form.action)
            given = checked_answers(asked.form, answers)
        except Problem as problem:
            await self._refuse(event, problem)
            return
        await self._act(event, action, Press(asked.form.ref, given))

    async def _wait(self, step: Wait) -> None:
        try:
            span = _span(step.span)
        except Problem as problem:
            await self._refuse(self._event(), problem)
            return
        await self._passing.wait(span)

    async def _show_posted(self) -> None:
        while True:
            posted = await self._posted.get()
            try:
                await self._show_message(posted)
            finally:
                self._posted.task_done()

    async def _show_message(self, posted: Posted) -> None:
        private = posted.address.startswith(_DM_PREFIX)
        to = _reader(posted.address)
        item = Shown(
            reply=posted.reply,
            reading=await self._app.db.read(lambda c: self._reading(c, posted.address)),
            to=to,
            visibility="private" if private else "public",
            command=None,
            mentions=posted.mentions,
            before=posted.before,
            buttons=tuple(enumerate(posted.reply.buttons, 1)),
        )
        if posted.before is None or posted.before.buttons != posted.reply.buttons:
            self._buttons.remember(to, posted.reply.buttons)
        self._screen.show(item)

    def _reading(self, c: Connection, address: str) -> Reading:
        policy = self._app.policy
        query = (
            select(communities.c.locale, communities.c.time_zone)
            .join(places, places.c.community_id == communities.c.id)
            .where(places.c.platform == PLATFORM, places.c.address == address)
        )
        found = c.execute(query).first()
        locale, zone = found or (policy.default_locale, policy.time_zone)
        return Reading(locale, zone, self._app.clock())


def _reader(address: str) -> str:
    return address.removeprefix(_DM_PREFIX)


def _people(spec: AnyCommand, values: Mapping[str, Value]) -> tuple[tuple[str, str], ...]:
    """Return the console's own members that a command names, whether they spoke yet or not."""
    named = (
        str(values.get(param.name, ""))
        for param in spec.params
        if isinstance(param, RefParam) and param.of in ("member", "wallet")
    )
    return tuple((name, name) for name in named if _OWN_MEMBER.fullmatch(name))


def _span(text: str) -> int:
    """Return how long ``90s`` is, or any span that members write, in milliseconds.

    Raises:
        Problem: it is no span of time.
    """
    seconds = _SECONDS.fullmatch(text)
    if seconds is not None:
        return int(seconds[1]) * SECOND
    when = read_when("wait", text)
    if when.after is None:
        raise Problem("arg-when", name="wait")
    return when.after
