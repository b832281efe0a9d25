"""``plumas db``: the database's version, its soundness, and copies of it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import click

from bot.starting import begin
from plumas_core.storage.backup import backup
from plumas_core.storage.database import DatabaseUnavailable
from plumas_core.storage.migrate import prepare
from plumas_core.storage.revision import check


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
def upgrade() -> None:
    """Bring the database to this version, backed up first; every start does the same."""
    path = begin().database_path
    prepared = prepare(path)
    was = prepared.was
    if was.state == "current":
        click.echo(f"{path} is of this version already (revision {was.head}).")
    elif was.state == "missing":
        click.echo(f"{path} is made (revision {was.head}).")
    else:
        click.echo(f"{path} is brought from revision {was.revision} to {was.head}.")
    if prepared.copy is not None:
        click.echo(f"As it was before, it stands in {prepared.copy}.")


@db.command(name="check")
@click.pass_context
def check_database(ctx: click.Context) -> None:
    """Tell the database's version and whether it is sound; change nothing."""
    path = begin().database_path
    found = check(path)
    if found.state == "missing":
        click.echo(f"{path} does not exist yet: `plumas db upgrade`, or any start, makes it.")
        ctx.exit(1)
    said = {
        "current": "is of this version",
        "behind": f"is older than this version: `plumas db upgrade` brings it to {found.head}",
        "newer": f"is of a newer version than this one, which knows up to {found.head}",
        "foreign": "holds tables that this program did not make",
    }[found.state]
    click.echo(f"{path} (revision {found.revision or 'none'}) {said}.")
    damage = damages(path)
    for line in damage:
        click.echo(line)
    if not damage:
        click.echo("SQLite's own checks find nothing wrong.")
    ctx.exit(1 if damage or found.state != "current" else 0)


@db.command(name="backup")
@click.argument("target", required=False, type=click.Path(path_type=Path, dir_okay=False))
def back_up(target: Path | None) -> None:
    """Copy the database, also while it is in use, to TARGET or beside itself."""
    path = begin().database_path
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    to = target or path.with_name(f"{path.stem}.{moment}{path.suffix}")
    backup(path, to)
    click.echo(f"{path} is copied to {to}.")


def damages(path: Path, most: int = 20) -> list[str]:
    """Return what SQLite finds wrong in the file, in its words, at most ``most`` lines.

    Raises:
        DatabaseUnavailable: the file cannot be read.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as found:
            lines = [str(row[0]) for row in found.execute(f"PRAGMA integrity_check({most})")]
            orphans = found.execute("PRAGMA foreign_key_check").fetchmany(most)
    except sqlite3.Error as error:
        raise DatabaseUnavailable(f"the database {path} cannot be read: {error}") from error
    wrong = [line for line in lines if line != "ok"]
    return [*wrong, *(f"{row[0]}: row {row[1]} points at {row[2]}, not there" for row in orphans)]
