from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, event

from plumas_core.credits.ledger import Book
from plumas_core.storage.sqlite import _begin_immediate, _on_connect
from tests.plumas_core.credits.ground import grant, new_book, settle_world
from tests.support.time import ManualClock


@pytest.fixture
def book(clock: ManualClock) -> Book:
    """The ledger's operations, by the test's clock."""
    return new_book(clock)


@pytest.fixture(scope="session")
def settled(template_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A writer's connection to a database with people and a duel in it."""
    path = shutil.copy(template_db, tmp_path_factory.mktemp("settled") / "plumas.db")
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _begin_immediate)
    with engine.connect() as connection:
        with connection.begin():
            settle_world(connection)
        yield connection
    engine.dispose()


@pytest.fixture
def c(settled: Connection) -> Iterator[Connection]:
    """That connection, in a transaction of which nothing stays."""
    with settled.begin() as transaction:
        yield settled
        transaction.rollback()
    settled.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
    settled.rollback()


@pytest.fixture
def wallet(c: Connection, book: Book) -> int:
    """A member's wallet with 100 picodollars."""
    account = book.wallet(c, 1)
    grant(c, book, account, 100)
    return account


@pytest.fixture
def pool(c: Connection, book: Book) -> int:
    """The community's pool with 1,000 picodollars."""
    account = book.pool(c, 7)
    grant(c, book, account, 1_000)
    return account
