"""Telegram as a platform: commands, buttons and questions, each answered as its members expect."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog
from telegram import Message, ReplyParameters, Update
from telegram.error import TelegramError
from telegram.ext import Application, CallbackContext, TypeHandler

from adapters.telegram.arguments import Typed, names_of, read_arguments, replied
from adapters.telegram.arrival import Arrivals
from adapters.telegram.backlog import Backlog
from adapters.telegram.conversation import Conversation
from adapters.telegram.events import PLATFORM, spot_of
from adapters.telegram.exchange import Pace
from adapters.telegram.inbox import Inbox
from adapters.telegram.menus import menu
from adapters.telegram.office import Office, Visit
from adapters.telegram.pacing import Limiter
from adapters.telegram.presses import Presses
from adapters.telegram.processing import ByChat
from adapters.telegram.render import short_note
from adapters.telegram.starting import Starting
from adapters.telegram.turn import Turn
from plumas_core.app import App
from plumas_core.commands.dispatch import explain
from plumas_core.commands.line import find_command
from plumas_core.commands.spec import ActionSpec, AnyCommand, Audience
from plumas_core.locales.translate import closest
from plumas_core.problems import Problem

log = structlog.get_logger(__name__)

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@(\w+))?(?=\s|$)")

FOR_THE_PLACE: Final = frozenset({("duel", "close"), ("duel", "cancel")})
"""What an administrator may do in the group's own name, beside what only administrators may: it
needs no wallet, and nobody has to be known for it."""


class TelegramAdapter:
    """Runs what members ask of it; ``application.process_update`` brings it their asking."""

    def __init__(
        self,
        app: App,
        application: Application[Any, Any, Any, Any, Any, Any],
        *,
        commands: Sequence[AnyCommand],
        actions: Mapping[str, ActionSpec],
        limiter: Limiter,
        processor: ByChat,
        pace: Pace | None = None,
    ) -> None:
        self._app = app
        self._bot = application.bot
        self._inbox = Inbox(application.bot.id)
        self._commands = commands
        self._names: dict[tuple[str, ...], dict[str, str]] = {}
        self._heads = {spec.path[0] for spec in commands if len(spec.path) > 1}
        self.office = Office(
            app,
            application.bot,
            commands=commands,
            actions=actions,
            limiter=limiter,
            processor=processor,
            pace=pace,
        )
        self._conversation = Conversation(self.office)
        self._starting = Starting(self.office)
        self._presses = Presses(self.office, self._conversation, self.command)
        self._backlog = Backlog(self.office)
        self._arrivals = Arrivals(self.office)
        application.add_handler(TypeHandler(Update, self._on_update))

    async def _on_update(
        self, update: Update, _context: CallbackContext[Any, Any, Any, Any]
    ) -> None:
        """Handle an update, and mark it as handled, also where we failed at it."""
        turn = Turn(self._app, self._inbox, update.update_id)
        try:
            if update.message is not None:
                await self._message(turn, update, update.message)
            elif update.edited_message is not None:
                await self._edited(turn, update, update.edited_message)
            elif update.callback_query is not None:
                await self._presses.press(turn, update, update.callback_query)
            elif update.my_chat_member is not None:
                await self._arrivals.changed(turn, update, update.my_chat_member)
        except Exception as fault:  # noqa: BLE001  # whatever it is, the chat goes on
            await self._failed(update, fault)
        await turn.settle()

    async def _failed(self, update: Update, fault: Exception) -> None:
        """Say that something went wrong, with the least that can go wrong in its turn."""
        user, message, query = update.effective_user, update.message, update.callback_query
        locale = closest(user.language_code if user is not None else None)
        words = short_note(explain(self._app, locale, fault, PLATFORM))
        try:
            if query is not None:
                await self._bot.answer_callback_query(query.id, words, show_alert=True)
            elif message is not None and words is not None:
                spot = spot_of(message)
                await self._bot.send_message(
                    spot.chat,
                    words,
                    message_thread_id=spot.thread,
                    reply_parameters=ReplyParameters(
                        message.message_id, allow_sending_without_reply=True
                    ),
                )
        except TelegramError as reason:
            log.warning("fault_not_told", reason=reason.message[:200])

    async def _message(self, turn: Turn, update: Update, message: Message) -> None:
        if message.migrate_to_chat_id is not None:
            await self.office.moved(message.chat.id, message.migrate_to_chat_id)
            return
        if message.migrate_from_chat_id is not None:
            await self.office.moved(message.migrate_from_chat_id, message.chat.id)
            return
        text = message.text or message.caption or ""
        named = _COMMAND.match(text)
        if named is None and not self._is_for_us(message):
            return
        if named is not None and not self._is_ours(named.group(2)):
            return
        visit = await self.office.visit(turn, update, message)
        if visit is None:
            return
        if named is None:
            await self._words(visit, message)
        else:
            await self._typed(visit, message, text, named.group(1).lower())

    def _is_ours(self, addressed: str | None) -> bool:
        """Tell whether a command is for this bot; one that names none is for all."""
        return addressed is None or addressed.casefold() == self._bot.username.casefold()

    def _is_for_us(self, message: Message) -> bool:
        """Tell whether words that are no command are said to the bot."""
        if message.chat.id > 0:
            return bool(message.text or message.effective_attachment)
        other = replied(message)
        person = other.from_user if other is not None else None
        return person is not None and person.id == self._bot.id

    async def _edited(self, turn: Turn, update: Update, message: Message) -> None:
        visit = await self.office.visit(turn, update, message) if message.chat.id > 0 else None
        if visit is not None:
            await self._conversation.edited(visit)

    async def _words(self, visit: Visit, message: Message) -> None:
        answered = await self._conversation.answer(visit, message)
        if not answered and visit.spot.private:
            await self.office.refuse(visit, Problem("telegram-no-command"))

    async def _typed(self, visit: Visit, message: Message, text: str, word: str) -> None:
        if word == "cancel":
            await self._conversation.cancel(visit)
        elif word == "start":
            await self._starting.start(visit, text.partition(" ")[2].strip())
        else:
            await self._command_line(visit, message, text, word)

    async def _command_line(self, visit: Visit, message: Message, text: str, word: str) -> None:
        found = find_command(text, self._commands)
        if await self._backlog.is_old(visit):
            ours = found is not None or word.partition("_")[0] in self._heads
            if ours or _asks_us(visit, text):
                await self._backlog.tell(visit)
            return
        if found is None:
            part = visit.spot.private and await self._conversation.goes_on(visit, message)
            if not part:
                await self._unknown(visit, text, word)
            return
        spec, rest = found
        if visit.anonymous and not _for_the_place(spec):
            await self.office.refuse(visit, Problem("telegram-anonymous"))
            return
        names = self._names.setdefault(spec.path, names_of(self._app.texts, spec))
        try:
            typed = await read_arguments(self._app, self._bot, spec, message, rest, names)
        except Problem as problem:
            await self.office.refuse(visit, problem, " ".join(spec.path))
            return
        await self._conversation.proceed(visit, spec, typed)

    async def command(self, visit: Visit, words: str) -> None:
        """Run a command that was chosen from a menu; what it lacks is asked for."""
        found = find_command(f"/{words}", self._commands)
        if found is None:
            await self.office.refuse(visit, Problem("telegram-gone"))
            return
        await self._conversation.proceed(visit, found[0], Typed({}))

    async def _unknown(self, visit: Visit, text: str, word: str) -> None:
        """Show the commands that a first word has; say of another one that there is none."""
        head = word.partition("_")[0]
        if head in self._heads:
            operator = (visit.event.platform, visit.event.account_id) in self._app.policy.operators
            audience = Audience.ADMIN if visit.event.admin else Audience.MEMBER
            shown = menu(
                self._app.texts,
                visit.locale,
                head,
                self._commands,
                Audience.OPERATOR if operator else audience,
            )
            await self.office.say(visit, shown)
        elif _asks_us(visit, text):
            await self.office.refuse(visit, Problem("telegram-unknown", command=word[:40]))


def _asks_us(visit: Visit, text: str) -> bool:
    """Tell whether a command is surely meant for this bot, also one that there is not."""
    return visit.spot.private or "@" in text.split()[0]


def _for_the_place(spec: AnyCommand) -> bool:
    return spec.audience >= Audience.ADMIN or spec.path in FOR_THE_PLACE
