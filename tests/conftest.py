"""What every test may ask for."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
import structlog

from bot.settings import Settings
from plumas_core.clock import Sleep
from plumas_core.storage.migrate import prepare
from plumas_core.storage.sqlite import SqliteDatabase
from tests.support.network import NetworkGuard
from tests.support.time import ManualClock
from tests.support.translations import translations

if TYPE_CHECKING:
    from plumas_core.app import App

SEED = 7


# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile("plumas", deadline=None)
hypothesis.settings.load_profile("plumas")


@pytest.fixture(autouse=True)
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[NetworkGuard]:
    """Fail the test that reaches out of this machine, also where the code swallowed the error."""
    guard = NetworkGuard()
    guard.install(monkeypatch)
    yield guard
    assert not guard.attempts, f"the test reached out to {', '.join(guard.attempts)}"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every setting out of the environment, so that no test sees the machine's own."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture(autouse=True)
def plain_logs() -> None:
    """Log plainly: the pictures that structlog draws of tracebacks take seconds each."""
    *processors, _ = structlog.get_config()["processors"]
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure(processors=[*processors, renderer])


@pytest.fixture(scope="session")
def template_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database file; copy it, never open it."""
    path = tmp_path_factory.mktemp("template") / "plumas.db"
    prepare(path)
    return path


@pytest.fixture
def db_path(template_db: Path, tmp_path: Path) -> Path:
    """A migrated, empty database file of the test's own."""
    return Path(shutil.copy(template_db, tmp_path / "plumas.db"))


@pytest.fixture
async def db(db_path: Path) -> AsyncIterator[SqliteDatabase]:
    """A migrated, empty database of the test's own."""
    database = SqliteDatabase(db_path)
    yield database
    await database.close()


@pytest.fixture
def clock() -> ManualClock:
    """Time that stands still until the test moves it."""
    return ManualClock()


@pytest.fixture
def sleep(clock: ManualClock) -> Sleep:
    """A sleep that takes no time but moves ``clock``."""
    return clock.sleep


@pytest.fixture
def settings(db_path: Path, tmp_path: Path) -> Settings:
    """The settings of an empty machine, with the test's own database and offline world."""
    return Settings(database_url=f"sqlite:///{db_path}", offline_folder=tmp_path / "offline")


@pytest.fixture
async def app(settings: Settings, clock: ManualClock) -> AsyncIterator[App]:
    """The program's parts: the test's clock, seeded randomness, offline models, no deliverers."""
    from bot.wiring import open_app

    async with open_app(
        settings,
        clock=clock,
        sleep=clock.sleep,
        rng=random.Random(SEED),
        worker="test",
        texts=translations(),
    ) as opened:
        yield opened
