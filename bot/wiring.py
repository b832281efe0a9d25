"""The program's parts, put together and taken apart again."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.names import check_names, check_queue_room
from plumas_core.agents.house import HouseAgent, load_house_agents, load_panels
from plumas_core.agents.service import AgentService, house_is_current, sync_house_agents
from plumas_core.app import App, no_crash
from plumas_core.catalog.load import load_catalog
from plumas_core.clock import Clock, Sleep, system_clock
from plumas_core.credits.ledger import Book
from plumas_core.delivery.outbox import Deliverer, Outbox
from plumas_core.ids import Ids
from plumas_core.judging.desk import Desk
from plumas_core.locales.translate import Translations
from plumas_core.providers.registry import Providers
from plumas_core.storage.migrate import prepare
from plumas_core.storage.sqlite import SqliteDatabase
from plumas_core.writing.studio import Studio

if TYPE_CHECKING:
    from bot.settings import Settings


@asynccontextmanager
async def open_app(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    sleep: Sleep = asyncio.sleep,
    rng: random.Random | None = None,
    deliverers: Mapping[str, Deliverer] | None = None,
    worker: str | None = None,
    crash_point: Callable[[str], None] = no_crash,
    texts: Translations | None = None,
) -> AsyncIterator[App]:
    """Yield the program's parts, wired by ``settings``; close them at the end.

    The database is made or migrated first. ``deliverers`` say, by platform, who brings the
    outbox's messages; ``rng`` is the system's own randomness if none is given; ``worker`` names
    this process in leases; ``texts`` are sentences that were read already.

    Raises:
        SettingsError: a setting names an agent, a panel or a model that there is not.
        CatalogError, DataFileError: a file that comes with the program is damaged.
        DatabaseUnavailable: the database cannot be opened, or is not ours.
    """
    policy = settings.policy()
    catalog = load_catalog(settings.catalog_path, *settings.catalog_extra_paths)
    house = load_house_agents()
    panels = load_panels(house)
    check_names(policy, catalog, house, panels)
    check_queue_room(settings.openai_queued_tokens, catalog)
    prepare(settings.database_path)
    chance = rng or random.SystemRandom()
    ids = Ids(clock, chance)
    providers = Providers(settings.provider_settings(), catalog, clock=clock, sleep=sleep)
    app = App(
        db=SqliteDatabase(settings.database_path, crash_point),
        clock=clock,
        sleep=sleep,
        rng=chance,
        ids=ids,
        book=Book(ids, clock),
        catalog=catalog,
        providers=providers,
        outbox=Outbox(ids, clock, dict(deliverers or {})),
        agents=AgentService(),
        panels=panels,
        desk=Desk(policy.judge_output_tokens),
        studio=Studio(policy.write_output_tokens),
        texts=texts or Translations(),
        policy=policy,
        worker=worker or _own_name(),
        crash_point=crash_point,
    )
    try:
        await _sync_house(app, house)
        yield app
    finally:
        await providers.close()
        await app.db.close()


async def _sync_house(app: App, house: Sequence[HouseAgent]) -> None:
    if not await app.db.read(lambda c: house_is_current(c, house)):
        await app.db.write(lambda c: sync_house_agents(c, house, ids=app.ids, clock=app.clock))


def _own_name() -> str:
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
