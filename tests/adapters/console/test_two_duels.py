"""Five members, two overlapping duels, two languages: a script, through everything."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.chat import DATABASE
from plumas_core.clock import system_clock
from plumas_core.credits.audit import audit
from plumas_core.storage.sqlite import SqliteDatabase
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels
from tests.support.console import Record, heard

SCRIPT = Path(__file__).with_name("two_duels.txt")


@dataclass(frozen=True)
class Played:
    """What was said, and the folder in which it was."""

    replies: list[Record]
    folder: Path


@pytest.fixture(scope="module")
def played(template_db: Path, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The script, run once for all of these tests."""
    folder = tmp_path_factory.mktemp("two-duels")
    shutil.copy(template_db, folder / DATABASE)
    script = SCRIPT.read_text(encoding="utf-8")
    return Played(asyncio.run(heard(folder, script, locale="es")), folder)


@pytest.fixture
def replies(played: Played) -> list[Record]:
    return played.replies


@pytest.fixture
async def database(played: Played) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(played.folder / DATABASE)
    yield opened
    await opened.close()


def of(replies: Sequence[Record], to: str, command: str | None) -> list[Record]:
    return [one for one in replies if (one["to"], one["command"]) == (to, command)]


async def test_two_duels_overlap_and_each_ends_in_one_verdict(
    replies: list[Record], database: SqliteDatabase
) -> None:
    verdicts = [one for one in of(replies, "main", None) if one["text"].count("veredicto\n")]
    assert [one["text"].split("\n")[0] for one in verdicts] == [
        "Duelo #1, «El faro apagado»: el veredicto",
        "Duelo #2, «Una casa sin puertas»: el veredicto",
    ]
    assert [{row["Autor"] for row in one["table"]} for one in verdicts] == [
        {"La Farera", "carla", "ben"},
        {"carla", "dan", "ana"},
    ]
    opened, finished = duels.c.opened_at, duels.c.finished_at
    spans = await database.read(lambda c: c.execute(select(opened, finished)).all())
    assert max(opened for opened, _ in spans) < min(finished for _, finished in spans)


def test_each_member_reads_in_their_own_language(replies: list[Record]) -> None:
    (spanish,), (english,) = of(replies, "ana", "/help"), of(replies, "ben", "/help")
    assert "Duelos literarios" in spanish["text"]
    assert "Literary duels" in english["text"]
    (reason,) = {one["text"] for one in of(replies, "carla", "reasons")}
    assert "por qué tu texto está donde está" in reason


def test_credits_go_where_the_members_said(replies: list[Record]) -> None:
    def balance(member: str, command: str, field: str) -> str:
        found: str = of(replies, member, command)[-1]["fields"][field]
        return found

    assert balance("carla", "/credits", "Saldo (créditos)") == "2,50"
    assert balance("ben", "/credits", "Balance (credits)") == "20.00"
    refused = of(replies, "dan", "/give")[0]["text"]
    assert "1.00 credits are needed" in refused
    spent = 20 - 5.5 - float(balance("ana", "/credits", "Saldo (créditos)").replace(",", "."))
    assert 0 < spent < 1


def test_a_model_is_toggled_by_whoever_may(replies: list[Record]) -> None:
    denied, *_ = of(replies, "dan", "/model disable")
    assert "admins" in denied["text"]
    off = next(row for row in of(replies, "dan", "/models")[1]["table"] if "tintero" in str(row))
    assert (off["On or off"], off["Decided by"]) == ("off", "this community")
    refused = of(replies, "dan", "/write")[0]
    assert "switched off in this community" in refused["text"]
    written = of(replies, "main", "/write")
    assert len(written) == 1
    assert written[0]["fields"]["Model"] == "Tintero (simulated)"


def test_the_poems_come_back_as_they_were_typed(replies: list[Record]) -> None:
    poem = (
        "La sal no se acuerda del agua.\n    Se queda en el umbral,\n    blanca, de pie,\n"
        "        como quien ha llamado\ny ya no sabe a quién."
    )
    assert poem in of(replies, "carla", "submit")[0]["text"]
    texts = [one["text"] for one in of(replies, "main", None) if "duel-1.txt" in one["text"]]
    assert len(texts) == 1
    assert poem in texts[0]


def test_everything_that_is_simulated_says_so(replies: list[Record]) -> None:
    for one in replies:
        if one["command"] in ("/duel new", "/duel results", "/write", "/duel invite", "/help"):
            refused = one["text"].count("\n") == 0
            assert refused or "imulad" in one["text"] or "imulated" in one["text"]


async def test_at_the_end_nothing_is_owed_and_the_ledger_adds_up(
    database: SqliteDatabase,
) -> None:
    states = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    owed: dict[str, int] = await database.read(lambda c: dict(c.execute(states).all()))
    proof = await database.read(lambda c: audit(c, system_clock()))
    assert set(owed) == {"delivered"}
    assert proof.findings == ()
