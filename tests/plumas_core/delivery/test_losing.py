"""Places in which nothing can be said any more, and who is told of them."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from adapters.console.deliverer import ConsoleDeliverer
from plumas_core.delivery.outbox import ExternalId, OutboxRow, PlaceLost
from plumas_core.storage.tables.people import places
from tests.support.stage import Stage


class _Losing:
    """A console on which some addresses can be lost."""

    def __init__(self, inner: ConsoleDeliverer) -> None:
        self.inner = inner
        self.lost: set[str] = set()

    async def place(self, row: OutboxRow) -> ExternalId:
        if row.address in self.lost:
            raise PlaceLost("403: Missing Permissions")
        return await self.inner.place(row)

    async def edit(self, external: ExternalId, row: OutboxRow) -> None:
        await self.inner.edit(external, row)

    async def find_own(self, row: OutboxRow) -> ExternalId | None:
        return await self.inner.find_own(row)


@pytest.fixture
def losing(stage: Stage) -> _Losing:
    deliverers = stage.app.outbox.deliverers
    made = _Losing(deliverers["console"])  # type: ignore[arg-type]  # the stage's own
    deliverers["console"] = made  # type: ignore[index]  # a dict, of the stage's
    return made


def told(stage: Stage) -> dict[str, int]:
    """Return how many messages about a lost place came where."""
    found: dict[str, int] = {}
    for one in stage.messages("any more"):
        found[one.address] = found.get(one.address, 0) + 1
    return found


async def test_the_operators_and_the_host_are_told_once_of_a_lost_place(
    stage: Stage, losing: _Losing
) -> None:
    losing.lost.add("main")
    await stage.say("ana", "/duel new El faro ends:2d")
    await stage.work()
    await stage.pass_time(26 * 3_600_000, 3_600_000)  # a reminder is lost too
    assert told(stage) == {"dm:ana": 1, "dm:op": 1}
    (row,) = await stage.rows(select(places.c.lost_at).where(places.c.address == "main"))
    assert row["lost_at"] is not None


async def test_a_place_in_which_something_could_be_said_again_is_lost_no_more(
    stage: Stage, losing: _Losing
) -> None:
    losing.lost.add("main")
    await stage.say("ana", "/duel new El faro ends:2d")
    await stage.work()
    losing.lost.clear()
    await stage.pass_time(26 * 3_600_000, 3_600_000)
    (row,) = await stage.rows(select(places.c.lost_at).where(places.c.address == "main"))
    assert row["lost_at"] is None
    assert len(stage.messages("There is still time")) == 1


async def test_of_a_closed_private_chat_nobody_is_told(stage: Stage, losing: _Losing) -> None:
    losing.lost |= {"main", "dm:ana"}
    await stage.say("ana", "/duel new El faro ends:2d")
    await stage.pass_time(5_000, 1_000)
    assert told(stage) == {"dm:op": 1}


async def test_of_a_place_without_a_duel_only_the_operators_are_told(
    stage: Stage, losing: _Losing
) -> None:
    losing.lost.add("main")
    await stage.say("ana", "/duel new El faro ends:2d")
    await stage.say("ana", "/duel cancel")
    await stage.pass_time(5_000, 1_000)
    assert told(stage) == {"dm:op": 1}
