"""Commands and buttons, as python-telegram-bot hands them over: who may, where, and how often."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from plumas_core.clock import HOUR, MINUTE
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import transfers
from plumas_core.storage.tables.people import places
from tests.standins.telegram_methods import public
from tests.support.telegram import TelegramStage, button, words

POEM = "    la luz\n  se va\n\n\n        despacio"


async def count(stage: TelegramStage, table: Any) -> int:
    query = select(func.count()).select_from(table)
    return await stage.app.db.read(lambda c: int(c.execute(query).scalar_one()))


async def open_a_duel(stage: TelegramStage, who: str = "ana") -> str:
    """Open a duel and return the code of its card's button to enter."""
    await stage.hear(stage.person(who).start())
    await stage.say(who, '/duel_new "El faro apagado" ends:2h')
    await stage.work()
    return button(stage.group.posted, "enter")


async def test_every_command_is_answered_asked_about_or_led_on(stage: TelegramStage) -> None:
    await stage.hear(stage.person("op").start())
    for spec in COMMANDS:
        stage.clock.advance(MINUTE)
        new = await stage.say("op", f"/{'_'.join(spec.path)}")
        assert new, spec.path
        assert "our side" not in words(new), spec.path


async def test_every_button_is_answered_once_also_when_it_means_nothing_any_more(
    stage: TelegramStage,
) -> None:
    person = stage.person("ana")
    await stage.hear(person.start())
    message = public(person.private.posted[-1].body)
    for name in ACTIONS:
        stage.clock.advance(MINUTE)
        asked = stage.server.count("answerCallbackQuery")
        pressed = stage.server.press(person.id)
        query = {"id": pressed.id, "from": person.user, "message": message, "chat_instance": "1"}
        number = stage.server.updates.number()
        await stage.hear({"update_id": number, "callback_query": {**query, "data": f"{name}:zz"}})
        assert pressed.answer is not None, name
        assert stage.server.count("answerCallbackQuery") == asked + 1, name
    assert "our side" not in words(person.private.posted)


async def test_a_button_of_another_version_says_that_it_does_nothing(
    stage: TelegramStage,
) -> None:
    person = stage.person("ana")
    await stage.hear(person.start())
    pressed = stage.server.press(person.id)
    message = public(person.private.posted[-1].body)
    query = {"id": pressed.id, "from": person.user, "message": message, "chat_instance": "1"}
    number = stage.server.updates.number()
    await stage.hear({"update_id": number, "callback_query": {**query, "data": "dance:1"}})
    assert pressed.answer is not None
    assert pressed.answer["alert"]


async def test_a_command_for_another_bot_is_none_of_ours(stage: TelegramStage) -> None:
    assert await stage.say("ana", "/duel_list@other_bot") == []
    assert await stage.say("ana", "/duel_list@plumas_bot") != []


async def test_words_in_a_group_are_not_answered(stage: TelegramStage) -> None:
    for text in ("hola", "/", "/ duel", "/dance", "/123"):
        assert await stage.say("ana", text) == []


async def test_an_unknown_command_in_private_leads_to_help(stage: TelegramStage) -> None:
    person = stage.person("ana")
    await stage.hear(person.start())
    assert "/help" in words(await stage.say("ana", "/dance", person.private))
    assert "/help" in words(await stage.say("ana", "hola", person.private))


async def test_a_first_word_alone_shows_its_commands_as_buttons(stage: TelegramStage) -> None:
    (menu,) = await stage.say("ana", "/duel")
    wanted = [" ".join(one.path) for one in COMMANDS if one.path[0] == "duel" and not one.audience]
    assert menu.codes == [f"~cmd:{path}" for path in wanted]
    (asked,) = (await stage.press("ana", "~cmd:duel new"))[1]
    assert "/duel_new" in asked.text


