"""What members decide for themselves: to be mentioned or not, and which of their texts enter."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, select

from plumas_core.commands import duel_enter
from plumas_core.commands.choices import choices, find_chooser
from plumas_core.commands.reply import Reply
from plumas_core.duels.earlier import BEGINNING, EarlierText, earlier_texts
from plumas_core.storage.tables.duels import duels, entries
from tests.support.speaker import said
from tests.support.stage import Stage

POEMS = {
    "ana": "La luz se fue antes que el barco.",
    "bruno": "El farero contaba olas.",
    "carla": "Una gaviota sabe el nombre.",
}


async def play(stage: Stage, theme: str = "El faro") -> None:
    """Let a duel be opened and entered by three members."""
    await stage.say("host", f"/duel new {theme} panel:offline-3 ends:10m")
    for who, poem in POEMS.items():
        await stage.say(who, f"/duel enter {poem}")


async def ended(stage: Stage) -> None:
    async def states() -> set[str]:
        return {row["state"] for row in await stage.rows(select(duels.c.state))}

    for _ in range(200):
        if await states() <= {"verdict"}:
            return
        await stage.pass_time(10 * 60_000, 5 * 60_000)
    raise AssertionError("the duel does not end")


async def entry_texts(stage: Stage, state: str = "entered") -> list[tuple[str, str, str | None]]:
    rows = await stage.rows(select(entries).where(entries.c.state == state))
    return [(row["byline"], row["text"], row["title"]) for row in rows]


async def offered(stage: Stage, who: str) -> dict[str, str]:
    """Return the earlier texts that a member is offered, by their labels."""

    found = await stage.app.db.read(
        lambda c: choices(stage.app, c, "text", find_chooser(c, "console", who, "console", "en"))
    )
    return {one.label: one.value for one in found}


async def test_a_verdict_mentions_those_who_entered_but_for_whoever_does_not_want_it(
    stage: Stage,
) -> None:
    await play(stage)
    off = await stage.say("bruno", "/mentions off")
    assert "mentions you nowhere" in stage.text(off)
    await ended(stage)
    (verdict,) = stage.messages("the verdict")
    assert verdict.mentions == ("ana", "carla")


async def test_the_confirmation_of_an_entry_offers_to_be_mentioned_no_more(stage: Stage) -> None:
    await play(stage)
    reply = await stage.say("ana", "/duel enter Otra luz.")
    (button,) = [one for one in reply.buttons if one.action == "mentions"]
    on_again = (await stage.press("ana", button)).buttons
    again = await stage.say("ana", "/duel enter Y otra más.")
    assert [one for one in again.buttons if one.action == "mentions"] == []
    assert "mentions you when" in stage.text(await stage.press("ana", on_again[0]))


async def test_a_choice_that_no_button_stands_for_changes_nothing(stage: Stage) -> None:
    assert said(await stage.press("ana", "mentions:never"))
    assert "mentions you when" in stage.text(await stage.say("ana", "/mentions"))


async def test_an_earlier_text_enters_another_duel_with_its_title(stage: Stage) -> None:
    await play(stage)
    await stage.say("ana", '/duel enter "La luz vuelve." title:Adiós')
    await ended(stage)
    await stage.say("host", "/duel new La niebla panel:offline-3 ends:10m")
    mine = await offered(stage, "ana")
    assert list(mine) == [
        "Adiós · duel #1 · 3 words",
        "La luz se fue antes que el barco. · duel #1 · 8 words",
    ]
    await stage.say("ana", f"/duel enter earlier:{mine['Adiós · duel #1 · 3 words']}")
    assert (await entry_texts(stage))[-1] == ("ana", "La luz vuelve.", "Adiós")


async def test_what_write_wrote_enters_as_an_ais(stage: Stage) -> None:
    await stage.say("ana", "/write un faro")
    await stage.say("host", "/duel new El faro panel:offline-3 ends:10m")
    ((label, value),) = (await offered(stage, "ana")).items()
    assert "an AI text" in label
    reply = await stage.say("ana", f"/duel enter earlier:{value}")
    assert "counts among the duel's AI texts" in stage.text(reply)
    (row,) = await stage.rows(select(entries.c.kind))
    assert row["kind"] == "ai"


async def test_another_members_text_is_neither_offered_nor_taken(stage: Stage) -> None:
    await play(stage)
    (value,) = (await offered(stage, "bruno")).values()
    assert value not in (await offered(stage, "ana")).values()
    refused = await stage.say("ana", f"/duel enter earlier:{value}")
    assert "no such text of yours" in said(refused)
    assert POEMS["bruno"] not in stage.text(refused)


async def test_a_form_offers_the_earlier_texts_that_would_fit(stage: Stage) -> None:
    await play(stage)
    await ended(stage)
    await stage.say("host", "/duel new La niebla panel:offline-3 ends:10m max_words:10")
    asked = await stage.say("ana", "/duel enter")
    assert asked.form is not None
    earlier = asked.form.fields[-1]
    assert [one.label for one in earlier.options] == [
        "La luz se fue antes que el barco. · duel #1 · 8 words"
    ]
    code = f"{asked.form.action}:{asked.form.ref}"
    await stage.press("ana", code, {"text": "", "earlier": earlier.options[0].value})
    assert (await entry_texts(stage))[-1][1] == POEMS["ana"]


async def test_long_texts_are_offered_by_their_beginnings_and_entered_whole(stage: Stage) -> None:
    await stage.say("host", "/duel new El faro panel:offline-3 ends:10m")
    long = "La luz se fue. " + " ".join(f"ola{number}" for number in range(300))
    for text in (long, f"{long} y más", long):
        await stage.say("ana", f"/duel enter {text}")
    who = select(entries.c.member_id)
    member = (await stage.rows(who))[0]["member_id"]
    listed = await stage.app.db.read(lambda c: earlier_texts(c, member))
    assert [(one.length, len(one.text)) for one in listed] == [
        (len(long), BEGINNING),
        (len(long) + 6, BEGINNING),
    ]
    _, second = (await offered(stage, "ana")).values()
    await stage.say("ana", f"/duel enter earlier:{second}")
    assert (await entry_texts(stage))[-1][1] == f"{long} y más"


async def test_earlier_texts_are_read_while_others_may_write(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await play(stage)
    reading: list[int] = []

    def looked(c: Connection, member_id: int) -> list[EarlierText]:
        reading.append(c.exec_driver_sql("PRAGMA query_only").scalar_one())
        return earlier_texts(c, member_id)

    monkeypatch.setattr(duel_enter, "earlier_texts", looked)
    assert (await stage.say("ana", "/duel enter")).form is not None
    assert reading == [1]


@pytest.mark.parametrize("given", ['"dos versos" earlier:{id}', "earlier:{id} text:otro"])
async def test_two_texts_at_once_are_refused_and_the_typed_one_given_back(
    stage: Stage, given: str
) -> None:
    await play(stage)
    (value,) = (await offered(stage, "ana")).values()
    refused: Reply = await stage.say("ana", f"/duel enter {given.format(id=value)}")
    assert "Send one of them" in said(refused)
    assert ("dos versos" in stage.text(refused)) or ("otro" in stage.text(refused))
