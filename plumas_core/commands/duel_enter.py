"""``/duel enter`` and ``/duel withdraw``: a member's own text."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.commands.dispatch import explain
from plumas_core.commands.entered import entered_reply
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Form, FormField, Note, Reply, Verse
from plumas_core.commands.spec import (
    ActionSpec,
    AttachmentParam,
    CommandSpec,
    Press,
    RefParam,
    Request,
    TextParam,
)
from plumas_core.duels.closing import close_if_agreed
from plumas_core.duels.entering import (
    TITLE_LIMIT,
    Submission,
    enter,
    open_form,
    pay_entry,
    withdraw,
)
from plumas_core.duels.rows import (
    Duel,
    current,
    duel_by_id,
    duel_of_entrant,
    entry_by_id,
    find_duel,
)
from plumas_core.ids import decode, encode
from plumas_core.problems import Problem

TEXT_LIMIT = 64_000
"""Characters that are taken in at all; a duel's own limit is in words."""
FORM_LIMIT = 4_000
"""Characters that a platform's form takes; longer texts come as a file."""


@dataclass(frozen=True, slots=True)
class EnterArgs:
    """What ``/duel enter`` takes; without a text it opens a form."""

    text: str | None = None
    title: str | None = None
    file: str | None = None
    duel: str | None = None


@dataclass(frozen=True, slots=True)
class DuelArgs:
    """Which duel; the newest that fits if none is named."""

    duel: str | None = None


async def enter_duel(app: App, request: Request[EnterArgs]) -> Reply:
    """Take a text into a duel, or ask for it by a form."""
    args = request.args
    text = args.text if args.text is not None else args.file
    if args.text is not None and args.file is not None:
        raise Problem("entry-text-and-file")
    if text is None:
        duel = await app.db.read(lambda c: find_duel(c, request.community.id, args.duel, ("open",)))
        return await _form(app, request, duel)
    find = partial(find_duel, community_id=request.community.id, name=args.duel, states=("open",))
    return await _submit(app, request, find, args.title, text)


async def press_enter(app: App, request: Request[Press]) -> Reply:
    """Open the entry form from a duel's card."""
    duel = await pressed_duel(app, request)
    return await _form(app, request, duel)


async def submit_form(app: App, request: Request[Press]) -> Reply:
    """Take the text of a filled form."""
    answers = request.args.answers
    find = partial(_named, request=request)
    return await _submit(app, request, find, answers.get("title"), answers.get("text", ""))


async def _form(app: App, request: Request[EnterArgs] | Request[Press], duel: Duel) -> Reply:
    await app.db.write(lambda c: open_form(app, c, duel, request.member.id))
    t = app.texts
    locale = request.locale
    form = Form(
        action="submit",
        ref=encode(duel.id),
        title=t.text(locale, "form-enter", number=duel.number),
        fields=(
            FormField("title", t.text(locale, "form-title"), TITLE_LIMIT, required=False),
            FormField(
                "text",
                t.text(locale, "form-text", words=duel.max_words),
                FORM_LIMIT,
                paragraph=True,
                hint=t.text(locale, "form-hint"),
                file=True,
            ),
        ),
    )
    return Reply(form=form, visibility="private", ref=encode(duel.id))


async def _submit(
    app: App,
    request: Request[EnterArgs] | Request[Press],
    find: Callable[[Connection], Duel],
    title: str | None,
    text: str,
) -> Reply:
    """Enter a text; whatever stands against it, the text comes back to its author."""
    submission = Submission(
        member_id=request.member.id,
        byline=request.member.name,
        locale=request.locale,
        title=title,
        text=text,
    )

    def work(c: Connection) -> Reply:
        duel = find(c)
        entered = enter(app, c, duel, submission, request.key)
        return entered_reply(app, c, duel, entered, request.locale)

    try:
        return await app.db.write(work)
    except Exception as error:  # noqa: BLE001 - explained as anywhere, and the text given back
        return _given_back(app, request.locale, error, title, text)


