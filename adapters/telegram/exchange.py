"""One answer: typing while it is worked out, streamed while it grows, said once where it belongs.

Before anything is said that stays, the update is marked as handled: a death after that repeats
nothing, and what the command did is in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

import structlog
from telegram.error import BadRequest, ChatMigrated, Forbidden, NetworkError, TelegramError

from adapters.telegram.events import Spot
from adapters.telegram.render import Rendered, bare, render
from adapters.telegram.rooted import rooted
from adapters.telegram.voice import Markup, Plain, Voice, keyboard_of, link_keyboard
from adapters.telegram.words import Reading
from plumas_core.commands.identity import Event
from plumas_core.commands.reply import Note, Reply, Visibility
from plumas_core.commands.spec import ActionSpec

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: until the chat sees that somebody works, between signs of it, between edits.

    ``hold``: how long an answer that does not begin keeps its chat waiting. ``repeats``: pauses
    before a last edit is made again of which nobody knows whether it was done.
    Telegram shows ``typing`` for five seconds, and takes twenty messages a minute in a group.
    """

    first_sign: float = 0.7
    typing: float = 4.5
    private_edits: float = 1.0
    group_edits: float = 3.0
    hold: float = 4.0
    repeats: tuple[float, ...] = (1.0, 2.0, 4.0, 8.0)


class Setting(Protocol):
    """What an exchange needs of the adapter."""

    voice: Voice
    pace: Pace
    actions: Mapping[str, ActionSpec]

    async def reading(self, event: Event, reply: Reply, visibility: Visibility) -> Reading:
        """Return for whom a reply is put into words."""
        ...

    async def open_form(self, exchange: Exchange, reply: Reply) -> None:
        """Begin to ask a reply's form, in a private chat."""
        ...

    async def writing(self, event: Event) -> str:
        """Return the line under which a text is being written."""
        ...

    def answered(self, event: Event) -> str:
        """Return the line that says in public that an answer was given in private."""
        ...

    async def keep(self, event: Event, reply: Reply) -> tuple[str, str, str]:
        """Keep a private reply; return a line, a button's label and the address it opens."""
        ...

    async def pause(self, seconds: float) -> None:
        """Let time pass."""
        ...

    async def owe(self, event: Event, spot: Spot, message: int, reply: Reply) -> bool:
        """Let the outbox put a reply into a message of ours; tell whether it will."""
        ...

    async def moved(self, old: int, new: int) -> None:
        """Record that a group is a supergroup now."""
        ...

    async def lost(self, spot: Spot, why: str) -> None:
        """Record that nothing can be said in a place any more."""
        ...

    def busy(self, spot: Spot) -> bool:
        """Tell whether a message there would have to wait."""
        ...

    def go_on(self, spot: Spot) -> None:
        """Let a chat's next update be handled while this one's answer goes on."""
        ...

    def in_background(self, task: asyncio.Task[None]) -> None:
        """Let a task go on after its update's turn is over."""
        ...


