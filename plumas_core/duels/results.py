"""How a verdict is told: the ranking to all, and the reasons to whoever asks for them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from babel.numbers import format_decimal
from sqlalchemy import Connection, func, select

from plumas_core.app import App
from plumas_core.commands.reply import (
    Block,
    Button,
    Field,
    Fields,
    Note,
    Quote,
    Reply,
    Table,
    Text,
    Thread,
    Title,
    Verse,
)
from plumas_core.community_settings import settings_of
from plumas_core.credits.money import show
from plumas_core.duels.announcing import announce
from plumas_core.duels.card import reason_text
from plumas_core.duels.rows import Duel, Entry, Seat, entries_of, seats_of
from plumas_core.duels.standings import Placed, Standings, latest_standings
from plumas_core.ids import encode
from plumas_core.judging.rubric import Rubric, mean_score
from plumas_core.storage.tables.duels import evaluations
from plumas_core.storage.tables.work import calls

TOLD_REASONS = ("refused", "late")
"""Reasons for which a reading is missing that an author can make something of."""


@dataclass(frozen=True, slots=True)
class SeatReading:
    """What one seat made of one entry; without scores where it is missing, for a reason."""

    entry_id: int
    seat_id: int
    scores: Mapping[str, int] | None
    comment: str
    quote: str | None
    steering: bool
    reason: str | None


def owe_results(app: App, c: Connection, duel: Duel) -> None:
    """Owe a verdict to its duel's place, or to a thread there, notifying those who entered."""
    entrants = {
        entry.member_id
        for entry in entries_of(c, duel.id, "entered")
        if entry.member_id is not None and not entry.guest
    }
    announce(
        app,
        c,
        duel,
        key=f"duel:{duel.id}:results",
        reply=replace(results(app, c, duel, duel.locale), thread=_thread(app, c, duel)),
        mentions=sorted(entrants),
    )


def _thread(app: App, c: Connection, duel: Duel) -> Thread | None:
    """Return the thread that the community wants its verdicts in, if it does."""
    if settings_of(c, duel.community_id).results != "thread":
        return None
    t = app.texts
    return Thread(
        name=t.text(duel.locale, "results-title", number=duel.number, theme=duel.theme),
        line=t.text(duel.locale, "results-line", number=duel.number, theme=duel.theme),
    )


def results(app: App, c: Connection, duel: Duel, locale: str) -> Reply:
    """Return a duel's ranking, a comment and a quotation for each text, and the cost."""
    t = app.texts
    title = Title(t.text(locale, "results-title", number=duel.number, theme=duel.theme))
    standings = latest_standings(c, duel.id)
    if standings is None:
        why = reason_text(app, duel.end_reason, locale) if duel.end_reason else ""
        return Reply((title, Note(t.text(locale, "results-none", reason=why), "info")))
    entries = {entry.id: entry for entry in entries_of(c, duel.id)}
    panel = seats_of(c, duel.id)
    readings = readings_of(c, duel.id)
    rubric = app.desk.rubric(duel.rubric_version)
    blocks: list[Block] = [title]
    if duel.simulated:
        blocks.append(Note(t.text(locale, "simulated-results"), "simulated"))
    blocks.append(Text((_headline(app, standings, entries, locale),)))
    blocks.append(_table(app, standings, entries, readings, rubric, locale))
    ranked = {placed.entry_id for placed in standings.placed}
    for entry in entries.values():
        if entry.state == "entered" and entry.id not in ranked:
            unranked = t.text(locale, "results-unranked", text=text_name(app, entry, locale))
            blocks.append(Note(unranked, "info"))
        if entry.state == "disqualified":
            left_out = t.text(locale, "results-left-out", text=text_name(app, entry, locale))
            blocks.append(Note(left_out, "info"))
    for placed in standings.placed:
        blocks.extend(
            _remark(app, placed, entries[placed.entry_id], readings, panel, rubric, locale)
        )
    blocks.extend(_footnotes(app, c, duel, standings, readings, locale))
    buttons = (Button("reasons", encode(duel.id), t.text(locale, "button-reasons"), "primary"),)
    return Reply(tuple(blocks), buttons=buttons, ref=encode(duel.id))


