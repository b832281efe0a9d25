"""What the lines of a script mean."""

from __future__ import annotations

from adapters.console.script import Answer, Said, Send, Settle, Step, Wait, read_steps


async def steps(text: str) -> list[Step]:
    lines = iter(text.split("\n"))

    async def read_line() -> str | None:
        return next(lines, None)

    return [step async for step in read_steps(read_line)]


async def test_a_line_may_name_who_speaks() -> None:
    assert await steps("m2> /help\n/help") == [
        Said(text="/help", line=1, speaker="m2"),
        Said(text="/help", line=2),
    ]


async def test_a_line_may_give_a_channel_a_language_and_a_key() -> None:
    assert await steps("m2@dm[es]!k1> /give 1 pool") == [
        Said(text="/give 1 pool", line=1, speaker="m2", channel="dm", locale="es", key="k1")
    ]


async def test_comments_and_blank_lines_are_passed_over() -> None:
    assert await steps("# one\n\n   \n  # two") == []


async def test_time_is_let_pass_by_a_word() -> None:
    assert await steps("wait 10m\nsettle") == [Wait("10m"), Settle()]


async def test_a_form_is_answered_line_by_line() -> None:
    assert await steps('= title: El faro\n= text: "a ""b""\n  c"\n=') == [
        Answer("title", "El faro"),
        Answer("text", 'a "b"\n  c'),
        Send(),
    ]


async def test_a_quotation_runs_over_lines_with_their_indentation() -> None:
    assert await steps('m1> /write "uno\n   dos\n\ntres" title:x\nm2> /help') == [
        Said(text='/write "uno\n   dos\n\ntres" title:x', line=1, speaker="m1"),
        Said(text="/help", line=5, speaker="m2"),
    ]


async def test_a_quotation_that_never_ends_does_not_swallow_the_script() -> None:
    assert await steps('m1> /write "uno\nm2> /help') == [
        Said(text='/write "uno', line=1, speaker="m1"),
        Said(text="/help", line=2, speaker="m2"),
    ]


async def test_a_quotation_mark_in_what_is_no_command_joins_no_lines() -> None:
    assert await steps('she said "no\nm2> /help') == [
        Said(text='she said "no', line=1),
        Said(text="/help", line=2, speaker="m2"),
    ]
