"""``/duel enter`` and ``/duel withdraw``: a member's own text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.commands.dispatch import explain
from plumas_core.commands.entered import entered_reply
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Button, Form, FormField, Note, Option, Reply, Verse
from plumas_core.commands.spec import (
    NOWHERE,
    ActionSpec,
    AttachmentParam,
    Audience,
    CommandSpec,
    Press,
    RefParam,
    Request,
    TextParam,
)
from plumas_core.commands.values import REF_LIMIT
from plumas_core.duels.closing import close_if_agreed
from plumas_core.duels.earlier import EarlierText, earlier_text, earlier_texts
from plumas_core.duels.entering import (
    TITLE_LIMIT,
    Submission,
    enter,
    entries_to_withdraw,
    open_form,
    pay_entry,
    withdraw,
)
from plumas_core.duels.rows import (
    Duel,
    Entry,
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
FORM_EARLIER = 10
"""Earlier texts that a form offers; the command's own option offers more."""


@dataclass(frozen=True, slots=True)
class EnterArgs:
    """What ``/duel enter`` takes; without a text it opens a form."""

    text: str | None = None
    title: str | None = None
    file: str | None = None
    earlier: str | None = None
    duel: str | None = None


@dataclass(frozen=True, slots=True)
class _Given:
    """A text as it was given: typed, as a file, or by the id of an earlier one."""

    title: str | None
    text: str | None
    file: str | None
    earlier: str | None

    @property
    def sources(self) -> list[str]:
        """What it was given by, each in its own way; a text has one of them."""
        return [one for one in (self.text, self.file, self.earlier) if one is not None]


@dataclass(frozen=True, slots=True)
class DuelArgs:
    """Which duel; the newest that fits if none is named."""

    duel: str | None = None


async def enter_duel(app: App, request: Request[EnterArgs]) -> Reply:
    """Take a text into a duel, or ask for it by a form."""
    args = request.args
    find = partial(find_duel, community_id=request.community.id, name=args.duel, states=("open",))
    given = _Given(args.title, args.text, args.file, args.earlier)
    if not given.sources:
        return await _form(app, request, await app.db.read(find))
    return await _submit(app, request, find, given)


async def press_enter(app: App, request: Request[Press]) -> Reply:
    """Open the entry form from a duel's card."""
    duel = await pressed_duel(app, request)
    return await _form(app, request, duel)


async def submit_form(app: App, request: Request[Press]) -> Reply:
    """Take the text of a filled form."""
    answers = request.args.answers
    find = partial(_named, request=request)
    earlier = answers.get("earlier", "").strip() or None
    text = answers.get("text", "")
    typed = text if text.strip() or earlier is None else None
    return await _submit(app, request, find, _Given(answers.get("title"), typed, None, earlier))


async def _form(app: App, request: Request[EnterArgs] | Request[Press], duel: Duel) -> Reply:
    await app.db.write(lambda c: open_form(app, c, duel, request.member.id))
    earlier = await app.db.read(lambda c: _fitting(c, duel, request.member.id))
    t = app.texts
    locale = request.locale
    questions = [
        FormField("title", t.text(locale, "form-title"), TITLE_LIMIT, required=False),
        FormField(
            "text",
            t.text(locale, "form-text", words=duel.max_words),
            FORM_LIMIT,
            paragraph=True,
            required=not earlier,
            hint=t.text(locale, "form-hint"),
            file=True,
        ),
    ]
    if earlier:
        options = tuple(Option(encode(one.id), one.label(t, locale)) for one in earlier)
        label = t.text(locale, "form-earlier")
        questions.append(FormField("earlier", label, REF_LIMIT, required=False, options=options))
    title = t.text(locale, "form-enter", number=duel.number)
    form = Form("submit", encode(duel.id), title, tuple(questions))
    return Reply(form=form, visibility="private", ref=encode(duel.id))


def _fitting(c: Connection, duel: Duel, member_id: int) -> list[EarlierText]:
    """Return the member's texts that would fit into the duel, as many as a form offers."""
    fitting = [one for one in earlier_texts(c, member_id) if one.words <= duel.max_words]
    return fitting[:FORM_EARLIER]


async def _submit(
    app: App,
    request: Request[EnterArgs] | Request[Press],
    find: Callable[[Connection], Duel],
    given: _Given,
) -> Reply:
    """Enter a text; whatever stands against it, the text comes back to its author."""

    def work(c: Connection) -> Reply:
        duel = find(c)
        entered = enter(app, c, duel, _submission(c, request, given), request.key)
        return entered_reply(app, c, duel, entered, request.locale)

    try:
        return await app.db.write(work)
    except Exception as error:  # noqa: BLE001 - explained as anywhere, and the text given back
        return _given_back(app, request.locale, error, given)


def _submission(
    c: Connection, request: Request[EnterArgs] | Request[Press], given: _Given
) -> Submission:
    """Return what is entered; an earlier text keeps its title if no other is given.

    Raises:
        Problem: more than one text came, or the earlier one is not the member's.
    """
    if len(given.sources) > 1:
        raise Problem("entry-text-and-file")
    title, text = given.title, "".join(given.sources)
    if given.earlier is not None:
        earlier = earlier_text(c, request.member.id, given.earlier)
        title, text = (title or "").strip() or earlier.title, earlier.text
    return Submission(
        member_id=request.member.id,
        byline=request.member.name,
        locale=request.locale,
        title=title,
        text=text,
    )


