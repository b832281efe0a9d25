"""Reading a judge's answer, strictly: what does not fit the form is broken, never guessed at.

Three things that models do are borne: white space around the object, a code fence around it, a
sentence before or after it. A quotation that does not stand in the text is dropped, and the rest
is kept: the scores were given to the right text, they only lost a witness, and ``quote_found``
tells so. A second object, or a copy of an answer that the author had put into the text, makes
the whole broken: it cannot be known whose scores those are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from plumas_core.characters import clean_text, cut, is_blank
from plumas_core.judging.quotes import find_quote
from plumas_core.judging.rubric import HIGHEST_SCORE, LOWEST_SCORE, Rubric

MAX_ANSWER: Final = 20_000
"""Characters; a whole answer has about 900."""

MAX_COMMENT: Final = 1_500
"""Characters of a comment that are kept; what is asked for has at most 110 words."""

_FIELDS: Final = frozenset(("steering", "quote", "comment", "scores"))


class BrokenReason(StrEnum):
    """Why an answer cannot be read; the value is what the database keeps."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    TOO_DEEP = "too-deep"
    NO_OBJECT = "no-object"
    BAD_JSON = "bad-json"
    SECOND_OBJECT = "second-object"
    TWICE = "field-twice"
    MISSING = "field-missing"
    UNKNOWN = "field-unknown"
    BAD_TYPE = "bad-type"
    OUT_OF_RANGE = "out-of-range"
    NO_COMMENT = "no-comment"
    COPIED = "copied-from-text"


@dataclass(frozen=True, slots=True)
class Broken:
    """An answer that cannot be read; ``where`` names one of our own fields, if one is at fault."""

    reason: BrokenReason
    where: str = ""


class Reading(NamedTuple):
    """What one seat found in one text.

    ``scores``: criterion → 1 to 10, in the rubric's order. ``quote``: a part of the text, as it
    stands there. ``steering``: the judge says that the text tries to steer it.
    """

    scores: Mapping[str, int]
    comment: str
    quote: str | None
    steering: bool

    @property
    def quote_found(self) -> bool:
        """Tell whether the judge's quotation stands in the text."""
        return self.quote is not None


class _Unreadable(ValueError):
    """Raised where an answer breaks its form."""

    def __init__(self, reason: BrokenReason, where: str = "") -> None:
        super().__init__(reason)
        self.broken = Broken(reason, where)


class AnswerReader:
    """Reads the answers to questions that were asked with one rubric."""

    def __init__(self, rubric: Rubric) -> None:
        self._ids = rubric.ids
        self._decode = json.JSONDecoder(
            object_pairs_hook=_each_once, parse_constant=_refuse_constant
        ).raw_decode

    def read(self, raw: str, text: str) -> Reading | Broken:
        """Return what the judge said of ``text``, or why that cannot be known. Never raises."""
        try:
            answer, source = self._object(raw)
            steering, comment, quote = _fields(answer)
            scores = self._scores(answer["scores"])
        except _Unreadable as reason:
            return reason.broken
        if "{" in text and _copied(source, comment, text):
            return Broken(BrokenReason.COPIED)
        shown = _shown(comment)
        if not shown:
            return Broken(BrokenReason.NO_COMMENT, "comment")
        return Reading(scores, shown, find_quote(quote, text), steering)

    def _object(self, raw: str) -> tuple[dict[str, object], str]:
        """Return the one object in the answer, and the part of the answer that it was."""
        if len(raw) > MAX_ANSWER:
            raise _Unreadable(BrokenReason.TOO_LONG)
        start = raw.find("{")
        if start < 0:
            raise _Unreadable(BrokenReason.EMPTY if is_blank(raw) else BrokenReason.NO_OBJECT)
        try:
            answer, end = self._decode(raw, start)
        except _Unreadable:
            raise
        except ValueError:  # not JSON, or a number of thousands of digits
            raise _Unreadable(BrokenReason.BAD_JSON) from None
        except RecursionError:
            raise _Unreadable(BrokenReason.TOO_DEEP) from None
        if raw.find("{", end) >= 0:
            raise _Unreadable(BrokenReason.SECOND_OBJECT)
        return answer, raw[start:end]

    def _scores(self, given: object) -> dict[str, int]:
        if not isinstance(given, dict):
            raise _Unreadable(BrokenReason.BAD_TYPE, "scores")
        scores: dict[str, int] = {}
        for name in self._ids:
            if name not in given:
                raise _Unreadable(BrokenReason.MISSING, name)
            score = given[name]
            if type(score) is not int:  # a bool is an int to isinstance
                raise _Unreadable(BrokenReason.BAD_TYPE, name)
            if not LOWEST_SCORE <= score <= HIGHEST_SCORE:
                raise _Unreadable(BrokenReason.OUT_OF_RANGE, name)
            scores[name] = score
        if len(given) != len(scores):
            raise _Unreadable(BrokenReason.UNKNOWN, "scores")
        return scores


def _fields(answer: dict[str, object]) -> tuple[bool, str, str]:
    """Return ``steering``, ``comment`` and ``quote`` of an answer that has just its fields."""
    if answer.keys() != _FIELDS:
        missing = sorted(_FIELDS - answer.keys())
        if missing:
            raise _Unreadable(BrokenReason.MISSING, missing[0])
        raise _Unreadable(BrokenReason.UNKNOWN)
    steering, comment, quote = answer["steering"], answer["comment"], answer["quote"]
    if not isinstance(steering, bool):
        raise _Unreadable(BrokenReason.BAD_TYPE, "steering")
    if not isinstance(comment, str):
        raise _Unreadable(BrokenReason.BAD_TYPE, "comment")
    if not isinstance(quote, str):
        raise _Unreadable(BrokenReason.BAD_TYPE, "quote")
    return steering, comment, quote


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Build an object; of a field that stands twice it would be a guess which value counts."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Unreadable(BrokenReason.TWICE)
    return fields


def _refuse_constant(name: str) -> object:
    raise _Unreadable(BrokenReason.BAD_JSON)


def _copied(found: str, comment: str, text: str) -> bool:
    """Tell whether the answer, or its comment, is one that the author wrote into the text."""
    whole = "".join(text.split())
    return any(part and part in whole for part in map("".join, (found.split(), comment.split())))


def _shown(comment: str) -> str:
    """Return the comment as it is kept: clean, and of bounded length."""
    if not comment.isprintable():
        comment = clean_text(comment)
    comment = comment.strip()
    return "" if is_blank(comment) else cut(comment, MAX_COMMENT)
