"""Measure, print the ratios, and write them to ``benchmarks/latest.json``.

``python -m benchmarks`` measures everything; names after it choose: ``ledger``, ``settling``,
``starting``, ``commanding``, ``discord``, ``telegram``, ``providers``. The exit code is 1 where a
figure is out of its bound.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import structlog
from rich.console import Console
from rich.table import Table

from benchmarks import commanding, discord, ledger, providers, settling, starting, telegram

LATEST = Path(__file__).parent / "latest.json"

Figures = Sequence[Mapping[str, object]]


def _settling() -> Figures:
    return [figure.as_json() for figure in settling.run()]


ALL: Mapping[str, Callable[[], Figures]] = {
    "ledger": ledger.run,
    "settling": _settling,
    "starting": starting.run,
    "commanding": commanding.run,
    "discord": discord.run,
    "telegram": telegram.run,
    "providers": providers.run,
}


def main(arguments: Sequence[str], benches: Mapping[str, Callable[[], Figures]] = ALL) -> int:
    """Run the benches that ``arguments`` name, all if none is named; return the exit code."""
    unknown = [name for name in arguments if name not in benches]
    if unknown:
        print(f"there is no bench {unknown[0]!r}; there is {', '.join(benches)}")
        return 2
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    figures: list[Mapping[str, object]] = []
    for name in arguments or benches:
        print(f"measuring: {name}", flush=True)
        figures.extend(benches[name]())
    LATEST.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    _show(figures)
    return 0 if all(figure["ok"] for figure in figures) else 1


def _show(figures: Figures) -> None:
    table = Table("figure", "value", "floor", "ratio", "bound", "")
    for figure in figures:
        cells = (str(figure[name]) for name in ("name", "value", "floor", "ratio", "bound"))
        table.add_row(*cells, "within" if figure["ok"] else "OUT OF BOUND")
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
