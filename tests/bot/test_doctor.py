"""The doctor finds what is wrong, and says of each thing what to do."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pydantic import SecretStr
from sqlalchemy import insert, update

from bot.doctor import ONLINE, SETUP, WORK, examine
from bot.findings import Finding, Patient
from bot.settings import CATALOG, Settings
from plumas_core.catalog.models import OFFLINE_PROVIDER
from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.ids import EPOCH
from plumas_core.policy import CREDIT
from plumas_core.providers.registry import PROVIDER_MAP, ProviderKind
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.people import communities, places
from plumas_core.storage.tables.work import batches
from tests.support.time import START, ManualClock
from tests.support.town import ANA, ATENEO, TERTULIA, Town

Run = Callable[..., Result]
Doctor = Callable[..., list[Finding]]


@pytest.fixture
def town(db_path: Path, clock: ManualClock) -> Iterator[Town]:
    place = Town(db_path, clock)
    yield place
    place.close()


@pytest.fixture
def doctor(db_path: Path, folder: Path) -> Doctor:
    """Examine the test's database under some settings, at some moment."""

    def look(now: int = START, **changes: Any) -> list[Finding]:
        settings = Settings(database_url=f"sqlite:///{db_path}")
        return examine(Patient(settings.model_copy(update=changes), now))

    return look


def of(findings: list[Finding], check: str) -> list[Finding]:
    return [finding for finding in findings if finding.check == check]


def trouble(findings: list[Finding], check: str) -> Finding:
    """Return the one thing that a check found wrong; it says what to do."""
    (found,) = [finding for finding in of(findings, check) if finding.state != "ok"]
    assert found.says
    assert found.todo
    return found


def add_place(town: Town, *, lost_at: int | None = None) -> int:
    number = town.ids.new()
    with town.engine.begin() as c:
        c.execute(
            insert(places).values(
                id=number,
                community_id=ATENEO,
                platform="discord",
                home="9",
                address=str(number),
                lost_at=lost_at,
                created_at=1,
            )
        )
    return number


def add_message(town: Town, **values: Any) -> None:
    place = add_place(town)
    with town.engine.begin() as c:
        c.execute(
            insert(outbox).values(
                id=town.ids.new(),
                key=f"m:{place}",
                place_id=place,
                reply="{}",
                mentions="[]",
                created_at=1,
                next_at=1,
                **values,
            )
        )


def add_batch(town: Town, state: str, created_at: int) -> None:
    with town.engine.begin() as c:
        c.execute(
            insert(batches).values(
                id=town.ids.new(),
                provider="openai",
                model_id="gpt-6-luna",
                state=state,
                rows=3,
                tokens=300,
                created_at=created_at,
                next_at=created_at,
            )
        )


def test_every_check_says_something_of_a_healthy_house(town: Town, doctor: Doctor) -> None:
    findings = doctor()
    assert {finding.check for finding in findings} == {*SETUP, *WORK}
    assert [finding for finding in findings if finding.state != "ok"] == []


def test_before_the_first_start_nothing_is_wrong_and_nothing_is_made(
    plumas: Run, folder: Path
) -> None:
    result = plumas("doctor", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["ok"]) == (0, True)
    assert {finding["check"] for finding in found["findings"]} == {*SETUP, *ONLINE, *WORK}
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("where", ["/proc/nope/x.db", "{folder}/a file/x.db"])
def test_a_database_that_cannot_be_made_is_told_and_nothing_is_left(
    doctor: Doctor, folder: Path, where: str
) -> None:
    (folder / "a file").write_text("")
    path = where.format(folder=folder)
    found = trouble(doctor(database_url=f"sqlite:///{path}"), "database")
    assert found.state == "failed"
    assert f"{path} cannot be made" in found.says
    assert "DATABASE_URL" in found.todo
    assert [one.name for one in folder.iterdir()] == ["a file"]


