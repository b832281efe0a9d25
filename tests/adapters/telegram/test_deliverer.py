"""The outbox's messages in Telegram: posted short, filled by an edit, and lost only with a word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, select

from plumas_core.clock import MINUTE
from plumas_core.commands.reply import File, Image, Moment, Reply, Text, Verse, plain
from plumas_core.delivery.outbox import DeliveryFailed, Mention, OutboxRow, PlaceLost
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.people import identities, places
from tests.standins.telegram_rules import Refusal
from tests.standins.telegram_world import Message
from tests.support.replies import PICTURE
from tests.support.telegram import TelegramStage
from tests.support.time import START

HELLO = Reply((plain("hola"),))


def row(stage: TelegramStage, reply: Reply = HELLO, **more: Any) -> OutboxRow:
    address = str(more.pop("address", stage.group.id))
    return OutboxRow(
        id=1,
        ref="abc",
        platform="telegram",
        home=more.pop("home", address.split(":")[0]),
        address=address,
        reply=reply,
        mentions=more.pop("mentions", ()),
        created_at=START,
    )


async def owe(stage: TelegramStage, who: str, reply: Reply = HELLO) -> None:
    """Owe the group a message that mentions a member."""
    account = str(stage.person(who).id)
    member = select(identities.c.member_id).where(identities.c.external_id == account)
    place = select(places.c.id).where(places.c.address == str(stage.group.id))

    def work(c: Connection) -> None:
        mentions = [c.execute(member).scalar_one()]
        outbox = stage.app.outbox
        where = c.execute(place).scalar_one()
        outbox.enqueue(c, key="owed", place=where, reply=reply, mentions=mentions)

    await stage.app.db.write(work)


async def bring(stage: TelegramStage, given: OutboxRow) -> Message:
    deliverer = stage.service.deliverer
    await deliverer.edit(await deliverer.place(given), given)
    chats = stage.server.world.chats
    return chats[int(given.address.removeprefix("dm:").split(":")[0])].posted[-1]


async def test_a_message_is_posted_short_and_filled_by_an_edit(stage: TelegramStage) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(row(stage))
    assert stage.group.posted[-1].text == "…"
    await deliverer.edit(external, row(stage))
    await deliverer.edit(external, row(stage))
    assert [one.text for one in stage.group.posted] == ["hola"]


async def test_those_named_in_the_row_are_notified_once_and_nobody_else(
    stage: TelegramStage,
) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start())
    named = row(stage, Reply((plain("@bruno y ana"),)), mentions=(Mention(str(ana.id), "ana"),))
    message = await bring(stage, named)
    assert message.notified == (ana.id,)
    assert message.text.startswith("ana\n\n")


async def test_a_message_that_may_stand_there_already_notifies_nobody(
    stage: TelegramStage,
) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start())
    named = row(stage, mentions=(Mention(str(ana.id), "ana"),))
    message = await bring(stage, replace(named, unsure=True))
    assert message.notified == ()
    assert message.text == "ana\n\nhola"


@pytest.mark.parametrize(
    ("fault", "times"),
    [
        (Refusal(429, "Too Many Requests: retry after 40", retry_after=40), 1),
        (Refusal(400, "Bad Request: no"), 1),
        (Refusal(500, "Internal Server Error"), 0),
    ],
    ids=["429", "400", "500"],
)
async def test_those_named_are_notified_later_only_where_nothing_was_posted(
    stage: TelegramStage, fault: Refusal, times: int
) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start(), ana.say("/duel_list"))
    await owe(stage, "ana")
    stage.server.fail("sendMessage", fault)
    for _ in range(2):
        await stage.work()
        stage.clock.advance(2 * MINUTE)
    assert [one.notified for one in stage.group.posted[-1:]] == [(ana.id,) * times]
    assert stage.group.posted[-1].text == "ana\n\nhola"


async def test_all_are_notified_however_many_and_whatever_they_are_called(
    stage: TelegramStage,
) -> None:
    people = [stage.person(f"{number:02}_una_escritora_larga") for number in range(20)]
    await stage.hear(*(one.start() for one in people))
    mentions = tuple(Mention(str(one.id), one.name) for one in people)
    message = await bring(stage, row(stage, mentions=mentions))
    assert message.notified == tuple(one.id for one in people)


async def test_a_place_shows_dates_in_its_own_language_and_time_zone(
    stage: TelegramStage,
) -> None:
    await stage.say("eva", "/duel_list")
    message = await bring(stage, row(stage, Reply((Text((Moment(START),)),))))
    assert "UTC" in message.text
    assert "in " not in message.text


async def test_a_long_message_becomes_one_with_a_file(stage: TelegramStage) -> None:
    poem = "verso\n" * 2_000
    message = await bring(stage, row(stage, Reply((plain("todos"), Verse(poem, "Noche")))))
    assert message.content is not None
    assert poem in message.content.decode()
    assert message.text.startswith("todos")
    assert len(stage.group.posted) == 1


async def test_files_of_a_message_are_one_file(stage: TelegramStage) -> None:
    files = (File("a.txt", "uno"), File("b.txt", "dos"))
    message = await bring(stage, row(stage, Reply((plain("todos"),), files=files)))
    assert message.content == b"uno\n\ndos"


async def test_a_message_that_had_a_file_shows_what_it_says_now_and_nothing_older(
    stage: TelegramStage,
) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(row(stage))
    await deliverer.edit(external, row(stage, Reply((plain("uno"),), files=(File("a.txt", "x"),))))
    await deliverer.edit(external, row(stage, Reply((plain("dos"),))))
    assert stage.group.posted[-1].text == "dos"
    assert stage.group.posted[-1].content == b"dos"


async def test_a_message_that_had_a_file_loses_no_word_of_a_text(stage: TelegramStage) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(row(stage))
    await deliverer.edit(external, row(stage, Reply((Verse("verso\n" * 1_000),))))
    text = "\n".join(f"línea {number}" for number in range(200))
    await deliverer.edit(external, row(stage, Reply((Verse(text),))))
    message = stage.group.posted[-1]
    assert message.text.startswith("línea 0")
    assert message.content is not None
    assert text in message.content.decode()


async def test_words_that_take_a_files_place_are_shown_plain_where_markup_is_refused(
    stage: TelegramStage,
) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(row(stage))
    await deliverer.edit(external, row(stage, Reply((plain("uno"),), files=(File("a.txt", "x"),))))
    stage.server.fail("editMessageMedia", Refusal(400, "Bad Request: can't parse entities: no"))
    await deliverer.edit(external, row(stage, Reply((plain("<b>hola & adiós"),))))
    assert stage.group.posted[-1].text == "<b>hola & adiós"


async def test_a_picture_takes_the_place_of_the_text(stage: TelegramStage) -> None:
    picture = Image("barras", "barras", PICTURE)
    message = await bring(stage, row(stage, Reply((plain("así fue"),), image=picture)))
    assert message.text == "así fue"
    assert message.content is not None


@pytest.mark.parametrize(
    ("what", "reply"),
    [
        ("documents", Reply((Verse("verso\n" * 2_000, "Noche"),))),
        ("photos", Reply((plain("verso"),), image=Image("barras", "barras", PICTURE))),
    ],
    ids=["documents", "photos"],
)
async def test_a_text_is_shown_without_a_file_where_none_may_be_sent(
    stage: TelegramStage, what: str, reply: Reply
) -> None:
    refusal = Refusal(400, f"Bad Request: not enough rights to send {what} to the chat")
    stage.server.fail("editMessageMedia", refusal)
    message = await bring(stage, row(stage, reply))
    assert message.content is None
    assert "verso" in message.text


async def test_content_whose_markup_is_refused_is_shown_plain(stage: TelegramStage) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(row(stage))
    stage.server.fail("editMessageText", Refusal(400, "Bad Request: can't parse entities: no"))
    await deliverer.edit(external, row(stage, Reply((plain("<b>hola & adiós"),))))
    assert stage.group.posted[-1].text == "<b>hola & adiós"


async def test_a_message_that_somebody_deleted_stays_deleted(stage: TelegramStage) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(row(stage))
    stage.group.messages.clear()
    await deliverer.edit(external, row(stage))
    assert stage.group.posted == []


@pytest.mark.parametrize(
    "refusal",
    [
        Refusal(403, "Forbidden: bot was kicked from the supergroup chat"),
        Refusal(403, "Forbidden: bot was blocked by the user"),
        Refusal(400, "Bad Request: chat not found"),
        Refusal(400, "Bad Request: not enough rights to send text messages to the chat"),
        Refusal(400, "Bad Request: TOPIC_CLOSED"),
        Refusal(400, "Bad Request: message thread not found"),
    ],
    ids=lambda refusal: refusal.description,
)
async def test_a_place_where_nothing_can_be_said_is_lost(
    stage: TelegramStage, refusal: Refusal
) -> None:
    stage.server.fail("sendMessage", refusal)
    with pytest.raises(PlaceLost):
        await stage.service.deliverer.place(row(stage))


@pytest.mark.parametrize(
    ("refusal", "after"),
    [
        (Refusal(429, "Too Many Requests: retry after 40", retry_after=40), 40),
        (Refusal(500, "Internal Server Error"), None),
        (Refusal(502, "Bad Gateway"), None),
    ],
    ids=["429", "500", "502"],
)
async def test_what_may_work_later_is_tried_later(
    stage: TelegramStage, refusal: Refusal, after: int | None
) -> None:
    began = stage.clock.now
    stage.server.fail("sendMessage", refusal)
    with pytest.raises(DeliveryFailed) as failed:
        await stage.service.deliverer.place(row(stage))
    assert not isinstance(failed.value, PlaceLost)
    assert failed.value.retry_after == after
    assert stage.clock.now - began < 2_000


async def test_a_group_that_must_wait_keeps_no_other_waiting(stage: TelegramStage) -> None:
    other = stage.server.world.add_group("Otra")
    stage.server.fail("sendMessage", Refusal(429, "Too Many Requests", retry_after=600))
    with pytest.raises(DeliveryFailed):
        await stage.service.deliverer.place(row(stage))
    began = stage.clock.now
    assert (await bring(stage, row(stage, address=other.id))).text == "hola"
    assert stage.clock.now - began <= 1_000


async def test_a_message_for_a_topic_stands_in_it(stage: TelegramStage) -> None:
    forum = stage.server.world.add_group("Foro", forum=True)
    topic = stage.server.world.add_topic(forum, 9)
    message = await bring(stage, row(stage, address=f"{forum.id}:{topic}"))
    assert message.body["message_thread_id"] == topic


async def test_a_private_place_is_the_members_chat(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start())
    await bring(stage, row(stage, address=f"dm:{ana.id}", home="dm"))
    assert ana.private.posted[-1].text == "hola"


async def test_a_message_that_finds_its_group_moved_follows_it(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    group = stage.server.world.add_group("Plaza", kind="group")
    ana.chat = group
    await stage.hear(ana.start(), ana.say("/duel_new El mar ends:2h", group))
    grown = stage.server.world.upgrade(group)
    await stage.work()
    stage.clock.advance(MINUTE)
    await stage.work()
    assert "El mar" in grown.posted[-1].text
    query = select(places.c.address).where(places.c.home == str(grown.id))
    assert await stage.app.db.read(lambda c: c.execute(query).scalars().all()) == [str(grown.id)]


async def test_the_outbox_records_a_lost_place_and_goes_on_elsewhere(
    stage: TelegramStage,
) -> None:
    await stage.hear(stage.person("ana").start())
    await stage.say("ana", "/duel_new El mar ends:2h")
    stage.group.bot = "kicked"
    other = stage.server.world.add_group("Otra")
    bruno = stage.person("bruno", chat=other)
    await stage.hear(bruno.start())
    await stage.say("bruno", "/duel_new La noche ends:2h", other)
    await stage.work()
    assert "La noche" in other.posted[-1].text
    query = select(places.c.lost_at).where(places.c.address == str(stage.group.id))
    assert await stage.app.db.read(lambda c: c.execute(query).scalar()) is not None
    states = await stage.app.db.read(lambda c: set(c.execute(select(outbox.c.state)).scalars()))
    assert states <= {"delivered", "failed"}


async def test_nothing_is_delivered_before_the_login(stage: TelegramStage) -> None:
    stage.service.deliverer._app = None
    with pytest.raises(DeliveryFailed):
        await stage.service.deliverer.place(row(stage))
