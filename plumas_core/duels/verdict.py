"""The verdict: when every reading has ended, or the time for them has.

It waits for suspected copies too that nobody has answered for yet.

Late readings are asked singly after ``policy.late_single``. At ``policy.late_verdict`` a verdict
is given if every text was read by enough seats; otherwise there is none and everything that is
still held is given back.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict, dataclass
from functools import partial

import structlog
from sqlalchemy import Connection, Select, func, insert, select, update

from plumas_core.app import App
from plumas_core.duels.card import revise_card
from plumas_core.duels.closing import end_without_verdict, release_holds
from plumas_core.duels.results import owe_results
from plumas_core.duels.rows import Duel, Entry, Seat, duel_by_id, entries_of, move, seats_of
from plumas_core.duels.standings import JudgeNote, Placed, Standings
from plumas_core.duels.states import UNREAD
from plumas_core.ids import encode
from plumas_core.judging.aggregation import Ranking, rank
from plumas_core.judging.fallback import tell_of_singles
from plumas_core.judging.rubric import mean_score
from plumas_core.storage.tables.duels import duels, evaluations, suspicions, verdicts

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Scores:
    duel: Duel
    entries: tuple[Entry, ...]
    seats: tuple[Seat, ...]
    matrix: tuple[tuple[float | None, ...], ...]


async def give_verdicts(app: App) -> int:
    """Bring every duel to its verdict whose readings have ended; return how many there were."""
    if await app.db.read(lambda c: _is_late(app, c)):
        await app.db.write(lambda c: _hurry_late(app, c))
    ready = await app.db.read(_ready)
    done = 0
    for duel_id in ready:
        scores = await app.db.read(partial(_scores, app, duel_id=duel_id))
        if not _enough(app, scores):
            await app.db.write(partial(_none, app, duel=scores.duel))
            continue
        standings = await asyncio.to_thread(_rank, scores)
        app.crash_point("verdict:before")
        done += await app.db.write(partial(_give, app, duel=scores.duel, standings=standings))
    return done


def _ready(c: Connection) -> list[int]:
    unread = select(evaluations.c.id).where(
        evaluations.c.duel_id == duels.c.id, evaluations.c.state.in_(UNREAD)
    )
    asked = select(suspicions.c.entry_id).where(
        suspicions.c.duel_id == duels.c.id, suspicions.c.answer.is_(None)
    )
    query = select(duels.c.id).where(duels.c.state == "judging", ~unread.exists(), ~asked.exists())
    return list(c.execute(query.order_by(duels.c.judging_at, duels.c.id)).scalars())


def _late(app: App) -> Select[tuple[int]]:
    """Select the duels that were to be judged long ago."""
    since = app.clock() - app.policy.late_single
    return select(duels.c.id).where(duels.c.state == "judging", duels.c.judging_at <= since)


def _is_late(app: App, c: Connection) -> bool:
    return c.execute(_late(app).limit(1)).first() is not None


def _hurry_late(app: App, c: Connection) -> None:
    """Ask singly for what waits too long, and give up what waits longer still."""
    now = app.clock()
    late = _late(app)
    waiting = (
        evaluations.c.duel_id.in_(late),
        evaluations.c.state == "waiting",
        evaluations.c.mode == "batch",
    )
    concerned = select(evaluations.c.duel_id).where(*waiting).distinct()
    tell_of_singles(app, c, c.execute(concerned).scalars().all())
    c.execute(update(evaluations).where(*waiting).values(mode="single", unfunded=True))
    over = select(duels.c.id).where(
        duels.c.state == "judging", duels.c.judging_at <= now - app.policy.late_verdict
    )
    given_up = c.execute(
        update(evaluations)
        .where(evaluations.c.duel_id.in_(over), evaluations.c.state.in_(UNREAD))
        .values(state="missing", reason=func.coalesce(evaluations.c.reason, "late"))
    )
    if given_up.rowcount:
        log.warning("late_readings_given_up", readings=given_up.rowcount)


def _scores(app: App, c: Connection, duel_id: int) -> _Scores:
    duel = duel_by_id(c, duel_id)
    if duel is None:
        raise RuntimeError("a duel in judging is not found")
    rubric = app.desk.rubric(duel.rubric_version)
    panel = seats_of(c, duel_id)
    # In an order that the texts alone decide: the same readings, the same verdict, to the digit.
    entered = tuple(
        sorted(entries_of(c, duel_id, "entered"), key=lambda entry: (entry.text, entry.id))
    )
    refused = _declined(app, c, duel_id, len(panel))
    entered = tuple(entry for entry in entered if entry.id not in refused)
    query = select(evaluations.c.entry_id, evaluations.c.seat_id, evaluations.c.scores).where(
        evaluations.c.duel_id == duel_id, evaluations.c.state == "read"
    )
    read = {
        (entry, seat): mean_score(json.loads(scores), rubric)
        for entry, seat, scores in c.execute(query)
    }
    matrix = tuple(tuple(read.get((entry.id, seat.id)) for seat in panel) for entry in entered)
    return _Scores(duel, entered, panel, matrix)


def _declined(app: App, c: Connection, duel_id: int, seats: int) -> set[int]:
    """Return the entries that so many judges declined to read that they cannot be ranked.

    They are left out, so that nobody can stop a duel by entering what no model will read.
    """
    query = (
        select(evaluations.c.entry_id)
        .where(evaluations.c.duel_id == duel_id, evaluations.c.reason == "refused")
        .group_by(evaluations.c.entry_id)
        .having(func.count() > seats - min(app.policy.seats_needed, seats))
    )
    return set(c.execute(query).scalars())


def _enough(app: App, scores: _Scores) -> bool:
    """Tell whether there are two texts or more, and each was read by enough seats."""
    needed = min(app.policy.seats_needed, len(scores.seats))
    return len(scores.matrix) > 1 and all(
        sum(score is not None for score in row) >= needed for row in scores.matrix
    )


def _rank(scores: _Scores) -> Standings:
    own_family = [
        [seat.family == entry.family for seat in scores.seats] for entry in scores.entries
    ]
    ranking = rank(scores.matrix, own_family, languages=[entry.locale for entry in scores.entries])
    return _standings(scores, ranking)


def _standings(scores: _Scores, ranking: Ranking) -> Standings:
    order = [standing.entry for standing in ranking.standings]
    placed = tuple(
        Placed(
            entry_id=scores.entries[standing.entry].id,
            place=standing.place,
            shared=standing.shared,
            score=standing.score,
            low=standing.low,
            high=standing.high,
            seats=sum(score is not None for score in scores.matrix[standing.entry]),
        )
        for standing in ranking.standings
    )
    judges = tuple(
        JudgeNote(seat.id, fit.leniency, fit.scale, fit.noise, fit.own_family_favour)
        for seat, fit in zip(scores.seats, ranking.judges, strict=True)
    )
    beats = tuple(tuple(ranking.beats[i][j] for j in order) for i in order)
    return Standings(placed, judges, beats, ranking.model)


def _give(app: App, c: Connection, duel: Duel, standings: Standings) -> int:
    """Write the verdict down, close the books of the duel and owe the results to its place."""
    if not move(c, duel, "verdict", finished_at=app.clock()):
        return 0
    latest = select(func.coalesce(func.max(verdicts.c.version), 0)).where(
        verdicts.c.duel_id == duel.id
    )
    c.execute(
        insert(verdicts).values(
            id=app.ids.new(),
            duel_id=duel.id,
            version=c.execute(latest).scalar_one() + 1,
            standings=json.dumps(asdict(standings), separators=(",", ":")),
            at=app.clock(),
        )
    )
    release_holds(app, c, duel, "verdict")
    now = duel_by_id(c, duel.id)
    if now is not None:
        owe_results(app, c, now)
    revise_card(app, c, duel.id)
    log.info("verdict", duel=encode(duel.id), entries=len(standings.placed))
    return 1


def _none(app: App, c: Connection, duel: Duel) -> None:
    log.warning("no_verdict", duel=encode(duel.id))
    end_without_verdict(app, c, duel, "unread")
