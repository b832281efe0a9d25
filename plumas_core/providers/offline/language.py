"""What the offline models know of a language: word lists, read from a file each."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, ConfigDict

from plumas_core.data_files import read_toml

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

LanguageCode: TypeAlias = Literal["en", "es"]
LANGUAGES: Final[tuple[LanguageCode, ...]] = ("en", "es")

T = TypeVar("T")

WORD: Final = re.compile("[^\\W\\d_]+(?:['\u2019][^\\W\\d_]+)*")
"""A word: letters, with apostrophes inside it."""


def _split(value: object) -> object:
    return frozenset(value.split()) if isinstance(value, str) else value


WordSet: TypeAlias = Annotated[frozenset[str], BeforeValidator(_split)]
"""Words, written in the file as one text with spaces between them."""


@dataclass(frozen=True, slots=True)
class NounWords:
    """How nouns are known: what stands around them, and those that their ending misleads about."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    determiners: WordSet
    modifiers: WordSet
    enders: WordSet
    plurals: WordSet
    singulars: WordSet
    feminine: WordSet
    masculine: WordSet
    stressed_a: WordSet
    without_article: WordSet


@dataclass(frozen=True)
class Language:
    """Word lists of one language, all in small letters.

    ``tastes``: feature → words by which a judge shows that it cares for it; ``forms``: form →
    words that ask for it; ``adverb``: how those of manner end, ``not_adverbs`` what else does.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")

    stop: WordSet
    senses: WordSet
    abstract: WordSet
    cliches: tuple[str, ...]
    adverb: str
    not_adverbs: WordSet
    tastes: Mapping[str, WordSet]
    forms: Mapping[str, WordSet]
    nouns: NounWords

    @cached_property
    def clumsy(self) -> re.Pattern[str]:
        """Find a cliché."""
        return re.compile("|".join(rf"\b{re.escape(phrase)}\b" for phrase in self.cliches))

    def is_sensory(self, word: str) -> bool:
        """Tell whether a word, in small letters, names what the senses meet."""
        return _listed(word, self.senses)

    def is_abstract(self, word: str) -> bool:
        """Tell whether a word, in small letters, is an abstract noun."""
        return _listed(word, self.abstract)

    def is_adverb(self, word: str) -> bool:
        """Tell whether a word, in small letters, is an adverb of manner."""
        return word.endswith(self.adverb) and word not in self.not_adverbs


def _listed(word: str, words: frozenset[str]) -> bool:
    """Look the word up as it is, without an ending of the plural, and in the masculine."""
    if word in words:
        return True
    for ending in ("es", "s"):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            stem = word.removesuffix(ending)
            if stem in words or (stem.endswith("a") and stem[:-1] + "o" in words):
                return True
    return word.endswith("a") and len(word) > 3 and word[:-1] + "o" in words


class PerLanguage(Mapping[LanguageCode, T]):
    """Something for each language, made when first asked for."""

    def __init__(self, make: Callable[[LanguageCode], T]) -> None:
        self._make = make
        self._made: dict[LanguageCode, T] = {}

    def __getitem__(self, code: LanguageCode) -> T:
        if code not in self._made:
            self._made[code] = self._make(code)
        return self._made[code]

    def __iter__(self) -> Iterator[LanguageCode]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)


def data_file(*parts: str) -> Traversable:
    """Return a data file that stands beside this module."""
    return resources.files("plumas_core.providers.offline").joinpath(*parts)


def load_language(code: LanguageCode) -> Language:
    """Read a language's word lists."""
    return read_toml(data_file("words", f"{code}.toml"), Language)


def words_of(text: str) -> list[str]:
    """Return the words of ``text`` in small letters."""
    return [word.casefold() for word in WORD.findall(text)]


def language_of(
    text: str, languages: Mapping[LanguageCode, Language], default: LanguageCode = "en"
) -> LanguageCode:
    """Return the language that more of the text's words are function words of."""
    words = words_of(text)
    counts = {
        code: sum(word in language.stop for word in words) for code, language in languages.items()
    }
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] > counts[default] else default
