"""What providers say of their models' retirement reaches the operators, once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from jobs.model_life import watch_models
from plumas_core.storage.tables.agents import model_words
from tests.standins.base import Json, Status
from tests.support.providers import Both, both_providers, real_stage
from tests.support.stage import Stage
from tests.support.time import ManualClock


@pytest.fixture
async def both(clock: ManualClock) -> AsyncIterator[Both]:
    async with both_providers(clock) as servers:
        servers.openai.models = []
        yield servers


@pytest.fixture
async def stage(db_path: Path, clock: ManualClock, both: Both) -> AsyncIterator[Stage]:
    async with real_stage(db_path.parent, clock, both) as opened:
        yield opened


def listed(model: str, day: str | None, lifecycle: str = "active") -> Json:
    return {"id": model, "type": "model", "retires_at": day, "lifecycle": lifecycle}


async def test_a_day_that_the_catalog_does_not_have_is_told_once(stage: Stage, both: Both) -> None:
    both.anthropic.models = [listed("claude-haiku-5-5", "2027-03-01T00:00:00Z")]
    await watch_models(stage.app)
    await watch_models(stage.app)
    await stage.work()
    (note,) = stage.messages("2027-03-01")
    assert note.address == "dm:op"
    assert "claude-haiku-5-5" in stage.text(note.reply)


async def test_a_day_that_moved_is_told_with_the_catalogs_own(stage: Stage, both: Both) -> None:
    both.openai.models = [{"id": "gpt-4o-mini", "object": "model", "shutdown_date": "2027-06-30"}]
    await watch_models(stage.app)
    await stage.work()
    (note,) = stage.messages("2027-06-30")
    assert "2027-01-14" in stage.text(note.reply)


async def test_the_same_day_or_none_is_no_news(stage: Stage, both: Both) -> None:
    both.openai.models = [{"id": "gpt-4o-mini", "object": "model", "shutdown_date": "2027-01-14"}]
    both.anthropic.models = [listed("claude-haiku-5-5", None), listed("claude-unheard-of", None)]
    assert await watch_models(stage.app) == 0


async def test_a_model_listed_as_retired_is_switched_off(stage: Stage, both: Both) -> None:
    both.anthropic.models = [listed("claude-haiku-5-5", None, "retired")]
    assert await watch_models(stage.app) == 1
    (word,) = await stage.rows(select(model_words))
    assert (word["model_id"], word["allowed"]) == ("claude-haiku-5-5", False)
    await stage.work()
    assert len(stage.messages("is switched off everywhere")) == 1


async def test_the_operators_word_goes_before_what_the_provider_lists(
    stage: Stage, both: Both
) -> None:
    both.anthropic.models = [listed("claude-haiku-5-5", None, "retired")]
    await watch_models(stage.app)
    await stage.say("op", "/model enable claude-haiku-5-5 everywhere:yes")
    assert await watch_models(stage.app) == 0
    (word,) = await stage.rows(select(model_words))
    assert word["allowed"] is True
    await stage.work()
    assert len(stage.messages("is switched off everywhere")) == 1


async def test_a_provider_that_refuses_does_not_keep_us_from_asking_the_other(
    stage: Stage, both: Both
) -> None:
    both.anthropic.fail("GET /v1/models", *[Status(401)] * 9)
    both.openai.models = [{"id": "gpt-6-luna", "object": "model", "shutdown_date": "2027-09-01"}]
    assert await watch_models(stage.app) == 1
