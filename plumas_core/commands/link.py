"""``/link``: accounts of one person become one member; places of two communities become one.

A code from the one side is typed on the other, where what will happen is shown and confirmed by a
button. The rules stand in ``plumas_core.linking`` and, for members, in ``docs/linking.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.clock import MINUTE
from plumas_core.commands.link_place import COMMUNITY, offer_place, show_place
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Block, Button, Note, Reply, Text, Title, fields
from plumas_core.commands.spec import (
    ActionSpec,
    Audience,
    CommandSpec,
    Press,
    Request,
    TextParam,
)
from plumas_core.credits.money import show_available, show_due
from plumas_core.credits.movements import balance
from plumas_core.ids import decode, encode
from plumas_core.linking.accounts import (
    account_of,
    accounts_of,
    join_accounts,
    plan_joining,
    require_companions,
    take_out,
)
from plumas_core.linking.codes import (
    LIFETIME,
    Code,
    find_code,
    make_code,
    take_code,
    taken_code,
    use_code,
)
from plumas_core.problems import Problem

UNDO: Final = ("undo", "deshacer")
"""What is said in a code's place to take the account out again."""
CODE_LIMIT: Final = 60


@dataclass(frozen=True, slots=True)
class LinkArgs:
    """A code, or a word of ``UNDO`` or ``COMMUNITY``; without it a code is made."""

    code: str | None = None


_Asked: TypeAlias = Request[LinkArgs] | Request[Press]


async def link(app: App, request: Request[LinkArgs]) -> Reply:
    """Show a code, or what the given one would do."""
    word, _, rest = (request.args.code or "").strip().partition(" ")
    if not word:
        return await app.db.write(lambda c: _offer(app, c, request))
    if word.casefold() in UNDO:
        return await app.db.read(lambda c: _ask_to_undo(app, c, request))
    if word.casefold() in COMMUNITY and not rest.strip():
        return await app.db.write(lambda c: offer_place(app, c, request))
    typed = rest if word.casefold() in COMMUNITY else request.args.code or ""
    shown = await app.db.write(lambda c: _show(app, c, request, typed))
    if isinstance(shown, Problem):
        raise shown
    return shown


