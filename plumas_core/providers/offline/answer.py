"""One request in, one whole answer out: the same for the same seed, in every process."""

from __future__ import annotations

from typing import Final

from plumas_core.catalog.usage import Usage
from plumas_core.providers.errors import BadAnswer
from plumas_core.providers.interface import Completion, CompletionRequest
from plumas_core.providers.offline.judging import Judge, criteria_of
from plumas_core.providers.offline.language import Language, PerLanguage, load_language
from plumas_core.providers.offline.writing import Writer

CHARACTERS_PER_TOKEN: Final = 4


class Answerer:
    """Judges where a judge's schema is set, and writes otherwise. Reads its data when needed."""

    def __init__(self) -> None:
        self._languages: PerLanguage[Language] = PerLanguage(load_language)
        self._judge: Judge | None = None
        self._writer: Writer | None = None

    def answer(self, request: CompletionRequest, seed: int, *, broken: bool = False) -> Completion:
        """Return the answer; a ``broken`` one ends in the middle.

        Raises:
            BadAnswer: the request has a schema that is not a judge's.
        """
        text = self._text(request, seed)
        if broken:
            text = text[: len(text) // 2]
        most = request.max_output_tokens * CHARACTERS_PER_TOKEN
        cut = len(text) > most
        if cut:
            text = text[:most]
        asked = (request.system or "") + request.prompt
        usage = Usage(input=tokens(asked), output=tokens(text))
        return Completion(text, usage, "length" if cut else "end")

    def _text(self, request: CompletionRequest, seed: int) -> str:
        if request.answer is None:
            if self._writer is None:
                self._writer = Writer(self._languages)
            return self._writer.write(request, seed)
        if not criteria_of(request.answer):
            raise BadAnswer(f"the offline models cannot answer in the form {request.answer.name!r}")
        if self._judge is None:
            self._judge = Judge(self._languages)
        return self._judge.answer(request, request.answer, seed)


def tokens(text: str) -> int:
    """Return the tokens that ``text`` counts as here: one for every four characters begun."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)
