"""What members see of a duel, from its opening to its verdict."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.commands.reply import File, Note, Reply, Table, Verse
from plumas_core.duels.rows import entries_of
from plumas_core.storage.tables.duels import duels, entries, evaluations
from plumas_core.storage.tables.ledger import holds
from tests.support.stage import ADMIN, Stage

OPEN = '/duel new "The lighthouse" panel:offline-3 ends:10m'
TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
}


async def state_of(stage: Stage, number: int = 1) -> str:
    rows = await stage.rows(select(duels.c.state).where(duels.c.number == number))
    return str(rows[0]["state"])


async def enter_all(stage: Stage) -> None:
    for who, text in TEXTS.items():
        await stage.say(who, f"/duel enter {text}")


def said(reply: Reply, tone: str) -> str:
    return " ".join(
        block.text for block in reply.blocks if isinstance(block, Note) and block.tone == tone
    )


async def test_a_duel_runs_from_its_opening_to_its_verdict(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await enter_all(stage)
    await stage.pass_time(HOUR)
    assert await state_of(stage) == "verdict"
    reply = await stage.say("bruno", "/duel results")
    table = next(block for block in reply.blocks if isinstance(block, Table))
    assert {row[2] for row in table.rows} == set(TEXTS)
    assert said(reply, "simulated")
    assert (await stage.audit()).ok


async def test_results_are_posted_once_and_notify_only_those_who_entered(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await enter_all(stage)
    await stage.say("dario", "/credits")
    await stage.pass_time(2 * HOUR)
    notified = [one.mentions for one in stage.posted if one.mentions]
    assert notified == [("ana", "bruno", "carla")]


async def test_texts_are_posted_without_names_and_to_the_letter(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await enter_all(stage)
    await stage.pass_time(12 * MINUTE)
    files: list[File] = [file for one in stage.posted for file in one.reply.files]
    assert len(files) == 1
    for who, text in TEXTS.items():
        assert text in files[0].content
        assert who not in files[0].content


async def test_a_poem_keeps_its_spaces_and_line_breaks(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    reply = await stage.say("bruno", f"/duel enter {TEXTS['bruno']}")
    verse = next(block for block in reply.blocks if isinstance(block, Verse))
    assert verse.text == TEXTS["bruno"]


async def test_a_second_text_takes_the_place_of_the_first(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await stage.say("bruno", "/duel enter The first version of it.")
    await stage.say("bruno", "/duel enter The second version of it.")
    rows = await stage.rows(select(entries.c.state, entries.c.text))
    assert {(row["state"], row["text"]) for row in rows} == {
        ("replaced", "The first version of it."),
        ("entered", "The second version of it."),
    }
    assert await stage.count(holds, holds.c.state == "open") == 1


async def test_a_withdrawn_text_is_not_judged_and_costs_nothing(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await enter_all(stage)
    await stage.say("dario", "/duel enter Four lines that will not stay.")
    await stage.say("dario", "/duel withdraw")
    await stage.pass_time(HOUR)
    rows = await stage.rows(
        select(entries.c.byline)
        .join(evaluations, evaluations.c.entry_id == entries.c.id)
        .distinct()
    )
    assert {row["byline"] for row in rows} == set(TEXTS)
    assert await stage.count(holds, holds.c.state == "open") == 0


async def test_too_few_authors_cancel_a_duel_and_everything_is_given_back(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await stage.say("ana", f"/duel enter {TEXTS['ana']}")
    await stage.say("bruno", f"/duel enter {TEXTS['bruno']}")
    await stage.pass_time(12 * MINUTE)
    assert await state_of(stage) == "cancelled"
    assert await stage.count(holds, holds.c.state == "open") == 0
    pool = await stage.say("ana", "/credits pool")
    assert "500.00" in stage.text(pool)


@pytest.mark.parametrize("when", [5 * MINUTE, 11 * MINUTE])
async def test_a_duel_can_be_cancelled_until_its_verdict(stage: Stage, when: int) -> None:
    await stage.say("ana", OPEN)
    await enter_all(stage)
    await stage.pass_time(when)
    await stage.say("ana", "/duel cancel")
    assert await state_of(stage) == "cancelled"
    assert await stage.count(holds, holds.c.state == "open") == 0
    await stage.pass_time(HOUR)
    assert await state_of(stage) == "cancelled"
    assert (await stage.audit()).ok


async def test_only_the_host_or_an_admin_can_cancel(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    reply = await stage.say("bruno", "/duel cancel")
    assert said(reply, "error")
    assert await state_of(stage) == "open"
    await stage.say(ADMIN, "/duel cancel")
    assert await state_of(stage) == "cancelled"


async def test_the_host_closes_early_once_every_entrant_has_agreed(stage: Stage) -> None:
    await stage.say("host", '/duel new "The lighthouse" panel:offline-3 ends:3d')
    await enter_all(stage)
    await stage.say("host", "/duel close")
    await stage.work()
    agree = next(
        button
        for one in stage.posted
        for button in one.reply.buttons
        if button.style == "primary" and button.action == "close"
    )
    for who in ("ana", "bruno"):
        await stage.press(who, agree)
        assert await state_of(stage) == "open"
    await stage.press("carla", agree)
    assert await state_of(stage) == "judging"


async def test_an_entrant_cannot_close_what_the_host_did_not_ask_to_close(stage: Stage) -> None:
    await stage.say("host", OPEN)
    await enter_all(stage)
    reply = await stage.say("ana", "/duel close")
    assert said(reply, "error")
    assert await state_of(stage) == "open"


async def test_a_text_that_comes_too_late_is_given_back_to_its_author(stage: Stage) -> None:
    await stage.say("host", OPEN)
    stage.clock.advance(10 * MINUTE)
    reply = await stage.say("ana", f"/duel enter {TEXTS['ana']}")
    assert said(reply, "error")
    assert reply.visibility == "private"
    assert [b.text for b in reply.blocks if isinstance(b, Verse)] == [TEXTS["ana"]]


async def test_a_form_opened_before_the_close_has_five_minutes_more(stage: Stage) -> None:
    await stage.say("host", OPEN)
    await enter_all(stage)
    stage.clock.advance(9 * MINUTE)
    form = (await stage.say("dario", "/duel enter")).form
    assert form is not None
    await stage.pass_time(4 * MINUTE)
    assert await state_of(stage) == "open"
    await stage.press("dario", f"{form.action}:{form.ref}", {"text": "Just in time for the tide."})
    await stage.work()
    assert await state_of(stage) == "judging"
    assert await stage.count(entries, entries.c.state == "entered") == 4


async def test_an_open_form_holds_the_close_up_for_five_minutes_at_most(stage: Stage) -> None:
    await stage.say("host", OPEN)
    await enter_all(stage)
    await stage.say("dario", "/duel enter")
    await stage.pass_time(16 * MINUTE)
    assert await state_of(stage) != "open"


async def test_an_invited_writer_enters_a_text_and_the_one_who_invited_pays(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await stage.say("op", "/grant 5 ana")
    await stage.say("ana", "/duel invite writer-scalpel")
    await stage.work()
    rows = await stage.rows(select(entries))
    assert [(row["kind"], row["state"]) for row in rows] == [("ai", "entered")]
    assert rows[0]["words"] > 20
    wallet = stage.text(await stage.say("ana", "/credits"))
    assert "offline-pluma" in wallet


async def test_a_duel_takes_no_more_ai_texts_than_its_rules_say(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    for writer in ("writer-scalpel", "writer-keeper"):
        await stage.say("ana", f"/duel invite {writer}")
    reply = await stage.say("ana", "/duel invite writer-gossip")
    assert said(reply, "error")
    assert await stage.count(entries) == 2


async def test_a_text_from_write_counts_as_an_ai_text(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await stage.say("bruno", "/help")
    await stage.say("op", "/grant 5 bruno")
    written = await stage.say("bruno", "/write a letter to the sea")
    into = next(button for button in written.buttons if button.action == "into")
    await stage.press("bruno", into)
    rows = await stage.rows(select(entries.c.kind, entries.c.family, entries.c.state))
    assert [tuple(row.values()) for row in rows] == [("ai", "offline-pluma", "entered")]


async def test_a_written_text_that_is_typed_in_by_hand_still_counts_as_ai(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await stage.say("bruno", "/help")
    await stage.say("op", "/grant 5 bruno")
    written = await stage.say("bruno", "/write a letter to the sea")
    text = next(block.text for block in written.blocks if isinstance(block, Verse))
    await stage.say("bruno", f"/duel enter {text}")
    rows = await stage.rows(select(entries.c.kind))
    assert [row["kind"] for row in rows] == ["ai"]


async def test_a_loser_can_ask_why(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await enter_all(stage)
    await stage.pass_time(HOUR)
    results = await stage.say("ana", "/duel results")
    why = next(button for button in results.buttons if button.action == "reasons")
    reply = await stage.press("bruno", why)
    table = next(block for block in reply.blocks if isinstance(block, Table))
    assert len(table.rows) == 3
    assert reply.visibility == "private"


async def test_reminders_come_once_each_and_notify_nobody(stage: Stage) -> None:
    await stage.say("ana", '/duel new "The lighthouse" panel:offline-3 ends:3d')
    await stage.pass_time(3 * DAY - 10 * MINUTE, 10 * MINUTE)
    keys = [one for one in stage.posted if "lighthouse" in stage.text(one.reply)]
    reminders = [one for one in keys if not one.reply.buttons and one.before is None]
    assert len(reminders) == 2
    assert all(not one.mentions for one in reminders)


async def test_two_duels_of_one_host_do_not_run_at_once(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    reply = await stage.say("ana", OPEN)
    assert said(reply, "error")
    assert await stage.count(duels) == 1


async def test_texts_cannot_be_changed_once_they_are_being_judged(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await enter_all(stage)
    await stage.pass_time(11 * MINUTE)
    assert said(await stage.say("ana", "/duel enter Something else."), "error")
    assert said(await stage.say("ana", "/duel withdraw"), "error")
    duel = (await stage.rows(select(duels.c.id)))[0]["id"]
    kept = await stage.app.db.read(lambda c: entries_of(c, duel, "entered"))
    assert {entry.text for entry in kept} == set(TEXTS.values())
