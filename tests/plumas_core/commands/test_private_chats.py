"""In a private chat a member is where they were last, and no more than a member."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select, update

from plumas_core.commands.identity import identify
from plumas_core.commands.reply import Button, Reply, Verse
from plumas_core.delivery.places import PRIVATE, account_place
from plumas_core.ids import encode
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.people import communities, members, memberships, places
from plumas_core.storage.tables.work import writings
from tests.support.speaker import Speaker, said
from tests.support.stage import OPERATOR, Stage

OPEN = '/duel new "The lighthouse" panel:offline-3 ends:1d'


def at(stage: Stage, who: str, home: str, **more: Any) -> Speaker:
    return Speaker(stage, who, platform="discord", home=home, **more)


def alone(stage: Stage, who: str, **more: Any) -> Speaker:
    return at(stage, who, PRIVATE, **more)


async def last_community(stage: Stage, who: str) -> str | None:
    """Return the name of the community that a member's private chat belongs to."""
    caller = await identify(stage.app, alone(stage, who).event())
    return caller.community.name or None


async def open_duel(stage: Stage, home: str) -> str:
    """Open a duel in a server; return its reference."""
    reply = await at(stage, f"host of {home}", home).say(OPEN)
    assert reply.ref is not None
    return reply.ref


async def fund(stage: Stage, home: str) -> None:
    await at(stage, "someone", home).say("/help")
    rows = await stage.rows(select(communities.c.id).where(communities.c.name == home))
    await stage.app.db.write(
        lambda c: stage.app.book.transfer(
            c,
            debit=stage.app.book.issued(c),
            credit=stage.app.book.pool(c, rows[0]["id"]),
            amount=10**12,
            key=f"fund:{home}",
            purpose="grant",
        )
    )


@pytest.mark.parametrize("line", ["/credits", "/duel list", OPEN, "/write a wave", "/models"])
async def test_who_was_in_no_community_yet_is_told_what_to_do(stage: Stage, line: str) -> None:
    reply = await alone(stage, "ana").say(line)
    assert "once in a server or group" in said(reply)
    assert await stage.count(communities) == 0
    assert await stage.count(memberships) == 0


async def test_help_needs_no_community(stage: Stage) -> None:
    reply = await alone(stage, "ana").say("/help")
    assert not said(reply)
    assert await stage.count(members) == 1


async def test_a_private_chat_belongs_to_the_community_where_a_member_was_last(
    stage: Stage,
) -> None:
    await at(stage, "ana", "Ateneo").say("/help")
    assert await last_community(stage, "ana") == "Ateneo"
    await at(stage, "ana", "Tertulia").say("/help")
    assert await last_community(stage, "ana") == "Tertulia"


async def test_a_private_chat_is_the_place_of_what_is_asked_there(stage: Stage) -> None:
    await at(stage, "ana", "Ateneo").say("/help")
    caller = await identify(stage.app, alone(stage, "ana").event())
    assert caller.place.address == "dm:ana"
    row = (await stage.rows(select(places).where(places.c.id == caller.place.id)))[0]
    assert (row["home"], row["community_id"]) == (PRIVATE, None)


async def test_it_is_the_place_in_which_the_program_writes_to_a_member(stage: Stage) -> None:
    await at(stage, "ana", "Ateneo").say("/help")
    told = await stage.app.db.write(lambda c: account_place(stage.app, c, "discord", "ana"))
    caller = await identify(stage.app, alone(stage, "ana").event())
    assert caller.place.id == told


async def test_an_admin_has_no_rights_of_a_server_in_private(stage: Stage) -> None:
    await at(stage, "ana", "Ateneo", admin=True).say("/help")
    reply = await alone(stage, "ana", admin=True).say("/model disable offline-pluma")
    assert "admins" in said(reply)


async def test_an_operator_is_one_in_private_too(stage: Stage) -> None:
    await Speaker(stage, OPERATOR).say("/help")
    await Speaker(stage, "bruno").say("/help")
    reply = await Speaker(stage, OPERATOR, home=PRIVATE).say("/grant 3 bruno")
    assert not said(reply)


async def test_a_text_is_entered_from_a_private_chat(stage: Stage) -> None:
    await fund(stage, "Ateneo")
    await open_duel(stage, "Ateneo")
    await at(stage, "ana", "Ateneo").say("/help")
    reply = await alone(stage, "ana").say("/duel enter The lamp went out\n  before the boat.")
    verse = next(block for block in reply.blocks if isinstance(block, Verse))
    assert verse.text == "The lamp went out\n  before the boat."
    assert await stage.count(entries, entries.c.state == "entered") == 1


