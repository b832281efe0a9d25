"""What a simulated judge says about a text: true sentences, chosen by what it liked and missed."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import Formatter
from typing import ClassVar, Final

from pydantic import ConfigDict

from plumas_core.data_files import read_toml
from plumas_core.providers.offline.language import LanguageCode, data_file
from plumas_core.providers.offline.statistics import Statistics

_WORTH_SAYING: Final = 0.15
"""Deviations from the usual beyond which a feature is praised or doubted."""

_REMARKS: Final = 3
_POOR: Final = -0.3
"""Mean liking below which a text is given one praise and two doubts, instead of two and one."""

_FEWEST_TO_INSIST: Final = 3
"""Times that a word must come before it counts as repeated."""

_SENTENCE_START = re.compile(r"(?<=[.!?] )[a-záéíóúñü]")
_I: Final = re.compile(r"I\b|[“«]")

_NOUNS: Final[Mapping[LanguageCode, Mapping[bool, Mapping[str, str]]]] = {
    "en": {
        True: {"units": "the lines", "unit": "line", "unit_many": "lines"},
        False: {"units": "the sentences", "unit": "sentence", "unit_many": "sentences"},
    },
    "es": {
        True: {
            "units": "los versos",
            "unit": "verso",
            "unit_many": "versos",
            "a_unit": "un verso",
            "as": "os",
            "the_last": "El último verso",
            "the_last_low": "el último verso",
        },
        False: {
            "units": "las frases",
            "unit": "frase",
            "unit_many": "frases",
            "a_unit": "una frase",
            "as": "as",
            "the_last": "La última frase",
            "the_last_low": "la última frase",
        },
    },
}
_WORDS: Final[Mapping[LanguageCode, tuple[str, str]]] = {
    "en": ("word", "words"),
    "es": ("palabra", "palabras"),
}
_NUMBERS: Final[Mapping[LanguageCode, Sequence[str]]] = {
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "es": ("cero", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve"),
}


@dataclass(frozen=True, slots=True)
class Remark:
    """The sentences about one feature."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    praise: tuple[str, ...]
    doubt: tuple[str, ...]
    advice: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    """What is to be said: ``liked`` is each feature's deviation times the judge's weight."""

    statistics: Statistics
    liked: Mapping[str, float]
    steering: bool
    tiny: bool


@dataclass(frozen=True, slots=True)
class _File:
    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    link: tuple[str, ...]
    steering: tuple[str, ...]
    empty: tuple[str, ...]
    tiny: tuple[str, ...]
    plain: tuple[str, ...]
    features: Mapping[str, Remark]


class Remarks:
    """All sentences of one language."""

    def __init__(self, code: LanguageCode, file: _File) -> None:
        self._code: LanguageCode = code
        self._file = file

    def say(self, comment: Comment, voice: random.Random) -> str:
        """Return the comment; ``voice`` chooses among sentences that are equally true."""
        s = comment.statistics
        values = values_of(s, self._code)
        parts: list[str] = []
        if not s.words:
            parts.append(_pick(self._file.empty, values, voice))
        elif comment.tiny:
            parts.append(_pick(self._file.tiny, values, voice))
        else:
            parts += self._opinion(comment.liked, values, voice)
        if comment.steering:
            parts.append(_pick(self._file.steering, values, voice))
        return " ".join(part for part in parts if part)

    def _opinion(
        self, liked: Mapping[str, float], values: Mapping[str, str], voice: random.Random
    ) -> list[str]:
        mean = sum(liked.values()) / len(liked)
        praises = 1 if mean < _POOR else _REMARKS - 1
        features = self._file.features
        praised = _some({n: z for n, z in liked.items() if z > _WORTH_SAYING}, praises, voice)
        doubted = _some(
            {n: -z for n, z in liked.items() if z < -_WORTH_SAYING}, _REMARKS - praises, voice
        ) or [min(liked, key=lambda name: liked[name])]
        parts = [_pick(features[name].praise, values, voice) for name in praised]
        if not any(parts):
            parts = [_pick(self._file.plain, values, voice)]
        for name in doubted:
            link = voice.choice(self._file.link) if name == doubted[0] else ""
            parts.append(_joined(link, _pick(features[name].doubt, values, voice)))
        parts.append(_pick(features[doubted[0]].advice, values, voice))
        return parts


