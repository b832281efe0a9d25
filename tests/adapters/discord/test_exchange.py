"""Answers in time: the first sign, streams by edits, late forms, old answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.exchange import Pace
from plumas_core.app import App
from plumas_core.commands.catalogue import COMMANDS
from plumas_core.commands.reply import Form, FormField, Reply, Verse, note
from plumas_core.commands.spec import ActionSpec, Press, Request
from tests.standins.discord_rest import DiscordServer, Refusal
from tests.support.discord import DiscordStage, codes, open_discord, said

QUICK = Pace(first_sign=0.4, first_edit=0.01, edits=0.03)
FORM = Form("go", "1", "Tu texto", (FormField("text", "Texto", 100),))


class Doer:
    """Actions that wait to be let go on."""

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.started = asyncio.Event()
        self.told = False

    async def slow(self, app: App, request: Request[Press]) -> Reply:
        self.started.set()
        await self.go.wait()
        return note("hecho")

    async def form(self, app: App, request: Request[Press]) -> Reply:
        await self.go.wait()
        return Reply(form=FORM, visibility="private")

    async def stream(self, app: App, request: Request[Press]) -> AsyncIterator[Reply]:
        for number in range(40):
            yield Reply((Verse(" ".join(["palabra"] * (number + 1))),))
            await asyncio.sleep(0.005)
        yield note("fin")

    async def paid(self, app: App, request: Request[Press]) -> AsyncIterator[Reply]:
        yield Reply((Verse("la luz"),), final=True)
        self.told = True

    async def secret(self, app: App, request: Request[Press]) -> Reply:
        return note("solo para ti", visibility="private")

    async def answers(self, app: App, request: Request[Press]) -> Reply:
        return note(" ".join(f"{name}={value}" for name, value in request.args.answers.items()))


@pytest.fixture
async def doer() -> Doer:
    return Doer()


@pytest.fixture
async def stage(db_path: Path, tmp_path: Path, doer: Doer) -> AsyncIterator[DiscordStage]:
    actions: Mapping[str, ActionSpec] = {
        one.name: one
        for one in (
            ActionSpec(name="slow", handler=doer.slow),
            ActionSpec(name="instant", handler=doer.slow, opens="instant", visibility="public"),
            ActionSpec(name="form", handler=doer.form, opens="form"),
            ActionSpec(name="ask", handler=doer.form, opens="form"),
            ActionSpec(name="stream", handler=doer.stream, visibility="public"),
            ActionSpec(name="paid", handler=doer.paid, visibility="public"),
            ActionSpec(name="secret", handler=doer.secret, visibility="public"),
            ActionSpec(name="go", handler=doer.answers),
        )
    }
    async with open_discord(tmp_path) as opened:
        opened._adapter = DiscordAdapter(
            opened.app, opened.service.client, commands=COMMANDS, actions=actions, pace=QUICK
        )
        yield opened
        assert opened.server.refused == []


async def signed(server: DiscordServer, payload: dict[str, Any]) -> None:
    async with asyncio.timeout(5):
        while server.asked[payload["token"]].answered is None:  # noqa: ASYNC110 - another task's
            await asyncio.sleep(0.001)


async def test_work_that_takes_long_is_acknowledged_before_it_begins(
    stage: DiscordStage, doer: Doer
) -> None:
    payload = stage.person("ana").press("slow:1")
    task = asyncio.create_task(stage.ask(payload))
    await doer.started.wait()
    asked = stage.server.asked[payload["token"]]
    assert asked.answered == 5
    assert asked.ephemeral
    doer.go.set()
    assert "hecho" in said(await task)


async def test_an_instant_answer_that_is_not_there_yet_gets_a_sign(
    stage: DiscordStage, doer: Doer
) -> None:
    payload = stage.person("ana").press("instant:1")
    task = asyncio.create_task(stage.ask(payload))
    await signed(stage.server, payload)
    assert stage.server.asked[payload["token"]].answered == 5
    doer.go.set()
    assert "hecho" in said(await task)


async def test_an_instant_answer_is_the_first_sign_itself(stage: DiscordStage, doer: Doer) -> None:
    doer.go.set()
    asked = await stage.press("ana", "instant:1")
    assert asked.answered == 4
    assert "hecho" in said(asked)


async def test_a_form_that_comes_too_late_is_offered_by_a_button(
    stage: DiscordStage, doer: Doer
) -> None:
    payload = stage.person("ana").press("ask:1")
    task = asyncio.create_task(stage.ask(payload))
    await signed(stage.server, payload)
    doer.go.set()
    asked = await task
    assert asked.modal is None
    (code,) = codes(asked.shown[0])
    opened = await stage.press("ana", code)
    assert opened.modal is not None
    sent = await stage.ask(stage.person("ana").submit(opened.modal, text="mi texto"))
    assert "text=mi texto" in said(sent)


async def test_a_stream_is_shown_by_a_few_edits_and_ends_whole(stage: DiscordStage) -> None:
    asked = await stage.press("ana", "stream:1")
    assert "fin" in said(asked)
    assert 2 <= len(asked.edits) <= 15
    pauses = [
        after - before for before, after in zip(asked.edits[:-1], asked.edits[1:-1], strict=False)
    ]
    assert all(pause >= QUICK.edits * 0.8 for pause in pauses)


def test_a_stream_is_never_edited_more_often_than_discord_allows() -> None:
    assert Pace().edits * 5 > 2
    assert Pace().first_sign < 1


async def test_what_turns_out_to_be_private_is_not_shown_to_all(stage: DiscordStage) -> None:
    asked = await stage.press("ana", "secret:1")
    assert asked.deleted
    (message,) = asked.followups
    assert message["flags"] & 64


@pytest.mark.parametrize("fails", [False, True])
async def test_a_handler_learns_that_its_last_reply_was_shown_and_only_then(
    stage: DiscordStage, doer: Doer, fails: bool
) -> None:
    if fails:
        gone = Refusal(404, 10_008, "Unknown Message")
        stage.server.fail("PATCH /webhooks", gone)
        stage.server.fail("POST /channels", Refusal(403, 50_013, "Missing Permissions"))
    await stage.press("ana", "paid:1")
    assert doer.told is not fails


async def test_an_answer_after_a_quarter_of_an_hour_is_an_ordinary_message(
    stage: DiscordStage, doer: Doer
) -> None:
    payload = stage.person("ana").press("slow:1")
    task = asyncio.create_task(stage.ask(payload))
    await doer.started.wait()
    stage.server.asked[payload["token"]].began -= 16 * 60
    doer.go.set()
    await task
    private = next(one for one in stage.server.channels.values() if one["type"] == 1)
    assert len(stage.server.messages[private["id"]]) == 1
