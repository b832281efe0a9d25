"""``plumas bill``: what a month cost, who paid it, and what the providers' invoices should say."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from bot.spending import Bill, NoMonth, Spending, bill_for, month, month_of
from bot.starting import begin
from plumas_core.clock import system_clock
from plumas_core.ids import encode
from plumas_core.storage.snapshot import read_once

if TYPE_CHECKING:
    from rich.console import Console

OFFLINE = "offline"
"""The provider whose calls are simulated and invoiced by nobody."""


@click.command()
@click.option("--month", "name", help="A calendar month in UTC, as 2026-11; this one if not given.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, amounts as strings.")
def bill(name: str | None, as_json: bool) -> None:
    """Show what a month cost, by model, community and payer."""
    settings = begin()
    try:
        during = month(name) if name is not None else month_of(system_clock())
    except NoMonth as error:
        raise click.BadParameter(str(error), param_hint="--month") from None
    found = read_once(settings.database_path, lambda c: bill_for(c, during))
    if as_json:
        click.echo(json.dumps(as_object(found), ensure_ascii=False, indent=2))
    else:
        _print(found)


def as_object(bill: Bill) -> dict[str, Any]:
    """Return the bill as JSON has it: amounts are USD, as decimal strings."""
    from bot.tables import usd

    def spending(lines: Sequence[Spending]) -> list[dict[str, str | None]]:
        return [
            {
                "id": encode(line.who) if line.who is not None else None,
                "name": line.name,
                "usd": usd(line.amount),
            }
            for line in lines
        ]

    return {
        "month": bill.month.name,
        "usd": usd(bill.cost),
        "paid_usd": usd(bill.paid),
        "overrun_usd": usd(bill.overrun),
        "invoices": {name: usd(cost) for name, cost in bill.invoices.items() if name != OFFLINE},
        "simulated_usd": usd(bill.invoices.get(OFFLINE, 0)),
        "models": [
            {
                "provider": line.provider,
                "model": line.model_id,
                "mode": line.mode,
                "calls": line.calls,
                "tokens": {
                    "input": line.input,
                    "cached": line.cached,
                    "cache_write": line.cache_write,
                    "output": line.output,
                },
                "usd": usd(line.cost),
            }
            for line in bill.models
        ],
        "communities": spending(bill.communities),
        "wallets": spending(bill.wallets),
        "pools": spending(bill.pools),
        "unanswered_calls": bill.unanswered,
    }


def _print(bill: Bill) -> None:
    from bot.tables import console, table, usd

    out = console()
    if not bill.models:
        out.print(f"Nothing was spent in {bill.month.name}.")
    else:
        columns = ("provider", "model", "pace", "#calls", "#input", "#cached", "#output", "#USD")
        rows = [
            (
                line.provider,
                line.model_id,
                line.mode,
                line.calls,
                line.input + line.cache_write,
                line.cached,
                line.output,
                usd(line.cost),
            )
            for line in bill.models
        ]
        out.print(table(f"By model, {bill.month.name}", columns, rows))
        _print_spending(out, "By community", bill.communities)
        _print_spending(out, "Paid by members' wallets", bill.wallets)
        _print_spending(out, "Paid by communities' pools", bill.pools)
        _print_invoices(out, bill)
    if bill.unanswered:
        out.print(f"{bill.unanswered} calls were never answered: a provider may bill them too.")


def _print_spending(out: Console, title: str, lines: Sequence[Spending]) -> None:
    from bot.tables import credits_of, table, usd

    if lines:
        rows = [
            (
                line.name or "(no name kept)",
                encode(line.who) if line.who is not None else "-",
                credits_of(line.amount),
                usd(line.amount),
            )
            for line in lines
        ]
        out.print(table(title, ("name", "id", "#credits", "#USD"), rows))


def _print_invoices(out: Console, bill: Bill) -> None:
    from bot.tables import usd

    out.print(f"Overruns, paid by the house: {usd(bill.overrun)} USD.")
    for provider, cost in bill.invoices.items():
        if provider == OFFLINE:
            out.print(f"Simulated, invoiced by nobody: {usd(cost)} USD.")
        else:
            out.print(f"The invoice of {provider} should say {usd(cost)} USD, before taxes.")
    if bill.cost != bill.paid:
        out.print(
            f"Calls cost {usd(bill.cost)} USD, but {usd(bill.paid)} USD were booked for them:"
            " run `plumas ledger audit`."
        )
