"""Questions: what a command or a form lacks is asked for, and the answers are put to use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Final

import structlog
from sqlalchemy import Connection, select
from telegram import ForceReply, Message
from telegram.error import TelegramError

from adapters.telegram import forms, limits, questions
from adapters.telegram.arguments import Typed, names_people, read_answer, replied
from adapters.telegram.events import PLATFORM, Spot
from adapters.telegram.exchange import Exchange, last_of
from adapters.telegram.office import Office, Visit
from adapters.telegram.pages import paged, piece
from adapters.telegram.questions import FormAsked, Origin, ParamAsked, Question
from adapters.telegram.render import Rendered
from adapters.telegram.safe import shown
from adapters.telegram.uploads import read_document
from plumas_core.commands.choices import choices, find_chooser
from plumas_core.commands.dispatch import run_action, run_command
from plumas_core.commands.reply import Button, Note, Option, Reply, Text, Visibility, note, plain
from plumas_core.commands.spec import (
    AnyCommand,
    ChoiceParam,
    FlagParam,
    Param,
    Press,
    RefParam,
    Value,
)
from plumas_core.commands.values import read_value
from plumas_core.delivery.places import PRIVATE
from plumas_core.ids import decode, encode
from plumas_core.lengths import clipped, size
from plumas_core.problems import Problem
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import identities, places

log = structlog.get_logger(__name__)

CHOOSE: Final = "~arg"
"""What the button of a choice for a parameter does."""

SPLIT_WAIT: Final = 1.5
"""Seconds that the next part of a long text is waited for before the whole is shown back."""

ENTERS: Final = "submit"
"""The action of the form by which a member enters a duel: its place gets to know of it."""


class Conversation:
    """Asks and listens."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._app = office.app
        office.ask_forms_by(self.open_form)

    # --- what a command lacks -------------------------------------------------------------------

    async def ask_param(self, visit: Visit, spec: AnyCommand, typed: Typed, param: Param) -> None:
        """Ask for a parameter that a command lacks."""
        options = await self._options(visit, param)
        state = ParamAsked(spec.path, typed.values, param.name, options, typed.people)
        await self._ask(visit, spec, state)

    async def _ask(self, visit: Visit, spec: AnyCommand, state: ParamAsked) -> None:
        number = self._app.ids.new()
        now = self._app.clock()
        event, spot = visit.event, visit.spot
        if spec.visibility == "private" and state.options and not visit.anonymous:
            spot = Spot(int(event.account_id))
        if spot.private and event.home != PRIVATE:
            origin = Origin(event.home, event.home_name, event.address)
            state = replace(state, origin=origin)
        left = await self._left(spot.address, event.account_id, visit.locale)
        visit.turn.also(
            lambda c: questions.ask(c, number, spot.address, event.account_id, state, now)
        )
        t, locale = self._app.texts, visit.locale
        hint = t.text(locale, f"{spec.key}.{state.param}")
        words = t.text(
            locale, "telegram-ask", command="_".join(spec.path), name=state.param, hint=hint
        )
        if state.options or spot.private:
            ref = encode(number)
            buttons = [
                Button(CHOOSE, f"{ref}.{position}", option.label)
                for position, option in enumerate(state.options)
            ]
            buttons.append(Button(forms.DROP, ref, t.text(locale, "telegram-abandon"), "danger"))
            reply = Reply((Text((words,)), *left), buttons=tuple(buttons))
            where: Visibility = "private" if spot.private else "public"
            await self._office.exchange(visit).show(reply, where)
            return
        await visit.turn.settle()
        line = f"{words}\n{t.text(locale, 'telegram-ask-reply', cancel='/cancel')}"
        markup = ForceReply(
            selective=True, input_field_placeholder=clipped(hint, limits.PLACEHOLDER)
        )
        page = Rendered(tuple(paged([piece(shown(line))], limits.TEXT)))
        try:
            message = await self._office.voice.say(
                spot, page, lambda: shown(line), reply_to=visit.reply_to, markup=markup
            )
        except TelegramError as reason:
            log.warning("question_not_asked", reason=reason.message)
            return
        await self._app.db.write(lambda c: questions.asked_by(c, number, message))

    async def _options(self, visit: Visit, param: Param) -> tuple[Option, ...]:
        t = self._app.texts
        match param:
            case ChoiceParam():
                return tuple(Option(one, one) for one in param.choices)
            case FlagParam():
                yes, no = t.text(visit.locale, "telegram-yes"), t.text(visit.locale, "telegram-no")
                return Option("yes", yes), Option("no", no)
            case RefParam():
                event = visit.event
                found = await self._app.db.read(
                    lambda c: choices(
                        self._app,
                        c,
                        param.of,
                        find_chooser(c, PLATFORM, event.account_id, event.home, visit.locale),
                    )
                )
                return tuple(Option(one.value, one.label) for one in found)
        return ()

    async def _give(
        self,
        visit: Visit,
        question: Question,
        state: ParamAsked,
        text: str,
        mentioned: Mapping[str, str],
    ) -> None:
        """Put an answer in the place of what was missing; ask on, or run the command."""
        visit = await self._back(visit, state.origin)
        spec = next((one for one in self._office.commands if one.path == state.path), None)
        param = _param(spec, state.param) if spec is not None else None
        if spec is None or param is None:
            visit.turn.also(partial(questions.drop, id=question.id))
            await self._office.refuse(visit, Problem("telegram-gone"))
            return
        people = (*state.people, *mentioned.items())
        values: dict[str, Value] = {**state.values, param.name: read_value(param, text)}
        visit.turn.also(partial(questions.drop, id=question.id))
        await self.proceed(visit, spec, Typed(values, people))

    async def _back(self, visit: Visit, origin: Origin | None) -> Visit:
        """Return an answer in private as one to the group in which the command was typed."""
        if origin is None:
            return visit
        event, chat = visit.event, int(origin.home)
        admin = await self._office.admins.administers(chat, int(event.account_id))
        event = replace(
            event, home=origin.home, home_name=origin.name, address=origin.address, admin=admin
        )
        return replace(visit, event=event)

    async def proceed(self, visit: Visit, spec: AnyCommand, typed: Typed) -> None:
        """Run a command, or ask for what it lacks, if who asks may use it."""
        missing = next(
            (one for one in spec.params if one.required and one.name not in typed.values), None
        )
        if missing is not None and spec.audience <= self._office.audience(visit.event):
            await self.ask_param(visit, spec, typed, missing)
            return
        event = replace(visit.event, people=typed.people)
        visit = replace(visit, event=event)
        text = forms.given_text(spec, typed.values)
        long = text is not None and visit.message is not None and _is_long(visit.message)
        if text is not None and spec.opens == "form" and (visit.spot.private or long):
            await self._show_back(visit, spec, typed.values, text)
        elif long:
            await self._office.refuse(visit, Problem("telegram-perhaps-cut"))
        else:
            await self._office.run(visit, spec, typed.values)

    async def _show_back(
        self, visit: Visit, spec: AnyCommand, values: Mapping[str, Value], text: str
    ) -> None:
        """Fill a command's form with the text that came with it, to be confirmed in private.

        In private what follows a long text close upon is a further part of it.
        """
        typed = {param.name for param in spec.params if forms.is_text(param)}
        others = {name: value for name, value in values.items() if name not in typed}
        reply = await last_of(run_command(self._app, spec, visit.event, others))
        if reply is None:
            return
        form = reply.form
        if form is None:
            await self._office.exchange(visit).show(reply, "private")
            return
        filled = forms.filled(form, values, text)
        if not visit.spot.private:
            await self._office.exchange(visit).show(replace(reply, form=filled), "private")
            return
        part = visit.message.text or "" if visit.message is not None else ""
        state = replace(forms.begin(filled), part_at=visit.at, part_size=size(part))
        number, now = self._app.ids.new(), self._app.clock()
        address, account = visit.spot.address, visit.event.account_id
        visit.turn.also(lambda c: questions.ask(c, number, address, account, state, now))
        await self._show_whole(visit, number, state)

    async def _show_whole(self, visit: Visit, id: int, state: FormAsked) -> None:
        """Show a form, once no further part of its text is to be expected."""
        if state.part_size >= limits.SPLIT:
            await visit.turn.settle()
            await self._app.sleep(SPLIT_WAIT)
            if self._office.processor.waiting(str(visit.spot.chat)) > 1:
                return  # the next part, or whatever it is, shows the whole
        await self._office.say(visit, forms.shown(self._app.texts, visit.locale, id, state))

    # --- forms ----------------------------------------------------------------------------------

    async def open_form(self, exchange: Exchange, reply: Reply) -> None:
        """Begin to ask a form's questions in a private chat."""
        if reply.form is None:
            return
        number, now = self._app.ids.new(), self._app.clock()
        state = forms.begin(reply.form)
        event = exchange.event
        address = exchange.spot.address
        locale = (await self._office.reading(event, reply, "private")).locale
        left = await self._left(address, event.account_id, locale)
        await self._app.db.write(
            lambda c: questions.ask(c, number, address, event.account_id, state, now)
        )
        asked = forms.shown(self._app.texts, locale, number, state)
        await exchange.show(replace(asked, blocks=(*asked.blocks, *left)), "private")

    async def _go_on(self, visit: Visit, id: int, state: FormAsked) -> None:
        """Keep a form's next state, and show it."""
        self._keep(visit, id, state)
        await self._office.say(visit, forms.shown(self._app.texts, visit.locale, id, state))

    async def _show_again(
        self, visit: Visit, id: int, state: FormAsked, why: str | None = None
    ) -> None:
        """Show a form as it is, since what was done has not changed it."""
        reply = forms.shown(self._app.texts, visit.locale, id, state)
        if why is not None:
            reply = replace(reply, blocks=(*reply.blocks, Note(why, "warning")))
        await self._office.say(visit, reply)

    async def edited(self, visit: Visit) -> None:
        """Say to whoever changes a message, while a form waits, that it does not change that."""
        question = await self._asked(visit.spot.address, visit.event.account_id)
        state = question.state if question is not None else None
        if question is not None and isinstance(state, FormAsked) and state.at is None:
            why = self._app.texts.text(visit.locale, "telegram-form-edited")
            await self._show_again(visit, question.id, state, why)

    async def _asked(self, address: str, account: str) -> Question | None:
        find = partial(questions.find, address=address, account=account)
        return await self._app.db.read(find)

    async def _left(self, address: str, account: str, locale: str) -> tuple[Note, ...]:
        """Return what says that a form on its way is given up for what is asked now."""
        question = await self._asked(address, account)
        state = question.state if question is not None else None
        if not isinstance(state, FormAsked) or state.version == 1:
            return ()
        return (Note(self._app.texts.text(locale, "telegram-form-left"), "warning"),)

    def _keep(self, visit: Visit, id: int, state: FormAsked) -> None:
        now = self._app.clock()
        visit.turn.also(lambda c: questions.go_on(c, id, state, now))

    async def _submit(self, visit: Visit, id: int, asked: FormAsked, done: forms.Submitted) -> None:
        """Send a form; one that is refused can be mended."""
        action = self._office.actions.get(done.form.action)
        if action is None:
            visit.turn.also(partial(questions.drop, id=id))
            await self._office.refuse(visit, Problem("telegram-gone"))
            return
        press = Press(done.form.ref, done.answers)
        reply = await last_of(run_action(self._app, action, visit.event, press))
        if reply is None:
            return
        refused = any(isinstance(block, Note) and block.tone == "error" for block in reply.blocks)
        if refused:
            again = forms.retry_buttons(self._app.texts, visit.locale, id, asked)
            reply = replace(reply, buttons=(*reply.buttons, *again))
        else:
            visit.turn.also(partial(questions.drop, id=id))
        told = await self._office.say(visit, reply)
        warned = any(isinstance(block, Note) and block.tone == "warning" for block in reply.blocks)
        if told and action.name == ENTERS and not (refused or warned):
            await self._tell_duel(visit, done.form.ref)

    async def _tell_duel(self, visit: Visit, ref: str) -> None:
        """Say in a duel's place that a member entered it in private: once, however often."""
        app, event = self._app, visit.event
        query = (
            select(duels.c.id, duels.c.place_id, duels.c.locale, identities.c.member_id)
            .join(places, duels.c.place_id == places.c.id)
            .join(identities, identities.c.platform == places.c.platform)
            .where(
                duels.c.id == decode(ref),
                places.c.platform == PLATFORM,
                identities.c.external_id == event.account_id,
            )
        )

        def work(c: Connection) -> None:
            found = c.execute(query).first()
            if found is not None:
                line = app.texts.text(found.locale, "telegram-has-entered", name=event.account_name)
                key = f"entrant:{found.id}:{found.member_id}"
                app.outbox.enqueue(c, key=key, place=found.place_id, reply=Reply((plain(line),)))

        await app.db.write(work)

    # --- what comes back ------------------------------------------------------------------------

    async def answer(self, visit: Visit, message: Message) -> bool:
        """Take a message as an answer; tell whether something was being asked."""
        question = await self._asked(visit.spot.address, visit.event.account_id)
        if question is None or not _is_answer(visit.spot, question, message):
            return False
        if visit.at * 1_000 > question.asked_at + questions.OPEN_FOR:
            visit.turn.also(partial(questions.drop, id=question.id))
            await self._office.refuse(visit, Problem("telegram-too-late"))
            return True
        try:
            await self._answer(visit, question, message)
        except Problem as problem:
            await self._office.refuse(visit, problem)
        return True

    async def _answer(self, visit: Visit, question: Question, message: Message) -> None:
        state = question.state
        if not (message.text or message.caption or message.document):
            raise Problem("telegram-only-words")
        if isinstance(state, ParamAsked):
            spec = next((one for one in self._office.commands if one.path == state.path), None)
            param = _param(spec, state.param) if spec is not None else None
            mentioned: Mapping[str, str] = {}
            text = message.text or ""
            if param is not None and names_people(param):
                text, mentioned = await read_answer(self._app, message, param)
            await self._give(visit, question, state, _chosen(state, text), mentioned)
            return
        if state.at is None and not forms.goes_on(state, visit.at):
            why = self._app.texts.text(visit.locale, "telegram-form-waits")
            await self._show_again(visit, question.id, state, why)
            return
        if message.document is not None:
            name = state.at or forms.main_field(state.form).name
            text = await read_document(self._office.bot, name, message.document)
        else:
            text = message.text or message.caption or ""
        following = forms.answered(state, text, visit.at)
        if message.document is not None:
            following = replace(following, part_size=0)
        self._keep(visit, question.id, following)
        await self._show_whole(visit, question.id, following)

    async def goes_on(self, visit: Visit, message: Message) -> bool:
        """Take what looks like a command as a part of a long text; tell whether it is one."""
        question = await self._asked(visit.spot.address, visit.event.account_id)
        if question is None or not isinstance(question.state, FormAsked):
            return False
        return forms.goes_on(question.state, visit.at) and await self.answer(visit, message)

    async def press(self, visit: Visit, verb: str, ref: str) -> str | None:
        """Do what a question's own button means; return what its presser is told instead."""
        t, locale = self._app.texts, visit.locale
        number, _, rest = ref.partition(".")
        question = await self._asked(visit.spot.address, visit.event.account_id)
        if question is None or question.id != decode(number):
            return t.text(locale, "telegram-not-asked")
        state = question.state
        if verb == forms.DROP:
            visit.turn.also(partial(questions.drop, id=question.id))
            await self._office.say(visit, note(t.text(locale, "telegram-abandoned")))
        elif isinstance(state, ParamAsked):
            position = int(rest) if rest.isdecimal() and len(rest) < 4 else -1
            if verb != CHOOSE or not 0 <= position < len(state.options):
                return t.text(locale, "telegram-not-asked")
            await self._give(visit, question, state, state.options[position].value, {})
        else:
            return await self._press_form(visit, question.id, state, verb, rest)
        return None

    async def _press_form(
        self, visit: Visit, id: int, state: FormAsked, verb: str, rest: str
    ) -> str | None:
        version, _, place = rest.partition(".")
        following = forms.pressed(state, verb, place) if version == str(state.version) else None
        if following is None:
            if version != str(state.version):
                await self._show_again(visit, id, state)
            return self._app.texts.text(visit.locale, "telegram-not-asked")
        if isinstance(following, forms.Submitted):
            await self._submit(visit, id, state, following)
        else:
            await self._go_on(visit, id, following)
        return None

    async def cancel(self, visit: Visit) -> None:
        """End what is being asked, as ``/cancel`` wishes."""
        question = await self._asked(visit.spot.address, visit.event.account_id)
        if question is not None:
            visit.turn.also(partial(questions.drop, id=question.id))
        key = "telegram-abandoned" if question is not None else "telegram-nothing-asked"
        await self._office.say(visit, note(self._app.texts.text(visit.locale, key)))


def _param(spec: AnyCommand, name: str) -> Param | None:
    return next((one for one in spec.params if one.name == name), None)


def _chosen(state: ParamAsked, text: str) -> str:
    """Return the value of the choice whose label was typed, or what was typed."""
    wanted = text.strip().casefold()
    for option in state.options:
        if wanted in (
            option.label.casefold(),
            clipped(option.label, limits.BUTTON_LABEL).casefold(),
        ):
            return option.value
    return text


def _is_long(message: Message) -> bool:
    """Tell whether a message may be the first part of a text that its sender's client split."""
    return size(message.text or "") >= limits.SPLIT


def _is_answer(spot: Spot, question: Question, message: Message) -> bool:
    """Tell whether a message answers: any in private, in a group a reply to the question."""
    if spot.private:
        return True
    other = replied(message)
    return other is not None and questions.asks(question, other)
