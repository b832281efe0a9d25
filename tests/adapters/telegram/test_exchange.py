"""An answer that takes its time: typing, a stream, a stop, and what is said once in the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from sqlalchemy import select
from telegram import Update

from adapters.telegram.events import Spot
from adapters.telegram.exchange import Exchange, Pace
from adapters.telegram.office import Office
from plumas_core.clock import MINUTE
from plumas_core.commands.identity import Event
from plumas_core.commands.reply import Button, Note, Reply, Verse, note
from plumas_core.storage.tables.work import writings
from plumas_core.writing.cut import UNSHOWN
from tests.standins.telegram_people import Person
from tests.standins.telegram_rules import Refusal
from tests.standins.telegram_world import Chat, Message
from tests.support.telegram import TelegramStage, open_telegram

QUICK = Pace(first_sign=0.0, typing=0.02, private_edits=0.0, group_edits=0.0, hold=0.05)
MOST_TURNS = 2_000_000
STOP = Button("stop", "1", "Stop", "danger")


class Script:
    """Replies that come one by one, each when the test wants it."""

    def __init__(self, stage: TelegramStage, person: Person) -> None:
        self.stage = stage
        self.person = person
        self.settled = 0
        self._replies: asyncio.Queue[Reply | None] = asyncio.Queue()

    @property
    def office(self) -> Office:
        assert self.stage.service.adapter is not None
        return self.stage.service.adapter.office

    def begin(self, chat: Chat) -> asyncio.Task[None]:
        return asyncio.create_task(self.answer(chat))

    async def answer(self, chat: Chat) -> None:
        spot = Spot(chat.id)
        event = Event(
            platform="telegram",
            account_id=str(self.person.id),
            account_name=self.person.name,
            home="dm" if spot.private else str(chat.id),
            home_name="La Tertulia",
            address=spot.address,
            key="telegram:1",
        )
        exchange = Exchange(self.office, event, spot, self._settle, draft=5)
        await exchange.answer(self._come(), "public")

    async def _settle(self) -> None:
        self.settled += 1

    async def _come(self) -> AsyncIterator[Reply]:
        while (reply := await self._replies.get()) is not None:
            yield reply

    def grow(self, text: str) -> None:
        self._replies.put_nowait(Reply((Verse(text),), buttons=(STOP,)))

    def end(self, reply: Reply) -> None:
        self._replies.put_nowait(reply)
        self._replies.put_nowait(None)

    async def over(self, answering: asyncio.Task[None]) -> None:
        await answering
        await self.office.close()


async def happens(done: Callable[[], bool]) -> None:
    """Let others run until something is so."""
    for _ in range(MOST_TURNS):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not happen")


async def typing(chat: Chat, times: int) -> None:
    """Wait until the chat was shown so many signs that somebody works."""
    await happens(lambda: len(chat.actions) >= times)


async def until(chat: Chat, text: str) -> Message:
    """Wait until the bot's last message shows a text."""
    await happens(lambda: bool(chat.posted) and text in chat.posted[-1].text)
    return chat.posted[-1]


@pytest.fixture
async def script(db_path: Path, tmp_path: Path) -> AsyncIterator[Script]:
    async with open_telegram(tmp_path, pace=QUICK) as stage:
        ana = stage.person("ana")
        await stage.hear(ana.start(), ana.say("/duel_list"))
        stage.clock.advance(60_000)
        yield Script(stage, ana)
        assert stage.server.refused == []


async def test_typing_is_shown_while_nothing_is_there_yet(script: Script) -> None:
    answering = script.begin(script.stage.group)
    await happens(lambda: len(script.stage.group.actions) >= 3)
    script.end(note("fin"))
    await script.over(answering)
    assert set(script.stage.group.actions) == {"typing"}
    assert script.stage.group.posted[-1].text == "fin"


async def test_a_quick_answer_is_one_call_without_typing(script: Script) -> None:
    asked = len(script.stage.server.asked)
    answering = script.begin(script.stage.group)
    script.end(note("fin"))
    await script.over(answering)
    assert [name for name, _ in script.stage.server.asked[asked:]] == ["sendMessage"]


async def test_a_text_grows_in_one_message_of_the_group(script: Script) -> None:
    group = script.stage.group
    before = len(group.posted)
    answering = script.begin(group)
    script.grow("uno")
    first = await until(group, "uno")
    assert first.codes == ["stop:1"]
    script.stage.clock.advance(3_000)
    script.grow("uno dos")
    await until(group, "uno dos")
    script.stage.clock.advance(3_000)
    script.end(Reply((Verse("uno dos tres"),)))
    await script.over(answering)
    assert [one.text for one in group.posted[before:]] == ["uno dos tres"]
    assert group.posted[-1].codes == []


