"""A simulated judge: counts a text, weighs the counts by its taste, and says what it counted.

The taste comes from the judge's own description: words in it that show what it cares for, and a
digest of it for all that words do not tell: leniency, scale, and what it likes for no reason.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, sqrt, tanh
from typing import ClassVar, Final, TypeAlias

from pydantic import ConfigDict

from plumas_core.data_files import read_toml
from plumas_core.providers.interface import AnswerSchema, CompletionRequest
from plumas_core.providers.offline.comments import Comment, Remarks, load_remarks
from plumas_core.providers.offline.draws import source
from plumas_core.providers.offline.language import (
    Language,
    LanguageCode,
    PerLanguage,
    data_file,
    language_of,
    words_of,
)
from plumas_core.providers.offline.prompt import Asked, read_prompt
from plumas_core.providers.offline.quoting import choose_quote
from plumas_core.providers.offline.statistics import LONGEST_TEXT, Statistics, count

Features: TypeAlias = Mapping[str, float]
"""Feature → how far above (or below) the usual a text is, in deviations, within ``_FARTHEST``."""

FEATURES: Final = (
    "rhythm",
    "economy",
    "senses",
    "variety",
    "sound",
    "echo",
    "speech",
    "turn",
    "theme",
    "fullness",
)

STEERING: Final = re.compile(
    r"\b(?:ignor[ae]|disregard|forget|olvid[ae]|haz caso omiso)\b.{0,40}"
    r"\b(?:instruc\w+|rules?|reglas|prompt|previous|above|anterior\w*)\b"
    r"|\b(?:score|scores|mark|rating|grade|puntuaci\w+|puntúa\w*|nota|notas|punt[oa]s|calific\w+)\b"
    r".{0,30}\b(?:10|ten|diez|highest|máxim[oa]|perfect\w*)\b"
    r"|\b(?:10|ten|diez)\s{0,9}(?:/|de|out of|sobre)\s{0,9}(?:10|ten|diez)\b"
    r"|\b(?:dear|estimad[oa]s?|querid[oa]s?)\s{1,9}(?:judges?|jurado|juez|jueces)\b"
    r"|\b(?:note|nota|message|mensaje)\s{1,9}(?:to|for|al|para el|para los)\s{1,9}(?:the\s{1,9})?"
    r"(?:judges?|jurado|juez|jueces|evaluator\w*|ai|ia)\b"
    r"|^[ \t]{0,20}(?:system|assistant|sistema|asistente)[ \t]{0,20}:"
    r'|"(?:scores|steering)"\s{0,20}:|</?(?:text|theme|request)-',
    re.IGNORECASE | re.MULTILINE | re.DOTALL,
)
"""Obvious attempts to speak to whoever judges: orders, marks asked for, forged answers."""

_FARTHEST: Final = 2.5
_CENTRE: Final = 5.9
"""What an average text gets from an average judge."""

_STEP: Final = 1.55
"""Points for one deviation above the usual."""

_REACH: Final = 4.6
"""Points above and below the centre that scores come ever nearer to: a 10 stays rare."""

_RELIABLE: Final = 20
"""Words at which a count is believed by half."""

_LENIENCY, _SCALE, _WHIM, _NOISE = 0.7, 0.28, 0.45, 0.55
"""Deviations, between judges, of leniency (points), scale and liking (logarithms); of one score."""

_FOND: Final = 0.3
"""How much heavier a feature weighs for each word of the description that speaks of it."""

_MOST_FOND: Final = 4
_TOO_SHORT: Final = 30
"""Words below which a text loses a point for every ``_WORDS_PER_POINT`` that it lacks."""

_WORDS_PER_POINT: Final = 12
_TINY: Final = 12
_KEPT: Final = 256
"""Texts, and judges, of which what was found is kept."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The data of ``criteria.toml``."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    norms: Mapping[str, tuple[float, float]]
    criteria: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Taste:
    """A judge: how it leans, how far it spreads its scores, how much each feature weighs."""

    leniency: float
    scale: float
    weights: Features


@dataclass(frozen=True, slots=True)
class _Read:
    """What every judge finds in a text alike."""

    language: LanguageCode
    statistics: Statistics
    features: Features
    steering: bool


