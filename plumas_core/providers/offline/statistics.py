"""What can be counted in a text: lengths, repetitions, kinds of words. Numbers, no opinion.

A text is read in *units*: the lines of verse, or the sentences of prose.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt
from typing import Final

from plumas_core.providers.offline.language import WORD, Language, words_of

MOST_WORDS: Final = 3_000
"""Words that are read: what a duel admits at most."""

LONGEST_TEXT: Final = 40_000
"""Characters that are looked at; more than so many words of prose take."""

_WINDOW: Final = 50
"""Words among which distinct ones are counted, so that a long text is not at a disadvantage."""

_WINDOW_STEP: Final = 10

_VERSE_LINE: Final = 11
"""Words up to which a line is a line of verse, if most lines are."""

_VOWELS: Final = frozenset("aeiouáéíóúàèü")
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…]+[»”\"')]*|\n|$)")
_SPEECH = re.compile('^\\s*[\u2014\u2013\u00ab\u201c"-]')
_QUOTED = re.compile(r"[“«\"][^”»\"\n]{2,400}[”»\"]|—\s?[¿¡\w]")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or a line, as it stands in the text, with its words in small letters."""

    text: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything that was counted. Shares are from 0 to 1, lengths are in words.

    ``senses``, ``abstract``, ``adverbs``, ``cliches``: what was found, in order, each once.
    ``refrain``: the content word that comes most often, and how often. ``opening``: the word
    that most units begin with, and how many do. ``chime``: two words side by side that begin
    alike. ``theme_words``: those of the theme that the text has, what can be seen and touched
    first; ``theme_times``: how often.
    """

    units: tuple[Unit, ...]
    verse: bool
    words: int
    mean: float
    spread: float
    shortest: int
    longest: int
    last: int
    distinct: float
    content: int
    senses: tuple[str, ...]
    senses_share: float
    abstract: tuple[str, ...]
    adverbs: tuple[str, ...]
    cliches: tuple[str, ...]
    shouts: int
    ballast: float
    refrain: tuple[str, int]
    opening: tuple[str, int]
    opening_share: float
    chime: tuple[str, str] | None
    chime_share: float
    spoken: int
    speech_share: float
    theme_words: tuple[str, ...]
    theme_share: float
    theme_times: int


def count(text: str, theme: str, language: Language) -> Statistics:
    """Count what there is to count in ``text``; any text, an empty one too."""
    text = text[:LONGEST_TEXT]
    lines = [line for line in text.splitlines() if WORD.search(line)]
    verse = _is_verse(lines)
    units = _units(lines if verse else _SENTENCE.findall(text))
    words = [word for unit in units for word in unit.words][:MOST_WORDS]
    lengths = [len(unit.words) for unit in units] or [0]
    mean = sum(lengths) / len(lengths)
    content = [word for word in words if word not in language.stop and len(word) > 1]
    senses = [word for word in content if language.is_sensory(word)]
    abstract = [word for word in content if language.is_abstract(word)]
    adverbs = [word for word in words if language.is_adverb(word)]
    cliches = language.clumsy.findall(text.casefold())
    shouts = text.count("!")
    opening = _opening(units)
    pairs = _chimes(words, language)
    spoken = sum(
        _SPEECH.match(line) is not None or _QUOTED.search(line) is not None for line in lines
    )
    wanted = {_stem(word): word for word in words_of(theme) if word not in language.stop}
    hits = [stem for word in content if (stem := _stem(word)) in wanted] if wanted else []
    return Statistics(
        units=units,
        verse=verse,
        words=len(words),
        mean=mean,
        spread=sqrt(sum((length - mean) ** 2 for length in lengths) / len(lengths)),
        shortest=min(lengths),
        longest=max(lengths),
        last=lengths[-1],
        distinct=_distinct(words),
        content=len(content),
        senses=_each_once(senses),
        senses_share=len(senses) / max(len(content), 1),
        abstract=_each_once(abstract),
        adverbs=_each_once(adverbs),
        cliches=_each_once(cliches),
        shouts=shouts,
        ballast=100
        * (len(abstract) + len(adverbs) + 3 * len(cliches) + shouts)
        / max(len(words), 1),
        refrain=Counter(content).most_common(1)[0] if content else ("", 0),
        opening=opening,
        opening_share=(opening[1] - 1) / len(units) if len(units) > 2 else 0.0,
        chime=pairs[0] if pairs else None,
        chime_share=len(pairs) / max(len(content), 1),
        spoken=spoken,
        speech_share=spoken / max(len(lines), 1),
        theme_words=tuple(
            sorted(
                (word for stem, word in wanted.items() if stem in hits),
                key=lambda word: (not language.is_sensory(word), -len(word), word),
            )
        ),
        theme_share=len(set(hits)) / len(wanted) if wanted else 1.0,
        theme_times=len(hits),
    )


def _is_verse(lines: Sequence[str]) -> bool:
    short = sum(len(WORD.findall(line)) <= _VERSE_LINE for line in lines)
    ended = sum(line.rstrip().endswith((".", "!", "?", "…", "”", "»", '"')) for line in lines)
    return len(lines) >= 4 and short > 0.8 * len(lines) and ended < 0.8 * len(lines)


def _units(parts: Sequence[str]) -> tuple[Unit, ...]:
    units = (Unit(part.strip(), tuple(words_of(part))) for part in parts)
    return tuple(unit for unit in units if unit.words)


def _opening(units: Sequence[Unit]) -> tuple[str, int]:
    """Return the commonest first word, as the text first writes it, and its number."""
    if not units:
        return "", 0
    word, times = Counter(unit.words[0] for unit in units).most_common(1)[0]
    first = next(unit for unit in units if unit.words[0] == word)
    found = WORD.search(first.text)
    return (found[0] if found else word), times


def _distinct(words: Sequence[str]) -> float:
    """Return the share of distinct words, averaged over windows that overlap."""
    if len(words) <= _WINDOW:
        return len(set(words)) / max(len(words), 1)
    starts = range(0, len(words) - _WINDOW + 1, _WINDOW_STEP)
    return sum(len(set(words[at : at + _WINDOW])) for at in starts) / (_WINDOW * len(starts))


def _chimes(words: Sequence[str], language: Language) -> list[tuple[str, str]]:
    """Return pairs of neighbouring content words that begin with the same consonant."""
    content = [word for word in words if word not in language.stop and len(word) > 2]
    return [
        (one, other)
        for one, other in pairwise(content)
        if one[0] == other[0] and one != other and one[0] not in _VOWELS
    ]


def _each_once(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _stem(word: str) -> str:
    """Return a word's beginning without accents: enough to know it in its other forms."""
    plain = unicodedata.normalize("NFD", word)
    return "".join(c for c in plain if not unicodedata.combining(c))[:5]
