"""The stand-in for Telegram keeps its rules, as an unchanged client meets them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, NetworkError, RetryAfter

from tests.standins.telegram_html import parse_html
from tests.standins.telegram_people import Person, split
from tests.standins.telegram_rules import Refusal, quiet_faults
from tests.standins.telegram_server import TelegramServer
from tests.standins.telegram_world import TOKEN, Chat, Limits
from tests.support.time import ManualClock

NOBODY = 999
UNMATCHED = (
    'Can\'t parse entities: unmatched end tag at byte offset 4, expected "</b>", found "</i>"'
)


@pytest.fixture(autouse=True)
def times_as_they_will_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client give spans of time as its next version does, without a warning."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
async def server(clock: ManualClock) -> AsyncIterator[TelegramServer]:
    async with TelegramServer(clock) as opened:
        yield opened


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    async with client(server) as opened:
        yield opened


def client(server: TelegramServer) -> Bot:
    return Bot(TOKEN, base_url=f"{server.url}/bot", base_file_url=f"{server.url}/file/bot")


@pytest.fixture
def group(server: TelegramServer) -> Chat:
    return server.world.add_group()


@pytest.fixture
def ana(server: TelegramServer, group: Chat) -> Person:
    return Person(server, 71, "Ana", group, username="ana_r")


def keyboard(data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton("Entrar", callback_data=data)]])


async def refusal(work: object) -> str:
    with pytest.raises((BadRequest, Forbidden)) as caught:
        await work  # type: ignore[misc]  # a call of the bot's
    return caught.value.message


async def test_a_text_may_have_4096_units_after_its_marks_are_read(bot: Bot, group: Chat) -> None:
    flames = "\U0001f525" * 2_048
    sent = await bot.send_message(group.id, f"<b>{flames}</b>", parse_mode="HTML")
    assert sent.text == flames
    assert await refusal(bot.send_message(group.id, flames + "a")) == "Message is too long"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<b>uno", "Can't parse entities: can't find end tag corresponding to start tag \"b\""),
        ("¿<x>?", 'Can\'t parse entities: unsupported start tag "x" at byte offset 2'),
        ("a < b", 'Can\'t parse entities: unsupported start tag "" at byte offset 2'),
        ("uno</i>", "Can't parse entities: unexpected end tag at byte offset 3"),
        ("<b>u</i>", UNMATCHED),
        ("<b", "Can't parse entities: unclosed start tag at byte offset 0"),
        (" \n<b></b>\r", "Message text is empty"),
    ],
)
async def test_broken_markup_is_refused_in_telegrams_words(
    bot: Bot, server: TelegramServer, group: Chat, text: str, complaint: str
) -> None:
    said = await refusal(bot.send_message(group.id, text, parse_mode="HTML"))
    assert said.lower() == complaint.lower()
    assert len(server.refused) == 1


def test_marks_become_entities_and_escapes_become_letters() -> None:
    shown = parse_html('&lt;\U0001f525 <a href="tg://user?id=7">A&amp;B</a> <pre>  x</pre> &x;')
    assert shown.text == "<\U0001f525 A&B   x &x;"
    assert shown.entities == (
        {"type": "text_mention", "user": 7, "offset": 4, "length": 3},
        {"type": "pre", "offset": 8, "length": 3},
    )


def test_marks_that_telegram_would_let_fall_are_told() -> None:
    assert quiet_faults(parse_html("<b>x</b>" * 100)) == []
    assert quiet_faults(parse_html("<b>x</b>" * 101)) == ["101 entities"]
    assert quiet_faults(parse_html("<pre>a<b>x</b></pre>")) == ["bold within pre"]


async def test_blanks_around_a_text_are_cut_but_not_those_that_are_marked(
    bot: Bot, group: Chat
) -> None:
    assert (await bot.send_message(group.id, "\n  uno  \n")).text == "uno"
    sent = await bot.send_message(group.id, "\n<pre>  uno\n dos</pre>\n", parse_mode="HTML")
    assert sent.text == "  uno\n dos"


async def test_a_button_carries_64_bytes(bot: Bot, group: Chat) -> None:
    await bot.send_message(group.id, "x", reply_markup=keyboard("ñ" * 32))
    said = await refusal(bot.send_message(group.id, "x", reply_markup=keyboard("ñ" * 32 + "a")))
    assert said == "Button_data_invalid"


async def test_an_edit_that_changes_nothing_is_refused_and_is_no_fault(
    bot: Bot, server: TelegramServer, group: Chat
) -> None:
    sent = await bot.send_message(group.id, "uno", reply_markup=keyboard("a:1"))
    await bot.edit_message_text("dos", group.id, sent.message_id)
    assert group.messages[sent.message_id].codes == []
    same = bot.edit_message_text("<b></b>dos", group.id, sent.message_id, parse_mode="HTML")
    said = await refusal(same)
    assert said.startswith("Message is not modified")
    assert server.refused == []


async def test_nobody_is_written_to_before_they_pressed_start(
    bot: Bot, group: Chat, ana: Person
) -> None:
    assert "can't initiate conversation" in await refusal(bot.send_message(ana.id, "x"))
    ana.follow("https://t.me/plumas_bot?start=enter_42")
    await bot.send_message(ana.id, "x")
    ana.block()
    assert "blocked by the user" in await refusal(bot.send_message(ana.id, "x"))
    assert "chat not found" in (await refusal(bot.send_message(NOBODY, "x"))).lower()


async def test_a_bot_that_was_thrown_out_or_may_not_write_is_told_so(
    bot: Bot, group: Chat, ana: Person
) -> None:
    group.muted = True
    assert "not enough rights" in (await refusal(bot.send_message(group.id, "x"))).lower()
    ana.kick_bot()
    said = await refusal(bot.send_message(group.id, "x"))
    assert said == "Forbidden: bot was kicked from the supergroup chat"


async def test_a_group_that_grew_answers_with_its_new_id(bot: Bot, server: TelegramServer) -> None:
    small = server.world.add_group("Taller", "group")
    ana = Person(server, 71, "Ana", small)
    grown, told = ana.upgrade()
    with pytest.raises(ChatMigrated) as caught:
        await bot.send_message(small.id, "x")
    assert caught.value.new_chat_id == grown.id
    assert [one["message"].get("migrate_to_chat_id") for one in told] == [grown.id, None]
    heard = await bot.get_updates()
    assert heard[0].message is not None
    assert heard[0].message.migrate_to_chat_id == grown.id


async def test_a_topic_is_kept_and_must_be_there(bot: Bot, server: TelegramServer) -> None:
    forum = server.world.add_group(forum=True)
    server.world.add_topic(forum, 17)
    sent = await bot.send_message(forum.id, "x", message_thread_id=17)
    assert sent.is_topic_message
    for thread in (1, 18):
        said = await refusal(bot.send_message(forum.id, "x", message_thread_id=thread))
        assert said == "Message thread not found"
    forum.topics[17] = False
    assert await refusal(bot.send_message(forum.id, "x", message_thread_id=17)) == "Topic_closed"


async def test_too_much_in_a_group_is_refused_until_its_minute_is_over(
    bot: Bot, server: TelegramServer, group: Chat, clock: ManualClock
) -> None:
    server.world.budget.limits = Limits()
    for _ in range(20):
        await bot.send_message(group.id, "x")
        clock.advance(1_000)
    with pytest.raises(RetryAfter) as caught:
        await bot.send_message(group.id, "x")
    assert caught.value._retry_after.total_seconds() == 40
    other = server.world.add_group()
    await bot.send_message(other.id, "x")
    clock.advance(40_000)
    await bot.send_message(group.id, "x")


async def test_a_burst_in_one_chat_and_too_much_in_all_are_refused(
    bot: Bot, server: TelegramServer, group: Chat
) -> None:
    server.world.budget.limits = Limits(second=9)
    for _ in range(4):
        await bot.send_message(group.id, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "x")
    others = [server.world.add_group() for _ in range(6)]
    for other in others[:5]:
        await bot.send_message(other.id, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(others[5].id, "x")


async def test_a_pressed_button_is_answered_once_and_in_time(
    bot: Bot, server: TelegramServer, group: Chat, ana: Person, clock: ManualClock
) -> None:
    await bot.send_message(group.id, "x", reply_markup=keyboard("enter:1"))
    _, pressed = ana.press("enter:1")
    (update,) = await bot.get_updates()
    assert update.callback_query is not None
    assert update.callback_query.data == "enter:1"
    link = "https://t.me/plumas_bot?start=enter_1"
    await bot.answer_callback_query(pressed.id, url=link)
    assert pressed.answer == {"text": "", "alert": False, "url": link}
    assert "too old" in await refusal(bot.answer_callback_query(pressed.id))
    _, late = ana.press("enter:1")
    clock.advance(16_000)
    assert "too old" in await refusal(bot.answer_callback_query(late.id))


async def test_updates_come_again_until_a_higher_offset_confirms_them(
    bot: Bot, ana: Person
) -> None:
    first, second = ana.say("/help"), ana.say("/duel")
    heard = await bot.get_updates()
    assert [one.update_id for one in heard] == [first["update_id"], second["update_id"]]
    (left,) = await bot.get_updates(offset=second["update_id"])
    assert left.message is not None
    assert left.message.text == "/duel"
    assert await bot.get_updates(offset=second["update_id"] + 1) == ()


async def test_a_waiting_poll_hears_what_comes_and_yields_to_another(
    bot: Bot, server: TelegramServer, ana: Person
) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=10))
    await server.updates.polled.wait()
    async with client(server) as second:
        other = asyncio.create_task(second.get_updates(timeout=10))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await waiting
        ana.say("/help")
        assert len(await other) == 1


async def test_a_webhook_gets_updates_with_its_secret_until_it_takes_them(
    bot: Bot, server: TelegramServer, ana: Person
) -> None:
    heard: list[tuple[str | None, int]] = []
    done = asyncio.Event()

    async def take(request: web.Request) -> web.Response:
        update = await request.json()
        secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token")
        heard.append((secret, update["update_id"]))
        if len(heard) == 1:
            return web.Response(status=500)
        if len(heard) == 3:
            done.set()
        return web.Response()

    app = web.Application()
    app.router.add_post("/hidden", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.updates.doors["https://bot.example"] = f"http://127.0.0.1:{runner.addresses[0][1]}"
    first = ana.say("/help")["update_id"]
    assert "https" in await refusal(bot.set_webhook("http://bot.example/hidden"))
    await bot.set_webhook("https://bot.example/hidden", secret_token="s-1")
    with pytest.raises(Conflict, match="webhook is active"):
        await bot.get_updates()
    second = ana.say("/duel")["update_id"]
    async with asyncio.timeout(10):
        await done.wait()
    assert heard == [("s-1", first), ("s-1", first), ("s-1", second)]
    await bot.delete_webhook()
    await runner.cleanup()


async def test_what_a_bot_in_privacy_mode_does_not_see_does_not_come(
    bot: Bot, group: Chat, ana: Person
) -> None:
    ana.say("hola a todos")
    ana.say("/write@other_bot algo")
    ana.say("/write@Plumas_bot algo")
    await bot.send_message(group.id, "¿Título?")
    ana.say("El faro", reply_to=group.posted[-1])
    heard = [one.message.text for one in await bot.get_updates() if one.message]
    assert heard == ["/write@Plumas_bot algo", "El faro"]


async def test_files_go_out_and_come_in(bot: Bot, group: Chat, ana: Person) -> None:
    sent = await bot.send_document(group.id, "año\n".encode(), filename="poema.txt", caption="<x>")
    assert sent.document is not None
    assert group.posted[-1].content == "año\n".encode()
    ana.start()
    ana.send_file("mío.txt", b"uno\n  dos", ana.private)
    document = (await bot.get_updates())[-1].message.document  # type: ignore[union-attr]
    assert document is not None
    file = await bot.get_file(document)
    assert bytes(await file.download_as_bytearray()) == b"uno\n  dos"
    assert "Wrong file_id" in await refusal(bot.get_file("nothing"))
    long = bot.send_document(group.id, b"x", caption="a" * 1_025)
    assert await refusal(long) == "Message caption is too long"


async def test_drafts_are_for_private_chats(bot: Bot, group: Chat, ana: Person) -> None:
    ana.start()
    await bot.send_message_draft(ana.id, 5, "Érase")
    await bot.send_message_draft(ana.id, 5, "Érase una vez")
    assert ana.private.drafts[5] == ["Érase", "Érase una vez"]
    assert ana.private.posted == []
    said = await refusal(bot.send_message_draft(group.id, 5, "x"))
    assert said == "Textdraft_peer_invalid"


async def test_menus_are_kept_by_scope_and_language_and_checked(
    bot: Bot, server: TelegramServer
) -> None:
    menu = [BotCommand("duel_new", "Abrir un duelo")]
    await bot.set_my_commands(menu, BotCommandScopeAllGroupChats(), "es")
    assert await bot.get_my_commands(BotCommandScopeAllGroupChats(), "es") == tuple(menu)
    assert await bot.get_my_commands() == ()
    for name, words in (("duel new", "x"), ("Duel", "x"), ("duel", "y" * 257)):
        with pytest.raises(BadRequest):
            await bot.set_my_commands([(name, words)])
    assert len(server.refused) == 3


async def test_an_answer_may_be_lost_though_the_work_was_done(
    bot: Bot, server: TelegramServer, group: Chat
) -> None:
    server.fail("sendMessage", "lost answer", "lost request", "no json")
    for _ in range(3):
        with pytest.raises(NetworkError):
            await bot.send_message(group.id, "x")
    assert len(group.posted) == 2


async def test_a_reply_needs_its_message_unless_it_may_stand_alone(bot: Bot, group: Chat) -> None:
    said = await refusal(bot.send_message(group.id, "x", reply_parameters=ReplyParameters(77)))
    assert said == "Message to be replied not found"
    alone = ReplyParameters(77, allow_sending_without_reply=True)
    assert (await bot.send_message(group.id, "x", reply_parameters=alone)).reply_to_message is None


async def test_those_named_in_a_new_message_are_notified_and_nobody_by_an_edit(
    bot: Bot, server: TelegramServer, group: Chat, ana: Person
) -> None:
    link = f'<a href="tg://user?id={ana.id}">Ana</a>'
    await bot.send_message(group.id, f"{link} y @ben_t", parse_mode="HTML")
    assert group.posted[-1].notified == (ana.id, "@ben_t")
    await bot.send_message(group.id, "<code>@ben_t</code> @\u200bben_t", parse_mode="HTML")
    message = group.posted[-1]
    assert message.notified == ()
    await bot.edit_message_text(link, group.id, message.id, parse_mode="HTML")
    assert message.notified == ()


async def test_who_may_administer_is_told(bot: Bot, group: Chat, ana: Person) -> None:
    assert (await bot.get_chat_member(group.id, ana.id)).status == "member"
    ana.promote()
    assert (await bot.get_chat_member(group.id, ana.id)).status == "administrator"
    (one,) = [m for m in await bot.get_chat_administrators(group.id) if m.user.id == ana.id]
    assert one.status == "administrator"
    assert "not found" in (await refusal(bot.get_chat_member(group.id, NOBODY))).lower()


async def test_a_refusal_can_be_ordered(bot: Bot, server: TelegramServer, group: Chat) -> None:
    server.fail("sendMessage", Refusal(429, "Too Many Requests: retry after 3", retry_after=3))
    with pytest.raises(RetryAfter):
        await bot.send_message(group.id, "x")
    await bot.send_message(group.id, "x")


def test_a_long_text_is_split_as_clients_do(tmp_path: Path) -> None:
    poem = "\n".join(f"verso {n} que sigue y sigue" for n in range(400))
    parts = split(poem)
    assert len(parts) == 3
    assert "".join(parts) == poem
    assert all(len(part) <= 4_096 for part in parts)