async def test_the_chat_goes_on_while_a_text_grows(script: Script) -> None:
    stage, group = script.stage, script.stage.group
    lane = str(group.id)
    processor = stage.service.processor
    update = Update.de_json(script.person.say("/help", group), stage.service.application.bot)
    growing = asyncio.create_task(processor.process_update(update, script.answer(group)))
    feeder = await stage.feeder()
    other = stage.person("bruno").say("/help")
    await feeder.take([other])
    await asyncio.sleep(0)
    assert processor.waiting(lane) == 2
    script.grow("uno")
    await feeder.settled()
    assert "bruno" in group.posted[-1].text
    assert not growing.done()
    script.end(Reply((Verse("fin"),)))
    await growing
    assert processor.waiting(lane) == 0


async def test_in_private_a_text_is_streamed_as_a_draft_above_its_stop(script: Script) -> None:
    private = script.person.private
    before = len(private.posted)
    answering = script.begin(private)
    script.grow("uno")
    control = await until(private, "Writing")
    assert control.codes == ["stop:1"]
    await happens(lambda: bool(private.drafts[5]))
    script.end(Reply((Verse("uno dos"),)))
    await script.over(answering)
    assert private.drafts[5][0] == "uno"
    assert [one.text for one in private.posted[before:]] == ["uno dos"]


async def test_where_drafts_are_not_taken_edits_stream(script: Script) -> None:
    private = script.person.private
    before = len(private.posted)
    refusal = Refusal(404, "Not Found: method not found")
    script.stage.server.fail("sendMessageDraft", *[refusal] * 9)
    answering = script.begin(private)
    script.grow("uno")
    await until(private, "Writing")
    await happens(lambda: script.stage.server.count("sendMessageDraft") > 0)
    script.stage.clock.advance(3_000)
    script.grow("uno dos")
    await until(private, "uno dos")
    script.end(Reply((Verse("fin"),)))
    await script.over(answering)
    assert [one.text for one in private.posted[before:]] == ["fin"]


async def test_an_update_is_marked_before_anything_is_said(script: Script) -> None:
    answering = script.begin(script.stage.group)
    script.grow("uno")
    await until(script.stage.group, "uno")
    assert script.settled == 1
    script.end(note("fin"))
    await script.over(answering)


async def test_an_answer_that_turns_out_private_leaves_the_group(script: Script) -> None:
    group = script.stage.group
    before = len(group.posted)
    answering = script.begin(group)
    script.grow("uno")
    await until(group, "uno")
    script.end(Reply((Verse("secreto"),), visibility="private"))
    await script.over(answering)
    (word,) = group.posted[before:]
    assert "private chat" in word.text
    assert word.codes == []
    assert script.person.private.posted[-1].text == "secreto"


async def test_of_an_answer_in_private_the_group_reads_a_word(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start())
    before = len(stage.group.posted)
    await stage.say("ana", "/credits@plumas_bot")
    (word,) = stage.group.posted[before:]
    assert "ana, the answer is in our private chat" in word.text
    assert "0.00" in ana.private.posted[-1].text


async def test_an_answer_in_private_that_is_in_doubt_is_led_to(stage: TelegramStage) -> None:
    ana = stage.person("ana")
    await stage.hear(ana.start())
    stage.server.fail("sendMessage", "lost request")
    await stage.say("ana", "/credits@plumas_bot")
    await stage.hear(ana.follow(stage.group.posted[-1].buttons[0]["url"]))
    assert "0.00" in ana.private.posted[-1].text


async def test_a_refusal_is_said_where_it_was_asked(script: Script) -> None:
    answering = script.begin(script.stage.group)
    script.end(Reply((Note("así no", "error"),), visibility="private"))
    await script.over(answering)
    assert "así no" in script.stage.group.posted[-1].text


async def test_what_is_missing_in_a_wallet_is_not_said_in_the_group(stage: TelegramStage) -> None:
    await stage.hear(stage.person("ana").start())
    before = len(stage.group.posted)
    await stage.say("ana", "/give 500 pool")
    assert not any("500" in one.text for one in stage.group.posted[before:])
    assert "500.00 credits are needed" in stage.person("ana").private.posted[-1].text


async def test_a_long_text_comes_in_several_messages_with_its_buttons_last(
    script: Script,
) -> None:
    group = script.stage.group
    before = len(group.posted)
    answering = script.begin(group)
    paragraphs = "\n\n".join(f"{number} " + "palabra " * 100 for number in range(12))
    script.end(Reply((Verse(paragraphs),), buttons=(STOP,)))
    await script.over(answering)
    pages = group.posted[before:]
    assert len(pages) == 3
    assert [one.codes for one in pages] == [[], [], ["stop:1"]]
    assert "\n\n".join(one.text for one in pages).split() == paragraphs.split()


