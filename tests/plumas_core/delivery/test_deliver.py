"""Messages come in order within a place, and no message and no place stops the others for ever."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, update

from adapters.console.deliverer import ConsoleDeliverer
from plumas_core.clock import DAY, MINUTE, SECOND
from plumas_core.commands.reply import note
from plumas_core.delivery import deliver
from plumas_core.delivery.deliver import deliver_due
from plumas_core.delivery.outbox import MOST_FAULTS, DeliveryFailed, ExternalId, OutboxRow
from plumas_core.delivery.places import account_place
from plumas_core.storage.tables.delivery import outbox
from tests.support.stage import Stage, open_stage


class Trouble:
    """Makes the console's deliverer fail at chosen words, with a chosen error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at: dict[str, Exception] = {}
        self.tried: Counter[str] = Counter()
        edit = ConsoleDeliverer.edit

        async def troubled(one: ConsoleDeliverer, external: ExternalId, row: OutboxRow) -> None:
            for words, error in self.at.items():
                if words in str(row.reply):
                    self.tried[words] += 1
                    raise error
            await edit(one, external, row)

        monkeypatch.setattr(ConsoleDeliverer, "edit", troubled)


async def owe(stage: Stage, *texts: str, to: str = "ana") -> None:
    """Owe messages to a member, in this order."""

    def work(c: Connection) -> None:
        place = account_place(stage.app, c, "console", to)
        for text in texts:
            stage.app.outbox.enqueue(c, key=text, place=place, reply=note(text, "info"))

    await stage.app.db.write(work)


async def deliver_for(stage: Stage, milliseconds: int) -> None:
    end = stage.clock.now + milliseconds
    while stage.clock.now < end:
        await deliver_due(stage.app)
        stage.clock.advance(4 * SECOND)


def shown(stage: Stage) -> list[str]:
    return [stage.text(one.reply).strip() for one in stage.posted]


async def states(stage: Stage) -> dict[str, str]:
    return {row["key"]: row["state"] for row in await stage.rows(select(outbox))}


async def test_a_message_that_cannot_be_rendered_is_given_up_and_the_ones_behind_it_come(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(monkeypatch)
    trouble.at["second"] = KeyError("a block that nobody knows")
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "first", "second", "third")
        await owe(stage, "elsewhere", to="bruno")
        await deliver_due(stage.app)
        assert shown(stage) == ["first", "elsewhere"] or shown(stage) == ["elsewhere", "first"]
        await deliver_for(stage, MINUTE)
        assert shown(stage)[2:] == ["third"]
        assert trouble.tried["second"] == MOST_FAULTS
        assert (await states(stage))["second"] == "failed"


async def test_a_message_whose_stored_form_is_damaged_stops_nobody_else(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "damaged", "whole")
        await owe(stage, "elsewhere", to="bruno")
        await stage.app.db.write(
            lambda c: c.execute(
                update(outbox).where(outbox.c.key == "damaged").values(reply='{"blocks": 7}')
            )
        )
        await deliver_due(stage.app)
        assert shown(stage) == ["elsewhere"]
        await deliver_for(stage, MINUTE)
        assert shown(stage) == ["elsewhere", "whole"]
        assert (await states(stage))["damaged"] == "failed"


async def test_a_fault_that_passes_costs_no_message(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(monkeypatch)
    trouble.at["second"] = RuntimeError("for a moment")
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "first", "second", "third")
        await deliver_for(stage, 4 * SECOND)
        trouble.at.clear()
        await deliver_for(stage, MINUTE)
        assert shown(stage) == ["first", "second", "third"]


async def test_a_platform_that_is_down_for_hours_is_no_fault_of_ours(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(monkeypatch)
    trouble.at["news"] = DeliveryFailed("unavailable")
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "news")
        for _ in range(40):
            await deliver_due(stage.app)
            stage.clock.advance(11 * MINUTE)
        trouble.at = {"news": RuntimeError("for a moment")}
        await deliver_due(stage.app)
        trouble.at.clear()
        stage.clock.advance(11 * MINUTE)
        await deliver_due(stage.app)
        assert len(stage.messages("news")) == 1


async def test_a_message_that_has_to_wait_holds_back_the_younger_ones_of_its_place(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(monkeypatch)
    trouble.at["first"] = DeliveryFailed("slow down", retry_after=30.0)
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "first", "second")
        await owe(stage, "elsewhere", to="bruno")
        await deliver_due(stage.app)
        trouble.at.clear()
        await owe(stage, "third")
        await deliver_for(stage, 20 * SECOND)
        assert shown(stage) == ["elsewhere"]
        await deliver_for(stage, 20 * SECOND)
        assert shown(stage) == ["elsewhere", "first", "second", "third"]


async def test_a_message_that_another_process_is_bringing_holds_back_the_younger_ones(
    db_path: Path,
) -> None:
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "first", "second")
        until = stage.clock.now + MINUTE
        await stage.app.db.write(
            lambda c: c.execute(
                update(outbox)
                .where(outbox.c.key == "first")
                .values(lease_by="another", lease_until=until)
            )
        )
        assert await deliver_due(stage.app) == 0
        stage.clock.advance(MINUTE)
        await deliver_due(stage.app)
        assert shown(stage) == ["first", "second"]


async def test_a_change_that_has_to_wait_holds_back_nothing_new(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(monkeypatch)
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "card")
        await deliver_due(stage.app)
        trouble.at["changed"] = DeliveryFailed("slow down", retry_after=600.0)
        await stage.app.db.write(
            lambda c: stage.app.outbox.revise(c, key="card", reply=note("changed", "info"))
        )
        await deliver_due(stage.app)
        await owe(stage, "news")
        await deliver_for(stage, 4 * SECOND)
        assert shown(stage) == ["card", "news"]


async def test_an_older_message_that_was_given_up_holds_back_nothing(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "given up", "news")
        later = stage.clock.now + DAY
        await stage.app.db.write(
            lambda c: c.execute(
                update(outbox)
                .where(outbox.c.key == "given up")
                .values(state="failed", next_at=later)
            )
        )
        await deliver_due(stage.app)
        assert shown(stage) == ["news"]


async def test_a_place_whose_failure_cannot_even_be_written_down_costs_the_others_nothing(
    db_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(monkeypatch)
    trouble.at["first"] = DeliveryFailed("unavailable")

    def broken(*_args: object, **_values: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(deliver, "_failed", broken)
    async with open_stage(db_path.parent) as stage:
        await owe(stage, "first")
        await owe(stage, "elsewhere", to="bruno")
        assert await deliver_due(stage.app) == 1
        assert shown(stage) == ["elsewhere"]
