"""Choosing what a simulated judge quotes: one run of words, exactly as it stands in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from plumas_core.providers.offline.language import WORD
from plumas_core.providers.offline.statistics import Statistics, Unit

FEWEST, MOST = 3, 25
"""Words of a quotation, as the judges' prompt asks for."""

_LONGEST: Final = 280
"""Characters: what is shown of a quotation, less a little."""


def choose_quote(
    text: str,
    statistics: Statistics,
    weights: Mapping[str, float],
    unwanted: re.Pattern[str] | None,
) -> str:
    """Return the unit of the text that the judge's dearest countable feature points to.

    ``unwanted``: what no quotation may hold, if anything. Where no unit is of the right length,
    the beginning of the text is quoted.
    """
    units = [
        unit
        for unit in statistics.units
        if FEWEST <= len(unit.words) <= MOST
        and len(unit.text) <= _LONGEST
        and unit.text in text
        and not (unwanted and unwanted.search(unit.text))
    ]
    if not units:
        return _beginning(text)
    measures = _measures(statistics)
    dearest = max(measures, key=lambda name: weights[name])
    return max(units, key=measures[dearest]).text


def _measures(s: Statistics) -> dict[str, Callable[[Unit], float]]:
    senses, chime = set(s.senses), set(s.chime or ())
    place = {id(unit): n for n, unit in enumerate(s.units)}
    return {
        "senses": lambda unit: sum(word in senses for word in unit.words) / len(unit.words),
        "rhythm": lambda unit: abs(len(unit.words) - s.mean),
        "sound": lambda unit: sum(word in chime for word in unit.words) / len(unit.words),
        "echo": lambda unit: (
            (unit.words[0] == s.opening[0].casefold()) + len(unit.words) / MOST / 2
        ),
        "turn": lambda unit: place[id(unit)],
        "variety": lambda unit: sum(map(len, unit.words)) / len(unit.words),
        "theme": lambda unit: sum(word in s.theme_words for word in unit.words),
    }


def _beginning(text: str) -> str:
    """Return the first words of the first line that has any; they run on within the line."""
    for line in text.splitlines():
        words = list(WORD.finditer(line))
        if words:
            end = words[min(len(words), MOST) - 1].end()
            return line[words[0].start() : end][:_LONGEST]
    return text.strip()[:FEWEST]
