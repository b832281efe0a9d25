"""``/write``: one text by an AI writer, streamed, and what can be done with it then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, func, select, update

from plumas_core.app import App
from plumas_core.catalog.words import ChosenModel, choose_model, default_model
from plumas_core.commands.entered import entered_reply
from plumas_core.commands.reply import (
    Block,
    Button,
    Note,
    Reply,
    Verse,
    Visibility,
    fields,
)
from plumas_core.commands.spec import (
    ActionSpec,
    CommandSpec,
    FlagParam,
    Press,
    RefParam,
    Request,
    TextParam,
)
from plumas_core.credits.money import show, show_available
from plumas_core.duels.entering import TITLE_LIMIT, Submission, enter
from plumas_core.duels.rows import find_duel
from plumas_core.duels.texts import clean_text
from plumas_core.ids import decode, encode
from plumas_core.problems import Problem
from plumas_core.storage.tables.work import calls, writings
from plumas_core.writing.asking import (
    PROMPT_LIMIT,
    Order,
    Writing,
    ask,
    require_pause,
    writing_by_id,
)
from plumas_core.writing.cut import told
from plumas_core.writing.running import Written, claim, write

SHOWN_EVERY = 1_000
"""Milliseconds between two states of a text that is being written."""


@dataclass(frozen=True, slots=True)
class WriteArgs:
    """What ``/write`` takes."""

    prompt: str
    title: str | None = None
    writer: str | None = None
    model: str | None = None
    private: bool = False


async def write_text(app: App, request: Request[WriteArgs]) -> AsyncIterator[Reply]:
    """Hold, ask, stream and settle one text; it is told once its last reply was shown."""
    prompt = clean_text(request.args.prompt)
    if not prompt.strip():
        raise Problem("arg-empty", name="prompt")
    title = clean_text(request.args.title or "").strip() or None

    def order(c: Connection) -> tuple[Writing | None, Writing, ChosenModel]:
        chosen = (
            choose_model(app, c, request.community.id, request.args.model)
            if request.args.model
            else default_model(app, c, request.community.id)
        )
        writer = app.agents.get(
            c, request.member.id, request.args.writer or app.policy.default_writer, "writer"
        )
        require_pause(app, c, request.member.id, request.key)
        asked = ask(
            app,
            c,
            Order(
                member_id=request.member.id,
                community_id=request.community.id,
                place_id=request.place.id,
                writer=writer,
                model=chosen.model,
                prompt=prompt,
                title=title,
                max_words=app.policy.write_words,
                locale=request.locale,
                private=request.args.private,
            ),
            request.key,
        )
        return claim(app, c, asked.id), asked, chosen

    claimed, asked, chosen = await app.db.write(order)
    visibility: Visibility = "private" if request.args.private else "public"
    if claimed is None:
        yield await app.db.read(lambda c: _as_it_stands(app, c, asked.id, request, visibility))
        await app.db.write(partial(told, app, writing_id=asked.id))
        return
    shown_at = app.clock()
    async for piece in write(app, claimed):
        if isinstance(piece, Written):
            used = app.catalog.get(piece.writing.model_id) or chosen.model
            finished = partial(
                _finished,
                app,
                written=piece,
                request=request,
                chosen=chosen.succeeded_by(used),
                visibility=visibility,
            )
            yield await app.db.read(finished)
            await app.db.write(partial(told, app, writing_id=claimed.id))
        elif app.clock() - shown_at >= SHOWN_EVERY:
            shown_at = app.clock()
            yield _growing(app, claimed, piece, request.locale, visibility)


def _growing(app: App, writing: Writing, text: str, locale: str, visibility: Visibility) -> Reply:
    stop = Button("stop", encode(writing.id), app.texts.text(locale, "button-stop"), "danger")
    return Reply(
        (Verse(text, writing.title),),
        buttons=(stop,),
        visibility=visibility,
        ref=encode(writing.id),
    )


def _finished(
    app: App,
    c: Connection,
    written: Written,
    request: Request[WriteArgs],
    chosen: ChosenModel,
    visibility: Visibility,
) -> Reply:
    writing = written.writing
    t = app.texts
    locale = request.locale
    if writing.state != "done":
        return Reply(
            (Note(t.text(locale, f"write-{writing.reason or 'empty'}"), "error"),),
            visibility="private",
        )
    writer = app.agents.by_id(c, writing.agent_id)
    wallet = app.book.find(c, "wallet", request.member.id)
    balance = app.book.available(c, wallet) if wallet is not None else 0
    blocks: list[Block] = []
    if chosen.instead_of is not None:
        text = t.text(locale, "model-swapped", old=chosen.instead_of.name, new=chosen.model.name)
        blocks.append(Note(text, "info"))
    byline = writer.text(locale).name if writer else None
    blocks.append(Verse(writing.text, writing.title, byline))
    if chosen.model.simulated:
        blocks.append(Note(t.text(locale, "simulated-text"), "simulated"))
    blocks.append(
        fields(
            [
                (t.text(locale, "field-words"), str(writing.words)),
                (t.text(locale, "field-model"), chosen.model.name),
                (t.text(locale, "field-cost"), show(written.cost, locale)),
                (t.text(locale, "field-paid-by"), t.text(locale, f"payer-{writing.payer}")),
                (t.text(locale, "field-balance"), show_available(balance, locale)),
            ]
        )
    )
    ref = encode(writing.id)
    buttons = (
        Button("again", ref, t.text(locale, "button-again")),
        Button("into", ref, t.text(locale, "button-into-duel"), "primary"),
    )
    return Reply(tuple(blocks), buttons=buttons, visibility=visibility, ref=ref, final=True)


def _as_it_stands(
    app: App, c: Connection, writing_id: int, request: Request[WriteArgs], visibility: Visibility
) -> Reply:
    """Answer a ``/write`` that came a second time: with its text, or that it is under way."""
    writing = writing_by_id(c, writing_id)
    model = app.catalog.get(writing.model_id) if writing else None
    if writing is None or model is None or writing.state in ("waiting", "writing"):
        raise Problem("write-busy")
    cost = _cost_of(c, writing_id)
    return _finished(app, c, Written(writing, cost), request, ChosenModel(model), visibility)


def _cost_of(c: Connection, writing_id: int) -> int:
    query = select(func.coalesce(func.sum(calls.c.cost), 0)).where(calls.c.writing_id == writing_id)
    return int(c.execute(query).scalar_one())


async def again(app: App, request: Request[Press]) -> AsyncIterator[Reply]:
    """Write another text for the same wish; whoever presses pays."""
    writing = await _pressed(app, request)
    if writing.private and writing.member_id != request.member.id:
        raise Problem("write-not-yours")
    writer = await app.db.read(lambda c: app.agents.by_id(c, writing.agent_id))
    args = WriteArgs(
        prompt=writing.prompt,
        title=None,
        writer=writer.slug if writer else None,
        model=writing.model_id,
        private=writing.private,
    )
    async for reply in write_text(app, request.with_args(args)):
        yield reply


async def stop(app: App, request: Request[Press]) -> Reply:
    """Stop a text that is being written; what is there stays and is paid."""
    writing = await _pressed(app, request)
    if writing.member_id != request.member.id:
        raise Problem("write-not-yours")
    await app.db.write(
        lambda c: c.execute(
            update(writings)
            .where(writings.c.id == writing.id, writings.c.state == "writing")
            .values(stopped=True)
        )
    )
    text = app.texts.text(request.locale, "write-stopping")
    return Reply((Note(text, "info"),), visibility="private")


async def into_duel(app: App, request: Request[Press]) -> Reply:
    """Enter a written text into the newest open duel."""
    writing = await _pressed(app, request)
    if writing.member_id != request.member.id:
        raise Problem("write-not-yours")

    def work(c: Connection) -> Reply:
        duel = find_duel(c, request.community.id, None, ("open",))
        submission = Submission(
            member_id=request.member.id,
            byline=request.member.name,
            locale=writing.locale,
            title=writing.title,
            text=writing.text,
        )
        entered = enter(app, c, duel, submission, request.key)
        return entered_reply(app, c, duel, entered, request.locale)

    return await app.db.write(work)


async def _pressed(app: App, request: Request[Press]) -> Writing:
    writing_id = decode(request.args.ref)
    writing = (
        await app.db.read(lambda c: writing_by_id(c, writing_id))
        if writing_id is not None
        else None
    )
    ours = writing is not None and writing.community_id == request.community.id
    if writing is None or not ours or writing.entry_id is not None:  # a guest's text stays blind
        raise Problem("write-gone")
    return writing


WRITE = CommandSpec(
    path=("write",),
    args=WriteArgs,
    handler=write_text,
    params=(
        TextParam(name="prompt", required=True, rest=True, limit=PROMPT_LIMIT, paragraph=True),
        TextParam(name="title", limit=TITLE_LIMIT),
        RefParam(name="writer", of="writer"),
        RefParam(name="model", of="model"),
        FlagParam(name="private"),
    ),
)

ACTIONS = (
    ActionSpec(name="again", handler=again, about="writing", visibility="public"),
    ActionSpec(name="stop", handler=stop, about="writing"),
    ActionSpec(name="into", handler=into_duel, about="writing"),
)
