"""What ``plumas doctor`` checks before anything runs: settings, database, clock, keys, catalog."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import func, select

from bot.db import damages
from bot.discord_role import invite_link
from bot.env_file import SettingsError
from bot.findings import Finding, Patient, moment, named
from bot.names import check_names
from bot.settings import ENV_FILE
from plumas_core.agents.house import load_house_agents, load_panels
from plumas_core.catalog.load import Catalog, load_catalog
from plumas_core.catalog.models import OFFLINE_PROVIDER
from plumas_core.clock import DAY, MINUTE
from plumas_core.ids import EPOCH
from plumas_core.providers.registry import PROVIDER_MAP
from plumas_core.storage.revision import check, refuse_others
from plumas_core.storage.tables.ledger import transfers
from plumas_core.storage.tables.work import calls

CLOCK_LEEWAY: Final = MINUTE
"""How far the clock may be behind what the database has seen; time is corrected by less."""

LAST_MOMENT: Final = EPOCH + (1 << 40)
"""Ids hold so many milliseconds, until October 2060."""

PRICES_KEEP: Final = 60 * DAY
"""After so long without a look at the providers' own pages, prices may well have changed."""

BUSY_SECONDS: Final = 10.0
"""How long another process may write before it counts as being in the way."""

KEYS: Final[Mapping[str, str]] = {
    "OPENAI_API_KEY": "openai",
    "ANTHROPIC_API_KEY": "anthropic",
    "OPENAI_COMPATIBLE_API_KEY": "compatible",
}
"""Each key, and the provider that it is for."""

OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def settings(patient: Patient) -> Iterator[Finding]:
    """Say which secrets are set, never what they are, and who may read them."""
    found = patient.settings.secrets
    says = f"set: {', '.join(found)}" if found else "no keys and no tokens are set"
    yield Finding("settings", "ok", says)
    if ENV_FILE.is_file() and found and ENV_FILE.stat().st_mode & OTHERS:
        yield Finding(
            "settings", "attention", f"{ENV_FILE} can be read by others", f"chmod 600 {ENV_FILE}"
        )


def discord(patient: Patient) -> Iterator[Finding]:
    """Give the link that invites the bot into a Discord server, where there is a token."""
    token = patient.settings.discord_token
    if token is None:
        yield Finding("discord", "ok", "not served, as there is no DISCORD_TOKEN")
        return
    link = invite_link(token.get_secret_value())
    if link is None:
        says = "DISCORD_TOKEN does not look like a bot's token"
        yield Finding("discord", "attention", says, "copy it again from the developer portal")
    else:
        yield Finding("discord", "ok", f"invite the bot: {link}")


def database(patient: Patient) -> Iterator[Finding]:
    """Look at the database's revision, whether it can be written, and whether it is sound."""
    path = patient.settings.database_path
    found = check(path)
    refuse_others(path, found)
    if found.state == "missing":
        yield _makeable(path.absolute())
        return
    if found.state == "behind":
        yield Finding(
            "database",
            "attention",
            f"{path} is of revision {found.revision}, this version of {found.head}",
            "plumas db upgrade (any start does it too, after a back-up)",
        )
    yield from _writable(path)
    damage = damages(path)
    if damage:
        todo = "stop the program, keep a copy, and restore the last back-up"
        yield Finding("database", "failed", f"{path} is damaged: {named(damage)}", todo)
    elif found.state == "current":
        yield Finding("database", "ok", f"{path.absolute()} is sound, revision {found.revision}")


def _makeable(path: Path) -> Finding:
    """Say whether a missing database can be made, by making a folder in its nearest folder.

    Only an attempt tells it, as rights alone do not (of ``/proc``, say); nothing is left behind.
    """
    folder = path.parent
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        if path.exists():
            path.open("r+b").close()
        with TemporaryDirectory(prefix=".plumas-", dir=folder):
            pass
    except OSError as error:
        says = f"{path} cannot be made: {folder}: {error.strerror}"
        todo = "set DATABASE_URL to a file in a folder that this program may write in"
        return Finding("database", "failed", says, todo)
    return Finding("database", "ok", f"{path} will be made at the first start")


