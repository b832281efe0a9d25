"""The script of the console, played on real models' names: what is paid is what was used."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from bot.chat import DATABASE
from bot.settings import Settings
from plumas_core.clock import system_clock
from plumas_core.credits.audit import AuditReport, audit
from plumas_core.storage.snapshot import read_once
from plumas_core.storage.tables.ledger import accounts, transfers
from plumas_core.storage.tables.work import calls
from tests.standins.anthropic_server import AnthropicStandIn
from tests.standins.base import Json
from tests.standins.minds import anthropic_mind, openai_mind
from tests.standins.openai_server import OpenAIStandIn
from tests.support.console import Record, heard

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "tests" / "adapters" / "console" / "two_duels.txt"
PANEL = ("gpt-4o-mini", "gpt-6-luna", "claude-haiku-5-5")
CHANGES = {
    "panel:offline-3": f"panel:{','.join(PANEL)}",
    "panel:offline-5": f"panel:{','.join(PANEL)}",
    "offline-tintero": "gpt-4o-mini",
}
SIMULATED = ("Simulado:", "Simulated:")
PICODOLLARS = 10**12


@dataclass(frozen=True)
class Played:
    """What was said, in which folder, and what the providers say they did."""

    replies: list[Record]
    folder: Path
    usages: list[Json]
    created: int


@pytest.fixture(scope="module")
def played(template_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The script, run once for all of these tests."""
    folder = tmp_path_factory.mktemp("real-models")
    shutil.copy(template_db, folder / DATABASE)
    return asyncio.run(play(folder))


async def play(folder: Path) -> Played:
    script = SCRIPT.read_text(encoding="utf-8")
    for offline, real in CHANGES.items():
        assert offline in script
        script = script.replace(offline, real)
    async with OpenAIStandIn(openai_mind()) as openai, AnthropicStandIn(anthropic_mind()) as claude:
        settings = Settings.model_construct(
            openai_api_key=_secret("sk-openai"),
            openai_base_url=f"{openai.url}/v1",
            anthropic_api_key=_secret("sk-anthropic"),
            anthropic_base_url=claude.url,
        )
        replies = await heard(folder, script, locale="es", settings=settings)
        created = openai.count("POST", "/v1/batches") + claude.count("POST", "/v1/messages/batches")
        return Played(replies, folder, [*openai.usages, *claude.usages], created)


def _secret(key: str) -> Any:
    from pydantic import SecretStr

    return SecretStr(key)


def bill(usages: Iterable[Json]) -> int:
    """Reckon what usages cost in picodollars, from the price file alone; each row rounded up."""
    models = {
        one["id"]: one for one in json.loads((ROOT / "ai_model_costs.json").read_text())["models"]
    }
    return sum(ceil(_exact(models[usage["model"]], usage) * PICODOLLARS) for usage in usages)


def _exact(model: Json, usage: Json) -> Fraction:
    """Return one answer's price in USD; every part at its own rate per million tokens."""
    table = max(model["prices"], key=lambda one: one["from"])
    rates = table["list" if usage["mode"] == "single" else "batch"]
    if model["provider"] == "openai":
        details = usage["prompt_tokens_details"]
        cached, write_5m, write_1h = details["cached_tokens"], details["cache_write_tokens"], 0
        fresh = usage["prompt_tokens"] - cached - write_5m
        output = usage["completion_tokens"]
    else:
        fresh, cached = usage["input_tokens"], usage["cache_read_input_tokens"]
        written = usage["cache_creation"]
        write_5m = written["ephemeral_5m_input_tokens"]
        write_1h = written["ephemeral_1h_input_tokens"]
        output = usage["output_tokens"]
    parts = {
        "input": fresh,
        "cached_input": cached,
        "cache_write_5m": write_5m,
        "cache_write_1h": write_1h,
        "output": output,
    }
    sold = [Fraction(rates[name]) * count for name, count in parts.items() if count]
    return sum(sold, Fraction()) / 1_000_000


def read(played: Played, query: Any) -> list[Any]:
    return read_once(played.folder / DATABASE, lambda c: list(c.execute(query).all()))


def deducted(played: Played) -> int:
    """Return what wallets and pools were given, less what they have left."""

    def look(c: Connection) -> int:
        issued = c.execute(select(accounts.c.id).where(accounts.c.kind == "issued")).scalar_one()
        given = select(func.sum(transfers.c.amount)).where(transfers.c.debit == issued)
        left = select(func.sum(accounts.c.balance)).where(accounts.c.kind.in_(("wallet", "pool")))
        return int(c.execute(given).scalar_one()) - int(c.execute(left).scalar_one())

    return read_once(played.folder / DATABASE, look)


def test_the_credits_that_left_are_the_usages_at_their_prices_to_the_picodollar(
    played: Played,
) -> None:
    assert deducted(played) == bill(played.usages) > 0


def test_each_model_is_charged_what_it_used(played: Played) -> None:
    charged = dict(
        read(played, select(calls.c.model_id, func.sum(calls.c.cost)).group_by(calls.c.model_id))
    )
    for model in PANEL:
        used = [usage for usage in played.usages if usage["model"] == model]
        assert charged[model] == bill(used) > 0


def test_every_answer_was_bought_once_and_judges_through_batches(played: Played) -> None:
    kinds = dict(read(played, select(calls.c.mode, func.count()).group_by(calls.c.mode)))
    assert kinds == Counter(usage["mode"] for usage in played.usages) == {"batch": 18, "single": 2}
    assert played.created == len(
        read(played, select(calls.c.batch_id).where(calls.c.batch_id.is_not(None)).distinct())
    )


def test_both_duels_end_in_a_verdict_on_real_models(played: Played) -> None:
    verdicts = [one["text"] for one in played.replies if one["text"].count("veredicto\n")]
    assert len(verdicts) == 2
    assert not any(sign in one["text"] for one in played.replies for sign in SIMULATED)


def test_offline_models_are_not_even_shown(played: Played) -> None:
    (shown, *_) = [one for one in played.replies if one["command"] == "/models"]
    names = {row["Model"] for row in shown["table"]}
    assert set(PANEL) <= names
    assert not any(name.startswith("offline") for name in names)
    assert all(usage["model"] in PANEL for usage in played.usages)


def test_the_ledger_adds_up(played: Played) -> None:
    proof: AuditReport = read_once(played.folder / DATABASE, lambda c: audit(c, system_clock()))
    assert proof.findings == ()
