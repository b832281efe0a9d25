"""What a command or a form lacks is asked for, kept over a restart, and can be abandoned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from plumas_core.clock import HOUR, MINUTE
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.inbox import questions
from plumas_core.storage.tables.ledger import transfers
from plumas_core.storage.tables.work import writings
from tests.standins.telegram_people import Person
from tests.standins.telegram_world import Message
from tests.support.telegram import TelegramStage, button, open_telegram, words

TEXT = "La luz se fue antes que el barco.\n  Nadie bajó a preguntar."


async def column(stage: TelegramStage, of: Any) -> list[Any]:
    return await stage.app.db.read(lambda c: list(c.execute(select(of)).scalars()))


async def texts(stage: TelegramStage) -> list[str]:
    """Return the texts that stand in duels."""
    query = select(entries.c.text).where(entries.c.state.in_(("entered", "unfunded")))
    return await stage.app.db.read(lambda c: list(c.execute(query).scalars()))


async def begin_entry(stage: TelegramStage, who: str = "ana") -> Person:
    """Open a duel and its form for a member."""
    person = stage.person(who)
    await stage.hear(person.start(), stage.person("op").say("/grant 50 pool"))
    await stage.say(who, '/duel_new "El faro" ends:2h')
    await stage.work()
    await stage.press(who, button(stage.group.posted, "enter"))
    return person


def last(person: Person) -> Message:
    return person.private.posted[-1]


async def test_a_theme_that_is_missing_is_asked_for_by_a_question(stage: TelegramStage) -> None:
    await stage.hear(stage.person("ana").start())
    (asked,) = await stage.say("ana", "/duel_new cierre:2h")
    forced = asked.body["_asks"]
    assert forced["force_reply"]
    assert forced["selective"]
    await stage.say("ana", "El mar, de noche", reply_to=asked)
    assert await column(stage, duels.c.theme) == ["El mar, de noche"]
    assert await column(stage, questions.c.id) == []


async def test_only_the_member_who_was_asked_answers(stage: TelegramStage) -> None:
    (asked,) = await stage.say("ana", "/duel_new")
    await stage.say("bruno", "Mi tema", reply_to=asked)
    assert await column(stage, duels.c.theme) == []


async def test_words_beside_the_question_are_no_answer_in_a_group(stage: TelegramStage) -> None:
    await stage.say("ana", "/duel_new")
    (listed,) = await stage.say("bruno", "/duel_list@plumas_bot")
    await stage.say("ana", "gracias", reply_to=listed)
    assert await column(stage, duels.c.theme) == []


async def test_words_beside_a_question_with_buttons_are_no_answer_in_a_group(
    stage: TelegramStage,
) -> None:
    await stage.hear(stage.person("ana").start(), stage.person("op").say("/grant 50 pool"))
    await stage.say("ana", "/duel_new El mar ends:2h")
    await stage.work()
    card = stage.group.posted[-1]
    (asked,) = await stage.say("ana", "/duel_invite")
    label = asked.buttons[0]["text"]
    await stage.say("ana", label, reply_to=card)
    assert await column(stage, entries.c.kind) == []
    await stage.say("ana", label, reply_to=asked)
    assert await column(stage, entries.c.kind) == ["ai"]


async def test_the_choices_of_a_private_command_are_shown_in_private(
    stage: TelegramStage,
) -> None:
    op, bruno = stage.person("op"), stage.person("bruno")
    await stage.hear(op.start(), bruno.start(), bruno.say("/duel_list"), op.say("/duel_list"))
    await stage.say("op", "/grant 12")
    asked = last(op)
    wallets = [one["text"] for one in asked.buttons]
    await stage.press("op", asked.codes[wallets.index("bruno")])
    assert await column(stage, transfers.c.amount) == [12 * 10**10]


async def test_a_choice_in_private_is_for_the_group_in_which_its_command_was_typed(
    stage: TelegramStage,
) -> None:
    op = stage.person("op")
    other = stage.server.world.add_group("Otra")
    await stage.hear(op.start(), op.say("/duel_list"))
    await stage.say("op", "/grant 12")
    asked = last(op)
    await stage.hear(op.say("/duel_list", other))
    await stage.press("op", asked.codes[0])
    assert "12.00" in words(await stage.say("op", "/credits pool"))


async def test_who_never_pressed_start_is_led_to_the_choices(stage: TelegramStage) -> None:
    (word,) = await stage.say("ana", "/agent_show")
    (asked,) = await stage.new(stage.person("ana").follow(word.buttons[0]["url"]))
    assert len(asked.codes) > 3
    (shown,) = (await stage.press("ana", asked.codes[0]))[1] or [asked]
    assert "❌" not in shown.text


async def test_nobody_is_asked_for_what_they_may_not_do(stage: TelegramStage) -> None:
    refused = await stage.say("ana", "/model_disable")
    assert "admins" in words(refused)
    assert [one.codes for one in refused] == [[]]


async def test_what_can_be_chosen_stands_on_buttons(stage: TelegramStage) -> None:
    await stage.hear(stage.person("ana").start(), stage.person("op").say("/grant 50 pool"))
    await stage.say("ana", "/duel_new El mar ends:2h")
    (asked,) = await stage.say("ana", "/duel_invite")
    assert len(asked.codes) > 3
    await stage.press("ana", asked.codes[0])
    assert await column(stage, entries.c.kind) == ["ai"]


async def test_somebody_elses_choice_is_refused_with_a_note(stage: TelegramStage) -> None:
    (asked,) = await stage.say("ana", "/duel_invite")
    pressed, new = await stage.press("bruno", asked.codes[0])
    assert new == []
    assert pressed.answer is not None
    assert "not your question" in pressed.answer["text"]


async def test_a_choice_may_be_typed_too(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start(), stage.person("op").say("/grant 50 pool"))
    await stage.say("ana", "/duel_new El mar ends:2h")
    (asked,) = await stage.say("ana", "/duel_invite", ana.private)
    await stage.say("ana", asked.buttons[0]["text"], ana.private)
    assert await column(stage, entries.c.kind) == ["ai"]


async def test_each_thing_that_is_missing_is_asked_for_in_turn(stage: TelegramStage) -> None:
    op, bruno = stage.person("op"), stage.person("bruno")
    await stage.hear(op.start(), bruno.say("/duel_list"), op.say("/duel_list"))
    await stage.say("op", "/grant", op.private)
    await stage.say("op", "doce", op.private)
    await stage.say("op", "12", op.private)
    wallets = [one["text"] for one in last(op).buttons]
    assert "bruno" in wallets
    await stage.press("op", last(op).codes[wallets.index("bruno")])
    assert await column(stage, transfers.c.amount) == [12 * 10**10]


async def test_an_answer_that_does_not_fit_is_explained_and_asked_again(
    stage: TelegramStage,
) -> None:
    op = stage.person("op")
    await stage.hear(op.start(), op.say("/duel_list"))
    await stage.say("op", "/grant", op.private)
    new = await stage.say("op", "mucho", op.private)
    assert "❌" in words(new)
    assert len(await column(stage, questions.c.id)) == 1


@pytest.mark.parametrize("way", ["/cancel", "button"])
async def test_a_question_can_be_abandoned(stage: TelegramStage, way: str) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start(), ana.say("/duel_list"))
    await stage.say("ana", "/duel_new", ana.private)
    if way == "/cancel":
        await stage.say("ana", way, ana.private)
    else:
        await stage.press("ana", button([last(ana)], "~drop"))
    await stage.say("ana", "El mar", ana.private)
    assert await column(stage, questions.c.id) == []
    assert await column(stage, duels.c.theme) == []


async def test_with_nothing_asked_cancel_says_so(stage: TelegramStage) -> None:
    assert "nothing" in words(await stage.say("ana", "/cancel"))


async def test_a_question_is_open_for_an_hour(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start(), ana.say("/duel_list"))
    await stage.say("ana", "/duel_new", ana.private)
    stage.clock.advance(HOUR + MINUTE)
    new = await stage.say("ana", "El mar", ana.private)
    assert "an hour ago" in words(new)
    assert await column(stage, duels.c.theme) == []


async def test_an_answer_that_waited_while_the_bot_was_away_counts(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    waited = ana.say(TEXT, ana.private)
    stage.clock.advance(30 * MINUTE)
    await stage.hear(waited)
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]


async def test_an_entry_is_shown_back_and_sent_only_when_confirmed(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", TEXT, ana.private)
    assert TEXT in last(ana).text
    assert await texts(stage) == []
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]
    await stage.work()
    assert "ana has entered" in stage.group.posted[-1].text
    assert "luz" not in words(stage.group.posted)


async def test_an_entry_may_be_given_a_title(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", TEXT, ana.private)
    titles = [one["callback_data"] for one in last(ana).buttons if "✎" in one["text"]]
    await stage.press("ana", titles[0])
    await stage.say("ana", "Faro", ana.private)
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await column(stage, entries.c.title) == ["Faro"]


async def test_an_entry_may_be_written_again(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", "no es esto", ana.private)
    again = [one["callback_data"] for one in last(ana).buttons if "again" in one["text"]]
    await stage.press("ana", again[0])
    await stage.say("ana", TEXT, ana.private)
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]


async def test_a_button_of_an_older_text_does_not_send_the_newer_one(
    stage: TelegramStage,
) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", "no es esto", ana.private)
    review, old = last(ana), button([last(ana)], "~ok")
    await stage.press("ana", button([last(ana)], "~set"))
    await stage.say("ana", TEXT, ana.private)
    update, pressed = ana.press(old, review)
    new = await stage.new(update)
    assert pressed.answer is not None
    assert pressed.answer["alert"]
    assert TEXT.splitlines()[0] in words(new)
    assert await texts(stage) == []


async def test_an_entry_may_come_as_a_file(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.hear(ana.send_file("faro.txt", TEXT.encode("utf-16"), ana.private))
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]


@pytest.mark.parametrize(
    ("name", "content"), [("foto.png", b"\x89PNG"), ("libro.txt", b"a" * 70_000)]
)
async def test_a_file_that_is_no_text_or_too_large_is_refused(
    stage: TelegramStage, name: str, content: bytes
) -> None:
    ana = await begin_entry(stage)
    kind = "image/png" if name.endswith("png") else "text/plain"
    await stage.hear(ana.send_file(name, content, ana.private, kind=kind))
    assert "❌" in last(ana).text
    assert stage.server.count("getFile") == 0


async def test_a_file_may_be_sent_with_the_command_as_its_caption(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.hear(
        ana.send_file("faro.txt", TEXT.encode(), ana.private, caption="/duel_enter title:Faro")
    )
    assert "Faro" in last(ana).text
    assert await texts(stage) == []
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]


async def test_a_long_text_behind_its_command_is_taken_as_one_and_shown_back(
    stage: TelegramStage,
) -> None:
    ana = await begin_entry(stage)
    whole = " ".join(f"palabra{number:03}" for number in range(520))
    await stage.hear(*ana.paste(f"/duel_enter {whole}", ana.private))
    assert await texts(stage) == []
    reviews = [one for one in ana.private.posted if "Nothing has been sent" in one.text]
    assert len(reviews) == 1
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [whole]


async def test_a_part_of_a_text_that_looks_like_a_command_is_a_part(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    parts = ["una " * 1_010, "/faro apagado"]
    await stage.hear(*[ana.say(part, ana.private) for part in parts])
    assert "/faro apagado" in words(ana.private.posted[-3:])
    assert "no command" not in words(ana.private.posted)


async def test_in_a_group_a_long_text_behind_its_command_goes_to_its_author_to_be_confirmed(
    stage: TelegramStage,
) -> None:
    ana = await begin_entry(stage)
    (led,) = await stage.say("ana", "/duel_enter " + "una " * 1_010)
    assert await texts(stage) == []
    await stage.hear(ana.follow(led.buttons[0]["url"]))
    assert "Nothing has been sent" in words(ana.private.posted[-3:])


async def test_a_wish_that_may_have_been_cut_is_not_paid_for(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", "/write " + "🪶" * 1_999, ana.private)
    assert "cut in two" in last(ana).text
    assert await column(stage, writings.c.id) == []


@pytest.mark.parametrize("blank", ["\n", " "])
async def test_a_long_text_that_the_client_split_is_taken_as_one(
    stage: TelegramStage, blank: str
) -> None:
    ana = await begin_entry(stage)
    whole = blank.join(f"palabra{number:04}" for number in range(400))
    await stage.hear(*ana.paste(whole, ana.private))
    reviews = [one for one in ana.private.posted if "Nothing has been sent" in one.text]
    assert len(reviews) == 1
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [whole]


async def test_a_text_that_was_refused_can_be_mended(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", "una " * 700, ana.private)
    await stage.press("ana", button([last(ana)], "~ok"))
    assert "❌" in last(ana).text or "❌" in words(ana.private.posted[-3:])
    await stage.press("ana", button(ana.private.posted, "~set"))
    await stage.say("ana", TEXT, ana.private)
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]


async def test_a_word_at_the_review_does_not_replace_the_text(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", TEXT, ana.private)
    await stage.say("ana", "ok", ana.private)
    assert "has not been taken" in last(ana).text
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]


async def test_whoever_changes_a_message_at_the_review_learns_that_it_changes_nothing(
    stage: TelegramStage,
) -> None:
    ana = await begin_entry(stage)
    sent = ana.say(TEXT, ana.private)
    await stage.hear(sent)
    await stage.hear(ana.edit(sent, "Otro texto"))
    assert "changes nothing here" in last(ana).text
    await stage.press("ana", button([last(ana)], "~ok"))
    assert await texts(stage) == [TEXT]


async def test_that_a_member_entered_is_told_in_the_group_once(stage: TelegramStage) -> None:
    ana = await begin_entry(stage)
    card = button(stage.group.posted, "enter")
    for text in (TEXT, f"{TEXT}\nNunca más."):
        await stage.press("ana", card)
        await stage.say("ana", text, ana.private)
        await stage.press("ana", button([last(ana)], "~ok"))
        stage.clock.advance(MINUTE)
        await stage.work()
    assert await texts(stage) == [f"{TEXT}\nNunca más."]
    told = [one for one in stage.group.posted if one.text == "ana has entered the duel."]
    assert len(told) == 1


@pytest.mark.parametrize("asked", [True, False])
async def test_a_sticker_is_answered(stage: TelegramStage, asked: bool) -> None:
    ana = await begin_entry(stage)
    if not asked:
        await stage.say("ana", "/cancel", ana.private)
    new = await stage.new(ana.send_sticker())
    assert ("Only words" if asked else "Send a command here") in words(new)


async def test_a_form_that_another_question_replaces_is_said_to_be_left(
    stage: TelegramStage,
) -> None:
    ana = await begin_entry(stage)
    await stage.say("ana", TEXT, ana.private)
    await stage.say("ana", "/duel_new", ana.private)
    assert "has been left" in last(ana).text


async def test_an_earlier_text_may_be_entered_by_a_button(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start(), stage.person("op").say("/grant 50 pool"))
    await stage.say("ana", "/write un faro")
    await stage.say("ana", '/duel_new "El faro" ends:2h')
    await stage.work()
    await stage.press("ana", button(stage.group.posted, "enter"))
    await stage.press("ana", button([last(ana)], "~opt"))
    await stage.press("ana", button([last(ana)], "~ok"))
    assert len(await texts(stage)) == 1


async def test_a_form_outlives_a_restart(db_path: Path, tmp_path: Path) -> None:
    async with open_telegram(tmp_path) as before:
        ana = await begin_entry(before)
        await before.say("ana", TEXT, ana.private)
        server, clock, people = before.server, before.clock, before.people
    async with open_telegram(tmp_path, server=server, clock=clock, seed=8) as after:
        after.people.update(people)
        await after.press("ana", button([last(ana)], "~ok"))
        assert await texts(after) == [TEXT]


async def test_a_question_outlives_a_restart(db_path: Path, tmp_path: Path) -> None:
    async with open_telegram(tmp_path) as before:
        await before.hear(before.person("ana").start())
        (asked,) = await before.say("ana", "/duel_new")
        server, clock, people = before.server, before.clock, before.people
    async with open_telegram(tmp_path, server=server, clock=clock, seed=8) as after:
        after.people.update(people)
        await after.say("ana", "El mar", reply_to=asked)
        assert await column(after, duels.c.theme) == ["El mar"]
