"""Pressed buttons: each is answered at once, in private where it is about one member alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Final

import structlog
from telegram import CallbackQuery, Message, Update
from telegram.error import TelegramError

from adapters.telegram import limits, questions
from adapters.telegram.conversation import Conversation
from adapters.telegram.events import Spot, event_of, spot_of
from adapters.telegram.exchange import last_of
from adapters.telegram.kept import PREFIX, keep
from adapters.telegram.links import press_parameter, start_link
from adapters.telegram.menus import MENU
from adapters.telegram.office import Office, Visit
from adapters.telegram.render import short_note
from adapters.telegram.rooted import rooted, uprooted
from adapters.telegram.turn import Turn
from plumas_core.commands.dispatch import run_action
from plumas_core.commands.identity import Event
from plumas_core.commands.reply import Reply
from plumas_core.commands.spec import ActionSpec, Press
from plumas_core.ids import decode
from plumas_core.lengths import clipped

log = structlog.get_logger(__name__)

OWN: Final = "~"
"""What the codes of the adapter's own buttons begin with; no action's name does."""

PROMPT: Final = 2.0
"""Seconds after which the press of a question's button is acknowledged, whatever it leads to."""

WAIT: Final = 8.0
"""Seconds for which a press is worked on before its presser is told that it takes longer."""


class Presses:
    """Does what buttons mean."""

    def __init__(
        self,
        office: Office,
        conversation: Conversation,
        command: Callable[[Visit, str], Awaitable[None]],
    ) -> None:
        self._office = office
        self._conversation = conversation
        self._command = command

    async def press(self, turn: Turn, update: Update, query: CallbackQuery) -> None:
        """Do what a pressed button means; one that nothing knows any more is told so."""
        message = query.message
        if message is None or query.data is None:
            await self._acknowledge(query)
            return
        spot = spot_of(message) if isinstance(message, Message) else Spot(message.chat.id)
        name, _, ref = query.data.partition(":")
        action = self._office.actions.get(name)
        ref, chat = uprooted(action, ref)
        if action is not None and action.opens == "form" and not spot.private:
            parameter = press_parameter(query.data)
            if parameter is not None:
                await turn.settle()
                await self._acknowledge(query, url=self._link(parameter))
                return
        visit = await self._visit(turn, update, query, spot, message.message_id)
        if chat is not None and spot.private:
            visit = await self._administering(visit, chat)
        if name.startswith(OWN):
            await self._own(visit, query, name, ref)
        elif action is None:
            text = self._office.app.texts.text(visit.locale, "telegram-gone")
            await turn.settle()
            await self._acknowledge(query, text, alert=True)
        elif action.visibility == "public":
            await self._acknowledge(query)
            replies = run_action(self._office.app, action, visit.event, Press(ref, {}))
            await self._office.exchange(visit).answer(replies, "public")
        else:
            await self._in_private(visit, query, action, ref)

    async def _visit(
        self, turn: Turn, update: Update, query: CallbackQuery, spot: Spot, message: int
    ) -> Visit:
        user, chat = query.from_user, query.message.chat if query.message else None
        if chat is None:
            raise ValueError("a press without a chat")
        admin = not spot.private and await self._office.admins.administers(spot.chat, user.id)
        noted = self._office.usernames.note(user)
        if noted is not None:
            turn.also(noted)
        event = event_of(update, user, chat, spot, admin=admin)
        now = self._office.app.clock() // 1_000
        reply_to = None if spot.private else message
        return Visit(turn, event, spot, update.update_id, now, reply_to=reply_to)

    async def _administering(self, visit: Visit, chat: Spot) -> Visit:
        """Return a press in private that is about a group, where its presser administers that."""
        if not await self._office.admins.administers(chat.chat, int(visit.event.account_id)):
            return visit
        home = str(chat.chat)
        event = replace(visit.event, home=home, address=chat.address, admin=True)
        return replace(visit, event=event)

    async def _own(self, visit: Visit, query: CallbackQuery, name: str, ref: str) -> None:
        message = query.message
        if name == MENU:
            await self._acknowledge(query)
            await self._command(visit, ref)
            return
        edits = message.message_id if message is not None else None
        event = await self._asked_of(visit, ref)
        placed = Visit(visit.turn, event, visit.spot, visit.number, visit.at, edits=edits)
        working = asyncio.create_task(self._conversation.press(placed, name, ref))
        try:
            done, _ = await asyncio.wait({working}, timeout=PROMPT)
        except asyncio.CancelledError:
            working.cancel()
            raise
        if not done:
            await self._acknowledge(query)
            await working
            return
        refused = working.result()
        await visit.turn.settle()
        await self._acknowledge(query, refused, alert=True)

    async def _asked_of(self, visit: Visit, ref: str) -> Event:
        """Return who answers by a question's button.

        One that was asked of a group's own name is answered in it by all who administer the group.
        """
        event, group = visit.event, str(visit.spot.chat)
        if not event.admin:
            return event
        find = partial(questions.find, address=visit.spot.address, account=group)
        question = await self._office.app.db.read(find)
        if question is None or question.id != decode(ref.partition(".")[0]):
            return event
        return replace(event, account_id=group, account_name=event.home_name)

    async def _in_private(
        self, visit: Visit, query: CallbackQuery, action: ActionSpec, ref: str
    ) -> None:
        """Work a press out; show a small note at once, and lead to the private chat for more."""
        replies = run_action(self._office.app, action, visit.event, Press(ref, {}))
        working = asyncio.create_task(last_of(replies))
        try:
            done, _ = await asyncio.wait({working}, timeout=WAIT)
        except asyncio.CancelledError:
            working.cancel()
            raise
        if not done:
            text = self._office.app.texts.text(visit.locale, "telegram-later")
            await self._acknowledge(query, text)
            self._office.go_on(visit.spot)
            await self._later(visit, working)
            return
        reply = working.result()
        if reply is None:
            await self._acknowledge(query)
            return
        await self._tell(visit, query, reply)

    async def _tell(self, visit: Visit, query: CallbackQuery, reply: Reply) -> None:
        exchange = self._office.exchange(visit)
        text = short_note(reply)
        if reply.visibility == "public":
            await self._acknowledge(query)
            await exchange.show(reply, "public")
        elif text is not None:
            await visit.turn.settle()
            if not await self._acknowledge(query, text, alert=True):
                await exchange.show(reply, "private")
        elif visit.spot.private:
            await self._acknowledge(query)
            await exchange.show(reply, "private")
        else:
            app, account = self._office.app, visit.event.account_id
            reply = rooted(reply, visit.event, self._office.actions)
            code = await app.db.write(lambda c: keep(app, c, account, reply))
            await visit.turn.settle()
            if not await self._acknowledge(query, url=self._link(PREFIX + code)):
                await exchange.show(reply, "private")

    async def _later(self, visit: Visit, working: asyncio.Task[Reply | None]) -> None:
        reply = await working
        if reply is not None:
            await self._office.exchange(visit).show(reply, "private")

    def _link(self, parameter: str) -> str:
        return start_link(self._office.bot.username, parameter)

    async def _acknowledge(
        self,
        query: CallbackQuery,
        text: str | None = None,
        *,
        alert: bool = False,
        url: str | None = None,
    ) -> bool:
        """Answer a press; tell whether Telegram still waited for it."""
        try:
            await self._office.bot.answer_callback_query(
                query.id,
                clipped(text, limits.ALERT) if text else None,
                show_alert=(alert and text is not None) or None,
                url=url,
            )
        except TelegramError as reason:
            log.info("press_not_answered", reason=reason.message)
            return False
        return True