async def enter_in_private(stage: Stage, who: str, duel: str, text: str) -> Reply:
    form = (await alone(stage, who).press(f"enter:{duel}")).form
    assert form is not None
    return await alone(stage, who).press(f"{form.action}:{form.ref}", {"text": text})


async def test_a_duels_button_lets_a_newcomer_take_part_and_makes_no_member_of_them(
    stage: Stage,
) -> None:
    await fund(stage, "Ateneo")
    duel = await open_duel(stage, "Ateneo")
    assert not said(await enter_in_private(stage, "ana", duel, "A gull knows the name."))
    assert await stage.count(entries, entries.c.state == "entered") == 1
    for name in ("status", "results", "withdraw"):
        reply = await alone(stage, "ana").press(f"{name}:{duel}")
        assert "members of that community" not in said(reply)
    assert await stage.count(entries, entries.c.state == "withdrawn") == 1
    assert await last_community(stage, "ana") is None
    assert await stage.count(memberships) == 2


async def test_a_newcomer_pays_for_the_own_entry_and_nobody_elses(stage: Stage) -> None:
    duel = await open_duel(stage, "Ateneo")
    entered = await enter_in_private(stage, "ana", duel, "A gull knows the name.")
    pay = next(button for button in entered.buttons if button.action == "pay")
    await fund(stage, "Ateneo")
    assert "once in a server or group" in said(await alone(stage, "mallory").press(pay))
    assert await stage.count(entries, entries.c.state == "entered") == 0
    assert not said(await alone(stage, "ana").press(pay))
    assert await stage.count(entries, entries.c.state == "entered") == 1


async def test_a_guest_withdraws_by_the_command_too(stage: Stage) -> None:
    duel = await open_duel(stage, "Ateneo")
    assert "once in a server or group" in said(await alone(stage, "ana").say("/duel withdraw"))
    await enter_in_private(stage, "ana", duel, "A gull knows the name.")
    assert not said(await alone(stage, "ana").say("/duel withdraw"))
    assert await stage.count(entries, entries.c.state == "withdrawn") == 1


@pytest.mark.parametrize("line", ["/write a wave", OPEN, "/duel invite pluma", "/duel list"])
async def test_who_came_by_a_button_in_private_spends_nothing_of_the_community(
    stage: Stage, line: str
) -> None:
    await fund(stage, "Ateneo")
    duel = await open_duel(stage, "Ateneo")
    await alone(stage, "mallory").press(f"enter:{duel}")
    assert "once in a server or group" in said(await alone(stage, "mallory").say(line))
    assert "members of that community" in said(
        await alone(stage, "mallory").press(f"invite:{duel}")
    )
    assert (await stage.count(duels), await stage.count(writings)) == (1, 0)


async def test_who_acts_in_a_place_of_the_community_is_a_member_from_then_on(stage: Stage) -> None:
    await fund(stage, "Ateneo")
    duel = await open_duel(stage, "Ateneo")
    await alone(stage, "ana").press(f"enter:{duel}")
    await at(stage, "ana", "Ateneo").press(f"status:{duel}")
    assert not said(await alone(stage, "ana").press(f"invite:{duel}"))
    assert not said(await alone(stage, "ana").say("/write a wave"))


async def test_what_a_button_is_about_counts_for_more_than_where_a_member_was(
    stage: Stage,
) -> None:
    duel = await open_duel(stage, "Ateneo")
    await at(stage, "ana", "Ateneo").say("/help")
    await at(stage, "ana", "Tertulia").say("/help")
    reply = await alone(stage, "ana").press(f"status:{duel}")
    assert not said(reply)
    assert await last_community(stage, "ana") == "Ateneo"


async def test_a_guests_chat_stays_with_the_community_that_they_are_a_member_of(
    stage: Stage,
) -> None:
    duel = await open_duel(stage, "Ateneo")
    await at(stage, "ana", "Tertulia").say("/help")
    reply = await alone(stage, "ana").press(f"status:{duel}")
    assert not said(reply)
    assert await last_community(stage, "ana") == "Tertulia"


async def test_a_writer_of_a_button_may_stand_behind_its_duel(stage: Stage) -> None:
    duel = await open_duel(stage, "Ateneo")
    await at(stage, "ana", "Ateneo").say("/help")
    await at(stage, "bruno", "Ateneo").say("/help")
    offered = await alone(stage, "ana").press(f"invite:{duel}")
    chosen = next(button for button in offered.buttons if button.action == "guest")
    await fund(stage, "Ateneo")
    reply = await alone(stage, "bruno").press(chosen)
    assert not said(reply)


