"""Every start finds the database as this version needs it, or says in one line why not."""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from plumas_core.storage import migrate
from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.migrate import prepare
from plumas_core.storage.migrations.draft import (
    declared_triggers,
    default_differs,
    present_triggers,
    squeezed,
)
from plumas_core.storage.revision import HEAD, DatabaseNotOurs, check
from plumas_core.storage.tables import all as all_tables
from plumas_core.storage.tables.ledger import LEDGER_TRIGGERS
from plumas_core.storage.upgrade import scripts, upgrade


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def dump(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 2").fetchall()


def test_the_constant_is_the_newest_migration_and_they_form_one_line() -> None:
    directory = ScriptDirectory.from_config(scripts())
    assert directory.get_heads() == [HEAD]
    numbers = [script.revision for script in directory.walk_revisions()]
    assert numbers == [f"{number:04}" for number in range(len(numbers), 0, -1)]


def test_every_module_of_tables_is_in_the_metadata() -> None:
    folder = Path(all_tables.__file__).parent
    found = {file.stem for file in folder.glob("*.py")} - {"__init__", "all"}
    assert {module.__name__.rpartition(".")[2] for module in all_tables.MODULES} == found


def test_a_migrated_database_has_the_declared_tables(db_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{db_path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": default_differs}
        )
        differences = compare_metadata(context, all_tables.metadata)
    engine.dispose()
    assert differences == []


def test_a_migrated_database_has_the_declared_constraints_by_name(db_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{db_path}")
    inspector = sa.inspect(engine)
    for table in all_tables.metadata.sorted_tables:
        declared = {c.name for c in table.constraints}
        found = [
            *inspector.get_check_constraints(table.name),
            *inspector.get_unique_constraints(table.name),
            *inspector.get_foreign_keys(table.name),
        ]
        names = {c["name"] for c in found} | {inspector.get_pk_constraint(table.name)["name"]}
        assert names == declared
        assert None not in declared
    engine.dispose()


def test_a_migrated_database_checks_what_the_tables_declare(db_path: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "declared.db"
    engine = sa.create_engine(f"sqlite:///{fresh}")
    all_tables.metadata.create_all(engine)
    declared = sa.inspect(engine)
    migrated_engine = sa.create_engine(f"sqlite:///{db_path}")
    migrated = sa.inspect(migrated_engine)
    for table in all_tables.metadata.tables:
        ours = {c["name"]: c["sqltext"] for c in declared.get_check_constraints(table)}
        theirs = {c["name"]: c["sqltext"] for c in migrated.get_check_constraints(table)}
        assert theirs == ours
    engine.dispose()
    migrated_engine.dispose()


def test_a_migrated_database_has_the_ledgers_triggers(db_path: Path) -> None:
    assert len(declared_triggers()) == len(LEDGER_TRIGGERS)
    declared = {name: squeezed(sql) for name, sql in declared_triggers().items()}
    assert {name: squeezed(sql) for name, sql in present_triggers(db_path).items()} == declared


def test_a_missing_database_is_made_with_its_folder_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "data" / "plumas.db"
    assert check(path).state == "missing"
    assert not path.exists()
    assert prepare(path).was.state == "missing"
    assert check(path).state == "current"
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_empty_file_counts_as_a_missing_database(tmp_path: Path) -> None:
    path = tmp_path / "plumas.db"
    path.touch()
    prepare(path)
    assert check(path).state == "current"
    assert list(tmp_path.glob("*before*")) == []


def test_a_database_of_this_version_is_left_alone(db_path: Path) -> None:
    before = db_path.read_bytes()
    assert prepare(db_path).was.state == "current"
    assert db_path.read_bytes() == before


def test_a_start_on_a_database_of_this_version_does_not_load_alembic(db_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from plumas_core.storage.migrate import prepare;"
        f"prepare(Path({str(db_path)!r})); print('alembic' in sys.modules)"
    )
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert found.stdout.strip() == "False", found.stderr


def test_a_database_of_a_newer_version_is_refused_in_one_line(db_path: Path) -> None:
    execute(db_path, "UPDATE alembic_version SET version_num = '9999'")
    before = dump(db_path)
    with pytest.raises(DatabaseNotOurs, match="newer version") as caught:
        prepare(db_path)
    assert "\n" not in str(caught.value)
    assert "9999" in str(caught.value)
    assert dump(db_path) == before


@pytest.mark.parametrize(
    "statements",
    [
        ["CREATE TABLE recipes (id INTEGER)"],
        ["CREATE TABLE alembic_version (version_num TEXT)"],
        [
            "CREATE TABLE alembic_version (version_num TEXT)",
            "INSERT INTO alembic_version VALUES ('3f2a9c01bd77')",
        ],
    ],
)
def test_another_programs_database_is_refused_and_left_alone(
    tmp_path: Path, statements: list[str]
) -> None:
    path = tmp_path / "theirs.db"
    execute(path, *statements)
    before = path.read_bytes()
    with pytest.raises(DatabaseNotOurs, match="DATABASE_URL"):
        prepare(path)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    path = tmp_path / "poem.db"
    path.write_text("Del salón en el ángulo oscuro" * 100, "utf-8")
    with pytest.raises(DatabaseUnavailable, match=r"poem\.db cannot be read: file is not a data"):
        prepare(path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    with pytest.raises(DatabaseUnavailable, match=r"inner/plumas.db cannot be made: Not a dir"):
        prepare(tmp_path / "data" / "inner" / "plumas.db")


def _prepare_at_once(path: Path, barrier: Barrier) -> None:
    barrier.wait()
    prepare(path)


def test_several_processes_may_start_on_a_missing_database_at_once(tmp_path: Path) -> None:
    path = tmp_path / "data" / "plumas.db"
    spawn = multiprocessing.get_context("fork")
    barrier = spawn.Barrier(4)
    starts = [spawn.Process(target=_prepare_at_once, args=(path, barrier)) for _ in range(4)]
    for process in starts:
        process.start()
    for process in starts:
        process.join(60)
    assert [process.exitcode for process in starts] == [0, 0, 0, 0]
    assert check(path).state == "current"


SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    with op.batch_alter_table("members", recreate="always") as batch:
        batch.add_column(sa.Column("motto", sa.Text(), nullable=False, server_default="none"))
    {more}
"""


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Pretend that the next version of the program, with one more migration, runs."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(migrate.__file__).with_name("migrations"), folder)
    original = scripts

    def theirs(connection: sa.Connection | None = None) -> object:
        config = original(connection)
        config.set_main_option("script_location", str(folder))
        return config

    monkeypatch.setattr("plumas_core.storage.upgrade.scripts", theirs)
    monkeypatch.setattr("plumas_core.storage.revision.HEAD", "0002")
    file = folder / "versions" / "0002_mottos.py"
    file.write_text(SECOND.format(more=""), "utf-8")
    return file


def populate(path: Path) -> None:
    execute(
        path,
        "INSERT INTO members (id, created_at) VALUES (7, 1)",
        "INSERT INTO identities VALUES ('console', 'm1', 7, 'Ana', 1)",
    )


def motto(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT motto FROM members WHERE id = 7").fetchone()[0])


def test_an_older_database_is_backed_up_and_then_migrated(
    db_path: Path, next_version: Path
) -> None:
    populate(db_path)
    before = dump(db_path)
    copy = upgrade(db_path, "0002")
    assert motto(db_path) == "none"
    assert copy is not None
    assert dump(copy) == before


def test_rows_that_point_at_a_copied_table_survive(db_path: Path, next_version: Path) -> None:
    populate(db_path)
    upgrade(db_path, "0002")
    with closing(sqlite3.connect(db_path)) as connection:
        rows = connection.execute("SELECT member_id FROM identities").fetchall()
        assert rows == [(7,)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_a_migration_that_fails_changes_nothing_and_leaves_no_copy(
    db_path: Path, next_version: Path
) -> None:
    populate(db_path)
    before = dump(db_path)
    next_version.write_text(SECOND.format(more='op.execute("SELECT nonsense")'), "utf-8")
    with pytest.raises(DatabaseUnavailable, match=r"cannot be migrated: no such column: nonsense"):
        upgrade(db_path, "0002")
    assert dump(db_path) == before
    assert list(db_path.parent.glob("*before*")) == []


def test_a_migration_that_breaks_a_reference_is_refused(db_path: Path, next_version: Path) -> None:
    populate(db_path)
    next_version.write_text(SECOND.format(more='op.execute("DELETE FROM members")'), "utf-8")
    with pytest.raises(DatabaseUnavailable, match="not there, in identities"):
        upgrade(db_path, "0002")
    with closing(sqlite3.connect(db_path)) as connection:
        assert connection.execute("SELECT count(*) FROM members").fetchone() == (1,)


def test_a_second_back_up_never_replaces_the_first(db_path: Path, next_version: Path) -> None:
    populate(db_path)
    first = Path(shutil.copy(db_path, db_path.with_name(f"plumas.before-{HEAD}.db")))
    kept = first.read_bytes()
    upgrade(db_path, "0002")
    assert first.read_bytes() == kept
    assert db_path.with_name(f"plumas.before-{HEAD}.2.db").exists()