def _some(weights: Mapping[str, float], most: int, voice: random.Random) -> list[str]:
    """Return at most ``most`` of the names, the heavy ones more likely, the heaviest first."""
    # The exponent makes it a draw without replacement in proportion to the squared weights.
    drawn = sorted(weights, key=lambda name: voice.random() ** (weights[name] ** -2), reverse=True)
    return sorted(drawn[:most], key=lambda name: weights[name], reverse=True)


def load_remarks(code: LanguageCode) -> Remarks:
    """Read a language's sentences."""
    return Remarks(code, read_toml(data_file("comments", f"{code}.toml"), _File))


def values_of(s: Statistics, code: LanguageCode) -> dict[str, str]:
    """Return what may stand in a sentence's braces; what the text does not have is not there."""
    values = {
        **_NOUNS[code][s.verse],
        "units_n": _number(len(s.units), code),
        "words": _number(s.words, code),
        "words_words": _counted(s.words, code),
        "mean": _decimal(s.mean, code),
        "spread": _decimal(s.spread, code),
        "shortest": _number(s.shortest, code),
        "shortest_words": _counted(s.shortest, code),
        "longest": _number(s.longest, code),
        "last_words": _counted(s.last, code),
        "distinct_pct": str(round(100 * s.distinct)),
        "senses_pct": str(round(100 * s.senses_share)),
    }
    found: list[tuple[str, Sequence[str]]] = [
        ("sense", s.senses),
        ("abstract", s.abstract),
        ("adverb", s.adverbs),
        ("cliche", s.cliches),
        ("chime", s.chime or ()),
        ("theme", s.theme_words),
    ]
    for name, words in found:
        values |= {f"{name}{n}": word for n, word in enumerate(words[:3], start=1)}
    if s.ballast >= 1:
        values["ballast"] = str(round(s.ballast))
    if not s.spoken:
        values["silent"] = ""  # lets a sentence say that nobody speaks
    if s.last >= s.mean:
        values["long_last"] = values["last_words"]
    if s.theme_times >= 2:
        values["theme_n"] = _number(s.theme_times, code)
    if s.spoken >= 2:
        values["spoken"] = _number(s.spoken, code)
    if s.refrain[1] >= _FEWEST_TO_INSIST:
        values |= {"refrain": s.refrain[0], "refrain_n": _number(s.refrain[1], code)}
    if s.opening[1] >= _FEWEST_TO_INSIST:
        values |= {"opening": s.opening[0], "opening_n": _number(s.opening[1], code)}
    return values


def _pick(sentences: Sequence[str], values: Mapping[str, str], voice: random.Random) -> str:
    """Return one of the sentences whose every value is at hand, filled; nothing if there is none.

    What is filled in is never read as a template.
    """
    fitting = [one for one in sentences if _places(one) <= values.keys()]
    if not fitting:
        return ""
    filled = voice.choice(fitting).format_map(values)
    return _SENTENCE_START.sub(lambda found: found[0].upper(), filled[0].upper() + filled[1:])


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


def _joined(link: str, sentence: str) -> str:
    if not link or not sentence or (":" in link and ":" in sentence):
        return sentence
    small = sentence if _I.match(sentence) else sentence[0].lower() + sentence[1:]
    return link + small


def _counted(number: int, code: LanguageCode) -> str:
    one, many = _WORDS[code]
    return f"{_number(number, code)} {one if number == 1 else many}"


def _number(number: int, code: LanguageCode) -> str:
    """Return the number as prose writes it: in words below ten."""
    names = _NUMBERS[code]
    return names[number] if number < len(names) else str(number)


def _decimal(number: float, code: LanguageCode) -> str:
    text = f"{number:.1f}".removesuffix(".0")
    return text.replace(".", ",") if code == "es" else text
