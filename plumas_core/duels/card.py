"""A duel's live card: one message in each of its places that always shows how things stand."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, select

from plumas_core.app import App
from plumas_core.commands.reply import (
    Block,
    Button,
    Moment,
    Note,
    Part,
    Person,
    Progress,
    Reply,
    Text,
    Title,
    fields,
)
from plumas_core.duels.rows import Duel, as_value, duel_by_id, entries_of, name_of, seats_of
from plumas_core.ids import encode
from plumas_core.storage.tables.duels import duels, evaluations


def card_key(duel_id: int) -> str:
    """Return the outbox key of a duel's card."""
    return f"duel:{duel_id}:card"


def revise_card(app: App, c: Connection, duel_id: int) -> None:
    """Let a duel's card show how things stand now, in every place that has one."""
    duel = duel_by_id(c, duel_id)
    if duel is not None:
        app.outbox.revise(c, key=card_key(duel_id), reply=card(app, c, duel, duel.locale))


async def refresh_cards(app: App) -> int:
    """Bring the cards of duels in judging up to date; return how many there were."""

    def refresh(c: Connection) -> int:
        judged = c.execute(select(duels).where(duels.c.state == "judging")).mappings().all()
        for row in judged:
            duel = as_value(Duel, row)
            reply = card(app, c, duel, duel.locale)
            app.outbox.revise(c, key=card_key(duel.id), reply=reply)
        return len(judged)

    return await app.db.write(refresh)


def card(app: App, c: Connection, duel: Duel, locale: str) -> Reply:
    """Return how a duel stands, for its place or for one who asks."""
    t = app.texts
    blocks: list[Block] = [
        Title(t.text(locale, "card-title", number=duel.number, theme=duel.theme))
    ]
    if duel.title:
        blocks.append(Text((duel.title,)))
    blocks.append(Text(_standing(app, duel, locale)))
    blocks.append(fields(_facts(app, c, duel, locale)))
    if duel.state == "judging":
        done, total = reading_progress(c, duel.id)
        blocks.append(Progress(t.text(locale, "card-reading"), done, total))
    if duel.simulated:
        blocks.append(Note(t.text(locale, "simulated-panel"), "simulated"))
    return Reply(tuple(blocks), buttons=_buttons(app, duel, locale), ref=encode(duel.id))


def reading_progress(c: Connection, duel_id: int) -> tuple[int, int]:
    """Return how many readings of a duel have ended, and how many there are."""
    query = (
        select(evaluations.c.state, func.count())
        .where(evaluations.c.duel_id == duel_id)
        .group_by(evaluations.c.state)
    )
    counts: dict[str, int] = dict(c.execute(query).all())
    return counts.get("read", 0) + counts.get("missing", 0), sum(counts.values())


def _standing(app: App, duel: Duel, locale: str) -> tuple[Part, ...]:
    match duel.state:
        case "open":
            key = "card-open" if app.clock() < duel.ends_at else "card-closing"
        case "cancelled":
            return app.texts.rich(
                locale, "card-cancelled", reason=reason_text(app, duel.end_reason, locale)
            )
        case _:
            key = f"card-{duel.state}"
    return app.texts.rich(locale, key, when=Moment(duel.ends_at))


def reason_text(app: App, reason: str | None, locale: str) -> str:
    """Return why a duel ended as it did."""
    return app.texts.text(locale, f"end-{reason or 'host'}")


def _facts(
    app: App, c: Connection, duel: Duel, locale: str
) -> list[tuple[str, Part | tuple[Part, ...]]]:
    t = app.texts
    entered = entries_of(c, duel.id, "entered", "writing")
    panel = seats_of(c, duel.id)
    judges = Counter(f"{seat.name} · {_model_name(app, seat.model_id)}" for seat in panel)
    kinds = Counter(entry.kind for entry in entered)
    return [
        (t.text(locale, "field-host"), Person(duel.host_id, name_of(c, duel.host_id))),
        (t.text(locale, "field-panel"), ", ".join(judges)),
        (
            t.text(locale, "field-entries"),
            t.text(
                locale,
                "card-entries",
                count=len(entered),
                most=duel.max_entries,
                ai=kinds["ai"],
            ),
        ),
        (
            t.text(locale, "field-rules"),
            t.text(
                locale,
                "card-rules",
                words=duel.max_words,
                each=duel.entries_per_member,
                authors=duel.min_authors,
            ),
        ),
    ]


def _model_name(app: App, model_id: str) -> str:
    model = app.catalog.get(model_id)
    return model.name if model else model_id


def _buttons(app: App, duel: Duel, locale: str) -> tuple[Button, ...]:
    ref = encode(duel.id)
    t = app.texts
    if duel.state == "open":
        return (
            Button("enter", ref, t.text(locale, "button-enter"), "primary"),
            Button("invite", ref, t.text(locale, "button-invite")),
            Button("withdraw", ref, t.text(locale, "button-withdraw")),
            Button("close", ref, t.text(locale, "button-close")),
            Button("status", ref, t.text(locale, "button-details")),
        )
    if duel.state == "judging":
        return (Button("status", ref, t.text(locale, "button-details")),)
    if duel.state in ("verdict", "annulled"):
        return (Button("results", ref, t.text(locale, "button-results"), "primary"),)
    return ()
