"""A model that its provider knows no more: off everywhere, and its duels go on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select

from jobs.once import run_due
from plumas_core.catalog.models import start_of_day
from plumas_core.clock import HOUR, MINUTE
from plumas_core.judging.succession import names_no_model
from plumas_core.providers.errors import ModelRetired
from plumas_core.storage.tables.agents import EVERYWHERE, model_words
from plumas_core.storage.tables.duels import duels, evaluations, seats
from plumas_core.storage.tables.people import audit_log
from plumas_core.storage.tables.work import batches, calls
from tests.standins.base import Status
from tests.standins.openai_server import NO_MODEL
from tests.support.providers import Both, both_providers, real_stage
from tests.support.stage import Stage
from tests.support.time import ManualClock

TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
}
GONE = "gpt-4o-mini"
SUCCESSOR = "gpt-6-luna"


@pytest.fixture
async def both(clock: ManualClock) -> AsyncIterator[Both]:
    async with both_providers(clock) as servers:
        yield servers


@pytest.fixture
async def stage(db_path: Path, clock: ManualClock, both: Both) -> AsyncIterator[Stage]:
    async with real_stage(db_path.parent, clock, both) as opened:
        yield opened


async def play(stage: Stage, panel: str, pace: str = "batch") -> None:
    await stage.say("host", f'/duel new "The lighthouse" panel:{panel} ends:10m pace:{pace}')
    for who, text in TEXTS.items():
        await stage.say(who, f"/duel enter {text}")


async def finish(stage: Stage) -> str:
    """Let time pass until the duel has ended; return how."""
    for _ in range(60):
        await stage.pass_time(4 * MINUTE, MINUTE)
        (row,) = await stage.rows(select(duels.c.state))
        if row["state"] not in ("open", "judging"):
            return str(row["state"])
    raise AssertionError("the duel does not end")


def retire(both: Both, model: str = GONE, answers: int = 0) -> None:
    """Let OpenAI's stand-in know a model no more, after so many answers."""
    both.openai.unknown_models[model] = answers


async def whole_and_proved(stage: Stage) -> None:
    unread = evaluations.c.state != "read"
    assert await stage.count(evaluations, unread) == 0
    report = await stage.audit()
    assert report.ok, report.findings


async def models_of(stage: Stage) -> list[str]:
    rows = await stage.rows(select(seats.c.model_id).order_by(seats.c.position))
    return [row["model_id"] for row in rows]


@pytest.mark.parametrize(
    ("error", "gone"),
    [
        (str(ModelRetired("openai: HTTP 404 model_not_found")), True),
        ("model_not_found", True),
        ("model_not_found in line 3", True),
        ("not_found_error", True),
        ("openai: HTTP 403 model_not_found", False),
        ("anthropic: HTTP 404 not_found_error", False),
        ("No such File object", False),
        ("", False),
    ],
)
def test_only_a_model_that_is_not_known_counts_as_gone(error: str, gone: bool) -> None:
    assert names_no_model(error) is gone


@pytest.mark.parametrize("pace", ["batch", "now"])
async def test_a_duel_goes_on_with_the_successor_of_a_model_that_is_gone(
    stage: Stage, both: Both, pace: str
) -> None:
    await play(stage, f"{GONE},claude-haiku-5-5,{SUCCESSOR}", pace)
    retire(both)
    assert await finish(stage) == "verdict"
    assert await models_of(stage) == [SUCCESSOR, "claude-haiku-5-5", SUCCESSOR]
    await whole_and_proved(stage)
    billed = {usage["model"] for usage in both.usages}
    assert billed == {SUCCESSOR, "claude-haiku-5-5"}


async def test_members_are_told_once_by_the_names_of_both_models(stage: Stage, both: Both) -> None:
    await play(stage, f"{GONE},{GONE},claude-haiku-5-5")
    retire(both)
    await finish(stage)
    told = stage.messages("is not to be had any more")
    assert len(told) == 1
    assert "GPT-4o mini" in stage.text(told[0].reply)
    assert "GPT-6 Luna" in stage.text(told[0].reply)


