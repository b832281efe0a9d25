"""A database in which one big batch has come back: many duels, each text held for and read."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from benchmarks import results
from benchmarks.prose import Prose
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.app import App
from plumas_core.batches.row_ids import RowId
from plumas_core.duels.costs import judging_hold
from plumas_core.duels.rows import Seat, duel_by_id, seats_of
from plumas_core.judging.prompts import PROMPT_VERSION
from plumas_core.judging.rubric import RUBRIC_VERSION
from plumas_core.storage.tables.agents import agents
from plumas_core.storage.tables.duels import duels, entries, evaluations, seats
from plumas_core.storage.tables.people import communities, members, places
from plumas_core.storage.tables.work import batches, calls

MODEL = "gpt-6-luna"
PROVIDER = "openai"
HERE = 1
"""The id of the only community, place and member."""

APART = 200
"""By how many places a row usually ends sooner or later than its neighbours."""

FUNDS = 10**17
SEED = 5
DATABASE = "city.db"
RESULTS = "results.jsonl"


@dataclass(frozen=True, slots=True)
class Size:
    """How many duels, texts in each, and judges of each text."""

    duels: int
    entries: int
    seats: int

    @property
    def rows(self) -> int:
        """How many answers the batch has."""
        return self.duels * self.entries * self.seats


def settings(folder: Path) -> Settings:
    """Return the settings of a program whose database stands in ``folder``."""
    return Settings(database_url=f"sqlite:///{folder / DATABASE}")


async def build(folder: Path, size: Size) -> None:
    """Write the database, and the results of its one batch, into ``folder``."""
    rng = random.Random(SEED)
    prose = Prose(rng)
    async with open_app(settings(folder), rng=rng) as app:
        batch = app.ids.new()
        await app.db.write(lambda c: _found(app, c, batch, size))
        asked: list[tuple[RowId, str]] = []
        for number in range(size.duels):
            asked += await app.db.write(
                partial(_judge, app, prose=prose, batch=batch, size=size, number=number)
            )
        criteria = app.desk.rubric(RUBRIC_VERSION).ids
    with (folder / RESULTS).open("w", encoding="utf-8") as file:
        for row_id, text in _as_they_end(asked, rng):
            answer = results.answer(prose, rng, criteria, text)
            file.write(results.line(rng, str(row_id), answer) + "\n")


def _found(app: App, c: Connection, batch: int, size: Size) -> None:
    """Write down who there is, what they have to spend, and the batch."""
    now = app.clock()
    c.execute(
        insert(communities).values(
            id=HERE, name="City", locale="en", time_zone="UTC", settings="{}", created_at=now
        )
    )
    c.execute(
        insert(places).values(
            id=HERE,
            community_id=HERE,
            platform="console",
            home="city",
            address="main",
            approved=True,
            created_at=now,
        )
    )
    c.execute(insert(members).values(id=HERE, created_at=now))
    app.book.transfer(
        c,
        debit=app.book.issued(c),
        credit=app.book.pool(c, HERE),
        amount=FUNDS,
        key="city:funds",
        purpose="grant",
    )
    c.execute(
        insert(batches).values(
            id=batch,
            provider=PROVIDER,
            model_id=MODEL,
            state="collecting",
            rows=size.rows,
            tokens=0,
            provider_batch_id="batch_city",
            created_at=now,
            sent_at=now,
            submitted_at=now,
            next_at=now,
        )
    )


def _judge(
    app: App, c: Connection, *, prose: Prose, batch: int, size: Size, number: int
) -> list[tuple[RowId, str]]:
    """Write one duel down as it stands while its rows are at the provider; return the rows."""
    duel = app.ids.new()
    c.execute(insert(duels).values(_duel(app, duel, number + 1)))
    judge = c.execute(select(agents.c.id).where(agents.c.kind == "judge").limit(1)).scalar_one()
    c.execute(insert(seats), [_seat(app, duel, judge, n) for n in range(size.seats)])
    panel = seats_of(c, duel)
    amount = _amount(app, c, duel, panel, prose.text())
    asked: list[tuple[RowId, str]] = []
    readings: list[dict[str, Any]] = []
    sent: list[dict[str, Any]] = []
    for _ in range(size.entries):
        text = prose.text()
        entry, hold = _enter(app, c, duel, text, amount)
        for seat in panel:
            row = RowId(batch, number * size.entries * size.seats + len(asked), 1)
            asked.append((row, text))
            readings.append(_reading(app, duel, entry, seat))
            sent.append(_call(app, row, readings[-1]["id"], hold))
    c.execute(insert(evaluations), readings)
    c.execute(insert(calls), sent)
    return asked


def _duel(app: App, duel: int, number: int) -> dict[str, Any]:
    now = app.clock()
    return {
        "id": duel,
        "key": f"city:{number}",
        "community_id": HERE,
        "place_id": HERE,
        "number": number,
        "host_id": HERE,
        "theme": "A lighthouse that went out",
        "locale": "en",
        "state": "judging",
        "pace": "batch",
        "panel": "house",
        "rubric_version": RUBRIC_VERSION,
        "prompt_version": PROMPT_VERSION,
        "simulated": False,
        "max_words": 600,
        "max_entries": 20,
        "entries_per_member": 20,
        "min_authors": 3,
        "opened_at": now,
        "ends_at": now,
        "judging_at": now,
        "rated": True,
    }


def _seat(app: App, duel: int, judge: int, position: int) -> dict[str, Any]:
    return {
        "id": app.ids.new(),
        "duel_id": duel,
        "position": position,
        "agent_id": judge,
        "agent_revision": 1,
        "name": f"Judge {position}",
        "personality": "You love plain words. " * 20,
        "model_id": MODEL,
        "provider": PROVIDER,
        "family": PROVIDER,
        "priced_at": app.clock(),
    }


def _amount(app: App, c: Connection, duel: int, panel: Sequence[Seat], text: str) -> int:
    """Return what is held for a text like this one; the seats are alike."""
    found = duel_by_id(c, duel)
    assert found is not None
    return judging_hold(app, found, panel[:1], text) * len(panel)


def _enter(app: App, c: Connection, duel: int, text: str, amount: int) -> tuple[int, int]:
    """Write one text down with the hold for its readings; return their ids."""
    entry = app.ids.new()
    hold = app.book.hold(
        c,
        payer=app.book.pool(c, HERE),
        amount=amount,
        key=f"city:{entry}",
        purpose="judging",
        work=f"entry:{entry}",
        community=HERE,
    )
    c.execute(
        insert(entries).values(
            id=entry,
            key=f"city:{entry}",
            duel_id=duel,
            state="entered",
            kind="human",
            member_id=HERE,
            byline="Ana",
            text=text,
            words=len(text.split()),
            locale="en",
            hold_id=hold,
            created_at=app.clock(),
            entered_at=app.clock(),
        )
    )
    return entry, hold


def _reading(app: App, duel: int, entry: int, seat: Seat) -> dict[str, Any]:
    return {
        "id": app.ids.new(),
        "duel_id": duel,
        "entry_id": entry,
        "seat_id": seat.id,
        "state": "in_flight",
        "tries": 1,
        "mode": "batch",
        "unfunded": False,
    }


def _call(app: App, row: RowId, reading: int, hold: int) -> dict[str, Any]:
    return {
        "id": app.ids.new(),
        "kind": "judge",
        "evaluation_id": reading,
        "provider": PROVIDER,
        "model_id": MODEL,
        "mode": "batch",
        "batch_id": row.intent,
        "row": row.row,
        "attempt": row.attempt,
        "state": "in_flight",
        "hold_id": hold,
        "community_id": HERE,
        "created_at": app.clock(),
    }


def _as_they_end(asked: list[tuple[RowId, str]], rng: random.Random) -> list[tuple[RowId, str]]:
    """Return the rows in the order in which a provider finishes them: about that of their start."""
    moments = [number + rng.gauss(0, APART) for number in range(len(asked))]
    return [row for _, row in sorted(zip(moments, asked, strict=True), key=lambda one: one[0])]