async def test_a_menu_shows_nobody_what_they_may_not_do(stage: TelegramStage) -> None:
    stage.person("admin")
    (members,) = await stage.say("ana", "/model")
    (admins,) = await stage.say("admin", "/model")
    assert members.codes == []
    assert "~cmd:model disable" in admins.codes


async def test_a_poem_keeps_its_spaces_and_lines(stage: TelegramStage) -> None:
    await open_a_duel(stage)
    bruno = stage.person("bruno")
    await stage.hear(bruno.start(), bruno.say("/duel_list"))
    new = await stage.say("bruno", f"/duel_enter\n{POEM}", bruno.private)
    assert POEM in new[-1].text


@pytest.mark.parametrize("typed", ["“El faro”", "«El faro»", '"El faro"', "El faro"])
async def test_a_theme_may_stand_in_the_quotation_marks_of_a_telephone(
    stage: TelegramStage, typed: str
) -> None:
    await stage.hear(stage.person("ana").start())
    await stage.say("ana", f"/duel_new {typed} ends:2h")
    query = select(duels.c.theme)
    assert await stage.app.db.read(lambda c: c.execute(query).scalars().all()) == ["El faro"]


async def test_parameters_may_be_named_in_spanish(stage: TelegramStage) -> None:
    await stage.hear(stage.person("ana").start())
    await stage.say("ana", "/duel_new El faro título:Noche cierre:2h")
    query = select(duels.c.theme, duels.c.title)
    found = await stage.app.db.read(lambda c: c.execute(query).one())
    assert tuple(found) == ("El faro", "Noche")


async def test_whoever_never_pressed_start_is_led_to_the_private_chat(
    stage: TelegramStage,
) -> None:
    (word,) = await stage.say("ana", "/credits")
    assert "0.00" not in word.text
    (link,) = [one["url"] for one in word.buttons]
    new = await stage.new(stage.person("ana").follow(link))
    assert "0.00" in words(new)
    assert [one.body["chat"]["type"] for one in new] == ["private"]


async def test_what_is_private_goes_to_the_private_chat_and_nowhere_else(
    stage: TelegramStage,
) -> None:
    await stage.hear(stage.person("ana").start())
    new = await stage.say("ana", "/credits")
    shown = {one.body["chat"]["type"]: "0.00" in one.text for one in new}
    assert shown == {"private": True, "supergroup": False}


async def test_a_kept_answer_is_shown_to_nobody_else(stage: TelegramStage) -> None:
    (word,) = await stage.say("ana", "/credits")
    link = word.buttons[0]["url"]
    other = await stage.new(stage.person("bruno").follow(link))
    assert "0.00" not in words(other)


async def test_a_kept_answer_is_forgotten_after_a_day(stage: TelegramStage) -> None:
    (word,) = await stage.say("ana", "/credits")
    stage.clock.advance(25 * HOUR)
    new = await stage.new(stage.person("ana").follow(word.buttons[0]["url"]))
    assert "0.00" not in words(new)


async def test_start_explains_in_three_lines(stage: TelegramStage) -> None:
    (hello,) = await stage.new(stage.person("ana").start())
    title, *lines, simulated = hello.text.split("\n\n")
    assert title == "Duelo de Plumas"
    assert len(lines) == 3
    assert "🎭" in simulated


async def test_a_small_answer_to_a_press_is_a_note_and_no_message(stage: TelegramStage) -> None:
    await open_a_duel(stage)
    pressed, new = await stage.press("ana", button(stage.group.posted, "close"))
    assert pressed.answer is not None
    assert pressed.answer["alert"]
    assert len(pressed.answer["text"]) <= 200
    assert [one for one in new if one.body["chat"]["type"] == "private"] == []


async def test_a_long_answer_to_a_press_opens_the_private_chat(stage: TelegramStage) -> None:
    await open_a_duel(stage)
    pressed, new = await stage.press("bruno", button(stage.group.posted, "status"))
    assert pressed.answer is not None
    assert pressed.answer["url"].startswith("https://t.me/plumas_bot?start=")
    assert [one.body["chat"]["type"] for one in new] == ["private"]
    assert "El faro apagado" in words(new)


