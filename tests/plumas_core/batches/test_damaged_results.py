"""Results of which any line may be damaged: nothing crashes, and nothing is settled twice.

A share of a million lines is read in CI; the whole of it, in some minutes, by

    PLUMAS_DAMAGED_LINES=1000000 python -m pytest tests/plumas_core/batches/test_damaged_results.py
"""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from sqlalchemy import Connection, func, select, update

from benchmarks.city import DATABASE, Size, build, settings
from bot.wiring import open_app
from plumas_core.app import App
from plumas_core.batches.leases import claim
from plumas_core.batches.settling import collect
from plumas_core.credits.audit import audit
from plumas_core.providers.anthropic_api.answers import read_row as read_anthropic
from plumas_core.providers.calling import Caller
from plumas_core.providers.errors import Unavailable
from plumas_core.providers.interface import RowResult
from plumas_core.providers.openai_api.answers import RowReader
from plumas_core.providers.results import read_rows
from plumas_core.storage.tables.duels import seats
from plumas_core.storage.tables.ledger import holds, transfers
from plumas_core.storage.tables.work import batches, calls

SIZE: Final = Size(duels=2, entries=4, seats=3)
LINES: Final = int(os.environ.get("PLUMAS_DAMAGED_LINES", "20000"))
IN_A_ROUND: Final = 2_500
"""Damaged lines about the 24 rows of one batch."""

FEW: Final = 20
"""Of these, which come before the results break off: some rows are settled by them, not all."""

CLAUDE: Final = "claude-haiku-5-5"
PIECE: Final = 8_191
"""Bytes that come at once: lines are cut anywhere."""

ODD: Final[tuple[Any, ...]] = (
    None, True, -1, 1.5, 10**30, (1 << 31) - 1, 1 << 31, "", "x" * 65, "\ud800", [], {}, [[]],
    {"a": None}, "batch_expired", {"code": "batch_expired"}, {"type": "errored"}, 0, 200, 500,
)  # fmt: skip

Read: TypeAlias = Callable[[bytes], RowResult | None]


class Download:
    """Results as they come from the network, in pieces."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._body = b"".join(line + b"\n" for line in lines)

    async def iter_bytes(self, chunk_size: int | None = None) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), PIECE):
            yield self._body[start : start + PIECE]

    async def close(self) -> None:
        return None


def as_anthropic(line: bytes) -> bytes:
    """Return OpenAI's line as Anthropic would answer it."""
    row = json.loads(line)
    body = row["response"]["body"]
    if "choices" not in body:
        result: dict[str, Any] = {"type": "errored", "error": {"error": {"type": "api_error"}}}
    else:
        message = {
            "content": [{"type": "text", "text": body["choices"][0]["message"]["content"]}],
            "stop_reason": "end_turn",
            "usage": {
                "input_tokens": body["usage"]["prompt_tokens"],
                "output_tokens": body["usage"]["completion_tokens"],
                "cache_read_input_tokens": 7,
                "cache_creation_input_tokens": 5,
                "cache_creation": {"ephemeral_1h_input_tokens": 5},
            },
        }
        result = {"type": "succeeded", "message": message}
    return json.dumps({"custom_id": row["custom_id"], "result": result}).encode()


def with_an_oddity(value: Any, chance: random.Random) -> Any:
    """Return JSON with one part of it, anywhere, replaced by something odd."""
    if not isinstance(value, dict | list) or not value or chance.random() < 0.1:
        return chance.choice(ODD)
    changed: Any = dict(value) if isinstance(value, dict) else list(value)
    key = chance.choice(list(value) if isinstance(value, dict) else range(len(value)))
    changed[key] = with_an_oddity(value[key], chance)
    return changed


