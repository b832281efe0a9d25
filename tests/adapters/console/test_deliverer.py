"""The console's transcript, and the delivery of the outbox to it."""

from __future__ import annotations

import json
from itertools import count
from pathlib import Path

import pytest

from adapters.console.deliverer import ConsoleDeliverer, Posted
from adapters.console.transcript import Transcript
from plumas_core.commands.reply import Button, Moment, Person, Reply, Text, Title, Verse
from plumas_core.delivery.outbox import DeliveryFailed, ExternalId, Mention, OutboxRow

CARD = Reply(
    (Title("Duelo 1"), Text(("cierra ", Moment(5), " ", Person(1, "m1"))), Verse("a\n  b")),
    buttons=(Button("enter", "1", "Entrar"),),
    ref="1",
)


def row(reply: Reply = CARD, ref: str = "r1") -> OutboxRow:
    return OutboxRow(7, ref, "console", "console", "main", reply, (Mention("m2", "m2"),), 0)


class Looker:
    def __init__(self, path: Path) -> None:
        self.seen: list[Posted] = []
        numbers = count()
        self.deliverer = ConsoleDeliverer(path, self.seen.append, lambda: f"id{next(numbers)}")


async def test_a_message_is_posted_empty_and_then_filled(tmp_path: Path) -> None:
    path = tmp_path / "chat" / "transcript.jsonl"
    looker = Looker(path)
    external = await looker.deliverer.place(row())
    assert looker.seen == []
    await looker.deliverer.edit(external, row())
    placed, edited = (json.loads(line) for line in path.read_text().splitlines())
    assert placed == {
        "id": "id0",
        "op": "place",
        "ref": "r1",
        "home": "console",
        "address": "main",
        "mentions": ["m2"],
    }
    assert edited["op"] == "edit"
    assert edited["content"]["blocks"][2]["text"] == "a\n  b"
    assert looker.seen == [Posted("main", CARD, ("m2",), None)]


async def test_an_edit_that_is_repeated_is_not_shown_again(tmp_path: Path) -> None:
    looker = Looker(tmp_path / "t")
    external = await looker.deliverer.place(row())
    await looker.deliverer.edit(external, row())
    await looker.deliverer.edit(external, row())
    assert len(looker.seen) == 1


async def test_a_later_edit_is_shown_with_what_stood_there_before(tmp_path: Path) -> None:
    looker = Looker(tmp_path / "t")
    external = await looker.deliverer.place(row())
    await looker.deliverer.edit(external, row())
    later = Reply((Title("Duelo 1, juzgado"),))
    await looker.deliverer.edit(external, row(later))
    assert looker.seen[1] == Posted("main", later, ("m2",), CARD)


async def test_what_another_process_posted_is_known(tmp_path: Path) -> None:
    first, second = Looker(tmp_path / "t"), Looker(tmp_path / "t")
    external = await first.deliverer.place(row())
    await first.deliverer.edit(external, row())
    assert await second.deliverer.find_own(row()) == external
    await second.deliverer.edit(external, row())
    assert second.seen == []


async def test_what_was_never_posted_is_not_found(tmp_path: Path) -> None:
    looker = Looker(tmp_path / "t")
    assert await looker.deliverer.find_own(row()) is None
    await looker.deliverer.place(row())
    assert await looker.deliverer.find_own(row(ref="other")) is None


async def test_a_torn_line_costs_no_other_line(tmp_path: Path) -> None:
    path = tmp_path / "t"
    looker = Looker(path)
    await looker.deliverer.place(row(ref="before"))
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:-20])
    await looker.deliverer.place(row(ref="after"))
    assert [record["ref"] for record in Transcript(path).records()] == ["before", "after"]


async def test_a_transcript_that_cannot_be_written_is_a_failed_delivery(tmp_path: Path) -> None:
    looker = Looker(tmp_path)
    with pytest.raises(DeliveryFailed):
        await looker.deliverer.place(row())
    with pytest.raises(DeliveryFailed):
        await looker.deliverer.edit(ExternalId("x"), row())