def _writable(path: Path) -> Iterator[Finding]:
    try:
        with closing(
            sqlite3.connect(path, isolation_level=None, timeout=BUSY_SECONDS)
        ) as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        todo = "see who owns the file and its folder, whether the disk is full, or who locks it"
        yield Finding("database", "failed", f"{path} cannot be written: {error}", todo)


def clock(patient: Patient) -> Iterator[Finding]:
    """Compare the clock with the years that ids hold, and with the newest row."""
    now = patient.now
    todo = "set the machine's clock, and keep it by NTP"
    if not EPOCH <= now < LAST_MOMENT:
        yield Finding("clock", "failed", f"the clock says {moment(now)}", todo)
        return
    newest = 0
    if check(patient.settings.database_path).state == "current":
        newest = patient.read(
            lambda c: max(
                int(c.execute(select(func.coalesce(func.max(column), 0))).scalar_one())
                for column in (transfers.c.at, calls.c.created_at)
            )
        )
    if newest > now + CLOCK_LEEWAY:
        says = f"the clock says {moment(now)}, but the database has seen {moment(newest)}"
        yield Finding("clock", "failed", says, todo)
    else:
        yield Finding("clock", "ok", moment(now))


def keys(patient: Patient) -> Iterator[Finding]:
    """Say what runs for real and what is simulated."""
    chosen = patient.settings.provider_settings()
    real = [
        name
        for name, kind in PROVIDER_MAP.items()
        if name != OFFLINE_PROVIDER and kind.configured(chosen)
    ]
    unused = [
        name for name in patient.settings.secrets if name in KEYS and KEYS[name] not in PROVIDER_MAP
    ]
    if unused:
        says = f"{' and '.join(unused)} is set, but this version does not call that provider yet"
        yield Finding("keys", "attention", says, "nothing: it is kept for a later version")
    if not real:
        says = "no provider can be called: every text and judgement is simulated, and says so"
        yield Finding("keys", "ok", says)
        return
    yield Finding("keys", "ok", f"models of {' and '.join(real)} are used, and no simulated ones")
    if len(real) == 1:
        says = "one provider alone: the house panel's judges all sit on its models"
        yield Finding("keys", "ok", says, "a second key lets two model families judge")


def catalog(patient: Patient) -> Iterator[Finding]:
    """Look for retired models that are on, missing prices, old prices and unknown names."""
    chosen = patient.settings
    found = load_catalog(chosen.catalog_path, *chosen.catalog_extra_paths)
    yield Finding("catalog", "ok", f"{len(found)} models, prices checked on {found.checked_on}")
    yield from _unserved(found)
    yield from _retired(found, patient.now)
    unpriced = [
        model.id for model in found if model.available and model.table_at(patient.now) is None
    ]
    if unpriced:
        todo = f"add their prices to {chosen.catalog_path}, or switch them off there"
        yield Finding("catalog", "failed", f"no price is in force for {named(unpriced)}", todo)
    if _age(found.checked_on, patient.now) > PRICES_KEEP:
        says = f"prices were last compared with the providers' pages on {found.checked_on}"
        todo = "compare them, and write the day into checked_on; or update the program"
        yield Finding("catalog", "attention", says, todo)
    house = load_house_agents()
    try:
        check_names(chosen.policy(), found, house, load_panels(house))
    except SettingsError as error:
        yield Finding("catalog", "failed", str(error), "correct the setting")


def _unserved(found: Catalog) -> Iterator[Finding]:
    for provider in sorted({model.provider for model in found} - PROVIDER_MAP.keys()):
        models = named(model.id for model in found if model.provider == provider)
        says = f"this program has no provider {named([provider])}, so it cannot call {models}"
        todo = f"write one of {', '.join(PROVIDER_MAP)} as their provider in the catalog"
        yield Finding("catalog", "failed", says, todo)


def _retired(found: Catalog, now: int) -> Iterator[Finding]:
    for model in found:
        if not (model.available and model.retired_at(now)):
            continue
        successor = found.successor_at(model, now)
        if successor is None:
            says = f"{model.id} is retired and nothing follows it, but it is on"
            todo = "give it a successor in the catalog, or switch it off there"
            yield Finding("catalog", "attention", says, todo)
        else:
            says = f"{model.id} is retired; {successor.id} answers for it"
            yield Finding("catalog", "ok", says)


def _age(day: date, now: int) -> int:
    since = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return now - int(since.timestamp() * 1_000)
