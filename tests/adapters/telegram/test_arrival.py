"""Coming to a group, leaving it, and being muted there for a while."""

from __future__ import annotations

from sqlalchemy import select

from plumas_core.clock import DAY
from plumas_core.storage.tables.duels import duels
from plumas_core.storage.tables.people import places
from tests.standins.telegram_rules import Refusal
from tests.support.telegram import TelegramStage, button, words

MUTED = Refusal(400, "Bad Request: not enough rights to send text messages to the chat")


async def is_lost(stage: TelegramStage) -> bool:
    query = select(places.c.lost_at).where(places.c.address == str(stage.group.id))
    return await stage.app.db.read(lambda c: c.execute(query).scalar()) is not None


async def stand(stage: TelegramStage, before: str, after: str) -> None:
    """Let an administrator change what the bot may do in the group."""
    await stage.hear(stage.person("admin").change_bot(before, after))


async def mute(stage: TelegramStage) -> None:
    """Open a duel whose card is refused, since the bot may not write in the group."""
    await stage.hear(stage.person("ana").start(), stage.person("ana").say("/duel_list"))
    await stage.say("ana", "/duel_new El mar ends:2h")
    before = len(stage.group.posted)
    stage.server.fail("sendMessage", MUTED)
    await stage.work()
    assert len(stage.group.posted) == before
    assert await is_lost(stage)


async def test_the_operator_approves_a_group_by_a_button_and_it_is_told(
    stage: TelegramStage,
) -> None:
    op = stage.person("op")
    await stage.hear(op.start(), stage.person("ana").add_bot())
    await stage.work()
    assert "pool is empty" in words(stage.group.posted)
    await stage.press("op", button(op.private.posted, "approve"))
    await stage.work()
    assert "500.00" in words(stage.group.posted)
    assert "500.00" in words(await stage.say("op", "/credits pool"))


async def test_the_operator_is_asked_once_of_a_group_and_never_of_an_approved_one(
    stage: TelegramStage,
) -> None:
    op, ana = stage.person("op"), stage.person("ana")
    await stage.hear(op.start(), ana.add_bot(), ana.kick_bot(), ana.add_bot())
    await stage.work()
    assert len([one for one in op.private.posted if "/approve" in one.text]) == 1
    await stage.press("op", button(op.private.posted, "approve"))
    await stage.hear(ana.kick_bot(), ana.add_bot())
    await stage.work()
    assert len([one for one in op.private.posted if "/approve" in one.text]) == 1
    assert "pool is empty" not in stage.group.posted[-1].text


async def test_a_duel_opened_in_the_supergroup_first_is_one_of_the_groups(
    stage: TelegramStage,
) -> None:
    ana, op = stage.person("ana"), stage.person("op")
    group = stage.server.world.add_group("Plaza", kind="group")
    ana.chat = group
    await stage.hear(ana.start(), op.start(), op.say("/grant 50 pool", group))
    await stage.hear(ana.say("/duel_new La noche ends:2h", group))
    grown, told = ana.upgrade(group)
    await stage.hear(ana.say("/duel_new El mar ends:2h", grown))
    await stage.hear(op.say("/grant 7 pool", grown), *told)
    await stage.work()
    listed = words(await stage.say("ana", "/duel_list", grown))
    assert "La noche" in listed
    assert "El mar" in listed
    assert "57.00" in words(await stage.say("ana", "/credits pool", grown))
    query = select(duels.c.number).order_by(duels.c.number)
    assert await stage.app.db.read(lambda c: c.execute(query).scalars().all()) == [1, 2]


async def test_what_was_owed_while_the_bot_was_muted_comes_when_it_may_speak_again(
    stage: TelegramStage,
) -> None:
    await mute(stage)
    await stand(stage, "restricted", "administrator")
    await stage.work()
    assert not await is_lost(stage)
    assert "El mar" in words(stage.group.posted[-1:])


async def test_what_was_owed_comes_when_the_bot_is_brought_back(stage: TelegramStage) -> None:
    await mute(stage)
    await stage.hear(stage.person("admin").add_bot())
    await stage.work()
    assert "El mar" in words(stage.group.posted)


async def test_a_bot_that_is_muted_may_not_speak_again(stage: TelegramStage) -> None:
    await mute(stage)
    await stand(stage, "member", "restricted")
    assert await is_lost(stage)


async def test_what_was_owed_shows_what_it_says_by_now(stage: TelegramStage) -> None:
    await mute(stage)
    await stage.say("ana", "/duel_cancel")
    await stand(stage, "restricted", "administrator")
    await stage.work()
    cards = [one.text for one in stage.group.posted if "El mar" in one.text]
    assert "Cancelled" in cards[0]


async def test_what_is_old_is_owed_no_more(stage: TelegramStage) -> None:
    await mute(stage)
    stage.clock.advance(3 * DAY)
    await stand(stage, "restricted", "administrator")
    await stage.work()
    assert not [one for one in stage.group.posted if one.codes and "El mar" in one.text]
