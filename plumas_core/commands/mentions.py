"""``/mentions``: whether the bot may mention a member where it tells of their duels."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.commands.reply import Button, Note, Reply
from plumas_core.commands.spec import ActionSpec, ChoiceParam, CommandSpec, Press, Request
from plumas_core.problems import Problem
from plumas_core.storage.tables.people import members

CHOICES = ("on", "off")


@dataclass(frozen=True, slots=True)
class MentionsArgs:
    """``on`` or ``off``; without it the choice is shown as it stands."""

    mentions: str | None = None


async def choose_mentions(app: App, request: Request[MentionsArgs]) -> Reply:
    """Keep a member's choice, or tell them what it is."""
    return await _choose(app, request, request.args.mentions)


async def press_mentions(app: App, request: Request[Press]) -> Reply:
    """Keep the choice that a button stands for."""
    if request.args.ref not in CHOICES:
        raise Problem("mentions-unknown")
    return await _choose(app, request, request.args.ref)


async def _choose(
    app: App, request: Request[MentionsArgs] | Request[Press], choice: str | None
) -> Reply:
    def work(c: Connection) -> Reply:
        if choice is not None:
            change = update(members).where(members.c.id == request.member.id)
            c.execute(change.values(mentioned=choice == "on"))
        mentioned = is_mentioned(c, request.member.id)
        text = app.texts.text(
            request.locale, "mentions-are-on" if mentioned else "mentions-are-off"
        )
        button = mentions_button(app, c, request.member.id, request.locale)
        return Reply((Note(text, "info"),), buttons=(button,), visibility="private")

    return await app.db.write(work)


def is_mentioned(c: Connection, member_id: int) -> bool:
    """Tell whether a member lets the bot mention them."""
    query = select(members.c.mentioned).where(members.c.id == member_id)
    return bool(c.execute(query).scalar_one())


def mentions_button(app: App, c: Connection, member_id: int, locale: str) -> Button:
    """Return the button that changes a member's choice into the other one."""
    mentioned = is_mentioned(c, member_id)
    label = app.texts.text(locale, "button-mentions-off" if mentioned else "button-mentions-on")
    return Button("mentions", "off" if mentioned else "on", label)


MENTIONS = CommandSpec(
    path=("mentions",),
    args=MentionsArgs,
    handler=choose_mentions,
    params=(ChoiceParam(name="mentions", choices=CHOICES),),
    visibility="private",
    anywhere=True,
)

ACTIONS = (ActionSpec(name="mentions", handler=press_mentions, anywhere=True),)