async def test_a_member_is_named_by_a_reply(stage: TelegramStage) -> None:
    bruno = stage.person("bruno")
    await stage.hear(bruno.start())
    await stage.say("bruno", "/help")
    await stage.hear(stage.person("op").start())
    greeting = bruno.say("hola", stage.group)
    message = stage.group.messages[greeting["message"]["message_id"]]
    new = await stage.say("op", "/grant 5", reply_to=message)
    assert "bruno" in words(new)
    assert await count(stage, transfers) == 1


async def test_a_member_is_named_by_a_mention_without_a_name_of_their_own(
    stage: TelegramStage,
) -> None:
    bruno, op = stage.person("Bruno María"), stage.person("op")
    await stage.hear(op.start())
    update = op.say("/grant 5 Bruno María")
    update["message"]["entities"].append(
        {"type": "text_mention", "offset": 9, "length": 11, "user": bruno.user}
    )
    await stage.hear(update)
    assert await count(stage, transfers) == 1


async def test_a_member_is_named_by_the_name_that_they_were_seen_with(
    stage: TelegramStage,
) -> None:
    bruno = stage.person("bruno", username="El_Bruno")
    await stage.hear(stage.person("op").start(), bruno.say("/duel_list"))
    await stage.say("op", "/grant 5 @el_bruno")
    assert await count(stage, transfers) == 1


async def test_a_name_that_was_never_seen_is_not_guessed(stage: TelegramStage) -> None:
    await stage.hear(stage.person("op").start())
    assert "nadie" in words(await stage.say("op", "/grant 5 @nadie"))
    assert await count(stage, transfers) == 0


async def test_administrators_are_asked_for_once_a_minute(stage: TelegramStage) -> None:
    for _ in range(3):
        await stage.say("admin", "/duel_list")
    assert stage.server.count("getChatAdministrators") == 1
    stage.clock.advance(61_000)
    await stage.say("admin", "/duel_list")
    assert stage.server.count("getChatAdministrators") == 2


async def test_only_administrators_may_administer(stage: TelegramStage) -> None:
    stage.person("admin")
    refused = await stage.say("ana", "/model_disable offline-pluma")
    assert "admins" in words(refused)
    await stage.hear(stage.person("admin").start())
    done = await stage.say("admin", "/model_disable offline-pluma")
    assert "admins" not in words(done)


async def test_an_anonymous_administrator_administers_and_owns_nothing(
    stage: TelegramStage,
) -> None:
    await open_a_duel(stage)
    ghost = stage.person("ghost", anonymous=True)
    ghost.promote()
    for line in ("/credits", "/write un faro", "/duel_new El mar", "/duel_enter un texto"):
        (answer,) = await stage.say("ghost", line)
        assert "anonymous" in answer.text
    assert await count(stage, entries) == 0
    await stage.say("ghost", "/duel_cancel")
    query = select(duels.c.state)
    assert await stage.app.db.read(lambda c: c.execute(query).scalars().all()) == ["cancelled"]


async def test_who_speaks_as_a_channel_is_nobody_to_us(stage: TelegramStage) -> None:
    update = stage.person("ana").say("/duel_list")
    update["message"]["sender_chat"] = {"id": -100_777, "type": "channel", "title": "El canal"}
    assert await stage.new(update) == []


async def test_old_commands_are_left_and_one_line_says_so(stage: TelegramStage) -> None:
    old = [stage.person("ana").say(f"/duel_new Tema {number}") for number in range(3)]
    stage.clock.advance(10 * MINUTE)
    new = await stage.new(*old)
    await stage.work()
    assert new == []
    assert await count(stage, duels) == 0
    assert len([one for one in stage.group.posted if "away" in one.text]) == 1


async def test_a_command_that_is_fresh_enough_is_carried_out(stage: TelegramStage) -> None:
    late = stage.person("ana").say("/duel_new El mar")
    stage.clock.advance(MINUTE)
    await stage.hear(late)
    assert await count(stage, duels) == 1