def _given_back(app: App, locale: str, error: Exception, title: str | None, text: str) -> Reply:
    """Refuse a text and give it back, so that nothing that was written is lost."""
    refusal = explain(app, locale, error, "duel enter")
    if not text.strip():
        return refusal
    return replace(refusal, blocks=(*refusal.blocks, Verse(text, title)))


async def withdraw_own(app: App, request: Request[DuelArgs]) -> Reply:
    """Take the member's text out of a duel: the newest open one that has one of theirs."""
    name = request.args.duel

    def work(c: Connection) -> Reply:
        duel = duel_of_entrant(c, request.community.id, request.member.id) if name is None else None
        duel = duel or find_duel(c, request.community.id, name, ("open",))
        return _withdraw(app, c, duel, request)

    return await app.db.write(work)


async def press_withdraw(app: App, request: Request[Press]) -> Reply:
    """Take the presser's text out of the card's duel."""
    return await app.db.write(lambda c: _withdraw(app, c, _named(c, request), request))


def _withdraw(
    app: App, c: Connection, duel: Duel, request: Request[DuelArgs] | Request[Press]
) -> Reply:
    before = handled_before(c, request.key)
    entry = entry_by_id(c, before) if before is not None else None
    if entry is None:
        entry = withdraw(app, c, duel, request.member.id, request.key)
        remember(app, c, request.key, entry.id)
        close_if_agreed(app, c, current(c, duel))
    text = app.texts.text(request.locale, "entry-withdrawn", number=duel.number)
    blocks: tuple[Note | Verse, ...] = (Note(text, "info"),)
    if entry.text and not entry.guest:
        blocks = (*blocks, Verse(entry.text, entry.title))
    return Reply(blocks, visibility="private", ref=encode(entry.id))


async def press_pay(app: App, request: Request[Press]) -> Reply:
    """Let the author pay for the judging of a text that the pool could not."""
    entry_id = decode(request.args.ref)

    def work(c: Connection) -> Reply:
        entry = entry_by_id(c, entry_id) if entry_id is not None else None
        duel = duel_by_id(c, entry.duel_id) if entry is not None else None
        if entry is None or duel is None or duel.community_id != request.community.id:
            raise Problem("entry-unknown")
        entered = pay_entry(app, c, entry, request.member.id, request.key)
        return entered_reply(app, c, duel, entered, request.locale)

    return await app.db.write(work)


async def pressed_duel(app: App, request: Request[Press]) -> Duel:
    """Return the duel that a button is about, if it is one of this community.

    Raises:
        Problem: it is not.
    """
    return await app.db.read(lambda c: _named(c, request))


def _named(c: Connection, request: Request[Press]) -> Duel:
    duel_id = decode(request.args.ref)
    duel = duel_by_id(c, duel_id) if duel_id is not None else None
    if duel is None or duel.community_id != request.community.id:
        raise Problem("duel-gone")
    return duel


DUEL_ENTER = CommandSpec(
    path=("duel", "enter"),
    args=EnterArgs,
    handler=enter_duel,
    params=(
        TextParam(name="text", rest=True, limit=TEXT_LIMIT, paragraph=True),
        TextParam(name="title", limit=TITLE_LIMIT),
        AttachmentParam(name="file"),
        RefParam(name="duel", of="duel"),
    ),
    visibility="private",
    opens="form",
)

DUEL_WITHDRAW = CommandSpec(
    path=("duel", "withdraw"),
    args=DuelArgs,
    handler=withdraw_own,
    params=(RefParam(name="duel", of="duel"),),
    visibility="private",
)

ACTIONS = (
    ActionSpec(name="enter", handler=press_enter, about="duel", opens="form"),
    ActionSpec(name="submit", handler=submit_form, about="duel"),
    ActionSpec(name="withdraw", handler=press_withdraw, about="duel"),
    ActionSpec(name="pay", handler=press_pay, about="entry"),
)
