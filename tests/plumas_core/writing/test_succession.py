"""A text whose model is gone when it is called is written by the successor, and says so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from plumas_core.app import App
from plumas_core.catalog.models import start_of_day
from plumas_core.catalog.words import default_model
from plumas_core.clock import DAY, MINUTE
from plumas_core.duels.inviting import write_invited
from plumas_core.linking.following import follow, merge_member
from plumas_core.policy import CREDIT
from plumas_core.providers.interface import Completion, CompletionRequest, TextDelta
from plumas_core.providers.openai_api.provider import OpenAIProvider
from plumas_core.storage.tables.agents import EVERYWHERE, model_words
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import accounts, holds
from plumas_core.storage.tables.people import communities, identities
from plumas_core.storage.tables.work import calls, writings
from plumas_core.writing import succession
from plumas_core.writing.asking import Writing
from plumas_core.writing.question import question
from tests.support.providers import Both, both_providers, real_stage
from tests.support.stage import Stage
from tests.support.time import ManualClock

GONE = "gpt-4o-mini"
SUCCESSOR = "gpt-6-luna"


@pytest.fixture
async def both(clock: ManualClock) -> AsyncIterator[Both]:
    async with both_providers(clock) as servers:
        yield servers


@pytest.fixture
async def stage(db_path: Path, clock: ManualClock, both: Both) -> AsyncIterator[Stage]:
    async with real_stage(db_path.parent, clock, both) as opened:
        for who in ("ana", "bruno"):
            await opened.say(who, "/help")
        await opened.say("op", "/grant 50 ana")
        yield opened


async def proved(stage: Stage) -> None:
    report = await stage.audit()
    assert report.ok, report.findings
    assert await stage.count(calls, calls.c.state == "in_flight") == 0


async def cost(stage: Stage) -> int:
    return sum(row["cost"] for row in await stage.rows(select(calls.c.cost)))


async def test_a_text_is_written_by_the_successor_and_says_so(stage: Stage, both: Both) -> None:
    both.openai.unknown_models[GONE] = 0
    reply = stage.text(await stage.say("ana", f'/write "a letter to the sea" model:{GONE}'))
    assert "GPT-4o mini cannot be used now; GPT-6 Luna takes its place." in reply
    assert [usage["model"] for usage in both.usages] == [SUCCESSOR]
    (writing,) = await stage.rows(select(writings))
    assert (writing["state"], writing["model_id"]) == ("done", SUCCESSOR)
    assert await stage.count(holds, holds.c.state == "open") == 0
    (hold,) = await stage.rows(select(holds.c.drawn))
    assert hold["drawn"] == await cost(stage) > 0
    await proved(stage)


async def test_the_model_is_switched_off_and_the_operator_told(stage: Stage, both: Both) -> None:
    both.openai.unknown_models[GONE] = 0
    await stage.say("ana", f'/write "a letter to the sea" model:{GONE}')
    await stage.work()
    (word,) = await stage.rows(select(model_words))
    assert (word["model_id"], word["scope"], word["allowed"]) == (GONE, EVERYWHERE, False)
    (note,) = stage.messages("is switched off everywhere")
    assert note.address == "dm:op"


async def test_the_operator_is_told_of_every_switching_off(stage: Stage, both: Both) -> None:
    both.openai.unknown_models[GONE] = 0
    for _ in range(2):
        await stage.say("ana", f'/write "a letter to the sea" model:{GONE}')
        stage.clock.advance(MINUTE)
        await stage.say("op", f"/model enable {GONE} everywhere:yes")
        stage.clock.advance(MINUTE)
    await stage.work()
    assert len(stage.messages("is switched off everywhere")) == 2


async def dearer(stage: Stage, both: Both) -> int:
    """Leave nothing but a dearer model in the place of the house's; return what that one holds."""
    await stage.say("ana", '/write "a letter to the sea"')
    (held,) = await stage.rows(select(holds.c.amount))
    both.openai.unknown_models[SUCCESSOR] = 0
    await stage.say("op", "/model disable claude-haiku-5-5 everywhere:yes")
    both.openai.usages.clear()
    return int(held["amount"])


async def test_the_hold_is_extended_for_a_dearer_model(stage: Stage, both: Both) -> None:
    held = await dearer(stage, both)
    await stage.say("op", "/grant 5 bruno")
    await stage.say("bruno", '/write "a letter to the sea"')
    (writing,) = await stage.rows(select(writings).order_by(writings.c.id.desc()).limit(1))
    assert (writing["state"], writing["model_id"]) == ("done", GONE)
    (hold,) = await stage.rows(select(holds.c.amount).where(holds.c.id == writing["hold_id"]))
    assert hold["amount"] > held
    await proved(stage)