def test_what_is_found_is_printed_with_what_to_do(
    town: Town, plumas: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{town.path}")
    with town.engine.begin() as c:
        c.exec_driver_sql(f"UPDATE accounts SET balance = balance + 1 WHERE owner = {ANA}")
    result = plumas("doctor")
    assert result.exit_code == 1
    assert "fail ledger" in result.stdout
    assert "docs/troubleshooting.md" in result.stdout


def test_secrets_are_named_and_never_shown(
    plumas: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-live-0123456789")
    for words in (("doctor", "--offline"), ("doctor", "--offline", "--json")):
        output = plumas(*words).output
        assert "OPENAI_API_KEY" in output
        assert "sk-live" not in output


def test_a_file_of_secrets_that_others_can_read_is_pointed_out(
    doctor: Doctor, folder: Path
) -> None:
    file = folder / ".env"
    file.write_text("OPENAI_API_KEY=sk-live\n")
    file.chmod(0o640)
    key = SecretStr("sk-live")
    assert "chmod 600" in trouble(doctor(openai_api_key=key), "settings").todo
    file.chmod(0o600)
    assert [finding.state for finding in of(doctor(openai_api_key=key), "settings")] == ["ok"]


@pytest.mark.parametrize(
    ("revision", "state"), [("0000", "attention"), ("9999", "failed")], ids=["older", "newer"]
)
def test_a_database_of_another_version_is_told(
    db_path: Path, doctor: Doctor, revision: str, state: str
) -> None:
    with closing(sqlite3.connect(db_path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
        connection.commit()
    found = trouble(doctor(), "database")
    assert found.state == state
    assert revision in found.says


def test_a_damaged_database_is_told_and_nothing_more_is_read_in_it(
    db_path: Path, doctor: Doctor
) -> None:
    data = bytearray(db_path.read_bytes())
    data[4096 * 3 : 4096 * 9] = b"\xff" * (4096 * 6)
    db_path.write_bytes(data)
    findings = doctor()
    assert trouble(findings, "database").state == "failed"
    for check in WORK:
        assert [finding.says for finding in of(findings, check)] == [
            "not looked at, as the database is broken"
        ]


def test_a_database_that_cannot_be_written_is_told(
    db_path: Path, doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(db_path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("bot.checks_setup.BUSY_SECONDS", 0.01)
        found = trouble(doctor(), "database")
    assert found.state == "failed"
    assert "cannot be written: database is locked" in found.says


@pytest.mark.parametrize("now", [0, EPOCH - 1, EPOCH + (1 << 40)])
def test_a_clock_out_of_its_years_is_told(doctor: Doctor, now: int) -> None:
    assert trouble(doctor(now), "clock").state == "failed"


def test_a_clock_behind_what_the_database_has_seen_is_told(town: Town, doctor: Doctor) -> None:
    assert trouble(doctor(START - 2 * MINUTE), "clock").state == "failed"
    assert [finding.state for finding in of(doctor(START - 1_000), "clock")] == ["ok"]


def test_without_keys_it_is_said_that_all_is_simulated(doctor: Doctor) -> None:
    (found,) = of(doctor(), "keys")
    assert found.state == "ok"
    assert "simulated" in found.says


def test_with_keys_it_is_said_whose_models_are_used(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline = PROVIDER_MAP[OFFLINE_PROVIDER]
    real = {
        "openai": ProviderKind(offline.make, lambda settings: settings.openai_api_key is not None),
        "anthropic": ProviderKind(
            offline.make, lambda settings: settings.anthropic_api_key is not None
        ),
    }
    monkeypatch.setattr("bot.checks_setup.PROVIDER_MAP", {**PROVIDER_MAP, **real})
    key = SecretStr("sk")
    one = of(doctor(openai_api_key=key), "keys")
    both = of(doctor(openai_api_key=key, anthropic_api_key=key), "keys")
    assert [finding.says.count("openai") for finding in one] == [1, 0]
    assert "one provider alone" in one[1].says
    assert len(both) == 1
    assert "openai and anthropic" in both[0].says


def test_a_key_of_a_provider_that_is_not_called_yet_is_told(
    doctor: Doctor, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline = {OFFLINE_PROVIDER: PROVIDER_MAP[OFFLINE_PROVIDER]}
    monkeypatch.setattr("bot.checks_setup.PROVIDER_MAP", offline)
    found = trouble(doctor(openai_api_key=SecretStr("sk")), "keys")
    assert "OPENAI_API_KEY is set, but this version does not call that provider yet" in found.says


def edited(folder: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """Return a catalog like ours, but for a change."""
    content = json.loads(CATALOG.read_text("utf-8"))
    change(content)
    file = folder / "models.json"
    file.write_text(json.dumps(content), "utf-8")
    return file


def test_a_damaged_catalog_is_told(doctor: Doctor, folder: Path) -> None:
    file = folder / "models.json"
    file.write_text("{")
    assert trouble(doctor(catalog_path=file), "catalog").state == "failed"


def test_prices_that_nobody_looked_at_for_long_are_pointed_out(doctor: Doctor) -> None:
    now = datetime.fromtimestamp(START / 1_000, UTC) + timedelta(days=365)
    found = trouble(doctor(int(now.timestamp() * 1_000)), "catalog")
    assert "compared with the providers' pages" in found.says


def test_a_retired_model_that_is_on_is_told_with_its_successor(
    doctor: Doctor, folder: Path
) -> None:
    def retire(content: dict[str, Any]) -> None:
        luna = next(model for model in content["models"] if model["id"] == "gpt-6-luna")
        luna.update(retires_on="2026-10-01", successor="claude-haiku-5-5")

    findings = of(doctor(catalog_path=edited(folder, retire)), "catalog")
    assert "gpt-6-luna is retired; claude-haiku-5-5 answers for it" in {
        finding.says for finding in findings
    }


def test_a_retired_model_that_is_on_and_has_no_successor_needs_a_look(
    doctor: Doctor, folder: Path
) -> None:
    def retire(content: dict[str, Any]) -> None:
        luna = next(model for model in content["models"] if model["id"] == "gpt-6-luna")
        luna.update(retires_on="2026-10-01", successor=None)

    found = trouble(doctor(catalog_path=edited(folder, retire)), "catalog")
    assert "gpt-6-luna is retired and nothing follows it" in found.says


def test_a_model_whose_provider_there_is_not_is_told(doctor: Doctor, folder: Path) -> None:
    def misname(content: dict[str, Any]) -> None:
        luna = next(model for model in content["models"] if model["id"] == "gpt-6-luna")
        luna["provider"] = "acme"

    found = trouble(doctor(catalog_path=edited(folder, misname)), "catalog")
    assert found.state == "failed"
    assert "no provider acme, so it cannot call gpt-6-luna" in found.says


def test_a_model_without_a_price_in_force_is_told(doctor: Doctor, folder: Path) -> None:
    def postpone(content: dict[str, Any]) -> None:
        luna = next(model for model in content["models"] if model["id"] == "gpt-6-luna")
        luna["prices"] = luna["prices"][-1:]
        luna["prices"][0]["from"] = "2030-01-01"

    found = trouble(doctor(catalog_path=edited(folder, postpone)), "catalog")
    assert found.state == "failed"
    assert "no price is in force for gpt-6-luna" in found.says


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("panel", "PANEL"),
        ("offline_panel", "OFFLINE_PANEL"),
        ("default_writer", "DEFAULT_WRITER"),
        ("default_model", "DEFAULT_MODEL"),
        ("offline_model", "OFFLINE_MODEL"),
    ],
)
def test_a_setting_that_names_what_there_is_not_is_told(
    doctor: Doctor, field: str, name: str
) -> None:
    found = trouble(doctor(**{field: "nothing-of-ours"}), "catalog")
    assert found.state == "failed"
    assert found.says.startswith(f"{name}: there is no ")


def test_a_ledger_that_contradicts_itself_is_told(town: Town, doctor: Doctor) -> None:
    with town.engine.begin() as c:
        c.exec_driver_sql(f"UPDATE accounts SET balance = balance + 1 WHERE owner = {ANA}")
    assert trouble(doctor(), "ledger").state == "failed"


def test_a_pool_that_can_pay_for_nothing_is_told(town: Town, doctor: Doctor) -> None:
    town.call(100 * CREDIT, payer=("pool", TERTULIA), community=TERTULIA)
    found = trouble(doctor(), "pools")
    assert "La Tertulia" in found.says
    assert "El Ateneo" not in found.says
    assert "/grant" in found.todo


def test_a_pool_that_has_gone_into_another_one_is_not_told(town: Town, doctor: Doctor) -> None:
    town.call(100 * CREDIT, payer=("pool", TERTULIA), community=TERTULIA)
    joined = update(communities).where(communities.c.id == TERTULIA).values(merged_into=ATENEO)
    with town.engine.begin() as c:
        c.execute(joined)
    assert [one.state for one in of(doctor(), "pools")] == ["ok"]


def test_a_place_that_waits_for_the_operator_is_told(town: Town, doctor: Doctor) -> None:
    add_place(town)
    with town.engine.begin() as c:
        c.execute(update(communities).where(communities.c.id == ATENEO).values(approved=False))
    assert "El Ateneo (discord)" in trouble(doctor(), "places").says


def test_a_place_that_was_lost_is_told_for_a_week(town: Town, doctor: Doctor) -> None:
    number = add_place(town, lost_at=START - 6 * DAY)
    assert str(number) in trouble(doctor(), "places").says
    assert [finding.state for finding in of(doctor(START + 2 * DAY), "places")] == ["ok"]


def test_a_message_that_was_given_up_is_told_with_its_reason(town: Town, doctor: Doctor) -> None:
    add_message(town, state="failed", due_at=START - HOUR, error="Missing\x1b[2J Access")
    found = trouble(doctor(), "messages")
    assert r"Missing\x1b[2J Access" in found.says


def test_a_message_that_should_long_have_been_brought_is_told(town: Town, doctor: Doctor) -> None:
    add_message(town, state="due", due_at=START - 2 * HOUR)
    add_message(town, state="due", due_at=START - MINUTE)
    assert trouble(doctor(), "messages").says.startswith("1 messages")


def test_a_batch_whose_fate_is_unknown_is_told(town: Town, doctor: Doctor) -> None:
    add_batch(town, "unknown", START - MINUTE)
    assert "without an answer" in trouble(doctor(), "batches").says


def test_a_batch_that_takes_longer_than_promised_is_told(town: Town, doctor: Doctor) -> None:
    add_batch(town, "submitted", START - 25 * HOUR)
    add_batch(town, "submitted", START - 23 * HOUR)
    add_batch(town, "settled", START - 50 * HOUR)
    assert trouble(doctor(), "batches").says.count("openai") == 1
