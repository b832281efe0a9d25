"""What all parts of the adapter share: how a command is run, and where its answer goes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import structlog
from sqlalchemy import Connection, select
from telegram import Message, Update
from telegram.ext import ExtBot

from adapters.telegram.admins import Admins
from adapters.telegram.events import PLATFORM, Spot, event_of, is_anonymous, spot_of
from adapters.telegram.exchange import Exchange, Pace
from adapters.telegram.kept import PREFIX, keep
from adapters.telegram.links import start_link
from adapters.telegram.moving import move_home
from adapters.telegram.pacing import Limiter
from adapters.telegram.people import Usernames
from adapters.telegram.processing import ByChat
from adapters.telegram.safe import escaped, shown
from adapters.telegram.turn import Turn
from adapters.telegram.voice import Voice
from adapters.telegram.words import Reading, commands_pattern, has_moment
from plumas_core.app import App
from plumas_core.commands.dispatch import explain, run_command
from plumas_core.commands.identity import Event, identify
from plumas_core.commands.reply import Reply, Visibility
from plumas_core.commands.spec import ActionSpec, AnyCommand, Audience, Value
from plumas_core.delivery.losing import lose_place
from plumas_core.delivery.outbox import ExternalId
from plumas_core.delivery.places import account_place
from plumas_core.locales.translate import closest
from plumas_core.problems import Problem
from plumas_core.storage.tables.people import places

log = structlog.get_logger(__name__)

LAST_WORDS: Final = 5.0
"""Seconds that answers under way are waited for at the end."""


@dataclass(frozen=True, slots=True)
class Visit:
    """One update that somebody sent: who and where, and its turn.

    ``at`` is the message's time in UTC seconds; ``reply_to`` is what an answer in a group refers
    to, ``edits`` the message that it takes the place of.
    """

    turn: Turn
    event: Event
    spot: Spot
    number: int
    at: int
    message: Message | None = None
    reply_to: int | None = None
    edits: int | None = None
    anonymous: bool = False

    @property
    def locale(self) -> str:
        return closest(self.event.locale)


class Office:
    """The adapter's parts, and what an exchange needs of them."""

    def __init__(
        self,
        app: App,
        bot: ExtBot[Any],
        *,
        commands: Sequence[AnyCommand],
        actions: Mapping[str, ActionSpec],
        limiter: Limiter,
        processor: ByChat,
        pace: Pace | None = None,
    ) -> None:
        self.app = app
        self.bot = bot
        self.commands = commands
        self.actions = actions
        self.processor = processor
        self.pace = pace or Pace()
        self.voice = Voice(bot)
        self.admins = Admins(bot, app.clock)
        self.usernames = Usernames()
        self._linked = commands_pattern(commands)
        self._limiter = limiter
        self._forms: Callable[[Exchange, Reply], Awaitable[None]] | None = None
        self._background: set[asyncio.Task[None]] = set()

    def ask_forms_by(self, ask: Callable[[Exchange, Reply], Awaitable[None]]) -> None:
        """Let ``ask`` begin the forms that replies open."""
        self._forms = ask

    async def visit(self, turn: Turn, update: Update, message: Message) -> Visit | None:
        """Return who sent a message and where, ``None`` if it is nobody whom we answer."""
        user = message.from_user
        anonymous = is_anonymous(message)
        if user is None or (message.sender_chat is not None and not anonymous):
            return None
        if user.is_bot and not anonymous:
            return None
        spot = spot_of(message)
        admin = anonymous
        if not anonymous:
            admin = not spot.private and await self.admins.administers(spot.chat, user.id)
            noted = self.usernames.note(user)
            if noted is not None:
                turn.also(noted)
        event = event_of(update, user, message.chat, spot, admin=admin)
        if anonymous:
            event = replace(
                event, account_id=str(spot.chat), account_name=message.chat.title or "?"
            )
        return Visit(
            turn,
            event,
            spot,
            update.update_id,
            int(message.date.timestamp()),
            message,
            None if spot.private else message.message_id,
            anonymous=anonymous,
        )

    def audience(self, event: Event) -> Audience:
        """Return whose commands the sender of an event may use there."""
        if (event.platform, event.account_id) in self.app.policy.operators:
            return Audience.OPERATOR
        return Audience.ADMIN if event.admin and not event.private else Audience.MEMBER

    def exchange(self, visit: Visit) -> Exchange:
        """Return what answers a visit."""
        return Exchange(
            self,
            visit.event,
            visit.spot,
            visit.turn.settle,
            reply_to=visit.reply_to,
            edits=visit.edits,
            draft=visit.number % 2**31 or 1,
        )

    async def run(self, visit: Visit, spec: AnyCommand, values: Mapping[str, Value]) -> None:
        """Run a command whose values are there, and show its answer."""
        replies = run_command(self.app, spec, visit.event, values)
        await self.exchange(visit).answer(replies, spec.visibility)

    async def refuse(self, visit: Visit, problem: Problem, where: str = PLATFORM) -> None:
        """Say what is wrong, where it was asked."""
        reply = explain(self.app, visit.locale, problem, where)
        await self.exchange(visit).show(reply, "private")

    async def say(self, visit: Visit, reply: Reply) -> bool:
        """Show a reply of our own where it was asked for; tell whether it could be shown."""
        return await self.exchange(visit).show(replace(reply, visibility=None), "public")

    # --- what an exchange needs -----------------------------------------------------------------

    async def reading(self, event: Event, reply: Reply, visibility: Visibility) -> Reading:
        now = self.app.clock()
        if not has_moment(reply):
            zone = self.app.policy.time_zone
            return Reading(closest(event.locale), zone, now, commands=self._linked)
        caller = await identify(self.app, event)
        locale = caller.locale if visibility == "private" else caller.community.locale
        return Reading(locale, caller.community.time_zone, now, commands=self._linked)

    async def open_form(self, exchange: Exchange, reply: Reply) -> None:
        if self._forms is not None:
            await self._forms(exchange, reply)

    async def writing(self, event: Event) -> str:
        return escaped(self.app.texts.text(closest(event.locale), "telegram-writing"))

    def answered(self, event: Event) -> str:
        text = self.app.texts.text(
            closest(event.locale), "telegram-answered-in-private", name=event.account_name
        )
        return escaped(shown(text))

    async def keep(self, event: Event, reply: Reply) -> tuple[str, str, str]:
        code = await self.app.db.write(lambda c: keep(self.app, c, event.account_id, reply))
        locale = closest(event.locale)
        label = self.app.texts.text(locale, "telegram-open")
        name = event.account_name
        line = escaped(shown(self.app.texts.text(locale, "telegram-goes-on", name=name)))
        return line, label, start_link(self.bot.username, PREFIX + code)

    async def pause(self, seconds: float) -> None:
        await self.app.sleep(seconds)

    async def owe(self, event: Event, spot: Spot, message: int, reply: Reply) -> bool:
        app = self.app

        def work(c: Connection) -> bool:
            place = _place_at(c, spot)
            if spot.private:
                place = account_place(app, c, PLATFORM, str(spot.chat))
            if place is None:
                return False
            return app.outbox.enqueue(
                c,
                key=f"answer:{event.key}",
                place=place,
                reply=reply,
                message=ExternalId(str(message)),
            )

        return await app.db.write(work)

    async def moved(self, old: int, new: int) -> None:
        """Let everything of a group follow it into the supergroup that it became."""
        log.info("group_moved", old=old, new=new)
        await self.app.db.write(lambda c: move_home(self.app, c, str(old), str(new)))

    async def lost(self, spot: Spot, why: str) -> None:
        app = self.app

        def lose(c: Connection) -> None:
            place = _place_at(c, spot)
            if place is not None:
                lose_place(app, c, place, why)

        await app.db.write(lose)

    def busy(self, spot: Spot) -> bool:
        return self._limiter.busy(spot.chat)

    def go_on(self, spot: Spot) -> None:
        self.processor.go_on(str(spot.chat))

    def in_background(self, task: asyncio.Task[None]) -> None:
        self._background.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("answer_failed", exc_info=fault)

    async def close(self) -> None:
        """Let answers under way come to their end, or cut them off."""
        under_way = list(self._background)
        if under_way:
            await asyncio.wait(under_way, timeout=LAST_WORDS)
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)


def _place_at(c: Connection, spot: Spot) -> int | None:
    query = select(places.c.id).where(
        places.c.platform == PLATFORM, places.c.address == spot.address
    )
    return c.execute(query).scalar()
