"""The writers' studio: words the questions to AI writers, with each base prompt read once."""

from __future__ import annotations

import random
from hashlib import blake2b

from plumas_core.agents.base_prompt import BasePrompt
from plumas_core.agents.fence import draw_nonce
from plumas_core.providers.interface import CompletionRequest
from plumas_core.writing.prompts import load_writer_prompt, writer_request

TEMPERATURE = 0.9
"""Writers vary; what a model does not take is dropped by its provider."""


EFFORT = "low"
"""What a model thinks comes out of the same tokens as its text, and is paid like it."""


class Studio:
    """``output_tokens`` is what a writer may write, reasoning included."""

    def __init__(self, output_tokens: int) -> None:
        self._output_tokens = output_tokens
        self._prompts: dict[str, BasePrompt] = {}

    def request(
        self,
        *,
        model_id: str,
        personality: str,
        prompt: str,
        title: str | None,
        max_words: int,
        locale: str,
        key: str,
        nonce_seed: str,
    ) -> CompletionRequest:
        """Return the question for one text.

        ``key`` is the event's that asked for it: the same wish asked again is another text, the
        same event delivered again is the same. ``nonce_seed`` is something that whoever wrote
        ``prompt`` could not know beforehand.
        """
        if locale not in self._prompts:
            self._prompts[locale] = load_writer_prompt(locale)
        bits = random.Random(nonce_seed).getrandbits  # noqa: S311 - the seed is the secret
        question = writer_request(
            self._prompts[locale],
            personality=personality,
            request=prompt,
            max_words=max_words,
            nonce=draw_nonce(bits, prompt, title or ""),
            text_language=locale,
            title=title,
        )
        return CompletionRequest(
            model_id=model_id,
            prompt=question.prompt,
            system=question.system,
            temperature=TEMPERATURE,
            seed=int.from_bytes(blake2b(key.encode(), digest_size=6).digest()),
            max_output_tokens=self._output_tokens,
            reasoning_effort=EFFORT,
        )
