"""``plumas models``: what the catalog has, at which prices."""

from __future__ import annotations

import json

import click

from bot.starting import begin
from plumas_core.catalog.listing import ModelListing, listing
from plumas_core.catalog.load import load_catalog
from plumas_core.clock import system_clock


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list.")
def models(as_json: bool) -> None:
    """List the models of the catalog with their prices, in USD per million tokens.

    Whether a model is on is the file's word here; in chat, `/models` shows what the operator and
    the community said.
    """
    settings = begin()
    catalog = load_catalog(settings.catalog_path, *settings.catalog_extra_paths)
    found = listing(catalog, system_clock())
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    from bot.tables import console, table

    columns = ("model", "provider", "on", "#input", "#output", "#batch in", "#batch out", "retires")
    title = f"Models; prices as of {catalog.checked_on}, USD per million tokens"
    console().print(table(title, columns, [_row(model) for model in found]))


def _row(model: ModelListing) -> tuple[object, ...]:
    retires = model["retires_on"] or ""
    if retires and model["successor"]:
        retires = f"{retires} → {model['successor']}"
    single, batch = model["usd_per_mtok"], model["batch_usd_per_mtok"]
    prices = (single["input"], single["output"], batch["input"], batch["output"])
    on = "yes" if model["available"] else "no"
    return (model["id"], model["provider"], on, *(price or "-" for price in prices), retires)
