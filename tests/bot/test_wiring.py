"""The program's parts fit, start quickly, and are closed again."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.env_file import SettingsError
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.agents.house import load_house_agents
from plumas_core.app import App
from plumas_core.catalog.errors import CatalogError
from plumas_core.credits.audit import audit
from plumas_core.policy import Policy
from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.revision import check
from plumas_core.storage.tables.agents import agents

ROOT = Path(__file__).parents[2]

STARTS_QUICKLY = """
import asyncio, json, sys
from bot.settings import Settings
from bot.wiring import open_app

async def start():
    async with open_app(Settings()):
        heavy = ("alembic", "anthropic", "apscheduler", "discord", "fluent", "numpy", "openai",
                 "telegram", "prompt_toolkit")
        print(json.dumps([name for name in heavy if name in sys.modules]))

asyncio.run(start())
"""


async def test_the_parts_fit_together_on_an_empty_machine(app: App) -> None:
    assert app.policy == Policy()
    assert not app.providers.real_keys
    assert app.providers.get_provider_for_model(app.policy.offline_model) is not None
    assert app.policy.offline_panel in app.panels
    report = await app.db.read(lambda c: audit(c, app.clock()))
    assert report.ok


async def test_a_first_start_makes_the_database_with_the_house_agents(tmp_path: Path) -> None:
    path = tmp_path / "data" / "plumas.db"
    async with open_app(Settings(database_url=f"sqlite:///{path}")) as app:
        slugs = await app.db.read(lambda c: set(c.execute(select(agents.c.slug)).scalars()))
    assert check(path).state == "current"
    assert slugs == {agent.slug for agent in load_house_agents()}


async def test_a_second_start_writes_nothing(settings: Settings, tmp_path: Path) -> None:
    async with open_app(settings):
        pass
    before = settings.database_path.read_bytes()
    async with open_app(settings) as app:
        known = await app.db.read(lambda c: c.execute(select(func.count(agents.c.id))).scalar())
    assert known == len(load_house_agents())
    assert settings.database_path.read_bytes() == before


async def test_what_is_set_reaches_the_parts(settings: Settings) -> None:
    chosen = settings.model_copy(update={"max_words": 77, "time_zone": "Europe/Madrid"})
    async with open_app(chosen) as app:
        assert (app.policy.max_words, app.policy.time_zone) == (77, "Europe/Madrid")


async def test_two_processes_have_two_names(settings: Settings) -> None:
    async with open_app(settings) as one, open_app(settings) as other:
        assert one.worker != other.worker


def test_a_start_on_an_up_to_date_database_loads_nothing_heavy(
    db_path: Path, tmp_path: Path
) -> None:
    environment = {"PYTHONPATH": str(ROOT), "DATABASE_URL": f"sqlite:///{db_path}"}
    found = subprocess.run(
        [sys.executable, "-c", STARTS_QUICKLY],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert json.loads(found.stdout or found.stderr) == []


@pytest.mark.parametrize(
    ("field", "name"),
    [("panel", "PANEL"), ("default_writer", "DEFAULT_WRITER"), ("default_model", "DEFAULT_MODEL")],
)
async def test_a_setting_that_names_what_there_is_not_stops_the_start(
    settings: Settings, field: str, name: str
) -> None:
    chosen = settings.model_copy(update={field: "nothing-of-ours"})
    with pytest.raises(SettingsError, match=f"^{name}: there is no "):
        async with open_app(chosen):
            pass


async def test_a_damaged_catalog_stops_the_start_before_a_database_is_made(
    tmp_path: Path,
) -> None:
    file = tmp_path / "models.json"
    file.write_text("{")
    url = f"sqlite:///{tmp_path / 'data' / 'plumas.db'}"
    with pytest.raises(CatalogError):
        async with open_app(Settings(database_url=url, catalog_path=file)):
            pass
    assert not (tmp_path / "data").exists()


async def test_a_folder_in_place_of_the_database_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "plumas.db").mkdir()
    with pytest.raises(DatabaseUnavailable, match="cannot be read"):
        async with open_app(Settings(database_url=f"sqlite:///{tmp_path / 'plumas.db'}")):
            pass


async def test_the_crash_point_is_passed_at_every_commit(settings: Settings) -> None:
    names: list[str] = []
    async with open_app(settings, crash_point=names.append) as app:
        names.clear()
        await app.db.write(
            lambda c: c.exec_driver_sql("INSERT INTO members (id, created_at) VALUES (7, 1)")
        )
    assert names == ["commit:before", "commit:after"]
