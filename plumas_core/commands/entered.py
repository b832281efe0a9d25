"""What an author reads after a text came into a duel, or could not join it yet."""

from __future__ import annotations

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.approval import is_approved
from plumas_core.commands.mentions import is_mentioned, mentions_button
from plumas_core.commands.reply import Block, Button, Moment, Note, Reply, Text, Verse, fields
from plumas_core.credits.money import show_due
from plumas_core.duels.entering import Entered
from plumas_core.duels.rows import Duel, seats_of
from plumas_core.ids import encode


def entered_reply(app: App, c: Connection, duel: Duel, entered: Entered, locale: str) -> Reply:
    """Return the private confirmation: the text as it stands, what is held, what can be done."""
    t = app.texts
    entry = entered.entry
    ref = encode(entry.id)
    blocks: list[Block] = []
    buttons: list[Button] = []
    if entered.funded:
        key = "entry-replaced" if entered.replaced else "entry-in"
        parts = t.rich(locale, key, number=duel.number, when=Moment(duel.ends_at))
        blocks.append(Text(parts))
    else:
        waits = "entry-unfunded-cap" if entered.capped else "entry-unfunded"
        text = t.text(locale, waits, cost=show_due(entered.hold, locale))
        blocks.append(Note(text, "warning"))
        if not entered.capped and not is_approved(c, duel.community_id):
            blocks.append(Note(t.text(locale, "pool-not-approved"), "info"))
        buttons.append(Button("pay", ref, t.text(locale, "button-pay"), "primary"))
    if entry.kind == "ai":
        blocks.append(Note(t.text(locale, "entry-counts-as-ai"), "info"))
    if not entry.guest:  # a guest's text is as blind as anyone's until the close
        blocks.append(Verse(entry.text, entry.title))
    rows = [(t.text(locale, "field-words"), str(entry.words))]
    if entered.funded and entered.hold:
        rows.append((t.text(locale, "field-held"), show_due(entered.hold, locale)))
    blocks.append(fields(rows))
    models = {app.catalog.get(seat.model_id) for seat in seats_of(c, duel.id)}
    names = ", ".join(sorted(model.name for model in models if model is not None))
    blocks.append(Note(t.text(locale, "entry-agreed", models=names), "info"))
    buttons.append(Button("out", ref, t.text(locale, "button-withdraw")))
    if entry.member_id is not None and is_mentioned(c, entry.member_id):
        buttons.append(mentions_button(app, c, entry.member_id, locale))
    return Reply(tuple(blocks), buttons=tuple(buttons), visibility="private", ref=ref)
