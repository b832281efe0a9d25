"""Reads the catalog files, and answers which models there are and who follows whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from plumas_core.catalog.errors import CatalogError
from plumas_core.catalog.models import (
    Capabilities,
    Model,
    PriceTable,
    Rates,
    Tier,
    Tokeniser,
    start_of_day,
)
from plumas_core.catalog.rows import (
    CapabilitiesRow,
    FileRow,
    ModelRow,
    RatesRow,
    TableRow,
    read_rows,
)

ORDINARY = -1
"""The threshold that every prompt is above."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """All models that are known, in the order of the files.

    ``checked_on`` is the day on which the oldest of the files was last compared with the
    providers' own pages.
    """

    models: tuple[Model, ...]
    checked_on: date
    _by_id: Mapping[str, Model] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {model.id: model for model in self.models})

    def __iter__(self) -> Iterator[Model]:
        return iter(self.models)

    def __len__(self) -> int:
        return len(self.models)

    def get(self, model_id: str) -> Model | None:
        """Return the model of that id, ``None`` where there is none."""
        return self._by_id.get(model_id)

    def retired(self, model: Model, at: int) -> bool:
        """Return whether ``model`` is retired at ``at`` (UTC milliseconds)."""
        return model.retired_at(at)

    def successor_at(self, model: Model, at: int) -> Model | None:
        """Return ``model``, or the first of its successors, that is not retired at ``at``.

        ``None`` where all of them are. The caller tells by the id whether it is another one.
        """
        candidate = model
        while candidate.retired_at(at):
            if candidate.successor is None:
                return None
            candidate = self._by_id[candidate.successor]
        return candidate


def load_catalog(path: Path, *extra_paths: Path) -> Catalog:
    """Return the catalog of the file at ``path``, with what the ``extra_paths`` add to it.

    An extra file may add models and tokenisers, and may name those of the files before it.

    Raises:
        CatalogError: a file cannot be used; its text names the file, the model and the field.
    """
    tokenisers: dict[str, Tokeniser] = {}
    models: dict[str, Model] = {}
    files: dict[str, str] = {}
    checked: list[date] = []
    for source in (path, *extra_paths):
        rows, file = read_rows(source), str(source)
        checked.append(rows.checked_on)
        _add_tokenisers(file, rows, tokenisers)
        for row in rows.models:
            if row.id in models:
                where = "" if files[row.id] == file else f" of {files[row.id]}"
                problem = f"is the id of an earlier model{where}; remove one or rename it"
                raise CatalogError(file, problem, model=row.id, field="id")
            models[row.id] = _model(file, row, tokenisers)
            files[row.id] = file
    _check_successors(models, files)
    if not models:
        raise CatalogError(str(path), "has no models; add at least one", field="models")
    return Catalog(tuple(models.values()), min(checked))


def _add_tokenisers(file: str, rows: FileRow, known: dict[str, Tokeniser]) -> None:
    for name, row in rows.tokenisers.items():
        where = f"tokenisers.{name}"
        if name in known:
            problem = "has the name of an earlier tokeniser; choose another name"
            raise CatalogError(file, problem, field=where)
        if row.fewest_bytes > row.likely_bytes:
            problem = "must not be above likely_bytes; correct one of the two"
            raise CatalogError(file, problem, field=f"{where}.fewest_bytes")
        known[name] = Tokeniser(name, row.likely_bytes, row.fewest_bytes, row.source)


def _model(file: str, row: ModelRow, tokenisers: Mapping[str, Tokeniser]) -> Model:
    tokeniser = tokenisers.get(row.tokeniser)
    if tokeniser is None:
        names = ", ".join(sorted(tokenisers)) or "none"
        problem = f"names no tokeniser; use one of those that stand in tokenisers: {names}"
        raise CatalogError(file, problem, model=row.id, field="tokeniser")
    return Model(
        id=row.id,
        name=row.name,
        provider=row.provider,
        family=row.family,
        available=row.available,
        retires_on=row.retires_on,
        successor=row.successor,
        tokeniser=tokeniser,
        capabilities=_capabilities(row.capabilities),
        prices=_tables(file, row),
    )


def _capabilities(row: CapabilitiesRow) -> Capabilities:
    return Capabilities(
        temperature=row.temperature,
        reasoning_efforts=tuple(row.reasoning_efforts),
        structured_output=row.structured_output,
        batch=row.batch,
        output_limit=row.output_limit,
        cache_minimum=row.cache_minimum,
        context_window=row.context_window,
        max_output=row.max_output,
    )


def _tables(file: str, row: ModelRow) -> tuple[PriceTable, ...]:
    tables: list[PriceTable] = []
    for number, table in enumerate(row.prices):
        where = f"prices[{number}]"
        start = start_of_day(table.effective_from)
        if tables and start <= tables[-1].effective_from:
            problem = "must be later than the table before it; put the tables in order"
            raise CatalogError(file, problem, model=row.id, field=f"{where}.from")
        tables.append(PriceTable(start, table.source, _tiers(file, row, table, where)))
    return tuple(reversed(tables))


def _tiers(file: str, row: ModelRow, table: TableRow, where: str) -> tuple[Tier, ...]:
    """Check and convert one table's rates, from the highest threshold down."""
    tiers: list[Tier] = []
    steps = [(ORDINARY, table.single, table.batch, where)]
    for number, step in enumerate(table.long_context):
        steps.append((step.above, step.single, step.batch, f"{where}.long_context[{number}]"))
    for above, single, batch, place in steps:
        if tiers and above <= tiers[-1].above:
            problem = "must be higher than the threshold before it; put the tiers in order"
            raise CatalogError(file, problem, model=row.id, field=f"{place}.above")
        if row.capabilities.batch and batch is None:
            problem = "is null though capabilities.batch is true; add the rates or write false"
            raise CatalogError(file, problem, model=row.id, field=f"{place}.batch")
        tiers.append(Tier(above, _rates(single), None if batch is None else _rates(batch)))
    return tuple(reversed(tiers))


def _rates(row: RatesRow) -> Rates:
    return Rates(row.input, row.output, row.cached_input, row.cache_write_5m, row.cache_write_1h)


def _check_successors(models: Mapping[str, Model], files: Mapping[str, str]) -> None:
    for model in models.values():
        seen = [model.id]
        following = model.successor
        while following is not None:
            if following not in models:
                problem = f"names {following}, which is no model; correct it or write null"
                raise CatalogError(files[seen[-1]], problem, model=seen[-1], field="successor")
            if following in seen:
                circle = " → ".join([*seen, following])
                problem = f"leads in a circle ({circle}); break it with null"
                raise CatalogError(files[model.id], problem, model=model.id, field="successor")
            seen.append(following)
            following = models[following].successor