async def test_a_dearer_model_is_paid_by_the_member_whom_its_payer_became_meanwhile(
    stage: Stage, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await dearer(stage, both)
    await stage.say("op", "/grant 5 bruno")
    await stage.say("carla", "/help")
    joined: list[int] = []

    def joined_meanwhile(app: App, c: Connection, writing: Writing) -> CompletionRequest:
        if not joined:
            carla = select(identities.c.member_id).where(identities.c.name == "carla")
            joined.append(c.execute(carla).scalar_one())
            merge_member(app, c, writing.member_id, joined[0], "link:test")
        return question(app, c, writing)

    monkeypatch.setattr(succession, "question", joined_meanwhile)
    await stage.say("bruno", '/write "a letter to the sea"')
    (writing,) = await stage.rows(select(writings).order_by(writings.c.id.desc()).limit(1))
    assert (writing["state"], writing["model_id"]) == ("done", GONE)
    (hold,) = await stage.rows(select(holds.c.amount).where(holds.c.id == writing["hold_id"]))
    assert hold["amount"] > held
    await follow(stage.app)
    query = select(accounts.c.balance).where(accounts.c.kind == "wallet")
    whose = accounts.c.owner == joined[0]
    assert 4 * CREDIT < (await stage.rows(query.where(whose)))[0]["balance"] < 5 * CREDIT
    await proved(stage)


async def test_a_dearer_model_that_its_payer_cannot_pay_is_not_asked(
    stage: Stage, both: Both
) -> None:
    held = await dearer(stage, both)
    await stage.say("op", f"/grant {Decimal(held * 105 // 100) / CREDIT:.4f} bruno")
    reply = stage.text(await stage.say("bruno", '/write "a letter to the sea"'))
    assert both.usages == []
    assert "does not offer this model any more" in reply
    (writing,) = await stage.rows(select(writings).order_by(writings.c.id.desc()).limit(1))
    assert (writing["state"], writing["reason"]) == ("failed", "provider")
    assert await stage.count(holds, holds.c.state == "open") == 0
    await proved(stage)


async def test_a_guest_is_written_by_the_successor_and_the_duel_is_told(
    stage: Stage, both: Both
) -> None:
    both.openai.unknown_models[GONE] = 0
    await stage.say("host", '/duel new "The lighthouse" ends:10m')
    await stage.say("ana", f"/duel invite writer-keeper model:{GONE}")
    await stage.pass_time(MINUTE, 10_000)
    (entry,) = await stage.rows(select(entries))
    assert (entry["state"], entry["model_id"]) == ("entered", SUCCESSOR)
    (told,) = stage.messages("is not to be had any more")
    assert "GPT-6 Luna writes the text of" in stage.text(told.reply)
    await proved(stage)


async def test_a_model_that_retires_while_its_guest_waits_is_not_called(
    stage: Stage, both: Both, clock: ManualClock
) -> None:
    model = stage.app.catalog.get(GONE)
    assert model is not None
    assert model.retires_on is not None
    clock.now = start_of_day(model.retires_on) - MINUTE
    await stage.say("host", '/duel new "The lighthouse" ends:10m')
    await stage.say("ana", f"/duel invite writer-keeper model:{GONE}")
    clock.advance(2 * MINUTE)
    await stage.pass_time(MINUTE, 10_000)
    assert {usage["model"] for usage in both.usages} == {SUCCESSOR}
    assert await stage.count(model_words) == 0


async def test_guests_are_written_side_by_side(
    stage: Stage, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is answered before both have been asked."""
    asked = asyncio.Barrier(2)
    answer = OpenAIProvider.stream

    async def stream(
        one: OpenAIProvider, request: CompletionRequest
    ) -> AsyncIterator[TextDelta | Completion]:
        await asyncio.wait_for(asked.wait(), 20)
        async for piece in answer(one, request):
            yield piece

    monkeypatch.setattr(OpenAIProvider, "stream", stream)
    await stage.say("host", '/duel new "The lighthouse" ends:10m')
    for writer in ("writer-keeper", "writer-gossip"):
        await stage.say("ana", f"/duel invite {writer} model:{GONE}")
    assert await write_invited(stage.app) == 2
    assert await stage.count(entries, entries.c.state == "entered") == 2


async def test_a_guest_whose_writing_breaks_off_keeps_no_other_from_its_text(
    stage: Stage, both: Both, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = OpenAIProvider.stream
    asked = 0

    async def stream(
        one: OpenAIProvider, request: CompletionRequest
    ) -> AsyncIterator[TextDelta | Completion]:
        nonlocal asked
        asked += 1
        if asked == 1:
            raise RuntimeError("a fault of ours")
        async for piece in answer(one, request):
            yield piece

    monkeypatch.setattr(OpenAIProvider, "stream", stream)
    await stage.say("host", '/duel new "The lighthouse" ends:10m')
    for writer in ("writer-keeper", "writer-gossip"):
        await stage.say("ana", f"/duel invite {writer} model:{GONE}")
    assert await write_invited(stage.app) == 2
    assert await stage.count(entries, entries.c.state == "entered") == 1
    stage.clock.advance(6 * MINUTE)
    assert await write_invited(stage.app) == 1
    assert await stage.count(entries, entries.c.state == "entered") == 2
    await proved(stage)


async def test_without_the_house_s_model_the_cheapest_that_is_on_writes(
    stage: Stage, both: Both
) -> None:
    both.openai.unknown_models[SUCCESSOR] = 0
    reply = stage.text(await stage.say("ana", '/write "a letter to the sea"'))
    assert "Claude Haiku 5.5 takes its place" in reply
    (community,) = await stage.rows(select(communities.c.id))
    chosen = await stage.app.db.read(lambda c: default_model(stage.app, c, community["id"]))
    assert (chosen.model.id, chosen.instead_of and chosen.instead_of.id) == (
        "claude-haiku-5-5",
        SUCCESSOR,
    )


async def test_a_seat_without_any_other_model_on_its_panel_goes_to_the_house_s(
    stage: Stage, both: Both
) -> None:
    both.anthropic.unknown_models["claude-haiku-5-5"] = 0
    await stage.say("op", "/grant 50 pool")
    await stage.say("host", '/duel new "The lighthouse" panel:claude-haiku-5-5 ends:10m')
    for who in ("ana", "bruno", "carla"):
        await stage.say(who, f"/duel enter A lamp of {who}'s own, and who looks at it.")
    await stage.pass_time(DAY // 12, 2 * MINUTE)
    (duel,) = await stage.rows(select(duels.c.state))
    assert duel["state"] == "verdict"
    assert {usage["model"] for usage in both.usages} == {SUCCESSOR}
    await proved(stage)
