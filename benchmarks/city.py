"""A database whose batches have come back: many duels, each text held for, all answers there."""

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
from plumas_core.batches.packing import PACK_LIMIT
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

FUNDS = 10**17
SEED = 5
DATABASE = "city.db"


@dataclass(frozen=True, slots=True)
class Size:
    """How many duels, texts in each, and judges of each text."""

    duels: int
    entries: int
    seats: int

    @property
    def rows(self) -> int:
        """How many answers there are."""
        return self.duels * self.entries * self.seats


def settings(folder: Path) -> Settings:
    """Return the settings of a program whose database stands in ``folder``."""
    return Settings(database_url=f"sqlite:///{folder / DATABASE}")


def results_file(folder: Path, provider_batch_id: str) -> Path:
    """Return where the results of a batch stand."""
    return folder / f"{provider_batch_id}.jsonl"


async def build(folder: Path, size: Size) -> list[Path]:
    """Write the database and the results of its batches into ``folder``; return the results."""
    rng = random.Random(SEED)
    prose = Prose(rng)
    files: list[Path] = []
    async with open_app(settings(folder), rng=rng) as app:
        criteria = app.desk.rubric(RUBRIC_VERSION).ids
        await app.db.write(partial(_found, app))
        waiting: list[_Waiting] = []
        for number in range(1, size.duels + 1):
            waiting += await app.db.write(partial(_judge, app, prose, size, number))
            while len(waiting) >= PACK_LIMIT or (waiting and number == size.duels):
                name = f"batch_{len(files)}"
                batch, waiting = waiting[:PACK_LIMIT], waiting[PACK_LIMIT:]
                asked = await app.db.write(partial(_send, app, name, batch))
                rng.shuffle(asked)
                files.append(results_file(folder, name))
                with files[-1].open("w", encoding="utf-8") as file:
                    for row, text in asked:
                        answer = results.answer(prose, rng, criteria, text)
                        file.write(results.line(rng, str(row), answer) + "\n")
    return files


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A reading that is to be asked for."""

    reading: int
    hold: int
    text: str


def _found(app: App, c: Connection) -> None:
    """Write down who there is, and what they have to spend."""
    now = app.clock()
    c.execute(
        insert(communities).values(
            id=HERE,
            name="City",
            locale="en",
            time_zone="UTC",
            settings="{}",
            approved=True,
            created_at=now,
        )
    )
    c.execute(
        insert(places).values(
            id=HERE,
            community_id=HERE,
            platform="console",
            home="city",
            address="main",
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


def _judge(app: App, prose: Prose, size: Size, number: int, c: Connection) -> list[_Waiting]:
    """Write one duel down as it stands while it is judged; return its readings."""
    duel = app.ids.new()
    c.execute(insert(duels).values(_duel(app, duel, number)))
    judge = c.execute(select(agents.c.id).where(agents.c.kind == "judge").limit(1)).scalar_one()
    c.execute(insert(seats), [_seat(app, duel, judge, n) for n in range(size.seats)])
    panel = seats_of(c, duel)
    amount = _amount(app, c, duel, panel, prose.text())
    waiting: list[_Waiting] = []
    readings: list[dict[str, Any]] = []
    for _ in range(size.entries):
        text = prose.text()
        entry, hold = _enter(app, c, duel, text, amount)
        for seat in panel:
            readings.append(_reading(app, duel, entry, seat))
            waiting.append(_Waiting(readings[-1]["id"], hold, text))
    c.execute(insert(evaluations), readings)
    return waiting


def _send(
    app: App, name: str, waiting: Sequence[_Waiting], c: Connection
) -> list[tuple[RowId, str]]:
    """Write a batch down as it stands at the provider; return its rows and their texts."""
    now = app.clock()
    batch = app.ids.new()
    c.execute(
        insert(batches).values(
            id=batch,
            provider=PROVIDER,
            model_id=MODEL,
            state="collecting",
            rows=len(waiting),
            tokens=0,
            provider_batch_id=name,
            created_at=now,
            sent_at=now,
            submitted_at=now,
            next_at=now,
        )
    )
    asked = [(RowId(batch, n, 1), one.text) for n, one in enumerate(waiting)]
    c.execute(
        insert(calls),
        [
            _call(app, row, one.reading, one.hold)
            for (row, _), one in zip(asked, waiting, strict=True)
        ],
    )
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