async def test_an_update_that_comes_twice_works_once_and_is_answered_once(
    stage: TelegramStage,
) -> None:
    await stage.hear(stage.person("ana").start())
    update = stage.person("ana").say("/duel_new El mar")
    first = await stage.new(update)
    again = await stage.new(update)
    assert [one.body["chat"]["type"] for one in first].count("private") == 1
    assert again == []
    assert await count(stage, duels) == 1


async def test_a_duel_follows_its_group_into_the_supergroup(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    group = stage.server.world.add_group("Plaza", kind="group")
    ana.chat = group
    await stage.hear(ana.start(), stage.person("op").say("/grant 50 pool", group))
    await stage.hear(ana.say("/duel_new El mar ends:2h", group))
    await stage.work()
    code = button(group.posted, "enter")
    grown, told = ana.upgrade(group)
    await stage.hear(*told)
    ana.chat = grown
    await stage.hear(ana.say("/duel_enter un texto", grown))
    await stage.work()
    assert code in grown.posted[-1].codes
    assert "1 of 20" in grown.posted[-1].text
    query = select(places.c.home).where(places.c.home != "dm").distinct()
    assert await stage.app.db.read(lambda c: c.execute(query).scalars().all()) == [str(grown.id)]


async def test_what_was_said_in_the_supergroup_first_is_not_lost(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    group = stage.server.world.add_group("Plaza", kind="group")
    ana.chat = group
    await stage.hear(ana.start(), ana.say("/duel_list", group))
    grown, told = ana.upgrade(group)
    await stage.hear(ana.say("/duel_new El mar ends:2h", grown), *told)
    await stage.work()
    assert button(grown.posted, "enter")


async def test_a_member_who_blocked_the_bot_is_a_lost_place_until_they_return(
    stage: TelegramStage,
) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start(), ana.say("/help", ana.private))
    query = select(places.c.lost_at).where(places.c.address == f"dm:{ana.id}")
    await stage.hear(ana.block())
    assert await stage.app.db.read(lambda c: c.execute(query).scalar()) is not None
    await stage.hear(ana.start())
    assert await stage.app.db.read(lambda c: c.execute(query).scalar()) is None


async def test_a_group_that_the_bot_was_thrown_out_of_is_lost(stage: TelegramStage) -> None:
    op = stage.person("op")
    await stage.hear(op.start(), op.add_bot())
    await stage.work()
    assert "Duelo de Plumas" in stage.group.posted[0].text
    assert "/approve" in words(op.private.posted)
    await stage.hear(op.kick_bot())
    query = select(places.c.lost_at).where(places.c.home == str(stage.group.id))
    assert None not in await stage.app.db.read(lambda c: c.execute(query).scalars().all())


async def test_a_topic_is_a_place_of_its_own(stage: TelegramStage) -> None:
    forum = stage.server.world.add_group("Foro", forum=True)
    topic = stage.server.world.add_topic(forum, 7)
    ana = stage.person("ana")
    ana.chat = forum
    await stage.hear(ana.start(), ana.say("/duel_new El mar ends:2h", forum, thread=topic))
    await stage.work()
    assert forum.posted[-1].body["message_thread_id"] == topic
    query = select(places.c.address).where(places.c.home == str(forum.id))
    found = await stage.app.db.read(lambda c: c.execute(query).scalars().all())
    assert found == [f"{forum.id}:{topic}"]


async def test_a_fault_of_ours_stops_nobody(
    stage: TelegramStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_given: Any, **_named: Any) -> None:
        raise RuntimeError("broken")

    await stage.feeder()
    assert stage.service.adapter is not None
    with monkeypatch.context() as patched:
        patched.setattr(stage.service.adapter.office, "visit", fail)
        assert "our side" in words(await stage.say("ana", "/duel_list"))
    assert await stage.say("ana", "/duel_list") != []
