"""``plumas ledger``: the proof that no credit is lost or made up, and the whole of it to keep."""

from __future__ import annotations

import json
import sys
from typing import TextIO

import click
from sqlalchemy import Connection

from bot.starting import begin
from plumas_core.clock import system_clock
from plumas_core.credits.audit import audit as audit_ledger
from plumas_core.credits.audit import export as export_rows
from plumas_core.storage.snapshot import read_once


@click.group()
def ledger() -> None:
    """Prove the ledger, or write it out."""


@ledger.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def audit(ctx: click.Context, as_json: bool) -> None:
    """Prove that balances equal their transfers and holds their work; 1 if they do not."""
    path = begin().database_path
    report = read_once(path, lambda c: audit_ledger(c, system_clock()))
    if as_json:
        found = {"ok": report.ok, "at": report.at, "checked": dict(report.checked)}
        click.echo(json.dumps({**found, "findings": list(report.findings)}, ensure_ascii=False))
    else:
        looked = ", ".join(f"{number} {table}" for table, number in report.checked.items())
        click.echo(f"Looked at: {looked}.")
        for finding in report.findings:
            click.echo(f"- {finding}")
        click.echo("The ledger is whole." if report.ok else "The ledger contradicts itself.")
    ctx.exit(0 if report.ok else 1)


@ledger.command()
@click.option(
    "--output", type=click.File("w", encoding="utf-8", lazy=True), help="A file to write to."
)
def export(output: TextIO | None) -> None:
    """Write every row of the ledger, as one JSON object a line; numbers are strings."""
    path = begin().database_path
    target = output or sys.stdout

    def write(c: Connection) -> None:
        for row in export_rows(c):
            target.write(json.dumps(row, ensure_ascii=False) + "\n")

    read_once(path, write)
