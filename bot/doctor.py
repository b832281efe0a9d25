"""``plumas doctor``: whether everything is as it should be, and what to do where it is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Final

import click

from bot import checks_online, checks_setup, checks_telegram, checks_work
from bot.findings import Check, Finding, Patient
from bot.starting import begin
from plumas_core.catalog.errors import CatalogError
from plumas_core.clock import system_clock
from plumas_core.data_files import DataFileError
from plumas_core.storage.database import DatabaseUnavailable

SETUP: Final[Mapping[str, Check]] = {
    "settings": checks_setup.settings,
    "discord": checks_setup.discord,
    "telegram": checks_telegram.telegram,
    "database": checks_setup.database,
    "clock": checks_setup.clock,
    "keys": checks_setup.keys,
    "catalog": checks_setup.catalog,
}
ONLINE: Final[Mapping[str, Check]] = {
    "telegram": checks_telegram.telegram_online,
    "providers": checks_online.providers,
}
WORK: Final[Mapping[str, Check]] = {
    "ledger": checks_work.ledger,
    "pools": checks_work.pools,
    "places": checks_work.approved,
    "messages": checks_work.messages,
    "batches": checks_work.waiting_batches,
}
"""Checks of what stands in the database; without one of this version there is nothing to see."""

SIGNS: Final = {"ok": ("ok", "green"), "attention": ("look", "yellow"), "failed": ("fail", "red")}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--offline", is_flag=True, help="Ask nothing of Telegram and of the AI providers.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, offline: bool) -> None:
    """Check settings, database, clock, keys, catalog, providers, ledger and what waits.

    The exit code is 1 if any is broken. Asking the platforms and the providers costs nothing.
    """
    findings = examine(Patient(begin(), system_clock()), online=not offline)
    ok = all(finding.state != "failed" for finding in findings)
    if as_json:
        found = {"ok": ok, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        _print(findings)
    ctx.exit(0 if ok else 1)


def examine(patient: Patient, *, online: bool = False) -> list[Finding]:
    """Return what every check found, in their order; ``online``: platforms and providers too."""
    findings = list(_run(patient, SETUP))
    if online:
        findings += _run(patient, ONLINE)
    broken = any(each.check == "database" and each.state == "failed" for each in findings)
    if broken:
        says = "not looked at, as the database is broken"
        return [*findings, *(Finding(name, "attention", says) for name in WORK)]
    return [*findings, *_run(patient, WORK)]


def _run(patient: Patient, checks: Mapping[str, Check]) -> Iterator[Finding]:
    for name, check in checks.items():
        try:
            yield from check(patient)
        except DatabaseUnavailable as error:
            if name == "database":
                yield Finding(name, "failed", str(error), "see docs/troubleshooting.md")
            else:
                yield Finding(name, "ok", f"nothing to look at: {error}")
        except (CatalogError, DataFileError, OSError) as error:
            yield Finding(name, "failed", str(error), "correct it, or restore the file")


def _print(findings: Sequence[Finding]) -> None:
    from rich.text import Text

    from bot.logs import escaped
    from bot.tables import console

    out = console()
    for finding in findings:
        sign, colour = SIGNS[finding.state]
        line = Text.assemble(
            (f"{sign:<5}", f"bold {colour}"), f"{finding.check:<9} {escaped(finding.says)}"
        )
        out.print(line, soft_wrap=True)
        if finding.todo:
            out.print(Text(f"{'':15}→ {finding.todo}", style="dim"), soft_wrap=True)
