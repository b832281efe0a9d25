"""Conversations on the console, through the whole program."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.console import heard, talk

DUEL = '/duel new "El faro" panel:offline-3 ends:1h'


async def test_a_private_reply_goes_to_its_member_and_a_public_one_to_the_channel(
    folder: Path,
) -> None:
    reply, card, *_ = await heard(folder, f"m1> {DUEL}")
    assert (reply["to"], reply["visibility"], reply["command"]) == ("m1", "private", "/duel new")
    assert (card["to"], card["visibility"], card["command"]) == ("main", "public", None)
    assert card["ref"] == reply["ref"]
    assert card["buttons"][0]["action"] == "enter"


async def test_a_channel_and_private_talk_are_places_of_their_own(folder: Path) -> None:
    replies = await heard(folder, f"m1@poems> {DUEL}\nm1@dm> /duel list")
    assert {reply["to"] for reply in replies} == {"m1", "poems"}


async def test_a_button_is_pressed_by_its_number_its_action_or_its_code(folder: Path) -> None:
    replies = await heard(
        folder, f"m1> {DUEL}\nm2> press 1\nm2> 1\nm2> press enter\nm2> press status"
    )
    pressed = [(reply["to"], reply["command"]) for reply in replies if reply["to"] == "m2"]
    assert pressed == [("m2", "enter"), ("m2", "enter"), ("m2", "enter"), ("m2", "status")]


async def test_a_button_that_nobody_was_shown_is_refused(folder: Path) -> None:
    (reply,) = await heard(folder, "m1> press 3")
    assert "There is no button" in reply["text"]


async def test_a_form_is_answered_in_a_script_and_the_poem_keeps_its_lines(
    folder: Path,
) -> None:
    replies = await heard(
        folder,
        f"""m1> {DUEL}
m2> press enter
= title: Sal
= text: "La luz
    se   apaga:
        nada"
