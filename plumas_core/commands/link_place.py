"""``/link community``: an admin joins a server or chat to another one's community."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.clock import MINUTE
from plumas_core.commands.once import handled_before, remember
from plumas_core.commands.reply import Block, Button, Note, Reply, Text, Title, fields
from plumas_core.commands.spec import ActionSpec, Audience, Press, Request
from plumas_core.credits.money import show_available
from plumas_core.ids import decode, encode
from plumas_core.linking.codes import (
    LIFETIME,
    Code,
    make_code,
    taken_code,
    use_code,
)
from plumas_core.linking.homes import (
    community_of_place,
    homes_of,
    join_home,
    leave_home,
    plan_home_joining,
    require_joined,
)
from plumas_core.operations import record
from plumas_core.problems import Problem

COMMUNITY: Final = ("community", "comunidad")
"""What is said in a code's place to join the server or chat itself."""


def offer_place(app: App, c: Connection, request: Request[Any]) -> Reply:
    """Make a code for an admin of another server or chat.

    Raises:
        Problem: the asker is no admin, or this is a private chat.
    """
    community = _administered(c, request)
    t = app.texts
    locale = request.locale
    code = make_code(app, c, "community", request.member.id, request.account, request.place.id)
    blocks: tuple[Block, ...] = (
        Title(t.text(locale, "link-place-title")),
        Text((t.text(locale, "link-place-code", code=code),)),
        Text((t.text(locale, "link-place-why", minutes=str(LIFETIME // MINUTE)),)),
    )
    part = Button("part", encode(community), t.text(locale, "button-part"))
    buttons = (part,) if homes_of(c, community) > 1 else ()
    return Reply(blocks, buttons=buttons, visibility="private")


def show_place(app: App, c: Connection, request: Request[Any], code: Code) -> Reply:
    """Show what joining this server or chat by a taken code would do, with a button that does it.

    Raises:
        Problem: the asker is no admin, or a rule stands against it.
    """
    _administered(c, request)
    planned = plan_home_joining(app, c, request.place.id, code.place_id)
    if code.used_at is not None:
        raise Problem("link-used")
    t = app.texts
    locale = request.locale
    blocks: tuple[Block, ...] = (
        Title(t.text(locale, "link-place-title")),
        Text((t.text(locale, "link-place-confirm", name=planned.name),)),
        fields(
            [
                (t.text(locale, "field-moves"), show_available(planned.pool, locale)),
                (t.text(locale, "field-hosted"), str(planned.duels)),
            ]
        ),
        Text((t.text(locale, "link-place-rules"),)),
    )
    join = Button("join", encode(code.id), t.text(locale, "button-join"), "primary")
    return Reply(blocks, buttons=(join,), visibility="private")


async def press_place(app: App, request: Request[Press]) -> Reply:
    """Make a code for another server or chat, from a button."""
    return await app.db.write(lambda c: offer_place(app, c, request))


async def press_join(app: App, request: Request[Press]) -> Reply:
    """Join this server or chat to the community of the one in which the code was made."""

    def work(c: Connection) -> Reply:
        if handled_before(c, request) is None:
            _administered(c, request)
            code = taken_code(app, c, request.args.ref, "community", request.account)
            if code.used_at is not None:
                raise Problem("link-used")
            key = f"link:{encode(code.id)}"
            planned = join_home(app, c, request.place.id, code.place_id, key)
            use_code(app, c, code)
            remember(app, c, request, planned.new)
            detail = f"{encode(planned.old)} into {encode(planned.new)}, pool {planned.pool}"
            for community in (planned.old, planned.new):
                record(app, c, request.member.id, community, "link community", detail)
        done = Note(app.texts.text(request.locale, "link-place-done"), "info")
        return Reply((done,), visibility="private")

    return await app.db.write(work)


async def press_part(app: App, request: Request[Press]) -> Reply:
    """Ask whether this server or chat is to leave its community."""

    def work(c: Connection) -> Reply:
        _administered(c, request)
        community = require_joined(c, request.place.id)
        t = app.texts
        left = app.book.available(c, app.book.pool(c, community))
        pool = show_available(left, request.locale)
        text = t.text(request.locale, "link-part-confirm", name=request.community.name, pool=pool)
        label = t.text(request.locale, "button-leave")
        leave = Button("leave", encode(community), label, "danger")
        return Reply((Note(text, "warning"),), buttons=(leave,), visibility="private")

    return await app.db.write(work)


async def press_leave(app: App, request: Request[Press]) -> Reply:
    """Take this server or chat out of its community."""

    def work(c: Connection) -> Reply:
        if handled_before(c, request) is None:
            left = _administered(c, request)
            if decode(request.args.ref) != left:
                raise Problem("link-changed")
            own = leave_home(app, c, request.place.id)
            remember(app, c, request, own)
            detail = f"{encode(own)} out of {encode(left)}"
            for community in (left, own):
                record(app, c, request.member.id, community, "unlink community", detail)
        done = Note(app.texts.text(request.locale, "link-parted"), "info")
        return Reply((done,), visibility="private")

    return await app.db.write(work)


def _administered(c: Connection, request: Request[Any]) -> int:
    """Return the community of the place in which an admin asks.

    Raises:
        Problem: it is a private chat, or the asker is no admin.
    """
    community = community_of_place(c, request.place.id)
    if community is None:
        raise Problem("link-community-where")
    if request.audience < Audience.ADMIN:
        raise Problem("denied-admin")
    return community


ACTIONS = (
    ActionSpec(name="place", handler=press_place, audience=Audience.ADMIN),
    ActionSpec(name="join", handler=press_join, audience=Audience.ADMIN),
    ActionSpec(name="part", handler=press_part, audience=Audience.ADMIN),
    ActionSpec(name="leave", handler=press_leave, audience=Audience.ADMIN),
)
