"""However many processes spend one wallet at once, it pays for what it has and no more."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

from sqlalchemy import Connection

from plumas_core.credits.audit import audit
from plumas_core.credits.ledger import Book
from plumas_core.credits.movements import Balance, balance
from plumas_core.storage.sqlite import SqliteDatabase
from tests.plumas_core.credits.ground import grant, settle_world
from tests.support.time import START

FUNDS = 700 + 3
COST = 7
PROCESSES = 3
TASKS = 4
TRIES = 12
"""Together they try to spend 1,008 of 703."""

SPENDER = """
import asyncio, random, sys
from pathlib import Path
from plumas_core.clock import system_clock
from plumas_core.credits.errors import InsufficientCredits
from plumas_core.credits.ledger import Book
from plumas_core.ids import Ids
from plumas_core.storage.sqlite import SqliteDatabase

path, name, tasks, tries, cost = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
book = Book(Ids(system_clock, random.Random(name)), system_clock)

async def spend(database, task):
    paid = 0
    for number in range(tries):
        key = f"{name}:{task}:{number}"
        try:
            hold = await database.write(lambda c: book.hold(
                c, payer=book.wallet(c, 1), amount=cost, key=key, purpose="write",
                work="writing:200", community=None))
        except InsufficientCredits:
            continue
        await database.write(lambda c: book.post(c, hold, cost, key))
        paid += 1
    return paid

async def main():
    database = SqliteDatabase(Path(path))
    await database.read(lambda c: None)
    print("ready", flush=True)
    sys.stdin.readline()
    print(sum(await asyncio.gather(*(spend(database, task) for task in range(tasks)))))
    await database.close()

asyncio.run(main())
"""


async def test_processes_that_spend_one_wallet_at_once_spend_what_it_has(
    db: SqliteDatabase, db_path: Path, book: Book
) -> None:
    def prepare(c: Connection) -> int:
        settle_world(c)
        wallet = book.wallet(c, 1)
        grant(c, book, wallet, FUNDS)
        return wallet

    wallet = await db.write(prepare)
    spenders = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", SPENDER, str(db_path), f"p{number}"),
            *(str(value) for value in (TASKS, TRIES, COST)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for number in range(PROCESSES)
    ]
    for spender in spenders:
        assert spender.stdout is not None
        assert await spender.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(spender.communicate(b"go\n") for spender in spenders))
    assert [spender.returncode for spender in spenders] == [0] * PROCESSES
    assert sum(int(answer) for answer, _ in answers) == FUNDS // COST
    assert await db.read(lambda c: balance(c, wallet)) == Balance(FUNDS % COST, 0)
    report = await db.read(lambda c: audit(c, START))
    assert report.ok
    assert report.checked["holds"] == FUNDS // COST


async def test_tasks_that_press_the_same_button_at_once_pay_once(
    db: SqliteDatabase, book: Book
) -> None:
    def press(c: Connection) -> int:
        wallet = book.wallet(c, 1)
        grant(c, book, wallet, 100, "grant")
        hold = book.hold(
            c,
            payer=wallet,
            amount=60,
            key="press",
            purpose="write",
            work="writing:200",
            community=None,
        )
        book.post(c, hold, 50, "press")
        return wallet

    await db.write(settle_world)
    wallets = await asyncio.gather(*(db.write(press) for _ in range(20)))
    assert len(set(wallets)) == 1
    assert await db.read(lambda c: balance(c, wallets[0])) == Balance(50, 0)
