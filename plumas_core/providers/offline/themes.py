"""Finding, in a theme or a wish, what a text can be about: a phrase, and the nouns in it.

There is no grammar here, only word order: what follows an article is a noun.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from plumas_core.providers.offline.language import WORD, Language, LanguageCode, words_of
from plumas_core.providers.offline.nouns import Noun, guessed_noun, is_plural

MOST_WORDS: Final = 9
"""Words of a theme that are quoted whole; of a longer one only its noun is used."""

_LONGEST_NAME: Final = 3
"""Words of a Spanish theme that, all with capitals, are taken for a name."""

_LONGEST_WORD: Final = 24
_LOOKED_AT: Final = 600

_ABOUT: Final = {
    "en": re.compile(
        r"\b(?:about|on the theme of|on the subject of|titled|called)\b", re.IGNORECASE
    ),
    "es": re.compile(r"\b(?:sobre|acerca de|en torno a|titulad[oa]|que hable de)\b", re.IGNORECASE),
}
_ORDER: Final = {
    "en": re.compile(
        r"^\W*(?:please\s+)?(?:write|tell|give|compose|make|i want|can you)\b", re.IGNORECASE
    ),
    "es": re.compile(
        r"^\W*(?:por favor,?\s+)?(?:escrib\w+|cuéntame|cuenta|dame|haz(?:me)?|compón\w*|quiero"
        r"|puedes|redacta)\b",
        re.IGNORECASE,
    ),
}
_A_TEXT: Final = {
    "en": re.compile(
        r"\W*(?:me\s+)?an?\s+([^\W\d_]+(?:\s+(?!of|for|to|with|in)[^\W\d_]+)?)\b"
        r"[^.;:\n]{0,40}?\b(?:of|for|to|with|in)\s+(.+)",
        re.IGNORECASE | re.DOTALL,
    ),
    "es": re.compile(
        r"\W*una?\s+([^\W\d_]+(?:\s+(?!de|para|con|en|a\b)[^\W\d_]+)?)\b"
        r"[^.;:\n]{0,40}?\b(?:de|para|con|en|a)\s+(.+)",
        re.IGNORECASE | re.DOTALL,
    ),
}
"""A text of some form, and after a preposition what it is to be of."""

_NOT_HEADS: Final = re.compile(r"(?:.{3,}(?:ing|ed|ly))|lost|gone|left|unsent|unspoken|asleep")
_VERB_LIKE: Final = re.compile(r".{2,}(?:[aei]r|ando|iendo|[aei]rse)")


@dataclass(frozen=True, slots=True)
class Topic:
    """``phrase``: the theme as it can be quoted; ``nouns``: those found in it, the head first."""

    phrase: str
    nouns: tuple[Noun, ...]


def read_topic(matter: str, code: LanguageCode, language: Language) -> Topic:
    """Return what ``matter`` is about; nothing at all is found in some texts."""
    matter = matter[:_LOOKED_AT]
    matter = _subject(matter, code, language)
    clause = next((part for part in re.split(r"[\n.;:!?…()]+", matter) if WORD.search(part)), "")
    words = [word for word in WORD.findall(clause) if len(word) <= _LONGEST_WORD]
    nouns = (_english if code == "en" else _spanish)(words, language)
    phrase = " ".join(words)
    if len(words) > MOST_WORDS or not words:
        phrase = str(nouns[0]) if nouns else ""
    return Topic(_lowered(phrase, code, language), tuple(dict.fromkeys(nouns)))


def _subject(matter: str, code: LanguageCode, language: Language) -> str:
    """Return ``matter`` without the words that only ask for a text."""
    about = _ABOUT[code].search(matter)
    if about:
        return matter[about.end() :]
    ordered = _ORDER[code].sub("", matter, count=1)
    asked = _A_TEXT[code].match(ordered)
    if asked and any(
        word in words for word in words_of(asked[1]) for words in language.forms.values()
    ):
        return asked[2]
    return ordered


def wish_of(matter: str, code: LanguageCode) -> str:
    """Return the part of a wish that speaks of the text, not of its subject."""
    about = _ABOUT[code].search(matter)
    if about:
        return matter[: about.start()]
    return matter if _ORDER[code].match(matter) else " ".join(matter.split()[:2])


def _lowered(phrase: str, code: LanguageCode, language: Language) -> str:
    """Return the phrase as it stands inside a sentence: a first function word in small letters."""
    first, _, rest = phrase.partition(" ")
    if first.casefold() not in language.stop or first == "I":
        return phrase
    return f"{first.casefold()} {rest}".rstrip() if rest else first.casefold()


def _spanish(words: Sequence[str], language: Language) -> list[Noun]:
    lower = [word.casefold() for word in words]
    named = all(word[0].isupper() for word in words) and lower[:1] != []
    if named and 1 < len(words) <= _LONGEST_NAME and lower[0] not in language.stop:
        return [Noun("", " ".join(words))]
    known = language.nouns
    nouns: list[Noun] = []
    for n, word in enumerate(lower):
        if word not in known.determiners:
            continue
        at = n + 1
        while at + 1 < len(lower) and lower[at] in known.modifiers:
            at += 1
        if at < len(lower) and _may_be_noun(lower[at], language):
            before = {"al": "el", "del": "el"}.get(word, word)
            nouns.append(guessed_noun(_cased(words[at], at == 0), "es", known, before))
    if nouns:
        return nouns
    first = next((n for n, word in enumerate(lower) if word not in language.stop), None)
    if first is None or _VERB_LIKE.fullmatch(lower[first]):
        return []
    if any(word not in known.modifiers for word in lower[:first]):
        return []
    return [guessed_noun(_cased(words[first], first == 0), "es", known)]


def _english(words: Sequence[str], language: Language) -> list[Noun]:
    known = language.nouns
    lower = [word.casefold() for word in words]
    starts = [n + 1 for n, word in enumerate(lower) if word in known.determiners]
    if not starts and lower and lower[0] not in language.stop:
        starts = [0] if not lower[0].endswith("ing") else []
    nouns: list[Noun] = []
    for start in starts:
        end = start
        while end < len(lower) and not _ends_phrase(lower[end], language):
            end += 1
        span = list(range(start, end))
        while len(span) > 1 and _NOT_HEADS.fullmatch(lower[span[-1]]):
            span.pop()
        plural = (n for n in span if is_plural(lower[n], known))
        head = next(plural, span[-1] if span else None)
        if head is not None and _may_be_noun(lower[head], language):
            nouns.append(guessed_noun(_cased(words[head], head == 0), "en", known))
    return nouns


def _ends_phrase(word: str, language: Language) -> bool:
    if word in language.nouns.enders or word in language.nouns.determiners:
        return True
    return word in language.stop and word not in language.nouns.modifiers


def _may_be_noun(word: str, language: Language) -> bool:
    return len(word) > 1 and word not in language.stop and word not in language.nouns.modifiers


def _cased(word: str, first: bool) -> str:
    """Return the word in small letters, but for a name in the middle of a phrase."""
    return word.casefold() if first or word.isupper() or not word[0].isupper() else word
