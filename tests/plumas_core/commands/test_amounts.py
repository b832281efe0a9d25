"""What a member reads that something takes is never less than what is asked of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from plumas_core.commands.reply import Button, Fields, Note, Reply
from tests.support.stage import OPERATOR, open_stage

AMOUNT = re.compile(r"\d+[.,]\d\d")
UNFUNDED = {"en": "credits are held", "es": "se reservan"}
REFUSED = {"en": "are there to be spent", "es": "para gastar"}
ALMOST_ALL = "499.972"
"""Taken from a pool of 500, it leaves 0.028."""


def said(reply: Reply, containing: str) -> list[str]:
    """Return the amounts in the one note that has ``containing`` in it."""
    (text,) = [b.text for b in reply.blocks if isinstance(b, Note) and containing in b.text]
    return AMOUNT.findall(text)


def shown(reply: Reply) -> list[str]:
    """Return the amounts in the fields of a reply."""
    return [
        amount
        for block in reply.blocks
        if isinstance(block, Fields)
        for one in block.items
        for part in one.value
        if isinstance(part, str)
        for amount in AMOUNT.findall(part)
    ]


def button(reply: Reply, action: str) -> Button:
    return next(one for one in reply.buttons if one.action == action)


@pytest.mark.parametrize("locale", ["en", "es"])
async def test_an_offer_to_pay_names_what_the_payment_then_needs(
    tmp_path: Path, locale: str
) -> None:
    async with open_stage(tmp_path, locale=locale) as stage:
        await stage.say(OPERATOR, "/grant -500 pool")
        await stage.say("host", '/duel new "Faro" panel:offline-5 ends:1h')
        for number in range(1, 6):
            who = f"m{number}"
            entered = await stage.say(who, "/duel enter " + "Texto de m2 hola " * number)
            (offered,) = said(entered, UNFUNDED[locale])
            needed, _ = said(await stage.press(who, button(entered, "pay")), REFUSED[locale])
            assert needed == offered


@pytest.mark.parametrize(("locale", "low"), [("en", "0.02"), ("es", "0,02")])
async def test_what_there_is_is_never_shown_as_more(tmp_path: Path, locale: str, low: str) -> None:
    async with open_stage(tmp_path, locale=locale) as stage:
        await stage.say(OPERATOR, f"/grant -{ALMOST_ALL} pool")
        assert shown(await stage.say(OPERATOR, "/settings")) == [low]
        opened = await stage.say("host", '/duel new "Faro" panel:offline-5 ends:1h')
        assert shown(opened)[-1] == low
        given = await stage.say("host", "/credits pool")
        assert shown(given)[0] == low
        await stage.say("ana", "/credits")
        await stage.say(OPERATOR, "/grant 0.028 ana")
        assert shown(await stage.say("ana", "/credits"))[0] == low
        assert shown(await stage.say(OPERATOR, "/grant 1 ana"))[-1] == low.replace("0", "1", 1)