class Exchange:
    """Answers one update. ``settle`` marks it as handled; ``edits`` names a message to replace."""

    def __init__(
        self,
        setting: Setting,
        event: Event,
        spot: Spot,
        settle: Callable[[], Awaitable[None]],
        *,
        reply_to: int | None = None,
        edits: int | None = None,
        draft: int = 0,
    ) -> None:
        self._setting = setting
        self.event = event
        self.spot = spot
        self._settle = settle
        self._reply_to = reply_to
        self._message = edits
        self._draft_id = draft
        self._draft: Reply | None = None
        self._visibility: Visibility = "public"
        self._over = asyncio.Event()
        self._signing: asyncio.Task[None] | None = None
        self._drafts = draft > 0
        self._unsure = False  # of whether a message for drafts was sent: there is no second one

    async def answer(self, replies: AsyncIterator[Reply], visibility: Visibility) -> None:
        """Show each reply in the place of the one before; the last one stays.

        An answer that takes its time lets the chat go on.
        """
        self._visibility = visibility
        first_sign = self._setting.pace.first_sign
        timer = asyncio.get_running_loop().call_later(first_sign, self._take_time)
        try:
            async for reply in replies:
                self._draft = reply
                if reply.final:
                    break
            timer.cancel()
            self._over.set()
            if self._signing is not None:
                await self._signing  # what is being painted is finished, not overtaken
            if self._draft is not None and await self.show(self._draft, visibility):
                await anext(replies, None)
        finally:
            timer.cancel()
            self._over.set()

    def _take_time(self) -> None:
        self._signing = asyncio.create_task(self._signs())
        self._setting.in_background(self._signing)

    async def show(self, reply: Reply, visibility: Visibility) -> bool:
        """Show the reply that stays; tell whether it could be shown."""
        await self._settle()
        visibility = reply.visibility or visibility
        private = visibility == "private" and not self.spot.private
        if visibility == "private":
            reply = rooted(reply, self.event, self._setting.actions)
        if private and not _is_refusal(reply):
            return await self._in_private(reply)
        if reply.form is not None:
            await self._setting.open_form(self, reply)
            return True
        rendered, plain = await self._rendered(reply, visibility)
        try:
            try:
                await self._say(rendered, plain)
            except ChatMigrated as moved:
                await self._setting.moved(self.spot.chat, moved.new_chat_id)
                self.spot, self._message = Spot(moved.new_chat_id), None
                await self._say(rendered, plain)
        except TelegramError as reason:
            await self._not_shown(reason)
            if self._message is None or isinstance(reason, Forbidden | BadRequest):
                return False
            return await self._setting.owe(self.event, self.spot, self._message, reply)
        return True

    async def _signs(self) -> None:
        """Show that somebody works, and what there is so far, until it is over."""
        pace, time = self._setting.pace, asyncio.get_running_loop().time
        edits = pace.private_edits if self.spot.private else pace.group_edits
        began = time()
        typed = painted_at = began - max(pace.typing, edits)
        painted: Reply | None = None
        holds = True
        while not self._over.is_set():
            draft = self._draft
            waits = self._setting.busy(self.spot) or time() - painted_at < edits
            if draft is not None and draft is not painted and not waits:
                painted, painted_at = draft, time()
                await self._paint(draft)
            if time() - typed >= pace.typing and not self._over.is_set():
                typed = time()
                await self._setting.voice.typing(self.spot)
            if holds and (draft is not None or time() - began >= pace.hold):
                holds = False
                self._setting.go_on(self.spot)
            await self._is_over(min(edits, pace.typing, pace.hold) / 2)

    async def _is_over(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._over.wait(), seconds)
        except TimeoutError:
            return

    async def _paint(self, reply: Reply) -> None:
        """Show a text that is being written; one that cannot be shown is shown later."""
        visibility = reply.visibility or self._visibility
        if reply.form is not None:
            return
        if visibility == "private" and not self.spot.private:
            return
        rendered, plain = await self._rendered(reply, visibility)
        if self._over.is_set():
            return
        try:
            if self.spot.private and self._drafts:
                await self._stream(rendered)
            elif self._message is None:
                await self._begin(rendered.pages[-1], plain, rendered)
            else:
                await self._setting.voice.edit(
                    self.spot, self._message, rendered.pages[-1], plain, buttons=rendered.buttons
                )
        except TelegramError as reason:
            log.debug("draft_not_shown", reason=reason.message)

    async def _begin(self, html: str, plain: Plain, rendered: Rendered) -> None:
        """Send the message that drafts are to stand in, unless one may be there already."""
        if self._unsure:
            return
        await self._settle()
        try:
            self._message = await self._setting.voice.send(
                self.spot,
                html,
                plain,
                reply_to=self._reply_to,
                markup=keyboard_of(rendered.buttons),
            )
        except NetworkError as reason:
            self._unsure = not isinstance(reason, BadRequest)
            raise

    async def _stream(self, rendered: Rendered) -> None:
        """Stream a draft, under a message that holds its buttons; they stand on no draft.

        Where Telegram takes no drafts, that message is edited from then on.
        """
        if self._message is None and rendered.buttons:
            line = await self._setting.writing(self.event)
            await self._begin(line, lambda: line, rendered)
        try:
            await self._setting.voice.draft(self.spot, self._draft_id, rendered.pages[-1])
        except TelegramError as reason:
            log.info("drafts_not_taken", reason=reason.message)
            self._drafts = False

    async def _rendered(self, reply: Reply, visibility: Visibility) -> tuple[Rendered, Plain]:
        reading = await self._setting.reading(self.event, reply, visibility)
        return render(reply, reading), lambda: bare(reply, reading)

    async def _say(self, rendered: Rendered, plain: Plain) -> None:
        """Put an answer where its draft stands, or say it anew."""
        voice = self._setting.voice
        if self._message is None or (self.spot.private and self._drafts):
            await voice.say(self.spot, rendered, plain, reply_to=self._reply_to)
            if self._message is not None:
                await voice.take_back(self.spot, self._message)
            return
        first, *rest = rendered.pages
        buttons = () if rest else rendered.buttons
        alone = None if rest else plain
        for pause in (*self._setting.pace.repeats, None):
            try:
                await voice.edit(self.spot, self._message, first, alone, buttons=buttons)
                break
            except BadRequest:
                self._message = None
                await voice.say(self.spot, rendered, plain, reply_to=self._reply_to)
                return
            except NetworkError:
                # An edit may be repeated: it shows the same.
                if pause is None:
                    raise
                await self._setting.pause(pause)
        if rest:
            more = Rendered(tuple(rest), rendered.files, rendered.photo, rendered.buttons)
            await voice.say(self.spot, more, plain)
        else:
            await voice.attach(self.spot, rendered)

    async def _in_private(self, reply: Reply) -> bool:
        """Answer in the member's private chat, with a word where they asked.

        Where they never pressed Start, or nobody knows whether they can read the answer there, it
        is kept, and the word leads to it.
        """
        if self._message is not None:
            await self._setting.voice.take_back(self.spot, self._message)
            self._message = None
        own = Spot(int(self.event.account_id))
        if reply.form is None and own.private:
            rendered, plain = await self._rendered(reply, "private")
            try:
                await self._setting.voice.say(own, rendered, plain)
            except TelegramError as reason:
                log.info("not_answered_in_private", reason=reason.message)
            else:
                await self._tell(self._setting.answered(self.event), None)
                return True
        line, label, address = await self._setting.keep(self.event, reply)
        return await self._tell(line, link_keyboard(label, address))

    async def _tell(self, line: str, markup: Markup) -> bool:
        """Say a word where it was asked; tell whether it could be said."""
        try:
            await self._setting.voice.send(
                self.spot, line, None, reply_to=self._reply_to, markup=markup
            )
        except TelegramError as reason:
            await self._not_shown(reason)
            return False
        return True

    async def _not_shown(self, reason: TelegramError) -> None:
        log.warning("answer_not_shown", reason=reason.message, kind=type(reason).__name__)
        if isinstance(reason, Forbidden):
            await self._setting.lost(self.spot, reason.message)


async def last_of(replies: AsyncIterator[Reply]) -> Reply | None:
    """Return the reply that stays."""
    last: Reply | None = None
    async for reply in replies:
        last = reply
    return last


def _is_refusal(reply: Reply) -> bool:
    """Tell whether a reply only says what is wrong with a request: those around may read it."""
    if reply.personal or len(reply.blocks) != 1 or reply.buttons or reply.form or reply.files:
        return False
    only = reply.blocks[0]
    return isinstance(only, Note) and only.tone == "error"