async def test_the_operator_is_told_and_the_audit_log_has_it(stage: Stage, both: Both) -> None:
    await play(stage, f"{GONE},claude-haiku-5-5,{SUCCESSOR}")
    retire(both)
    await finish(stage)
    (word,) = await stage.rows(select(model_words))
    assert (word["model_id"], word["scope"]) == (GONE, EVERYWHERE)
    assert (word["allowed"], word["by_member"]) == (False, None)
    noted = await stage.rows(select(audit_log).where(audit_log.c.member_id.is_(None)))
    assert [row["detail"].split(":")[0] for row in noted] == [f"{GONE} False everywhere"]
    (note,) = stage.messages("is switched off everywhere")
    assert note.address == "dm:op"


async def test_a_batch_that_was_refused_for_its_model_is_not_sent_again(
    stage: Stage, both: Both
) -> None:
    await play(stage, f"{GONE},claude-haiku-5-5,{SUCCESSOR}")
    both.openai.fail("POST /v1/batches", Status(404, NO_MODEL))
    assert await finish(stage) == "verdict"
    await whole_and_proved(stage)
    refused = await stage.rows(select(batches).where(batches.c.provider_batch_id.is_(None)))
    assert [row["state"] for row in refused] == ["failed"]
    assert "no such model" in refused[0]["error"]


async def test_rows_of_anthropics_that_find_no_model_go_to_another_seats_model(
    stage: Stage, both: Both
) -> None:
    both.anthropic.unknown_models["claude-haiku-5-5"] = 0
    await play(stage, f"{SUCCESSOR},claude-haiku-5-5,{SUCCESSOR}")
    assert await finish(stage) == "verdict"
    assert await models_of(stage) == [SUCCESSOR] * 3
    await whole_and_proved(stage)
    failed = await stage.rows(select(calls.c.cost).where(calls.c.state == "failed"))
    assert len(failed) == len(TEXTS)
    assert all(row["cost"] == 0 for row in failed)


async def test_answers_of_the_old_model_are_paid_at_its_own_price(stage: Stage, both: Both) -> None:
    retire(both, answers=len(TEXTS) - 1)
    await play(stage, f"{GONE},claude-haiku-5-5,{SUCCESSOR}")
    assert await finish(stage) == "verdict"
    await whole_and_proved(stage)
    paid = await stage.rows(
        select(calls.c.model_id, calls.c.cost).where(
            calls.c.state == "settled", calls.c.model_id == GONE
        )
    )
    assert len(paid) == len(TEXTS) - 1
    assert all(row["cost"] > 0 for row in paid)


async def test_a_model_that_is_retired_by_the_catalog_meanwhile_is_not_asked(
    stage: Stage, both: Both, clock: ManualClock
) -> None:
    model = stage.app.catalog.get(GONE)
    assert model is not None
    assert model.retires_on is not None
    clock.now = start_of_day(model.retires_on) - 5 * MINUTE
    await play(stage, f"{GONE},claude-haiku-5-5,{SUCCESSOR}")
    assert await finish(stage) == "verdict"
    assert GONE not in {usage["model"] for usage in both.usages}
    await whole_and_proved(stage)


async def test_the_operators_word_lets_a_model_be_called_again(stage: Stage, both: Both) -> None:
    await play(stage, f"{GONE},claude-haiku-5-5,{SUCCESSOR}")
    retire(both)
    await finish(stage)
    refused = stage.text(await stage.say("ana", f'/duel new "The ferry" panel:{GONE}'))
    assert "GPT-6 Luna" in refused
    both.openai.unknown_models.clear()
    await stage.pass_time(HOUR, 30 * MINUTE)
    await stage.say("op", f"/model enable {GONE} everywhere:yes")
    await run_due(stage.app)
    (word,) = await stage.rows(select(model_words.c.allowed))
    assert word["allowed"] is True
