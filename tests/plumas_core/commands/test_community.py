"""What communities decide for themselves, and what operators decide of communities."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select, update

from plumas_core.commands.reply import Fields, Reply
from plumas_core.delivery.places import PRIVATE
from plumas_core.ids import encode
from plumas_core.storage.tables.people import audit_log, communities
from plumas_core.time_zones import time_zone
from tests.support.speaker import Speaker, said
from tests.support.stage import Stage


def here(stage: Stage, who: str, *, admin: bool = False) -> Speaker:
    """Return a member in a place that nobody has approved."""
    return Speaker(stage, who, home="plaza", admin=admin)


def shown(reply: Reply) -> dict[str, str]:
    return {
        field.name: "".join(map(str, field.value))
        for block in reply.blocks
        if isinstance(block, Fields)
        for field in block.items
    }


async def settings_row(stage: Stage) -> dict[str, object]:
    (row,) = await stage.rows(select(communities))
    return {**row, "settings": json.loads(row["settings"])}


async def test_an_admin_changes_what_they_name_and_nothing_else(stage: Stage) -> None:
    admin = here(stage, "eva", admin=True)
    await admin.say("/settings results:thread")
    await admin.say("/settings language:es time_zone:madrid")
    row = await settings_row(stage)
    assert row["settings"] == {"results": "thread"}
    assert (row["locale"], row["time_zone"]) == ("es", "Europe/Madrid")
    logged = await stage.rows(select(audit_log.c.detail).where(audit_log.c.action == "settings"))
    assert [one["detail"] for one in logged] == [
        "results thread",
        "language es, time zone Europe/Madrid",
    ]


async def test_settings_are_shown_and_only_to_admins(stage: Stage) -> None:
    reply = await here(stage, "eva", admin=True).say("/settings")
    assert shown(reply)["Time zone"] == "UTC"
    assert shown(reply)["Verdicts are told"] == "in the channel of their duel"
    assert "admins" in said(await here(stage, "ana").say("/settings results:thread"))
    assert await stage.rows(select(audit_log)) == []


@pytest.mark.parametrize(
    "kept", ["", "{", "null", "3", '["results"]', "[" * 100_000, '{"results": ["thread"]}']
)
async def test_settings_that_cannot_be_read_count_as_the_defaults_and_can_be_set_again(
    stage: Stage, kept: str
) -> None:
    admin = here(stage, "eva", admin=True)
    await admin.say("/help")
    await stage.app.db.write(lambda c: c.execute(update(communities).values(settings=kept)))
    reply = await admin.say("/settings")
    assert shown(reply)["Verdicts are told"] == "in the channel of their duel"
    await admin.say("/settings results:thread")
    assert (await settings_row(stage))["settings"] == {"results": "thread"}


async def test_a_change_that_is_delivered_twice_is_logged_once(stage: Stage) -> None:
    admin = here(stage, "eva", admin=True)
    for _ in range(2):
        await admin.say("/settings results:thread", key="one")
    assert await stage.count(audit_log) == 1


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("UTC", "UTC"),
        ("europe/madrid", "Europe/Madrid"),
        ("Mexico City", "America/Mexico_City"),
        ("America/Argentina/Buenos_Aires", "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_time_zone_is_found_by_its_name_or_city(typed: str, found: str) -> None:
    assert time_zone(typed) == found


async def test_what_is_no_time_zone_is_refused_and_nothing_changes(stage: Stage) -> None:
    admin = here(stage, "eva", admin=True)
    for name in ("Narnia", "../etc/passwd", "Europe", '"\x00"', "a" * 190):
        assert "no time zone" in said(await admin.say(f"/settings language:es time_zone:{name}"))
    assert (await settings_row(stage))["locale"] == "en"


async def test_an_operator_approves_a_place_and_its_pool_is_filled_once(stage: Stage) -> None:
    op = here(stage, "op")
    await here(stage, "ana").say("/help")
    await op.say("/approve amount:20")
    again = await op.say("/approve")
    assert "approved before" in stage.text(again)
    assert shown(again)["Pool (credits)"] == "20.00"
    assert all(row["approved"] for row in await stage.rows(select(communities.c.approved)))
    logged = await stage.rows(select(audit_log.c.action, audit_log.c.detail))
    assert [tuple(one.values()) for one in logged] == [("approve", str(20 * 10**10))]
    await stage.work()
    assert len(stage.messages("has 20.00 credits to begin with")) == 1
    assert (await stage.audit()).ok


async def test_the_operator_approves_by_a_press_in_private_with_the_houses_amount(
    stage: Stage,
) -> None:
    await here(stage, "ana").say("/help")
    (row,) = await stage.rows(select(communities.c.id))
    private = Speaker(stage, "op", home=PRIVATE)
    reply = await private.press(f"approve:{encode(row['id'])}")
    assert shown(reply)["Pool (credits)"] == "500.00"
    assert "no such community" in said(await private.press("approve:0"))


async def test_nobody_else_approves(stage: Stage) -> None:
    reply = await here(stage, "eva", admin=True).say("/approve")
    assert "whoever runs the bot" in said(reply)
    assert await stage.count(communities, communities.c.approved.is_(True)) == 0


async def test_where_nobody_approved_yet_a_refusal_says_so(stage: Stage) -> None:
    ana = here(stage, "ana")
    assert "not approved" in said(await ana.say("/write un faro"), "info")
    opened = await ana.say("/duel new El faro")
    assert "not approved" in said(opened, "warning")
    entered = await ana.say("/duel enter la luz se va")
    assert "not approved" in said(entered, "info")
    await here(stage, "op").say("/approve amount:0.01")
    later = await ana.say("/write un faro")
    assert said(later)
    assert "not approved" not in said(later, "info")
