"""Telling a duel's members that its readings go on as single calls, which cost more."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.commands.reply import note
from plumas_core.duels.announcing import announce
from plumas_core.duels.rows import duel_by_id


def tell_of_singles(app: App, c: Connection, duel_ids: Iterable[int]) -> None:
    """Owe each duel's places the news that what is not read yet is asked for one by one, once."""
    for duel_id in duel_ids:
        duel = duel_by_id(c, duel_id)
        if duel is None or duel.state != "judging":
            continue
        announce(
            app,
            c,
            duel,
            key=f"singles:{duel_id}",
            reply=note(app.texts.text(duel.locale, "duel-goes-single", number=duel.number), "info"),
        )