m2> /duel status""",
    )
    entered = next(reply for reply in replies if reply["command"] == "submit")
    assert "Sal\nLa luz\n    se   apaga:\n        nada" in entered["text"]


async def test_a_form_may_be_sent_by_a_line_of_its_own(folder: Path) -> None:
    replies = await heard(folder, f"m1> {DUEL}\nm2> press enter\n= text: uno\n=")
    assert any(reply["command"] == "submit" for reply in replies)


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ("= title: Sal\n=", "text"),
        ("= color: red\n=", "color"),
        (f"= text: {'a' * 4001}\n=", "4,000"),
    ],
)
async def test_an_answer_that_does_not_fit_is_named(folder: Path, answers: str, words: str) -> None:
    replies = await heard(folder, f"m1> {DUEL}\nm2> press enter\n{answers}")
    refused = [reply for reply in replies if reply["to"] == "m2"][1]
    assert words in refused["text"]


async def test_an_answer_without_a_form_is_refused(folder: Path) -> None:
    (reply,) = await heard(folder, "= text: uno")
    assert "There is no form" in reply["text"]


async def test_a_text_may_come_from_a_file(folder: Path) -> None:
    poem = folder / "un poema.txt"
    poem.write_bytes("  La luz\r\n   se apaga\r\n".encode("cp1252"))
    replies = await heard(folder, f'm1> {DUEL}\nm2> /duel enter file:"{poem}"')
    assert any("  La luz\n   se apaga" in reply["text"] for reply in replies)


@pytest.mark.parametrize("name", ["nothing.txt", ".", "\0"])
async def test_a_file_that_cannot_be_read_is_refused(folder: Path, name: str) -> None:
    replies = await heard(folder, f'm1> {DUEL}\nm2> /duel enter file:"{folder / name}"')
    refused = next(reply for reply in replies if reply["to"] == "m2")
    assert "cannot be read" in refused["text"]


async def test_a_line_that_is_no_command_is_explained(folder: Path) -> None:
    chat, near, unknown = await heard(folder, "m1> hola\nm1> /duel\nm1> /xyzzy\nm1>")
    assert "A line is a command" in chat["text"]
    assert "/duel new" in near["text"]
    assert "/xyzzy" in unknown["text"]
    assert {reply["visibility"] for reply in (chat, near, unknown)} == {"private"}


async def test_who_speaks_stays_until_another_name_stands_alone(folder: Path) -> None:
    replies = await heard(folder, "/help\nm2>\n/help\nm3> /help\n/help")
    assert [reply["to"] for reply in replies] == ["m1", "m2", "m3", "m2"]


async def test_members_read_in_their_languages_and_the_channel_in_its_own(
    folder: Path,
) -> None:
    replies = await heard(
        folder, "m1> /help\nm2> /help\nm3[es]> /help", languages={"m2": "es"}, locale="en"
    )
    titles = [reply["text"].split("\n\n")[1][:15] for reply in replies]
    assert titles[0] != titles[1] == titles[2]


async def test_a_line_delivered_twice_does_its_work_once(folder: Path) -> None:
    script = "op!one> /grant 5 op\nop!one> /grant 5 op\nop> /grant 5 op\nop> /credits"
    replies = await heard(folder, script)
    assert replies[-1]["fields"]["Balance (credits)"] == "10.00"


async def test_a_script_that_runs_again_in_its_session_does_its_work_once(
    folder: Path,
) -> None:
    script = "op> /grant 5 op\nop> /credits"
    first = await heard(folder, script, session="a")
    again = await heard(folder, script, session="a")
    other = await heard(folder, script, session="b")
    balances = [replies[-1]["fields"]["Balance (credits)"] for replies in (first, again, other)]
    assert balances == ["5.00", "5.00", "10.00"]


async def test_time_passes_as_the_script_says(folder: Path) -> None:
    replies = await heard(folder, f"m1> {DUEL}\nwait 30m\nm1> /duel list\nwait 31m\n/duel list")
    states = [reply["table"][0]["State"] for reply in replies if reply["table"]]
    assert states == ["open", "cancelled"]


@pytest.mark.parametrize("span", ["", "soon", "2026-01-01", "-5m"])
async def test_a_wait_that_is_no_span_of_time_is_refused(folder: Path, span: str) -> None:
    replies = await heard(folder, f"wait {span}\n/help")
    assert len(replies) == 2


async def test_a_script_ends_when_everything_that_it_began_has(folder: Path) -> None:
    replies = await heard(folder, '/duel new "Mar" panel:offline-3 ends:14d')
    assert "cancelled" in replies[-1]["text"]
    assert replies[-2]["edited"] is True


async def test_a_later_run_goes_on_where_program_time_had_come(folder: Path) -> None:
    await heard(folder, '/duel new "Mar" panel:offline-3 ends:14d', session="a")
    first, *_ = await heard(folder, '/duel new "Sal" panel:offline-3 ends:1h', session="b")
    listed = (await heard(folder, "/duel list", session="c"))[0]["table"]
    assert "in 1 hour" in first["text"]
    assert [(row["Theme"], row["State"]) for row in listed] == [
        ("Sal", "cancelled"),
        ("Mar", "cancelled"),
    ]


async def test_the_community_is_named_and_its_pool_is_filled_when_it_is_made(
    folder: Path,
) -> None:
    reply, *_ = await heard(folder, "op> /credits pool", name="El Ateneo")
    assert reply["fields"]["Balance (credits)"] == "500.00"


async def test_only_operators_may_grant(folder: Path) -> None:
    denied, granted = await heard(folder, "m1> /grant 5 m1\nop> /grant 5 m1")
    assert "whoever runs the bot" in denied["text"]
    assert granted["fields"] == {"Balance (credits)": "5.00"}


async def test_a_person_reads_who_said_what_and_what_was_answered(folder: Path) -> None:
    text = await talk(folder, f"m1> {DUEL}\nm2> /duel status", as_json=False)
    assert f"\nm1> {DUEL}\n▌ only m1 sees this\n" in text
    assert "\n▌ #main\n▌ Duel #1" in text
    assert re.search(r"\[1\] .+   \[2\] ", text)
    assert "\x1b" not in text


async def test_time_that_runs_by_itself_brings_a_duel_to_its_end(folder: Path) -> None:
    replies = await heard(
        folder,
        '/duel new "Mar" panel:offline-3 ends:10m\nwait 1m\n/duel list',
        virtual=False,
        scale=6_000,
    )
    assert "cancelled" in replies[-1]["text"]


async def test_a_member_at_the_keyboard_can_be_given_credits_before_they_speak(
    folder: Path,
) -> None:
    granted, balance, unknown = await heard(
        folder, "op> /grant 10 m5\nm5> /credits\nop> /grant 10 somebody"
    )
    assert "10.00" in granted["text"]
    assert "10.00" in balance["text"]
    assert "somebody" in unknown["text"]


async def test_a_script_may_wait_for_seconds(folder: Path) -> None:
    opened = f"m1> {DUEL.replace('1h', '10m')}"
    replies = await heard(
        folder, f"{opened}\nwait 599s\nm1> /duel status\nwait 1s\nm1> /duel status\nwait 5x"
    )
    before, after = (one["text"] for one in replies if one["command"] == "/duel status")
    assert "Cancelled" not in before
    assert "Cancelled" in after
    assert "wait" in replies[-1]["text"]
