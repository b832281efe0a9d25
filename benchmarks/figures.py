"""What a benchmark tells: a measured value beside a floor of the same run, and the bound."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of ``benchmarks/latest.json``; ``ratio`` is the value over the floor."""

    name: str
    value: float
    floor: float
    ratio: float
    bound: float
    ok: bool

    def as_json(self) -> dict[str, object]:
        """Return the figure as it is written down."""
        return asdict(self)


def at_least(name: str, value: float, floor: float, bound: float) -> Figure:
    """Return a figure that is good where the ratio is ``bound`` or more."""
    ratio = value / floor
    return Figure(name, _short(value), _short(floor), _short(ratio), bound, ratio >= bound)


def at_most(name: str, value: float, floor: float, bound: float) -> Figure:
    """Return a figure that is good where the ratio is ``bound`` or less."""
    ratio = value / floor
    return Figure(name, _short(value), _short(floor), _short(ratio), bound, ratio <= bound)


def _short(number: float) -> float:
    """Return four significant digits, and of a great number all before the point."""
    return round(number) if abs(number) >= 1_000 else float(f"{number:.4g}")
