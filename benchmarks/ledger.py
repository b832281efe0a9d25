"""How many holds and posts the ledger does a second, beside the same SQL on bare sqlite3.

Eight tasks, each with a wallet of its own, hold and post in turn through ``Database.write``; every
hold and every post is a write of its own. The floor replays the very statements that the ledger
sends, with the same values, on the same tables and triggers, with ``synchronous=FULL`` and a commit
for each hold and each post. It is measured in three ways (eight threads that share a connection
behind a lock, eight with a connection each, and one alone) and the quickest counts. The runs take
turns, so that a slow moment of the machine falls on all of them.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from sqlalchemy import Connection, create_engine, event

from plumas_core.credits.ledger import Book
from plumas_core.ids import Ids
from plumas_core.storage.migrate import prepare
from plumas_core.storage.sqlite import SqliteDatabase

TASKS = 8
PAIRS = 100
"""Holds, each with its post, that one task does in one run."""
RUNS = 5
BOUND = 0.5
"""The least share of the floor that the ledger must reach."""

NOW = 1_800_000_000_000
FUNDS = 10**15
HELD = 50_000_000
COST = 30_000_000

Statement: TypeAlias = tuple[str, Sequence[object]]
Transaction: TypeAlias = list[Statement]


def run() -> list[dict[str, object]]:
    """Measure, and return the one figure as ``benchmarks/latest.json`` has it."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.db"
        prepare(template)
        recording = _record(Path(folder) / "recorded.db", template)
        ledger: list[float] = []
        floors: dict[str, list[float]] = {"shared": [], "own": [], "alone": []}
        for number in range(RUNS):
            path = Path(folder) / f"{number}.db"
            with _copy(template, path, "ledger") as file:
                ledger.append(asyncio.run(_through_database(file)))
            for name, replay in (("shared", _shared), ("own", _own), ("alone", _alone)):
                with _copy(template, path, name) as file:
                    floors[name].append(_replayed(file, recording, replay))
    value = statistics.median(ledger)
    floor = max(statistics.median(rates) for rates in floors.values())
    ratio = value / floor
    return [
        {
            "name": "ledger holds and posts a second",
            "value": round(value),
            "floor": round(floor),
            "ratio": round(ratio, 3),
            "bound": BOUND,
            "ok": ratio >= BOUND,
        }
    ]


@contextmanager
def _copy(template: Path, path: Path, name: str) -> Iterator[Path]:
    file = path.with_stem(f"{path.stem}-{name}")
    file.write_bytes(template.read_bytes())
    yield file
    for left in file.parent.glob(f"{file.name}*"):
        left.unlink()


def _book() -> Book:
    return Book(Ids(lambda: NOW, random.Random(0)), lambda: NOW)


def _fund(book: Book, c: Connection) -> list[int]:
    wallets = [int(book.wallet(c, member)) for member in range(1, TASKS + 1)]
    for wallet in wallets:
        book.transfer(
            c,
            debit=book.issued(c),
            credit=wallet,
            amount=FUNDS,
            key=f"fund:{wallet}",
            purpose="grant",
        )
    return wallets


def _hold(book: Book, wallet: int, key: str, c: Connection) -> int:
    return book.hold(
        c, payer=wallet, amount=HELD, key=key, purpose="write", work="writing:1", community=7
    )


def _post(book: Book, hold: int, key: str, c: Connection) -> None:
    book.post(c, hold, COST, key)


async def _through_database(path: Path) -> float:
    book = _book()
    database = SqliteDatabase(path)
    wallets = await database.write(lambda c: _fund(book, c))

    async def task(wallet: int) -> None:
        for number in range(PAIRS):
            key = f"{wallet}:{number}"
            hold = await database.write(partial(_hold, book, wallet, key))
            await database.write(partial(_post, book, hold, key))

    start = time.perf_counter()
    await asyncio.gather(*map(task, wallets))
    seconds = time.perf_counter() - start
    await database.close()
    return TASKS * PAIRS * 2 / seconds


@dataclass(frozen=True, slots=True)
class _Recording:
    """What the ledger sends: first the accounts, then the transactions of each task."""

    accounts: Transaction
    tasks: list[list[Transaction]]


def _record(path: Path, template: Path) -> _Recording:
    """Let the ledger do the whole work once, and keep every statement with its values."""
    path.write_bytes(template.read_bytes())
    engine = create_engine(f"sqlite:///{path}")
    sent: Transaction = []

    @event.listens_for(engine, "before_cursor_execute")
    def keep(_c: Any, _cursor: Any, sql: str, values: Any, _context: Any, many: bool) -> None:
        assert not many
        sent.append((sql, values))

    def taken() -> Transaction:
        transaction = list(sent)
        sent.clear()
        return transaction

    book = _book()
    with engine.begin() as c:
        wallets = _fund(book, c)
        accounts = taken()
        tasks = []
        for wallet in wallets:
            transactions = []
            for number in range(PAIRS):
                key = f"{wallet}:{number}"
                hold = _hold(book, wallet, key, c)
                transactions.append(taken())
                _post(book, hold, key, c)
                transactions.append(taken())
            tasks.append(transactions)
    engine.dispose()
    return _Recording(accounts, tasks)


Replay: TypeAlias = Callable[[Path, list[list[Transaction]]], None]


def _replayed(path: Path, recording: _Recording, replay: Replay) -> float:
    with closing(_connect(path)) as connection:
        _commit(connection, recording.accounts)
    start = time.perf_counter()
    replay(path, recording.tasks)
    seconds = time.perf_counter() - start
    with closing(_connect(path)) as connection:
        (posted,) = connection.execute("SELECT COUNT(*) FROM holds WHERE state = 'closed'")
    assert posted == (TASKS * PAIRS,)
    return TASKS * PAIRS * 2 / seconds


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in (
        "busy_timeout = 60000",
        "journal_mode = WAL",
        "synchronous = FULL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _commit(connection: sqlite3.Connection, transaction: Transaction) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for sql, values in transaction:
        connection.execute(sql, values).fetchall()
    connection.execute("COMMIT")


def _at_once(work: Sequence[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _shared(path: Path, tasks: list[list[Transaction]]) -> None:
    """Eight threads on one connection, a transaction at a time."""
    lock = threading.Lock()

    def work(transactions: list[Transaction]) -> None:
        for transaction in transactions:
            with lock:
                _commit(connection, transaction)

    with closing(_connect(path)) as connection:
        _at_once([partial(work, own) for own in tasks])


def _own(path: Path, tasks: list[list[Transaction]]) -> None:
    """Eight threads, each on a connection of its own."""

    def work(transactions: list[Transaction]) -> None:
        with closing(_connect(path)) as connection:
            for transaction in transactions:
                _commit(connection, transaction)

    _at_once([partial(work, own) for own in tasks])


def _alone(path: Path, tasks: list[list[Transaction]]) -> None:
    """One thread that does the work of all eight."""
    with closing(_connect(path)) as connection:
        for transactions in tasks:
            for transaction in transactions:
                _commit(connection, transaction)