class Judge:
    """Answers the judges' questions. Keeps the counts of the last texts, as a panel shares them."""

    def __init__(self, languages: PerLanguage[Language]) -> None:
        self._languages = languages
        self._remarks: PerLanguage[Remarks] = PerLanguage(load_remarks)
        self._scale = read_toml(data_file("criteria.toml"), Scale)
        self._read: dict[tuple[str, str], _Read] = {}
        self._tastes: dict[tuple[str, int], Taste] = {}

    def answer(self, request: CompletionRequest, schema: AnswerSchema, seed: int) -> str:
        """Return the judge's JSON; the fence's nonce has no part in it."""
        asked = read_prompt(request)
        read = self._reading(asked)
        taste = self._taste(asked.character, seed)
        chance = source(
            "judge",
            seed,
            request.seed,
            request.model_id,
            asked.character,
            asked.theme,
            asked.matter,
        )
        scores: dict[str, int] = {}
        for criterion in criteria_of(schema):
            value = self._score(criterion, read, taste)
            scores[criterion] = min(max(round(value + chance.gauss(0, _NOISE)), 1), 10)
        words = read.statistics.words
        comment = Comment(
            read.statistics,
            {name: z * taste.weights[name] for name, z in read.features.items()},
            steering=read.steering,
            tiny=words < _TINY,
        )
        voice = source("voice", asked.character, asked.matter)
        remarks = self._remarks[asked.language or read.language]
        answer = {
            "steering": read.steering,
            "quote": choose_quote(
                asked.matter, read.statistics, taste.weights, STEERING if read.steering else None
            ),
            "comment": remarks.say(comment, voice),
            "scores": scores,
        }
        return json.dumps(answer, ensure_ascii=False)

    def _reading(self, asked: Asked) -> _Read:
        """Count a text, or return what was counted when another judge read it."""
        key = (asked.matter, asked.theme)
        known = self._read.get(key)
        if known is None:
            text = asked.matter[:LONGEST_TEXT]
            code = language_of(text, self._languages, asked.language or "en")
            statistics = count(text, asked.theme, self._languages[code])
            steering = STEERING.search(text) is not None
            known = _Read(code, statistics, self._features(statistics), steering)
            if len(self._read) >= _KEPT:
                self._read.clear()
            self._read[key] = known
        return known

    def _features(self, s: Statistics) -> Features:
        rhythm = "rhythm_verse" if s.verse else "rhythm"
        crowd = max(100 * s.theme_times / max(s.words, 1) - 6, 0)
        values = {
            "rhythm": (rhythm, s.spread / max(s.mean, 1)),
            "economy": ("economy", -s.ballast),
            "senses": ("senses", s.senses_share),
            "variety": ("variety", s.distinct),
            "sound": ("sound", s.chime_share),
            "echo": ("echo", s.opening_share),
            "speech": ("speech", s.speech_share),
            "turn": ("turn", 1 - s.last / max(s.mean, 1)),
            "theme": ("theme", s.theme_share - 0.05 * crowd),
            "fullness": ("fullness", min(s.words / 120, 1.0)),
        }
        belief = s.words / (s.words + _RELIABLE)
        features: dict[str, float] = {}
        for name, (norm, value) in values.items():
            mean, deviation = self._scale.norms[norm]
            deviations = min(max((value - mean) / deviation, -_FARTHEST), _FARTHEST)
            features[name] = deviations * belief
        return features

    def _taste(self, character: str, seed: int) -> Taste:
        known = self._tastes.get((character, seed))
        if known is None:
            known = self._formed(character, source("taste", seed, character))
            if len(self._tastes) >= _KEPT:
                self._tastes.clear()
            self._tastes[character, seed] = known
        return known

    def _formed(self, character: str, chance: random.Random) -> Taste:
        language = self._languages[language_of(character, self._languages)]
        words = words_of(character)
        leniency, scale = chance.gauss(0, _LENIENCY), exp(chance.gauss(0, _SCALE))
        weights: dict[str, float] = {}
        for name in FEATURES:
            hits = sum(word in language.tastes[name] for word in words)
            fond = 1 + _FOND * min(hits, _MOST_FOND)
            weights[name] = fond * exp(chance.gauss(0, _WHIM))
        return Taste(leniency, scale, weights)

    def _score(self, criterion: str, read: _Read, taste: Taste) -> float:
        s = read.statistics
        if not s.words:
            return 1.0
        usual = self._scale.criteria.get(criterion) or self._scale.criteria["other"]
        weights = {name: weight * taste.weights[name] for name, weight in usual.items()}
        total = sum(weight * read.features[name] for name, weight in weights.items())
        quality = total / sqrt(sum(weight**2 for weight in weights.values()))
        missing = max(_TOO_SHORT - s.words, 0) / _WORDS_PER_POINT
        away = taste.leniency + _STEP * taste.scale * quality - missing
        return _CENTRE + _REACH * tanh(away / _REACH)


def criteria_of(schema: AnswerSchema) -> Sequence[str]:
    """Return the criteria that a judge's schema asks for; none where it is not a judge's."""
    found: object = schema.schema
    for name in ("properties", "scores", "properties"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return tuple(found) if isinstance(found, Mapping) else ()
