"""The doctor asks the providers, and says of each trouble what to do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from bot.doctor import examine
from bot.findings import Finding, Patient
from bot.settings import Settings
from tests.standins.base import Status
from tests.support.providers import Both, both_providers
from tests.support.time import START, ManualClock

OPENAI_ON = ("gpt-4o", "gpt-4o-mini", "gpt-6-luna", "gpt-6.1-sol-2026-10-01")
ANTHROPIC_ON = ("claude-haiku-5-5", "claude-sonnet-5-5-20260901")


@pytest.fixture
async def both(clock: ManualClock) -> AsyncIterator[Both]:
    async with both_providers(clock) as servers:
        servers.openai.models = [{"id": name, "object": "model"} for name in OPENAI_ON]
        servers.anthropic.models = [{"id": name, "type": "model"} for name in ANTHROPIC_ON]
        yield servers


async def found(both: Both, folder: Path, **changes: Any) -> list[Finding]:
    settings = Settings(
        database_url=f"sqlite:///{folder / 'none.db'}", **{**both.settings, **changes}
    )
    everything = await asyncio.to_thread(examine, Patient(settings, START), online=True)
    return [finding for finding in everything if finding.check == "providers"]


async def test_two_good_keys_are_said_to_be_good(both: Both, tmp_path: Path) -> None:
    findings = await found(both, tmp_path)
    assert [(one.state, one.says) for one in findings] == [
        ("ok", "openai is reached, takes the key, and lists 4 models"),
        ("ok", "anthropic is reached, takes the key, and lists 2 models"),
    ]
    assert not both.usages


@pytest.mark.parametrize(
    ("status", "state", "says", "todo"),
    [
        (Status(401), "failed", "does not take the key", "ANTHROPIC_API_KEY"),
        (Status(402), "failed", "has no credit", "add credit"),
        (Status(404), "failed", "anthropic", "ANTHROPIC_BASE_URL"),
    ],
)
async def test_a_refusal_says_what_to_do(
    both: Both, tmp_path: Path, status: Status, state: str, says: str, todo: str
) -> None:
    both.anthropic.fail("GET /v1/models", *[status] * 20)
    first, second = await found(both, tmp_path)
    assert first.state == "ok"
    assert (second.state, says in second.says, todo in second.todo) == (state, True, True)


async def test_a_server_that_is_not_there_is_told_with_its_setting(
    both: Both, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.checks_online.LONGEST", 1.0)
    findings = await found(both, tmp_path, openai_base_url="http://127.0.0.1:9/v1")
    assert findings[0].state == "failed"
    assert "cannot be reached" in findings[0].says
    assert "OPENAI_BASE_URL" in findings[0].todo


async def test_a_model_that_is_on_but_not_listed_is_named(both: Both, tmp_path: Path) -> None:
    both.openai.models = both.openai.models[1:]
    _, second, _ = await found(both, tmp_path)
    assert second.state == "attention"
    assert "openai does not list gpt-4o," in second.says
    assert "/model disable" in second.todo


async def test_a_day_of_retirement_that_differs_is_named(both: Both, tmp_path: Path) -> None:
    both.openai.models[0]["shutdown_date"] = "2026-12-24"
    _, second, _ = await found(both, tmp_path)
    assert "2026-12-24" in second.says
    assert "2027-01-14" in second.says


def test_offline_asks_nobody(
    plumas: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-openai")
    result = plumas("doctor", "--offline")
    assert "providers" not in result.output
    assert "models of openai are used" in result.output