async def test_a_draft_whose_sending_is_in_doubt_is_followed_by_the_end_alone(
    script: Script,
) -> None:
    group, server = script.stage.group, script.stage.server
    before = len(group.posted)
    server.fail("sendMessage", "lost answer")
    answering = script.begin(group)
    script.grow("uno")
    await until(group, "uno")
    for text in ("uno dos", "uno dos tres"):
        script.stage.clock.advance(3_000)
        script.grow(text)
        await typing(group, len(group.actions) + 2)
    script.end(note("fin"))
    await script.over(answering)
    assert [one.text for one in group.posted[before:]] == ["uno", "fin"]


async def test_a_last_edit_that_fails_is_made_again(script: Script) -> None:
    group = script.stage.group
    answering = script.begin(group)
    script.grow("uno")
    await until(group, "uno")
    faults = [Refusal(502, "Bad Gateway"), Refusal(500, "Internal Server Error")]
    script.stage.server.fail("editMessageText", *faults)
    script.end(note("fin"))
    await script.over(answering)
    assert group.posted[-1].text == "fin"
    assert group.posted[-1].codes == []


async def test_a_last_edit_that_fails_for_long_is_made_by_the_outbox(script: Script) -> None:
    group = script.stage.group
    before = len(group.posted)
    answering = script.begin(group)
    script.grow("uno")
    await until(group, "uno")
    faults = [Refusal(502, "Bad Gateway")] * (len(QUICK.repeats) + 1)
    script.stage.server.fail("editMessageText", *faults)
    script.end(note("fin"))
    await script.over(answering)
    assert group.posted[-1].codes == ["stop:1"]
    await script.stage.work()
    assert [one.text for one in group.posted[before:]] == ["fin"]
    assert group.posted[-1].codes == []


async def test_a_message_that_is_gone_by_its_second_edit_is_said_anew(script: Script) -> None:
    group = script.stage.group
    answering = script.begin(group)
    script.grow("uno")
    first = await until(group, "uno")
    gone = Refusal(400, "Bad Request: message to edit not found")
    script.stage.server.fail("editMessageText", Refusal(502, "Bad Gateway"), gone)
    script.end(note("fin"))
    await script.over(answering)
    assert group.posted[-1].text == "fin"
    assert group.posted[-1].id != first.id


async def test_in_private_no_message_goes_on_saying_that_a_text_is_written(
    script: Script,
) -> None:
    private = script.person.private
    before = len(private.posted)
    answering = script.begin(private)
    script.grow("uno")
    await until(private, "Writing")
    script.stage.server.fail("sendMessage", Refusal(502, "Bad Gateway"))
    script.end(Reply((Verse("fin"),)))
    await script.over(answering)
    await script.stage.work()
    assert [one.text for one in private.posted[before:]] == ["fin"]
    assert private.posted[-1].codes == []


async def test_an_answer_that_cannot_be_said_marks_the_place_as_lost(script: Script) -> None:
    script.stage.server.fail("sendMessage", Refusal(403, "Forbidden: bot was kicked"))
    answering = script.begin(script.stage.group)
    script.end(note("fin"))
    await script.over(answering)


async def funded(stage: TelegramStage) -> int:
    """Let ana be able to pay; return how much has been posted by then."""
    await stage.hear(stage.person("ana").start())
    await stage.say("op", "/grant 50 pool")
    stage.clock.advance(MINUTE)
    return len(stage.group.posted)


async def written(stage: TelegramStage) -> str:
    """Return the one text that was paid for."""
    query = select(writings.c.text).where(writings.c.state == "done")
    return str(await stage.app.db.read(lambda c: c.execute(query).scalar_one()))


async def test_a_paid_text_that_could_not_be_shown_is_shown_later(stage: TelegramStage) -> None:
    before = await funded(stage)
    stage.server.fail("sendMessage", Refusal(500, "Internal Server Error"))
    await stage.say("ana", "/write una carta al mar")
    assert len(stage.group.posted) == before
    text = await written(stage)
    stage.clock.advance(UNSHOWN + MINUTE)
    await stage.work()
    assert text.strip() in stage.group.posted[-1].text


async def test_a_paid_text_that_was_shown_is_not_shown_again(stage: TelegramStage) -> None:
    before = await funded(stage)
    await stage.say("ana", "/write una carta al mar")
    text = await written(stage)
    stage.clock.advance(UNSHOWN + MINUTE)
    await stage.work()
    assert [text.strip() in one.text for one in stage.group.posted[before:]] == [True]


async def test_an_answer_follows_a_group_that_moved(script: Script) -> None:
    group = script.stage.server.world.add_group("Plaza", kind="group")
    script.person.chat = group
    await script.stage.hear(script.person.say("/duel_list", group))
    grown = script.stage.server.world.upgrade(group)
    answering = script.begin(group)
    script.end(note("fin"))
    await script.over(answering)
    assert grown.posted[-1].text == "fin"