def _given_back(app: App, locale: str, error: Exception, given: _Given) -> Reply:
    """Refuse a text and give it back, so that nothing that was written is lost."""
    refusal = explain(app, locale, error, "duel enter")
    text = given.text or given.file or ""
    if not text.strip():
        return refusal
    return replace(refusal, blocks=(*refusal.blocks, Verse(text, given.title)))


async def withdraw_own(app: App, request: Request[DuelArgs]) -> Reply:
    """Take the member's text out of a duel: the newest open one that has one of theirs.

    Who entered as a guest, and belongs nowhere, may take it out all the same.
    """
    name = request.args.duel
    here = request.community.id

    def work(c: Connection) -> Reply:
        community = None if here == NOWHERE else here
        duel = duel_of_entrant(c, community, request.member.id) if name is None else None
        if duel is None and here == NOWHERE:
            raise Problem("no-community")
        duel = duel or find_duel(c, here, name, ("open",))
        return _withdraw(app, c, duel, request)

    return await app.db.write(work)


async def press_withdraw(app: App, request: Request[Press]) -> Reply:
    """Take the presser's text out of the card's duel."""
    return await app.db.write(lambda c: _withdraw(app, c, _named(c, request), request))


async def press_out(app: App, request: Request[Press]) -> Reply:
    """Take out the one text that the button is about, if it is the presser's."""

    def work(c: Connection) -> Reply:
        entry, duel = _named_entry(c, request)
        if entry.member_id != request.member.id:
            raise Problem("entry-unknown")
        if handled_before(c, request) is not None:
            return _withdrawn(app, duel, entry, request.locale)
        if entry.id not in {one.id for one in entries_to_withdraw(c, duel, request.member.id)}:
            raise Problem("entry-out")
        return _take_out(app, c, duel, entry, request)

    return await app.db.write(work)


def _withdraw(
    app: App, c: Connection, duel: Duel, request: Request[DuelArgs] | Request[Press]
) -> Reply:
    """Take the member's own newest text out; guests are taken out by a button for each."""
    before = handled_before(c, request)
    entry = entry_by_id(c, before) if before is not None else None
    if entry is not None:
        return _withdrawn(app, duel, entry, request.locale)
    there = entries_to_withdraw(c, duel, request.member.id)
    own = [entry for entry in there if not entry.guest]
    if own:
        return _take_out(app, c, duel, own[0], request)
    if not there:
        raise Problem("entry-none", number=duel.number)
    return _guests_only(app, duel, there, request.locale)


def _take_out(
    app: App,
    c: Connection,
    duel: Duel,
    entry: Entry,
    request: Request[DuelArgs] | Request[Press],
) -> Reply:
    withdraw(app, c, duel, entry, request.key)
    remember(app, c, request, entry.id)
    close_if_agreed(app, c, current(c, duel))
    return _withdrawn(app, duel, entry, request.locale)


def _withdrawn(app: App, duel: Duel, entry: Entry, locale: str) -> Reply:
    """Tell what was taken out; an author reads the text once more, nobody reads a guest's."""
    key = "guest-withdrawn" if entry.guest else "entry-withdrawn"
    text = app.texts.text(locale, key, number=duel.number, name=entry.byline)
    blocks: tuple[Note | Verse, ...] = (Note(text, "info"),)
    if entry.text and not entry.guest:
        blocks = (*blocks, Verse(entry.text, entry.title))
    return Reply(blocks, visibility="private", ref=encode(entry.id))


def _guests_only(app: App, duel: Duel, guests: Sequence[Entry], locale: str) -> Reply:
    """Offer each guest of a member who has no text of their own in the duel."""
    t = app.texts
    buttons = tuple(Button("out", encode(guest.id), guest.byline) for guest in guests)
    note = Note(t.text(locale, "entry-none-but-guests", number=duel.number), "info")
    return Reply((note,), buttons=buttons, visibility="private", ref=encode(duel.id))


async def press_pay(app: App, request: Request[Press]) -> Reply:
    """Let the author pay for the judging of a text that the pool could not."""

    def work(c: Connection) -> Reply:
        entry, duel = _named_entry(c, request)
        if duel.community_id != request.community.id:
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


def _named_entry(c: Connection, request: Request[Press]) -> tuple[Entry, Duel]:
    entry_id = decode(request.args.ref)
    entry = entry_by_id(c, entry_id) if entry_id is not None else None
    duel = duel_by_id(c, entry.duel_id) if entry is not None else None
    if entry is None or duel is None:
        raise Problem("entry-unknown")
    return entry, duel


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
        RefParam(name="earlier", of="text"),
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
    anywhere=True,
)

ACTIONS = (
    ActionSpec(
        name="enter", handler=press_enter, about="duel", opens="form", audience=Audience.GUEST
    ),
    ActionSpec(name="submit", handler=submit_form, about="duel", audience=Audience.GUEST),
    ActionSpec(name="withdraw", handler=press_withdraw, about="duel", audience=Audience.GUEST),
    ActionSpec(name="out", handler=press_out, about="entry", audience=Audience.GUEST),
    ActionSpec(name="pay", handler=press_pay, about="entry", audience=Audience.GUEST),
)
