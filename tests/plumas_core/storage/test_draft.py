"""A migration is drafted from what the tables declare and the database lacks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from plumas_core.storage.migrations import draft as drafting
from plumas_core.storage.tables.ledger import LEDGER_TRIGGERS


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the migrations to write into."""
    copy = tmp_path / "migrations"
    shutil.copytree(drafting.VERSIONS.parent, copy)
    monkeypatch.setattr(drafting, "VERSIONS", copy / "versions")
    return copy / "versions"


def body(file: Path) -> str:
    return file.read_text("utf-8").partition("def upgrade() -> None:\n")[2].strip()


def test_where_nothing_changed_the_next_migration_is_empty(versions: Path) -> None:
    file = drafting.draft("0002", "Nothing")
    assert file == versions / "0002_nothing.py"
    assert body(file) == "pass"


def test_the_first_migration_can_be_drafted_again_until_it_is_released(versions: Path) -> None:
    (old,) = versions.glob("0001_*.py")
    before = body(old)
    file = drafting.draft("0001", "The beginning")
    assert [found.name for found in versions.glob("0001_*.py")] == ["0001_the_beginning.py"]
    assert body(file) == before


def test_a_changed_trigger_is_dropped_and_made_anew(
    versions: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, *rest = LEDGER_TRIGGERS
    changed = first.replace("append-only", "written once")
    monkeypatch.setattr(drafting, "LEDGER_TRIGGERS", (changed, *rest))
    text = body(drafting.draft("0002", "Words"))
    name, gone = (statement.split()[2] for statement in (first, second))
    assert text.index(f"DROP TRIGGER {name}") < text.index(f"CREATE TRIGGER {name}")
    assert f"DROP TRIGGER {gone}" in text
    assert text.count("CREATE TRIGGER") == 1
