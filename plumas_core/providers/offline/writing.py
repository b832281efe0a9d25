"""A simulated writer: a piece built from phrases, with the theme's own nouns woven in.

The writer's character leans it to a form; chance, drawn from the seed and the request, chooses
the rest. The nonce of a prompt's fences has no part in it.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from plumas_core.providers.interface import CompletionRequest
from plumas_core.providers.offline.draws import source
from plumas_core.providers.offline.grammar import (
    FORMS,
    Cast,
    Form,
    Part,
    Phrases,
    draw_cast,
    load_phrases,
)
from plumas_core.providers.offline.language import (
    Language,
    LanguageCode,
    PerLanguage,
    language_of,
    words_of,
)
from plumas_core.providers.offline.prompt import Asked, read_prompt
from plumas_core.providers.offline.themes import read_topic, wish_of

SHORTEST, LONGEST = 120, 190
"""Words that a text aims at, where no fewer are asked for."""

_BETWEEN: Final[Mapping[Form, str]] = {
    "verse": "\n\n",
    "prose": " ",
    "story": "\n\n",
    "dialogue": "\n",
}
_LOYALTY: Final = 0.7
"""How often a writer keeps to the form that its character leans to."""

_CLEAR: Final = 2
"""Words for a form in a description from which it counts as a liking."""

_SENTENCE_END = re.compile(r"[.!?…][»”\")]*(?=\s|$)")


@dataclass(frozen=True, slots=True)
class _Chunk:
    """A filled chunk: the number of its part, what stands before it, whether it has to stay."""

    part: int
    before: str
    text: str
    held: bool


class Writer:
    """Answers requests for a text."""

    def __init__(self, languages: PerLanguage[Language]) -> None:
        self._languages = languages
        self._phrases: PerLanguage[Phrases] = PerLanguage(load_phrases)

    def write(self, request: CompletionRequest, seed: int) -> str:
        """Return a text, under a title unless the request already has one."""
        asked = read_prompt(request)
        code = asked.language or language_of(asked.matter, self._languages, self._spoken(request))
        chance = source(
            "writer", seed, request.seed, request.model_id, asked.character, asked.matter, code
        )
        phrases = self._phrases[code]
        language = self._languages[code]
        topic = read_topic(asked.matter, code, language)
        cast = draw_cast(phrases, code, topic.nouns, topic.phrase, language.nouns, chance)
        form = self._form(asked, code, chance)
        plans = [piece for piece in phrases.pieces if piece.form == form]
        titles = [one for one in phrases.titles if topic.nouns or _quotes(one)]
        title = cast.fill(chance.choice(titles))
        plan = _Plan(chance.choice(plans).parts, form, quotes=not topic.nouns)
        text = plan.compose(cast, asked.words or LONGEST, chance)
        return text if asked.title is not None else f"# {title}\n\n{text}"

    def _spoken(self, request: CompletionRequest) -> LanguageCode:
        """Return the language of the whole prompt, for a wish too short to tell."""
        return language_of(f"{request.system or ''}\n{request.prompt}", self._languages)

    def _form(self, asked: Asked, code: LanguageCode, chance: random.Random) -> Form:
        wished = self._leaning(wish_of(asked.matter, code), 1)
        if wished:
            return wished
        if chance.random() >= _LOYALTY:
            return chance.choice(FORMS)
        drawn: Form = source("form", asked.character).choice(FORMS)
        return self._leaning(asked.character, _CLEAR) or drawn

    def _leaning(self, text: str, clear: int) -> Form | None:
        """Return the form that the words of ``text`` speak of most, if one stands out."""
        words = words_of(text)
        counts = {
            form: sum(
                word in language.forms[form]
                for word in words
                for language in self._languages.values()
            )
            for form in FORMS
        }
        first, second = sorted(FORMS, key=lambda form: -counts[form])[:2]
        return first if counts[first] >= max(clear, 2 * counts[second], 1) else None


@dataclass(frozen=True, slots=True)
class _Plan:
    """How one text is put together; ``quotes``: it has to quote the theme, if it can."""

    parts: Sequence[Part]
    form: Form
    quotes: bool

    def compose(self, cast: Cast, most: int, chance: random.Random) -> str:
        """Return the parts put together, in at most ``most`` words."""
        aim = min(most, chance.randint(SHORTEST, LONGEST))
        chunks: list[_Chunk] = []
        for number, part in enumerate(self.parts):
            before = _BETWEEN[self.form] if part.before is None else part.before
            for phrase in self._drawn(part, chance):
                held = self.quotes and _quotes(phrase)
                chunks.append(_Chunk(number, before, cast.fill(phrase), held))
        for keep in ([_kept(part) for part in self.parts], self._ends(), [1]):
            chunks = _thinned(chunks, keep, aim, chance)
        return _trimmed(_joined(chunks), most)

    def _drawn(self, part: Part, chance: random.Random) -> list[str]:
        drawn = chance.sample(part.chunks, min(part.take, len(part.chunks)))
        quoting = [phrase for phrase in part.chunks if _quotes(phrase)]
        if self.quotes and quoting and not any(map(_quotes, drawn)):
            drawn[chance.randrange(len(drawn))] = chance.choice(quoting)
        return drawn

    def _ends(self) -> list[int]:
        """Return what is kept of each part when only a beginning and an end can stay."""
        return [1] + [0] * (len(self.parts) - 2) + [1]


def _quotes(phrase: str) -> bool:
    return "{theme}" in phrase or "{Theme}" in phrase


def _kept(part: Part) -> int:
    return part.take if part.keep is None else part.keep


def _thinned(
    chunks: Sequence[_Chunk], keep: Sequence[int], most: int, chance: random.Random
) -> list[_Chunk]:
    """Leave chunks out, by chance, until the text has at most ``most`` words.

    ``keep``: how many chunks of each part have to stay; parts beyond its end keep none.
    """
    left = list(chunks)
    while _length(_joined(left)) > most:
        parts = [chunk.part for chunk in left]
        spare = [
            n
            for n, part in enumerate(parts)
            if not left[n].held and parts.count(part) > (keep[part] if part < len(keep) else 0)
        ]
        if not spare:
            break
        del left[chance.choice(spare)]
    return left


def _joined(chunks: Sequence[_Chunk]) -> str:
    return "".join(
        chunk.text if n == 0 else chunk.before + chunk.text for n, chunk in enumerate(chunks)
    )


def _trimmed(text: str, most: int) -> str:
    """Return the beginning of ``text`` that has at most ``most`` words: whole sentences, if any."""
    if _length(text) <= most:
        return text
    ends = [found.end() for found in _SENTENCE_END.finditer(text)]
    whole = [end for end in ends if _length(text[:end]) <= most]
    if whole:
        return text[: whole[-1]]
    return " ".join(text.split()[:most]).rstrip(",;:—") + "."


def _length(text: str) -> int:
    return len(text.split())
