"""Nouns with their article, gender and number: what a phrase needs in order to agree."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from plumas_core.providers.offline.language import LanguageCode, NounWords

_INDEFINITE: Final = {"el": "un", "la": "una", "los": "unos", "las": "unas"}
_ARTICLES: Final[Mapping[LanguageCode, frozenset[str]]] = {
    "en": frozenset(("the",)),
    "es": frozenset(_INDEFINITE),
}
_FEMININE_MARK: Final = "*"
_VOWEL_SOUND = re.compile(r"(?!one|once|eu|ewe|uni|use|usa|uti|uro)(?:[aeiou]|hour|hono|heir)")
_FEMININE_ENDINGS: Final = ("a", "ción", "sión", "xión", "dad", "tad", "tud", "umbre", "triz", "ez")
_MASCULINE_BEFORE: Final = frozenset(
    ("el", "los", "un", "unos", "este", "ese", "aquel", "estos", "esos", "nuestro", "algún")
)
_FEMININE_BEFORE: Final = frozenset(
    ("la", "las", "una", "unas", "esta", "esa", "aquella", "estas", "esas", "nuestra", "otra")
)


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun, or a name without article. ``bare`` is in the case in which it stands in a line."""

    article: str
    bare: str
    feminine: bool = False
    plural: bool = False

    def __str__(self) -> str:
        return f"{self.article} {self.bare}".lstrip()

    def indefinite(self) -> str:
        """Return it with an indefinite article, where it takes an article."""
        if self.article in _INDEFINITE:
            return f"{_INDEFINITE[self.article]} {self.bare}"
        if self.article != "the":
            return str(self)
        if self.plural:
            return f"some {self.bare}"
        return f"{'an' if _VOWEL_SOUND.match(self.bare.casefold()) else 'a'} {self.bare}"

    def agree(self, forms: Sequence[str]) -> str:
        """Return the form that agrees: of two by number; of four by gender and number."""
        if len(forms) == 2:
            return forms[self.plural]
        return forms[2 * self.plural + self.feminine]


def read_noun(text: str, code: LanguageCode, words: NounWords) -> Noun:
    """Return the noun that a list has as ``text``: with its article, or a name without one."""
    feminine = text.endswith(_FEMININE_MARK)
    text = text.removesuffix(_FEMININE_MARK)
    article, _, bare = text.partition(" ")
    if article not in _ARTICLES[code]:
        return Noun("", text, feminine)
    if code == "en":
        return Noun(article, bare, feminine, is_plural(bare.split()[-1], words))
    return Noun(article, bare, article in ("la", "las"), article in ("los", "las"))


def guessed_noun(word: str, code: LanguageCode, words: NounWords, before: str = "") -> Noun:
    """Return the noun ``word`` with the article that its ending, or the word before it, wants."""
    lower = word.casefold()
    if lower in words.without_article:
        return Noun("", word if code == "es" else word.capitalize())
    plural = is_plural(lower, words)
    if code == "en":
        return Noun("the", word, plural=plural)
    stressed = lower in words.stressed_a
    if before in _FEMININE_BEFORE or stressed:
        feminine = True
    else:
        feminine = before not in _MASCULINE_BEFORE and is_feminine(lower, words)
    if not feminine or (stressed and not plural):
        return Noun("los" if plural else "el", word, feminine, plural)
    return Noun("las" if plural else "la", word, feminine, plural)


def is_plural(word: str, words: NounWords) -> bool:
    """Tell, by its ending, whether a noun in small letters is a plural."""
    if word in words.plurals:
        return True
    if not word.isalpha() or word in words.singulars:
        return False  # with an apostrophe it is a possessive
    return word.endswith("s") and not word.endswith(("ss", "us", "is"))


def is_feminine(word: str, words: NounWords) -> bool:
    """Tell, by its ending, whether a Spanish noun in small letters is feminine."""
    singulars = {word}
    if is_plural(word, words):
        singulars = {word.removesuffix("s"), word.removesuffix("es")}
        singulars |= {one.removesuffix("c") + "z" for one in singulars if one.endswith("c")}
        singulars |= {one.removesuffix("on") + "ón" for one in singulars if one.endswith("on")}
    if singulars & words.masculine:
        return False
    if singulars & (words.feminine | words.stressed_a):
        return True
    return any(one.endswith(_FEMININE_ENDINGS) for one in singulars)
