"""Filling phrases: nouns, and what agrees with them. The signs are told in ``phrases``."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

from pydantic import ConfigDict

from plumas_core.data_files import read_toml
from plumas_core.providers.offline.language import LanguageCode, NounWords, data_file
from plumas_core.providers.offline.nouns import Noun, read_noun

Form: TypeAlias = Literal["verse", "prose", "story", "dialogue"]
FORMS: Final[tuple[Form, ...]] = ("verse", "prose", "story", "dialogue")

STAND_IN: Final = "things"
"""The pool that gives a noun to a theme which has none."""

_EXACT: Final = ConfigDict(extra="forbid")
_SLOT = re.compile(r"\{([A-Za-z]+)(\.un)?\}|\[([a-z]+)\|([^\[\]]*)\]")
_CONTRACTED = re.compile(r"\b([Aa]|[Dd]e) el\b")


@dataclass(frozen=True, slots=True)
class Part:
    """One step of a piece: ``take`` of its chunks, ``keep`` when there is little room."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    chunks: tuple[str, ...]
    take: int = 1
    keep: int | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """A plan of a text: its parts in order."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    form: Form
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Phrases:
    """All that is known of writing in one language."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    titles: tuple[str, ...]
    pools: Mapping[str, tuple[str, ...]]
    cast: Mapping[str, str]
    pieces: tuple[Piece, ...]


def load_phrases(code: LanguageCode) -> Phrases:
    """Read a language's phrases."""
    return read_toml(data_file("phrases", f"{code}.toml"), Phrases)


class Cast:
    """The nouns of one text, by name: the same wherever the name stands."""

    def __init__(self, nouns: Mapping[str, Noun], code: LanguageCode) -> None:
        self._nouns = nouns
        self._code = code

    def fill(self, phrase: str) -> str:
        """Return the phrase with all its places filled; what is filled in is not read again.

        Raises:
            KeyError: a place names a noun that the cast does not have.
        """
        filled = _SLOT.sub(self._place, phrase.strip("\n"))
        if self._code == "es":
            filled = _CONTRACTED.sub(_contract, filled)
        return filled

    def _place(self, found: re.Match[str]) -> str:
        name, form, agreeing, forms = found.groups()
        if agreeing:
            return self._nouns[agreeing].agree(forms.split("|"))
        noun = self._nouns[name[0].lower() + name[1:]]
        text = noun.indefinite() if form else str(noun)
        return text[:1].upper() + text[1:] if name[0].isupper() else text


def draw_cast(
    phrases: Phrases,
    code: LanguageCode,
    topic: Sequence[Noun],
    phrase: str,
    words: NounWords,
    chance: random.Random,
) -> Cast:
    """Return a cast: what the theme gave, and the rest from the pools, nothing twice.

    Where the theme has no noun, a thing takes its place.
    """
    taken = {noun.bare for noun in topic}

    def draw(pool: str) -> Noun:
        nouns = (read_noun(one, code, words) for one in phrases.pools[pool])
        noun = chance.choice([noun for noun in nouns if noun.bare not in taken])
        taken.add(noun.bare)
        return noun

    nouns = {name: draw(pool) for name, pool in phrases.cast.items()}
    nouns["t"] = topic[0] if topic else draw(STAND_IN)
    nouns["u"] = topic[1] if len(topic) > 1 else draw(STAND_IN)
    nouns["theme"] = Noun("", phrase or str(nouns["t"]))
    return Cast(nouns, code)


def _contract(found: re.Match[str]) -> str:
    return {"a": "al", "A": "Al", "de": "del", "De": "Del"}[found[1]]
