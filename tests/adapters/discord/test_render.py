"""Replies as Discord messages: all of it shown, none of Discord's limits broken."""

from __future__ import annotations

import json
import re
from typing import Any

from discord.http import handle_message_parameters
from hypothesis import HealthCheck, given, settings

from adapters.discord import messages
from adapters.discord.render import Rendered, render
from adapters.discord.safe import escaped
from plumas_core.commands.reply import (
    Button,
    Field,
    Fields,
    Moment,
    Person,
    Reply,
    Table,
    Text,
    Title,
    Verse,
    note,
    plain,
)
from tests.hostile_texts import HOSTILE_TEXTS, each_hostile_text
from tests.standins.discord_rules import message_faults
from tests.support.replies import replies, replies_with

_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")


async def faults(rendered: Rendered, content: str | None = None) -> list[str]:
    """Return why Discord would refuse the message, sent as new and as an edit."""
    found = []
    for arguments in (messages.sent(rendered, content), messages.edited(rendered, content)):
        with handle_message_parameters(**arguments) as made:
            payload: dict[str, Any] = dict(made.payload or {})
            if made.multipart:
                payload = arguments_payload(made.multipart)
            sizes = [(file.name, len(file.data)) for file in rendered.files]
            found += message_faults(payload, sizes)
    return found


def arguments_payload(multipart: list[dict[str, Any]]) -> dict[str, Any]:
    payload: dict[str, Any] = json.loads(multipart[0]["value"])
    return payload


def read(text: str) -> str:
    """Return what a person sees of escaped text."""
    return _ESCAPE.sub(r"\1", text)


def description(reply: Reply) -> str:
    return "\n".join(embed.get("description", "") for embed in render(reply).embeds)


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(reply=replies)
async def test_no_reply_breaks_a_limit_of_discord(reply: Reply) -> None:
    assert await faults(render(reply)) == []


@each_hostile_text
async def test_no_hostile_text_breaks_a_limit_wherever_it_stands(hostile: str) -> None:
    for reply in replies_with(hostile):
        assert await faults(render(reply)) == []


async def test_a_poem_keeps_every_space_and_line_break() -> None:
    poem = HOSTILE_TEXTS["indented-poem"]
    assert description(Reply((Verse(poem),))) == f"```\n{poem}\n```"


async def test_prose_is_shown_to_the_letter_without_a_box() -> None:
    prose = (
        "Él dijo *no*, y _nadie_ lo oyó.\n# Fin\n1. Uno\n- dos\n<@123> @everyone https://x.y/a_b"
    )
    shown = description(Reply((Verse(prose),)))
    assert "```" not in shown
    assert read(shown) == prose


def test_nothing_that_a_member_writes_is_markup() -> None:
    shown = escaped(
        "**a** __b__ ~~c~~ ||d|| `e` <@1> <t:0:R> @here [f](g) :smile: \\*\n> q\n-# s\n1. n"
    )
    bare = _ESCAPE.sub("x", shown)
    assert not re.search(r"[*_~|`<\[@:]|^[>#-]|^1\.", bare, re.MULTILINE)


async def test_a_fence_within_a_poem_does_not_end_its_box() -> None:
    shown = description(Reply((Verse("  uno\n```\n@everyone"),)))
    assert shown.count("```") == 2
    assert shown.endswith("\n```")


async def test_a_text_too_long_for_a_message_is_begun_and_attached_whole() -> None:
    text = "\n\n".join(f"Párrafo {n}. " + "palabra " * 60 for n in range(40))
    rendered = render(Reply((Verse(text, "El faro"), *note("después").blocks)))
    assert [file.name for file in rendered.files] == ["El_faro.txt"]
    assert rendered.files[0].data.decode() == text
    shown = "\n".join(embed["description"] for embed in rendered.embeds)
    assert shown.startswith("**El faro**\n\nPárrafo 0\\. ") or "Párrafo 0" in shown
    assert "después" in shown
    assert "El_faro.txt" in shown


async def test_a_long_text_is_cut_at_a_paragraph() -> None:
    text = "\n\n".join("palabra " * 60 for _ in range(11))
    embeds = render(Reply((Verse(text.strip()),))).embeds
    assert len(embeds) == 2
    assert embeds[0]["description"].endswith("palabra")
    assert render(Reply((Verse(text.strip()),))).files == ()


async def test_a_deadline_is_shown_in_the_readers_own_time() -> None:
    assert description(Reply((Text((Moment(1_700_000_000_000),)),))) == (
        "<t:1700000000:R> (<t:1700000000:f>)"
    )


async def test_a_person_is_named_and_never_mentioned() -> None:
    assert description(Reply((Text((Person(7, "<@7> Ana_B"),)),))) == r"\<\@7> Ana\_B"


async def test_a_wide_table_goes_on_below_with_its_rows_named_again() -> None:
    table = Table(
        ("Puesto", "Texto", *(f"criterio {n}" for n in range(8))),
        (("1", "El faro", *("7.5" for _ in range(8))),),
        (0, *range(2, 10)),
    )
    shown = description(Reply((table,)))
    assert shown.count("El faro") > 1
    assert all(len(line) <= 56 for line in shown.split("\n"))


async def test_a_very_long_table_is_attached() -> None:
    rendered = render(Reply((Table(("a", "b"), (("uno", "dos"),) * 90),)))
    assert rendered.files[0].data.decode().count("uno") == 90


async def test_more_buttons_than_fit_become_menus() -> None:
    many = tuple(Button("guest", str(n), f"Escritor {n}") for n in range(60))
    made = messages.view(many).to_components()
    assert [len(row["components"][0]["options"]) for row in made] == [25, 25, 10]


async def test_fields_stand_in_their_order_after_the_text() -> None:
    reply = Reply((Title("t"), plain("a"), Fields((Field("n", ("v",)),)), plain("b")))
    embeds = render(reply).embeds
    assert [embed.get("description") for embed in embeds] == ["a", "b"]
    assert embeds[0]["fields"][0]["name"] == "n"