def reasons(app: App, c: Connection, duel: Duel, member_id: int, locale: str) -> Reply:
    """Return why a member's texts stand where they stand: every judge, criterion and comment."""
    standings = latest_standings(c, duel.id)
    entries = {entry.id: entry for entry in entries_of(c, duel.id, "entered")}
    mine = [entry for entry in entries.values() if entry.member_id == member_id]
    t = app.texts
    if standings is None or not mine:
        return Reply((Note(t.text(locale, "reasons-none"), "info"),))
    panel = seats_of(c, duel.id)
    readings = readings_of(c, duel.id)
    rubric = app.desk.rubric(duel.rubric_version)
    blocks: list[Block] = [
        Title(t.text(locale, "reasons-title", number=duel.number, theme=duel.theme))
    ]
    for entry in mine:
        blocks.extend(_reasons_for(app, entry, standings, readings, panel, rubric, locale))
    return Reply(tuple(blocks), visibility="private")


def readings_of(c: Connection, duel_id: int) -> dict[int, list[SeatReading]]:
    """Return a duel's readings by entry, in the panel's order."""
    query = (
        select(
            evaluations.c.entry_id,
            evaluations.c.seat_id,
            evaluations.c.scores,
            evaluations.c.comment,
            evaluations.c.quote,
            evaluations.c.steering,
            evaluations.c.reason,
        )
        .where(evaluations.c.duel_id == duel_id)
        .order_by(evaluations.c.entry_id, evaluations.c.seat_id)
    )
    found: dict[int, list[SeatReading]] = defaultdict(list)
    for row in c.execute(query):
        scores = json.loads(row.scores) if row.scores else None
        found[row.entry_id].append(
            SeatReading(
                row.entry_id,
                row.seat_id,
                scores,
                row.comment or "",
                row.quote,
                bool(row.steering),
                row.reason,
            )
        )
    return found


def duel_cost(c: Connection, duel_id: int) -> int:
    """Return what judging a duel has cost, in picodollars."""
    query = (
        select(func.coalesce(func.sum(calls.c.cost), 0))
        .join(evaluations, evaluations.c.id == calls.c.evaluation_id)
        .where(evaluations.c.duel_id == duel_id)
    )
    return int(c.execute(query).scalar_one())


def _headline(app: App, standings: Standings, entries: Mapping[int, Entry], locale: str) -> str:
    winners = [entries[placed.entry_id].byline for placed in standings.placed if placed.place == 1]
    if len(winners) == 1:
        return app.texts.text(locale, "results-winner", name=winners[0])
    return app.texts.text(locale, "results-shared", names=", ".join(winners))


def _table(
    app: App,
    standings: Standings,
    entries: Mapping[int, Entry],
    readings: Mapping[int, list[SeatReading]],
    rubric: Rubric,
    locale: str,
) -> Table:
    t = app.texts
    columns = (
        t.text(locale, "column-place"),
        t.text(locale, "column-text"),
        t.text(locale, "column-author"),
        t.text(locale, "column-score"),
        t.text(locale, "column-interval"),
        *(criterion.text(locale).name for criterion in rubric.criteria),
    )
    rows = []
    for placed in standings.placed:
        entry = entries[placed.entry_id]
        means = criterion_means(readings.get(entry.id, ()), rubric)
        rows.append(
            (
                f"{placed.place}{'=' if placed.shared else ''}",
                text_name(app, entry, locale),
                entry.byline,
                _one_decimal(placed.score, locale),
                f"{_one_decimal(placed.low, locale)}-{_one_decimal(placed.high, locale)}",
                *(
                    _one_decimal(means[name], locale) if name in means else "-"
                    for name in rubric.ids
                ),
            )
        )
    numeric = tuple(range(3, len(columns)))
    return Table(columns, tuple(rows), (0, *numeric))


def criterion_means(readings: Sequence[SeatReading], rubric: Rubric) -> dict[str, float]:
    """Return the plain mean of each criterion over the seats that read the text."""
    given = [reading.scores for reading in readings if reading.scores is not None]
    if not given:
        return {}
    return {name: sum(scores[name] for scores in given) / len(given) for name in rubric.ids}


