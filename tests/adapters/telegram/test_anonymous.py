"""Administrators who speak in their group's name: they administer, and nobody pays the group."""

from __future__ import annotations

from sqlalchemy import func, select

from plumas_core.storage.tables.ledger import transfers
from tests.standins.telegram_people import Person
from tests.support.telegram import TelegramStage, words


def ghost(stage: TelegramStage) -> Person:
    person = stage.person("ghost", anonymous=True)
    person.promote()
    return person


async def link_of(stage: TelegramStage, line: str) -> str:
    """Type a command in the group's name; return the link that leads to its answer."""
    (word,) = await stage.say("ghost", line)
    return str(word.buttons[0]["url"])


async def test_an_answer_to_the_group_is_read_in_private_by_its_administrators(
    stage: TelegramStage,
) -> None:
    person = ghost(stage)
    link = await link_of(stage, "/settings")
    read = await stage.new(person.follow(link))
    assert "Time zone" in words(read)


async def test_an_answer_to_the_group_is_kept_from_its_other_members(
    stage: TelegramStage,
) -> None:
    ghost(stage)
    link = await link_of(stage, "/settings")
    assert "somebody else" in words(await stage.new(stage.person("ana").follow(link)))


async def test_a_question_to_the_group_is_answered_by_an_administrators_press(
    stage: TelegramStage,
) -> None:
    ghost(stage)
    (asked,) = await stage.say("ghost", "/model_disable")
    await stage.press("ghost", asked.codes[0])
    assert "it is now off" in asked.text


async def test_a_question_to_the_group_is_not_answered_by_a_members_press(
    stage: TelegramStage,
) -> None:
    ghost(stage)
    (asked,) = await stage.say("ghost", "/model_disable")
    pressed, new = await stage.press("ana", asked.codes[0])
    assert new == []
    assert pressed.answer is not None
    assert "not your question" in pressed.answer["text"]


async def test_nobody_can_give_credits_to_a_groups_name(stage: TelegramStage) -> None:
    ghost(stage)
    op = stage.person("op")
    await stage.hear(op.start())
    await stage.say("ghost", "/model_disable offline-pluma")
    for name in (str(stage.group.id), stage.group.title):
        refused = await stage.say("op", f'/grant 5 "{name}"')
        assert "❌" in words(refused), name
    (asked,) = await stage.say("op", "/grant 5", op.private)
    assert stage.group.title not in [one["text"] for one in asked.buttons]
    count = select(func.count()).select_from(transfers)
    assert await stage.app.db.read(lambda c: c.execute(count).scalar()) == 0
