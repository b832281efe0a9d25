"""Messages of the outbox on Discord: posted once, edited freely, and what refusals mean."""

from __future__ import annotations

from dataclasses import replace

import pytest

from plumas_core.commands.reply import Field, Fields, Reply, Thread, Title, Verse, note
from plumas_core.delivery.outbox import DeliveryFailed, Mention, OutboxRow, PlaceLost
from tests.standins.discord_rest import Refusal
from tests.support.discord import DiscordStage, words


def row(stage: DiscordStage, **changes: object) -> OutboxRow:
    made = OutboxRow(
        id=1,
        ref="abc123",
        platform="discord",
        home="8",
        address=stage.channel,
        reply=note("Hola a *todos*"),
        mentions=(),
        created_at=0,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # each test changes what it likes


async def test_only_those_named_are_notified(stage: DiscordStage) -> None:
    mentions = (Mention("700000000000000001", "ana"), Mention("700000000000000002", "bruno"))
    hostile = row(stage, mentions=mentions, reply=note("@everyone <@700000000000000003>"))
    external = await stage.service.deliverer.place(hostile)
    await stage.service.deliverer.edit(external, hostile)
    (message,) = stage.posted()
    assert message["notified"] == [one.external_id for one in mentions]
    assert message["content"] == "<@700000000000000001> <@700000000000000002>"


async def test_placing_twice_posts_once(stage: DiscordStage) -> None:
    deliverer = stage.service.deliverer
    assert await deliverer.place(row(stage)) == await deliverer.place(row(stage))
    assert len(stage.posted()) == 1


async def test_an_edit_may_be_repeated_and_leaves_no_reference(stage: DiscordStage) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(row(stage))
    for _ in range(2):
        await deliverer.edit(external, row(stage))
    (message,) = stage.posted()
    assert words(message).strip() == "Hola a *todos*"


async def test_a_message_that_was_placed_before_a_death_is_found(stage: DiscordStage) -> None:
    deliverer = stage.service.deliverer
    for number in range(150):
        await deliverer.place(row(stage, ref=f"other{number}"))
    external = await deliverer.place(row(stage))
    assert await deliverer.find_own(row(stage)) == external
    assert await deliverer.find_own(row(stage, ref="never")) is None


async def test_a_members_message_with_the_reference_is_not_taken_for_ours(
    stage: DiscordStage,
) -> None:
    await stage.service.deliverer.place(row(stage))
    stage.posted()[0]["author"] = stage.person("ana").user
    assert await stage.service.deliverer.find_own(row(stage)) is None


@pytest.mark.parametrize("trouble", ["forbidden", "gone"])
async def test_a_place_where_nothing_can_be_said_is_lost(stage: DiscordStage, trouble: str) -> None:
    if trouble == "gone":
        del stage.server.channels[stage.channel]
    else:
        stage.server.channels[stage.channel]["forbidden"] = True
    with pytest.raises(PlaceLost):
        await stage.service.deliverer.place(row(stage))


async def test_closed_private_messages_are_a_lost_place(stage: DiscordStage) -> None:
    stage.server.closed_dms.add("700000000000000009")
    with pytest.raises(PlaceLost):
        await stage.service.deliverer.place(row(stage, address="dm:700000000000000009"))


async def test_a_private_message_reaches_its_member(stage: DiscordStage) -> None:
    private = row(stage, address="dm:700000000000000009")
    external = await stage.service.deliverer.place(private)
    await stage.service.deliverer.edit(external, private)
    number = next(one["id"] for one in stage.server.channels.values() if one.get("recipient"))
    assert "Hola" in words(stage.server.messages[number][0])


async def test_an_archived_thread_is_opened_again_for_an_edit(stage: DiscordStage) -> None:
    external = await stage.service.deliverer.place(row(stage))
    stage.server.channels[stage.channel]["archived"] = True
    await stage.service.deliverer.edit(external, row(stage))
    assert "Hola" in words(stage.posted()[0])


async def test_a_message_that_somebody_deleted_holds_up_nothing(stage: DiscordStage) -> None:
    external = await stage.service.deliverer.place(row(stage))
    stage.posted().clear()
    await stage.service.deliverer.edit(external, row(stage))
    assert stage.posted() == []


async def test_content_that_discord_refuses_comes_as_a_file(stage: DiscordStage) -> None:
    external = await stage.service.deliverer.place(row(stage))
    stage.server.fail("PATCH /channels", Refusal(400, 50035, "Invalid Form Body"))
    await stage.service.deliverer.edit(external, row(stage))
    (file,) = stage.posted()[0]["attachments"]
    assert file["filename"] == "duelo.txt"


async def test_a_long_wait_is_left_to_the_outbox(stage: DiscordStage) -> None:
    stage.server.fail("POST /channels", Refusal(429, 0, "slow down", retry_after=90.0))
    with pytest.raises(DeliveryFailed) as caught:
        await stage.service.deliverer.place(row(stage))
    assert caught.value.retry_after == 90.0
    assert not isinstance(caught.value, PlaceLost)


async def test_a_short_wait_is_waited_for(stage: DiscordStage) -> None:
    stage.server.fail("POST /channels", Refusal(429, 0, "slow down", retry_after=0.01))
    await stage.service.deliverer.place(row(stage))
    assert len(stage.posted()) == 1


async def test_a_discord_that_cannot_be_reached_is_tried_again_later(stage: DiscordStage) -> None:
    stage.server.fail("POST /channels", Refusal(503, 0, "down"))
    with pytest.raises(DeliveryFailed) as caught:
        await stage.service.deliverer.place(row(stage))
    assert not isinstance(caught.value, PlaceLost)


async def test_a_lost_channel_does_not_stall_the_others(stage: DiscordStage) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    other = stage.server.add_channel()
    stage.person("bruno").channel = other
    await stage.command("bruno", "duel new", theme="La niebla")
    del stage.server.channels[stage.channel]
    await stage.work()
    assert "La niebla" in words(stage.server.messages[other][0])


async def test_a_long_text_is_attached_to_the_edit(stage: DiscordStage) -> None:
    reply = Reply((Title("El faro"), Verse("palabra " * 3_000), Fields((Field("a", ("b",)),))))
    external = await stage.service.deliverer.place(row(stage))
    await stage.service.deliverer.edit(external, row(stage, reply=reply))
    (message,) = stage.posted()
    assert [file["size"] for file in message["attachments"]] == [24_000]
    assert "a: b" in words(message)


THREAD = Thread("El veredicto del duelo", "El veredicto está en el hilo")


def in_thread(stage: DiscordStage, **changes: object) -> OutboxRow:
    mention = Mention("700000000000000001", "ana")
    reply = replace(note("Gana *ana*"), thread=THREAD)
    return row(stage, reply=reply, mentions=(mention,), **changes)


async def deliver(stage: DiscordStage, wished: OutboxRow) -> None:
    external = await stage.service.deliverer.place(wished)
    await stage.service.deliverer.edit(external, wished)


async def test_what_wishes_for_a_thread_is_told_there_below_a_line_that_leads_to_it(
    stage: DiscordStage,
) -> None:
    await deliver(stage, in_thread(stage))
    (line,) = stage.posted()
    assert line["content"] == f"<@700000000000000001> <#{line['id']}>"
    assert line["notified"] == ["700000000000000001"]
    assert "en el hilo" in words(line)
    assert "Gana" not in words(line)
    assert stage.server.channels[line["id"]]["name"] == THREAD.name
    _, told = stage.server.messages[line["id"]]
    assert words(told).strip() == "Gana *ana*"
    assert told["notified"] == []


@pytest.mark.parametrize("route", ["POST /channels", "PATCH /channels"])
@pytest.mark.parametrize("at", range(3))
async def test_a_thread_is_begun_and_filled_once_however_often_it_is_broken_off(
    stage: DiscordStage, route: str, at: int
) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(in_thread(stage))
    refused = Refusal(409, 0, "broken off")
    stage.server.pass_then_fail(route, at, refused)
    for _ in range(2):
        try:
            await deliverer.edit(external, in_thread(stage))
        except DeliveryFailed:
            stage.server.nonces.clear()
    await deliverer.edit(external, in_thread(stage))
    (line,) = stage.posted()
    assert "en el hilo" in words(line)
    _, told = stage.server.messages[line["id"]]
    assert words(told).strip() == "Gana *ana*"


@pytest.mark.parametrize("obstacle", ["threadless", "a thread itself"])
async def test_where_no_thread_can_begin_it_is_told_in_the_place(
    stage: DiscordStage, obstacle: str
) -> None:
    channel = stage.server.channels[stage.channel]
    channel.update({"threadless": True} if obstacle == "threadless" else {"type": 11})
    await deliver(stage, in_thread(stage))
    (message,) = stage.posted()
    assert "Gana *ana*" in words(message)
    assert message["content"] == "<@700000000000000001>"


@pytest.mark.parametrize(
    "refused",
    [
        Refusal(403, 50013, "Missing Permissions"),
        Refusal(403, 50001, "Missing Access"),
        Refusal(400, 160005, "Thread is locked"),
        Refusal(404, 10003, "Unknown Channel"),
    ],
)
async def test_where_nothing_can_be_written_in_the_thread_it_is_told_in_the_place(
    stage: DiscordStage, refused: Refusal
) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(in_thread(stage))
    stage.server.pass_then_fail("POST /channels", 1, refused)
    await deliverer.edit(external, in_thread(stage))
    (message,) = stage.posted()
    assert "Gana *ana*" in words(message)
    assert message["content"] == "<@700000000000000001>"


async def test_a_channel_that_is_lost_after_its_thread_is_lost(stage: DiscordStage) -> None:
    deliverer = stage.service.deliverer
    external = await deliverer.place(in_thread(stage))
    gone = Refusal(403, 50001, "Missing Access")
    stage.server.pass_then_fail("POST /channels", 1, gone)
    stage.server.fail("PATCH /channels", gone)
    with pytest.raises(PlaceLost):
        await deliverer.edit(external, in_thread(stage))


async def test_a_thread_has_a_name_that_discord_takes(stage: DiscordStage) -> None:
    reply = replace(note("Gana ana"), thread=Thread("palabra " * 60, "línea"))
    await deliver(stage, row(stage, reply=reply))
    (line,) = stage.posted()
    assert stage.server.channels[line["id"]]["name"].startswith("palabra palabra")
