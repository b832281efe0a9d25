"""What goes wrong gets a clear sentence that says what to do, and loses nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.settings import CATALOG
from plumas_core.commands.reply import Note, Reply, Verse
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import holds, transfers
from plumas_core.storage.tables.work import calls, writings
from tests.hostile_texts import HOSTILE_TEXTS
from tests.support.stage import ADMIN, OPERATOR, Stage, open_stage

OPEN = '/duel new "The lighthouse" panel:offline-3 ends:10m'


def refusal(reply: Reply) -> str:
    """Return the one sentence of a refusal; fail where there is none, or it is a fault."""
    notes = [block for block in reply.blocks if isinstance(block, Note) and block.tone == "error"]
    assert len(notes) == 1, reply
    assert "reference" not in notes[0].text.casefold()
    assert reply.visibility == "private"
    return notes[0].text


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("/duel new", "theme"),
        ('/duel new "x" ends:yesterday', "ends"),
        ('/duel new "x" ends:2020-01-01', "past"),
        ('/duel new "x" ends:2m', "10"),
        ('/duel new "x" ends:30d', "14"),
        ('/duel new "x" panel:nobody', "nobody"),
        ('/duel new "x" panel:judge-ear@no-such-model', "no-such-model"),
        ('/duel new "x" max_words:3', "10"),
        ('/duel new "x" pace:slow', "batch"),
        ('/duel new "x" theme:y', "theme"),
        ("/duel status 99", "99"),
        ("/duel results zzzz", "zzzz"),
        ("/duel results", "/duel"),
        ("/duel withdraw", "/duel"),
        ("/write", "prompt"),
        ("/write x model:no-such-model", "no-such-model"),
        ("/write x writer:nobody", "nobody"),
        ("/write x model:claude-3-7-sonnet-latest", "Claude"),
        ("/agent show nobody", "nobody"),
        ("/give 1 nobody", "nobody"),
        ("/give 0 pool", "0"),
        ("/give -5 pool", "0"),
        ("/give lots pool", "credits"),
        ("/give 5 pool", "credits"),
        ("/help nothing", "nothing"),
        ("/credits nobody", "nobody"),
    ],
)
async def test_a_refusal_says_what_was_wrong(stage: Stage, line: str, hint: str) -> None:
    assert hint.casefold() in refusal(await stage.say("ana", line)).casefold()


@pytest.mark.parametrize(
    "line",
    [
        "/grant 5 pool",
        "/model disable offline-pluma",
        "/model enable offline-pluma everywhere:yes",
        "/credits bruno",
        "/give 5 pool source:pool",
    ],
)
async def test_a_member_who_may_not_is_told_who_may(stage: Stage, line: str) -> None:
    await stage.say("bruno", "/help")
    refusal(await stage.say("ana", line))
    assert await stage.count(transfers) == 1  # the opening of the pool


async def test_an_admin_is_no_operator(stage: Stage) -> None:
    refusal(await stage.say(ADMIN, "/model enable offline-pluma everywhere:yes"))


@pytest.mark.parametrize("name", sorted(HOSTILE_TEXTS))
async def test_a_hostile_text_is_kept_to_the_letter_or_given_back(stage: Stage, name: str) -> None:
    text = HOSTILE_TEXTS[name]
    await stage.say("host", OPEN)
    form = (await stage.say("ana", "/duel enter")).form
    assert form is not None
    reply = await stage.press("ana", f"{form.action}:{form.ref}", {"text": text})
    kept = await stage.rows(select(entries.c.text))
    if kept:
        assert await stage.count(holds, holds.c.state == "open") == 1
    else:
        assert refusal(reply)
        assert not text.strip() or any(isinstance(block, Verse) for block in reply.blocks)
    stage.text(reply)


async def test_the_same_command_delivered_twice_works_once(stage: Stage) -> None:
    for _ in range(2):
        await stage.say("ana", OPEN, key="new")
        await stage.say("bruno", "/duel enter A line about the sea.", key="enter")
        await stage.say(OPERATOR, "/grant 5 bruno", key="grant")
        await stage.say("bruno", "/give 1 pool", key="give")
        await stage.say("bruno", "/duel invite writer-keeper", key="invite")
    assert await stage.count(duels) == 1
    assert await stage.count(entries) == 2
    assert await stage.count(holds) == 2
    assert await stage.count(transfers) == 3


async def test_a_write_delivered_twice_gives_the_same_text_and_is_paid_once(stage: Stage) -> None:
    await stage.say("ana", "/help")
    first = await stage.say("ana", "/write a letter to the sea", key="write")
    second = await stage.say("ana", "/write a letter to the sea", key="write")
    assert [block for block in first.blocks if isinstance(block, Verse)] == [
        block for block in second.blocks if isinstance(block, Verse)
    ]
    assert await stage.count(calls) == 1


async def test_a_button_pressed_twice_pays_once(db_path: Path) -> None:
    async with open_stage(db_path.parent, opening_pool=10**9) as stage:
        await stage.say("host", OPEN)
        await stage.say("ana", "/help")
        await stage.say(OPERATOR, "/grant 5 ana")
        reply = await stage.say("ana", "/duel enter A line about the sea.")
        pay = next(button for button in reply.buttons if button.action == "pay")
        await stage.press("ana", pay)
        again = await stage.press("ana", pay)
        assert not [block for block in again.blocks if getattr(block, "tone", "") == "error"]
        assert await stage.count(holds) == 1


async def test_nobody_can_pay_for_the_text_of_another(db_path: Path) -> None:
    async with open_stage(db_path.parent, opening_pool=10**9) as stage:
        await stage.say("host", OPEN)
        reply = await stage.say("ana", "/duel enter A line about the sea.")
        pay = next(button for button in reply.buttons if button.action == "pay")
        refusal(await stage.press("bruno", pay))


async def test_a_text_that_nobody_can_pay_for_is_kept_and_offered_to_its_author(
    db_path: Path,
) -> None:
    async with open_stage(db_path.parent, opening_pool=10**9) as stage:
        await stage.say("host", OPEN)
        reply = await stage.say("ana", "/duel enter A line about the sea.")
        assert reply.buttons[0].action == "pay"
        rows = await stage.rows(select(entries.c.state, entries.c.text))
        assert [tuple(row.values()) for row in rows] == [("unfunded", "A line about the sea.")]


async def test_without_credits_nothing_is_written_and_nothing_charged(db_path: Path) -> None:
    async with open_stage(db_path.parent, opening_pool=10**9) as stage:
        refusal(await stage.say("ana", "/write a letter to the sea"))
        assert await stage.count(writings) == 0
        assert await stage.count(holds) == 0


async def test_one_text_at_a_time_and_thirty_seconds_apart(stage: Stage) -> None:
    await stage.say("ana", "/write a letter to the sea")
    assert "seconds" in refusal(await stage.say("ana", "/write another letter"))
    stage.clock.advance(30_000)
    reply = await stage.say("ana", "/write another letter")
    assert any(isinstance(block, Verse) for block in reply.blocks)


async def test_a_model_that_an_admin_switched_off_is_off_until_switched_on(stage: Stage) -> None:
    await stage.say(ADMIN, "/model disable offline-tintero")
    refusal(await stage.say("ana", "/write x model:offline-tintero"))
    await stage.say(ADMIN, "/model reset offline-tintero")
    reply = await stage.say("ana", "/write x model:offline-tintero")
    assert any(isinstance(block, Verse) for block in reply.blocks)


async def test_the_operators_word_overrides_the_file_and_a_community_only_narrows(
    stage: Stage,
) -> None:
    await stage.say(OPERATOR, "/model disable offline-tintero everywhere:yes")
    await stage.say(ADMIN, "/model enable offline-tintero")
    refusal(await stage.say("ana", "/write x model:offline-tintero"))


async def test_a_fault_shows_a_reference_and_nothing_of_its_cause(stage: Stage) -> None:
    await stage.say("ana", OPEN)
    await stage.app.db.write(lambda c: c.execute(update(duels).values(rubric_version="v999")))
    reply = await stage.say("ana", "/duel enter A line about the sea.")
    text = stage.text(reply)
    assert "v999" not in text
    assert "Error" not in text
    assert reply.visibility == "private"


async def test_members_read_refusals_in_their_own_language(db_path: Path) -> None:
    async with open_stage(db_path.parent) as stage:
        stage.languages["ana"] = "es"
        spanish = refusal(await stage.say("ana", "/duel status 99"))
        english = refusal(await stage.say("bruno", "/duel status 99"))
        assert spanish != english
        assert "99" in spanish


async def test_the_same_wish_asked_again_gives_another_text(stage: Stage) -> None:
    first = await stage.say("ana", "/write a letter to the sea")
    stage.clock.advance(30_000)
    again = next(button for button in first.buttons if button.action == "again")
    second = await stage.press("ana", again)
    assert [block.text for block in first.blocks if isinstance(block, Verse)] != [
        block.text for block in second.blocks if isinstance(block, Verse)
    ]


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_a_price_that_is_gone_is_named_and_costs_nobody_a_text(
    tmp_path: Path, locale: str
) -> None:
    async with open_stage(tmp_path, locale=locale) as before:
        await before.say("host", OPEN)
    catalog = json.loads(CATALOG.read_text(encoding="utf-8"))
    for row in catalog["models"]:
        if row["id"] == "offline-papel":
            row["prices"][0]["from"] = "2090-01-01"
    edited = tmp_path / "models.json"
    edited.write_text(json.dumps(catalog), encoding="utf-8")
    async with open_stage(tmp_path, locale=locale, catalog_path=edited) as stage:
        refused = await stage.say("ana", "/duel enter A line that I want to keep.")
        told, text = refused.blocks
        assert isinstance(told, Note)
        assert "offline-papel" in told.text
        assert ("choose" if locale == "en" else "elige") not in told.text.casefold()
        assert text == Verse("A line that I want to keep.", None)
        assert await stage.count(entries) == 0
        assert await stage.count(holds) == 0
        listed = stage.text(await stage.say("ana", "/models"))
        assert app_text(stage, "by-no-price") in listed
        refused = await stage.say("bruno", "/write x model:offline-papel")
        assert app_text(stage, "by-no-price").split()[-1] in refusal(refused)


def app_text(stage: Stage, key: str) -> str:
    return stage.app.texts.text(stage.locale, key)