def _offer(app: App, c: Connection, request: Request[LinkArgs]) -> Reply:
    """Make a code for the member's other account."""
    t = app.texts
    locale = request.locale
    code = make_code(app, c, "member", request.member.id, request.account, request.place.id)
    blocks: list[Block] = [
        Title(t.text(locale, "link-title")),
        Text((t.text(locale, "link-code", code=code),)),
        Text((t.text(locale, "link-code-why", minutes=str(LIFETIME // MINUTE)),)),
    ]
    buttons: list[Button] = []
    accounts = accounts_of(c, request.member.id)
    if len(accounts) > 1:
        names = ", ".join(f"{one.name} ({one.platform.capitalize()})" for one in accounts)
        blocks.append(fields([(t.text(locale, "field-accounts"), names)]))
        label = t.text(locale, "button-undo")
        buttons.append(Button("undo", encode(request.member.id), label))
    if request.audience >= Audience.ADMIN:
        label = t.text(locale, "button-place")
        buttons.append(Button("place", encode(request.place.id), label))
    return Reply(tuple(blocks), buttons=tuple(buttons), visibility="private")


def _show(app: App, c: Connection, request: Request[LinkArgs], typed: str) -> Reply | Problem:
    """Show what a code would do, with a button that does it.

    A problem is returned and not raised, so that the code is this account's even where a rule
    refuses it: others may have read it by then.
    """
    code = find_code(app, c, typed, request.account)
    if isinstance(code, Problem):
        return code
    take_code(app, c, code, request.account)
    try:
        if code.kind == "community":
            return show_place(app, c, request, code)
        return _confirmation(app, c, request, code)
    except Problem as problem:
        return problem


def _confirmation(app: App, c: Connection, request: Request[LinkArgs], code: Code) -> Reply:
    t = app.texts
    locale = request.locale
    if (code.platform, code.account) == (request.account.platform, request.account.external_id):
        raise Problem("link-own")
    planned = plan_joining(app, c, request.member.id, code.member_id)
    if code.used_at is not None:
        raise Problem("link-used")
    maker = account_of(c, code.platform, code.account)
    blocks: list[Block] = [
        Title(t.text(locale, "link-title")),
        Text(
            (
                t.text(
                    locale,
                    "link-confirm",
                    name=maker.name,
                    platform=maker.platform.capitalize(),
                ),
            )
        ),
        fields(
            [
                (t.text(locale, "field-moves"), show_available(planned.moves.balance, locale)),
                (t.text(locale, "field-held"), show_due(planned.moves.held, locale)),
                (t.text(locale, "field-entries"), str(planned.entries)),
                (t.text(locale, "field-hosted"), str(planned.duels)),
            ]
        ),
        Text((t.text(locale, "link-confirm-rules"),)),
        Note(t.text(locale, "link-confirm-warning"), "warning"),
    ]
    join = Button("link", encode(code.id), t.text(locale, "button-link"), "primary")
    return Reply(tuple(blocks), buttons=(join,), visibility="private")


async def press_link(app: App, request: Request[Press]) -> Reply:
    """Join the presser's account to the one that made the code."""

    def work(c: Connection) -> Reply:
        done = handled_before(c, request)
        if done is not None:
            return _joined(app, c, request, done)
        code = taken_code(app, c, request.args.ref, "member", request.account)
        if code.used_at is not None:
            raise Problem("link-used")
        key = f"link:{encode(code.id)}"
        planned = join_accounts(app, c, request.member.id, code.member_id, key)
        use_code(app, c, code)
        remember(app, c, request, planned.new)
        return _joined(app, c, request, planned.new)

    return await app.db.write(work)


def _joined(app: App, c: Connection, request: Request[Press], member_id: int) -> Reply:
    t = app.texts
    locale = request.locale
    names = ", ".join(
        f"{one.name} ({one.platform.capitalize()})" for one in accounts_of(c, member_id)
    )
    now = balance(c, app.book.wallet(c, member_id))
    summary = fields(
        [
            (t.text(locale, "field-accounts"), names),
            (t.text(locale, "field-balance"), show_available(now.available, locale)),
            (t.text(locale, "field-held"), show_due(now.held, locale)),
        ]
    )
    done = Note(t.text(locale, "link-done"), "info")
    return Reply((done, summary), visibility="private")


async def press_undo(app: App, request: Request[Press]) -> Reply:
    """Ask whether the account is to be taken out."""
    return await app.db.read(lambda c: _ask_to_undo(app, c, request))


def _ask_to_undo(app: App, c: Connection, request: _Asked) -> Reply:
    t = app.texts
    locale = request.locale
    me = (request.account.platform, request.account.external_id)
    others = ", ".join(
        f"{one.name} ({one.platform.capitalize()})"
        for one in require_companions(c, request.member.id)
        if (one.platform, one.external_id) != me
    )
    wallet = app.book.find(c, "wallet", request.member.id)
    has = balance(c, wallet).balance if wallet is not None else 0
    text = t.text(locale, "link-undo-confirm", others=others, balance=show_available(has, locale))
    leave = Button("unlink", encode(request.member.id), t.text(locale, "button-unlink"), "danger")
    return Reply((Note(text, "warning"),), buttons=(leave,), visibility="private")


async def press_unlink(app: App, request: Request[Press]) -> Reply:
    """Take the presser's account out of its member."""

    def work(c: Connection) -> Reply:
        if handled_before(c, request) is None:
            if decode(request.args.ref) != request.member.id:
                raise Problem("link-changed")
            new = take_out(app, c, request.member.id, request.account)
            remember(app, c, request, new)
        done = Note(app.texts.text(request.locale, "link-undone"), "info")
        return Reply((done,), visibility="private")

    return await app.db.write(work)


LINK = CommandSpec(
    path=("link",),
    args=LinkArgs,
    handler=link,
    params=(TextParam(name="code", limit=CODE_LIMIT, rest=True),),
    visibility="private",
    anywhere=True,
)

ACTIONS = (
    ActionSpec(name="link", handler=press_link, anywhere=True),
    ActionSpec(name="undo", handler=press_undo, anywhere=True),
    ActionSpec(name="unlink", handler=press_unlink, anywhere=True),
)
