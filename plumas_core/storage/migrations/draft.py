"""Writes a migration from the tables as they are declared now.

    python -m plumas_core.storage.migrations.draft 0002 "Seasons"

compares the tables with a database at the revision before, writes ``versions/0002_seasons.py``
and formats it. A revision that nobody has yet can be drafted again; one that was released is
never touched: write the next. The draft is a proposal: read it, mind that a table which is copied
loses its triggers, and set ``HEAD`` in ``plumas_core.storage.revision``.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate.api import AutogenContext
from alembic.autogenerate.render import renderers
from alembic.operations import ops

from plumas_core.storage.schema import Int64
from plumas_core.storage.tables.ledger import LEDGER_TRIGGERS
from plumas_core.storage.upgrade import scripts, upgrade

VERSIONS = Path(__file__).with_name("versions")

_TRIGGER = re.compile(r"\s*CREATE TRIGGER (\w+)")
_EMPTY = ("", "''", "('')")
_CHATTER = re.compile(r"^ *# ### .*\n", re.MULTILINE)


class StatementOp(ops.MigrateOperation):
    """One SQL statement, written into the draft as it reads."""

    def __init__(self, statement: str) -> None:
        self.statement = statement


def _render_statement(_context: AutogenContext, operation: StatementOp) -> str:
    return f'op.execute(\n"""\n    {operation.statement}\n    """\n)'


renderers.dispatch_for(StatementOp)(_render_statement)


def declared_triggers() -> dict[str, str]:
    """Return the triggers that the tables ask for: name → statement."""
    return {_name(statement): statement.strip() for statement in LEDGER_TRIGGERS}


def present_triggers(path: Path) -> dict[str, str]:
    """Return the triggers in a database file: name → statement."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {str(name): str(statement).strip() for name, statement in rows}


def squeezed(statement: str) -> str:
    """Return the statement without its layout, to compare by."""
    return " ".join(statement.split())


def default_differs(
    _context: object,
    _inspected: object,
    _declared: object,
    inspected_default: str | None,
    _declared_default: object,
    rendered: str | None,
) -> bool | None:
    """Tell Alembic that an empty text is an empty text; ``None`` leaves the rest to it.

    It writes that default as ``('')`` and then finds it unequal to the declared one.
    """
    return False if inspected_default in _EMPTY and rendered in _EMPTY else None


def draft(revision: str, message: str) -> Path:
    """Write the migration ``revision``, anew if there is one; return its file."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "migrations"
        shutil.copytree(VERSIONS.parent, copy)
        for old in copy.glob(f"versions/{revision}_*.py"):
            old.unlink()
        _compare(copy, Path(folder) / "before.db", revision, message)
        (written,) = copy.glob(f"versions/{revision}_*.py")
        written.write_text(_CHATTER.sub("", written.read_text("utf-8")), "utf-8")
        subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(written)], check=True)  # noqa: S603  # our own formatter on our own file
        for old in VERSIONS.glob(f"{revision}_*.py"):
            if old.name != written.name:
                old.unlink()
        return Path(shutil.copy(written, VERSIONS / written.name))


def _compare(migrations: Path, database: Path, revision: str, message: str) -> None:
    """Write into a copy of the migrations what a database before ``revision`` lacks."""
    first = int(revision) == 1
    if not first:
        upgrade(database, f"{int(revision) - 1:04}")
    was = present_triggers(database)
    engine = sa.create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        config = scripts(connection)
        config.set_main_option("script_location", str(migrations))
        config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
        config.attributes["batch"] = not first
        config.attributes["default_differs"] = default_differs
        config.attributes["render_item"] = _render_item
        command.revision(
            config,
            message,
            autogenerate=True,
            rev_id=revision,
            process_revision_directives=lambda _context, _revision, found: _add_triggers(
                found, was
            ),
        )
    engine.dispose()


def _render_item(kind: str, item: object, _context: AutogenContext) -> str | bool:
    return "Int64" if kind == "type" and item is Int64 else False


def _add_triggers(found: list[ops.MigrationScript], was: dict[str, str]) -> None:
    wanted = declared_triggers()
    upgrades = found[0].upgrade_ops
    if upgrades is None:
        raise RuntimeError("Alembic found nothing to compare")
    kept = {name for name in was if squeezed(was[name]) == squeezed(wanted.get(name, ""))}
    upgrades.ops.extend(StatementOp(f"DROP TRIGGER {name}") for name in was if name not in kept)
    upgrades.ops.extend(StatementOp(wanted[name]) for name in wanted if name not in kept)


def _name(statement: str) -> str:
    match = _TRIGGER.match(statement)
    if match is None:
        raise ValueError(f"not a trigger: {statement[:60]}")
    return match.group(1)


if __name__ == "__main__":
    sys.stdout.write(f"{draft(sys.argv[1], sys.argv[2])}\n")