def damaged(line: bytes, chance: random.Random) -> bytes:
    """Return a line that was changed on its way, or written by a server that errs."""
    if chance.random() < 0.5:
        return json.dumps(with_an_oddity(json.loads(line), chance)).encode()
    data = bytearray(line)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(data) or 1)
        match chance.randrange(4):
            case 0:
                del data[at:]
            case 1:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 2:
                del data[at : at + chance.randint(1, 20)]
            case _:
                data[at:at] = data[at : at + chance.randint(1, 20)]
    return bytes(data)


def on_claude(c: Connection) -> None:
    """Let the judges sit on Anthropic's model."""
    for table in (seats, batches, calls):
        c.execute(update(table).values(model_id=CLAUDE, provider="anthropic"))


async def settle(app: App, lines: Sequence[bytes], read: Read, *, whole: bool = True) -> None:
    """Let the batch have ended just now with these results, and settle it, or break off."""
    anew = {"state": "collecting", "lease_until": None, "next_at": app.clock()}
    await app.db.write(lambda c: c.execute(update(batches).values(**anew)))
    batch = await claim(app, ("collecting",))
    assert batch is not None
    caller = Caller("test", app.clock, app.sleep, random.Random(0))
    rows = read_rows(Download(lines), caller, (), read)
    if whole:
        await collect(app, batch, rows)
        return
    with pytest.raises(Unavailable):
        await collect(app, batch, broken_off(rows))


async def broken_off(rows: AsyncIterator[RowResult]) -> AsyncIterator[RowResult]:
    async for row in rows:
        yield row
    raise Unavailable("the line went dead")


def books(c: Connection) -> set[tuple[Any, ...]]:
    """Return what every ended call came to, and all that was paid."""
    ended = calls.c.state != "in_flight"
    made = select(calls.c.id, calls.c.state, calls.c.cost, calls.c.settled_at).where(ended)
    paid = select(transfers.c.id, transfers.c.amount)
    return {*map(tuple, c.execute(made)), *map(tuple, c.execute(paid))}


def unpaid_differences(c: Connection) -> list[tuple[Any, ...]]:
    """Return the holds whose calls cost something else than was taken, overruns included."""
    cost = select(func.sum(calls.c.cost)).where(calls.c.hold_id == holds.c.id).scalar_subquery()
    taken = (
        select(func.coalesce(func.sum(transfers.c.amount), 0))
        .where(transfers.c.hold == holds.c.id)
        .scalar_subquery()
    )
    return [tuple(row) for row in c.execute(select(holds.c.id, cost, taken).where(cost != taken))]


def copied(city: Path, name: str) -> Path:
    """Return a folder with a copy of the city's database."""
    folder = city / name
    folder.mkdir()
    for file in city.glob(f"{DATABASE}*"):
        shutil.copy(file, folder)
    return folder


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
async def test_damaged_results_crash_nothing_and_are_settled_and_paid_once(
    tmp_path: Path, provider: str
) -> None:
    (results,) = await build(tmp_path, SIZE)
    lines = results.read_bytes().splitlines()
    if provider == "anthropic":
        lines = [as_anthropic(line) for line in lines]
    chance = random.Random(2026)
    for number in range(max(LINES // 2 // IN_A_ROUND, 1)):
        folder = copied(tmp_path, str(number))
        async with open_app(settings(folder)) as app:
            if provider == "anthropic":
                await app.db.write(on_claude)
            read = read_anthropic if provider == "anthropic" else RowReader(app.catalog).read
            few, many = (
                [damaged(chance.choice(lines), chance) for _ in range(count)]
                for count in (FEW, IN_A_ROUND - FEW)
            )
            await settle(app, few, read, whole=False)
            first = await app.db.read(books)
            await settle(app, [*many, *lines], read)
            second = await app.db.read(books)
            assert first < second  # what was settled is as it was, and the rest is settled too
            await settle(app, [*few, *lines], read)
            assert await app.db.read(books) == second
            assert await app.db.read(unpaid_differences) == []
            assert len([one for one in second if len(one) == 4]) == SIZE.rows
            report = await app.db.read(lambda c: audit(c, app.clock()))
            assert report.ok, report.findings
        shutil.rmtree(folder)