def text_name(app: App, entry: Entry, locale: str) -> str:
    """Return a text's title, or the number it had among the anonymous texts."""
    return entry.title or app.texts.text(locale, "text-number", number=entry.alias or 0)


def _remark(
    app: App,
    placed: Placed,
    entry: Entry,
    readings: Mapping[int, list[SeatReading]],
    panel: Sequence[Seat],
    rubric: Rubric,
    locale: str,
) -> list[Block]:
    """Return one judge's words on a text: the one whose score is nearest to the text's own."""
    given = [one for one in readings.get(entry.id, ()) if one.scores is not None]
    if not given:
        return []
    chosen = min(
        given,
        key=lambda one: (
            one.quote is None,
            abs(mean_score(one.scores or {}, rubric) - placed.score),
        ),
    )
    judge = next((seat.name for seat in panel if seat.id == chosen.seat_id), "?")
    head = app.texts.text(
        locale, "results-remark", place=placed.place, text=text_name(app, entry, locale)
    )
    blocks: list[Block] = [Text((head,)), Quote(chosen.comment, by=judge)]
    if chosen.quote:
        blocks.append(Verse(chosen.quote))
    return blocks


def _footnotes(
    app: App,
    c: Connection,
    duel: Duel,
    standings: Standings,
    readings: Mapping[int, list[SeatReading]],
    locale: str,
) -> list[Block]:
    t = app.texts
    missing = sum(one.scores is None for found in readings.values() for one in found)
    notes: list[Block] = []
    if any(placed.shared for placed in standings.placed):
        notes.append(Text((t.text(locale, "results-ties"),)))
    if missing:
        notes.append(Note(t.text(locale, "results-missing", count=missing), "info"))
    if not duel.rated:
        notes.append(Text((t.text(locale, "results-unrated"),)))
    cost = show(duel_cost(c, duel.id), locale)
    notes.append(Fields((Field(t.text(locale, "field-cost"), (cost,)),)))
    return notes


def _reasons_for(
    app: App,
    entry: Entry,
    standings: Standings,
    readings: Mapping[int, list[SeatReading]],
    panel: Sequence[Seat],
    rubric: Rubric,
    locale: str,
) -> list[Block]:
    t = app.texts
    placed = next((one for one in standings.placed if one.entry_id == entry.id), None)
    found = {one.seat_id: one for one in readings.get(entry.id, ())}
    blocks: list[Block] = [Text((text_name(app, entry, locale),))]
    if placed is not None:
        blocks.append(Text((_chances(app, placed, standings, locale),)))
    columns = (
        t.text(locale, "column-judge"),
        t.text(locale, "column-score"),
        *(criterion.text(locale).name for criterion in rubric.criteria),
    )
    rows = []
    for seat in panel:
        one = found.get(seat.id)
        if one is None or one.scores is None:
            why = one.reason if one is not None and one.reason in TOLD_REASONS else "other"
            missing = t.text(locale, f"reading-missing-{why}")
            rows.append((seat.name, missing, *("-" for _ in rubric.ids)))
            continue
        mean = _one_decimal(mean_score(one.scores, rubric), locale)
        rows.append((seat.name, mean, *(str(one.scores[name]) for name in rubric.ids)))
    blocks.append(Table(columns, tuple(rows), tuple(range(1, len(columns)))))
    for seat in panel:
        one = found.get(seat.id)
        if one is None or one.scores is None:
            continue
        blocks.append(Quote(one.comment, by=seat.name))
        if one.quote:
            blocks.append(Verse(one.quote))
        if one.steering:
            blocks.append(Note(t.text(locale, "reading-steering", name=seat.name), "info"))
    return blocks


def _chances(app: App, placed: Placed, standings: Standings, locale: str) -> str:
    """Say how likely it is that the text above this one is really the better."""
    position = next(n for n, one in enumerate(standings.placed) if one is placed)
    if position == 0:
        return app.texts.text(locale, "reasons-first", place=placed.place)
    chance = round(standings.beats[position - 1][position] * 100)
    return app.texts.text(locale, "reasons-chance", place=placed.place, percent=chance)


def _one_decimal(number: float, locale: str) -> str:
    return str(format_decimal(round(number, 1), "0.0", locale))
