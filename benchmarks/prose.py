"""Texts, comments and quotations of the sizes that duels have, seeded and without end."""

from __future__ import annotations

import random

WORDS = (
    "la el un una de en con sin sobre hasta entre cuando nadie siempre todavía noche lluvia faro "
    "puerto sombra ceniza ventana abuela cuchillo pan sal espejo camino hermano silencio ceguera "
    "caballo río piedra lámpara invierno verano mañana tarde ayer nunca apenas acaso mientras "
    "cerró abrió dijo calló volvió miró encendió esperaba recordaba olvidó temblaba caía subió "
    "amarillo hondo lento áspero último primero pequeño inmenso roto azul frío vacío ajeno manso "
    "the a of in and with under through nobody window harbour lantern winter bread knife mirror "
    "salt river stone mother sailor letter glass smoke orchard ladder thunder"
)

SENTENCES = 4_000
TEXT_CHARACTERS = 3_000
"""A text of 500 to 550 words: near the most that a duel allows by default (600)."""
COMMENT_CHARACTERS = 560
"""A comment of about 95 words; 60 to 110 are asked for."""


class Prose:
    """Sentences of common words; as many different texts as one likes."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._words = WORDS.split()
        self._sentences = [self._sentence() for _ in range(SENTENCES)]

    def text(self) -> str:
        """Return a text in paragraphs."""
        paragraphs: list[str] = []
        length = 0
        while length < TEXT_CHARACTERS:
            paragraphs.append(" ".join(self._rng.sample(self._sentences, 8)))
            length += len(paragraphs[-1])
        return "\n\n".join(paragraphs)[:TEXT_CHARACTERS].rstrip()

    def comment(self) -> str:
        """Return what a judge says of a text."""
        return " ".join(self._rng.sample(self._sentences, 9))[:COMMENT_CHARACTERS].rstrip()

    def quote(self, text: str) -> str:
        """Return some words of ``text`` that stand together in it."""
        words = text.split(" ")
        length = self._rng.randint(4, 18)
        start = self._rng.randrange(len(words) - length)
        return " ".join(words[start : start + length])

    def _sentence(self) -> str:
        words = self._rng.choices(self._words, k=self._rng.randint(5, 18))
        if len(words) > 9:
            words[5] += ","
        return " ".join(words).capitalize() + self._rng.choice((".", ".", ".", ".", "…", "?"))
