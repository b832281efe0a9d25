"""Where a duel is told of: in its own place, and once in every other server or chat that is joined.

In each of those it is the place in which a duel was opened last, or an admin joined it. A message
of a duel has one key; what stands of it in another place has that place's number behind it, so
that all of them are revised at once. A place that is lost is owed it too: that costs one call, and
is how it is found again once the bot may write there.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, select, update

from plumas_core.app import App
from plumas_core.commands.reply import Reply, note
from plumas_core.duels.card import card, card_key
from plumas_core.duels.rows import Duel, as_value
from plumas_core.duels.states import RUNNING
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import places


def announce(
    app: App,
    c: Connection,
    duel: Duel,
    *,
    key: str,
    reply: Reply,
    mentions: Sequence[int] = (),
) -> None:
    """Owe a message to every place in which a duel is told of, once per ``key``.

    Each platform notifies those of ``mentions`` who have an account there.
    """
    app.outbox.enqueue(c, key=key, place=duel.place_id, reply=reply, mentions=mentions)
    for place in _other_places(c, duel):
        app.outbox.enqueue(c, key=f"{key}:{place}", place=place, reply=reply, mentions=mentions)


def show_running(app: App, c: Connection, community_id: int, place_id: int) -> None:
    """Owe the cards of a community's duels under way to a place that has joined it."""
    for duel in _running(c, community_id):
        app.outbox.enqueue(
            c,
            key=f"{card_key(duel.id)}:{place_id}",
            place=place_id,
            reply=card(app, c, duel, duel.locale),
        )


def leave_out(app: App, c: Connection, community_id: int, place_ids: Sequence[int]) -> None:
    """Say on the cards of duels under way that these places have left their community.

    What is said there then is no copy of the card any more.
    """
    for duel in _running(c, community_id):
        text = app.texts.text(duel.locale, "card-left", number=duel.number, theme=duel.theme)
        for place_id in place_ids:
            copy = f"{card_key(duel.id)}:{place_id}"
            app.outbox.revise(c, key=copy, reply=note(text))
            own = f"left:{app.ids.new()}"
            c.execute(update(outbox).where(outbox.c.key == copy).values(key=own))


def _running(c: Connection, community_id: int) -> list[Duel]:
    query = select(duels).where(duels.c.community_id == community_id, duels.c.state.in_(RUNNING))
    return [as_value(Duel, row) for row in c.execute(query.order_by(duels.c.number)).mappings()]


def _other_places(c: Connection, duel: Duel) -> list[int]:
    own = places.alias()
    query = (
        select(places.c.id)
        .join(own, own.c.id == duel.place_id)
        .where(
            places.c.community_id == duel.community_id,
            places.c.announces.is_(True),
            (places.c.platform != own.c.platform) | (places.c.home != own.c.home),
        )
        .order_by(places.c.created_at, places.c.id)
    )
    return list(c.execute(query).scalars())
