"""Commands that were sent while the bot was away are told of, and only those."""

from __future__ import annotations

import json

from adapters.telegram.inbox import Delivered, Inbox
from plumas_core.clock import MINUTE
from tests.support.telegram import TelegramStage, words

AWAY = "I was away"


async def test_a_command_that_came_too_late_is_told_of_and_left(stage: TelegramStage) -> None:
    sent = stage.person("ana").say("/duel")
    stage.clock.advance(30 * MINUTE)
    assert await stage.new(sent) == []
    await stage.work()
    assert AWAY in words(stage.group.posted)


async def test_an_old_command_of_another_bot_is_none_of_ours(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    old = [ana.say("/roll 2d6"), ana.say("/start@other_bot")]
    stage.clock.advance(30 * MINUTE)
    await stage.hear(*old)
    await stage.work()
    assert stage.group.posted == []


async def test_a_command_that_waited_with_us_is_carried_out(stage: TelegramStage) -> None:
    """As after a death: it may have been carried out already, and its key tells."""
    sent = stage.person("ana").say("/duel")
    one = Delivered(sent["update_id"], str(stage.group.id), json.dumps(sent), stage.clock())
    inbox = Inbox(stage.service.application.bot.id)
    await stage.app.db.write(lambda c: inbox.receive(c, [one]))
    stage.clock.advance(30 * MINUTE)
    feeder = await stage.feeder()
    await feeder.settled()
    await stage.work()
    assert "/duel_new" in words(stage.group.posted)
    assert AWAY not in words(stage.group.posted)


async def test_a_forum_is_told_once_whatever_its_topics(stage: TelegramStage) -> None:
    forum = stage.server.world.add_group("Foro", forum=True)
    ana = stage.person("ana")
    for topic in (17, 18):
        stage.server.world.add_topic(forum, topic)
    old = [ana.say("/duel", forum, thread=topic) for topic in (17, 18)]
    stage.clock.advance(30 * MINUTE)
    await stage.hear(*old)
    await stage.work()
    assert [AWAY in one.text for one in forum.posted] == [True]