async def test_a_button_about_nothing_leads_nowhere(stage: Stage) -> None:
    await open_duel(stage, "Ateneo")
    for code in ("enter:zzzz", "enter:", "pay:7", "again:%", f"enter:{encode(5)}"):
        reply = await alone(stage, "ana").press(code)
        assert said(reply)
    assert await last_community(stage, "ana") is None


async def test_another_ones_text_brings_nobody_into_its_community(stage: Stage) -> None:
    await fund(stage, "Ateneo")
    written = await at(stage, "ana", "Ateneo").say("/write a wave")
    again = next(button for button in written.buttons if button.action == "again")
    reply = await alone(stage, "mallory").press(again)
    assert "once in a server or group" in said(reply)
    assert await stage.count(writings) == 1


async def test_a_text_is_written_in_private_at_the_cost_of_the_community(stage: Stage) -> None:
    await fund(stage, "Ateneo")
    await at(stage, "ana", "Ateneo").say("/help")
    reply = await alone(stage, "ana").say("/write a wave")
    assert not said(reply)
    again: Button = next(button for button in reply.buttons if button.action == "again")
    stage.clock.advance(60_000)
    await at(stage, "ana", "Tertulia").say("/help")
    assert not said(await alone(stage, "ana").press(again))
    rows = await stage.rows(select(writings.c.payer, writings.c.community_id))
    assert [row["payer"] for row in rows] == ["pool", "pool"]
    assert len({row["community_id"] for row in rows}) == 1


async def test_a_duel_from_a_private_chat_is_shown_where_duels_are(stage: Stage) -> None:
    host = at(stage, "ana", "Ateneo", channel="duels")
    await at(stage, "ana", "Ateneo", channel="chatter").say("/help")
    await host.say(OPEN)
    await host.say("/duel cancel")
    reply: Reply = await alone(stage, "ana").say('/duel new "Tides" panel:offline-3')
    assert not said(reply)
    query = select(places.c.address).join(duels, duels.c.place_id == places.c.id)
    assert [row["address"] for row in await stage.rows(query)] == ["Ateneo/duels"] * 2


async def test_a_duel_from_a_private_chat_is_not_shown_in_a_place_unknown_to_its_host(
    stage: Stage,
) -> None:
    await at(stage, "ana", "Ateneo", channel="staff").say(OPEN)
    await at(stage, "bruno", "Ateneo", channel="lobby").say("/help")
    await alone(stage, "bruno").say('/duel new "Tides" panel:offline-3')
    query = select(places.c.address).join(duels, duels.c.place_id == places.c.id)
    shown = await stage.rows(query.where(duels.c.theme == "Tides"))
    assert [row["address"] for row in shown] == ["Ateneo/lobby"]


async def test_without_duels_it_is_shown_where_the_member_was(stage: Stage) -> None:
    await at(stage, "bruno", "Ateneo", channel="chatter").say("/help")
    await alone(stage, "bruno").say(OPEN)
    query = select(places.c.address).join(duels, duels.c.place_id == places.c.id)
    assert [row["address"] for row in await stage.rows(query)] == ["Ateneo/chatter"]


async def test_a_duel_is_not_opened_for_a_place_that_is_lost(stage: Stage) -> None:
    await at(stage, "bruno", "Ateneo").say("/help")
    await stage.app.db.write(lambda c: c.execute(update(places).values(lost_at=1)))
    assert "not there any more" in said(await alone(stage, "bruno").say(OPEN))
    assert await stage.count(duels) == 0


async def test_a_known_member_is_found_by_one_read_and_nothing_is_written(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, private = at(stage, "ana", "Ateneo"), alone(stage, "ana")
    await here.say("/help")
    await private.say("/help")
    await at(stage, "ana", "Ateneo", channel="other").say("/help")
    duel = await open_duel(stage, "Ateneo")
    await here.press(f"status:{duel}")

    async def written(*_: object) -> None:
        raise AssertionError("something else was asked of the database")

    reads = 0
    glance = stage.app.db.glance

    async def counted(fn: Any, key: Any) -> Any:
        nonlocal reads
        reads += 1
        return await glance(fn, key)

    monkeypatch.setattr(stage.app.db, "write", written)
    monkeypatch.setattr(stage.app.db, "read", written)
    monkeypatch.setattr(stage.app.db, "glance", counted)
    for number, speaker in enumerate((here, private, here), 1):
        await identify(stage.app, speaker.event())
        assert reads == number


async def test_a_console_that_was_written_to_in_private_can_speak_there(stage: Stage) -> None:
    await stage.app.db.write(lambda c: account_place(stage.app, c, "console", "op"))
    event = replace(Speaker(stage, "op").event(), address="dm:op")
    caller = await identify(stage.app, event)
    assert caller.community.name == "console"
