"""The judges' desk: rubrics, base prompts and readers, each read from its file once."""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import blake2b

from plumas_core.agents.base_prompt import BasePrompt
from plumas_core.agents.fence import draw_nonce
from plumas_core.catalog.estimate import estimate_cost
from plumas_core.catalog.models import Model
from plumas_core.catalog.usage import Mode
from plumas_core.judging.asking import Evaluation
from plumas_core.judging.prompts import (
    answer_schema,
    judge_question,
    judge_system,
    load_judge_prompt,
)
from plumas_core.judging.reading import AnswerReader
from plumas_core.judging.rubric import Rubric, load_rubric
from plumas_core.providers.interface import CompletionRequest

EFFORT = "low"
"""How long a judge that can reason does so: what it thinks comes out of the same tokens as its
answer, which the hold pays, and left to itself it could think until none are left."""


class Desk:
    """Words the questions to judges, and hands out readers for their answers.

    ``output_tokens`` is what a judge may write, reasoning included.
    """

    def __init__(self, output_tokens: int) -> None:
        self._output_tokens = output_tokens
        self._rubrics: dict[str, Rubric] = {}
        self._readers: dict[str, AnswerReader] = {}
        self._prompts: dict[tuple[str, str], BasePrompt] = {}
        self._systems: dict[tuple[str, str, str, str], str] = {}

    def rubric(self, version: str) -> Rubric:
        """Return a version of the rubric.

        Raises:
            DataFileError: there is no such version.
        """
        if version not in self._rubrics:
            self._rubrics[version] = load_rubric(version)
        return self._rubrics[version]

    def reader(self, version: str) -> AnswerReader:
        """Return the reader of answers to a version of the rubric."""
        if version not in self._readers:
            self._readers[version] = AnswerReader(self.rubric(version))
        return self._readers[version]

    def request(self, evaluation: Evaluation) -> CompletionRequest:
        """Return the question: the same for the same attempt, whenever it is asked for.

        The fence's nonce comes from the evaluation's id, which is drawn after the texts are
        locked, so that no author could have known it.
        """
        system = self._system(evaluation)
        nonce = draw_nonce(
            _bits(evaluation), evaluation.text, evaluation.theme, evaluation.title or ""
        )
        prompt = judge_question(
            self._prompt(evaluation),
            theme=evaluation.theme,
            text=evaluation.text,
            nonce=nonce,
            comment_language=None,
            title=evaluation.title,
        )
        return CompletionRequest(
            model_id=evaluation.model_id,
            prompt=prompt,
            system=system,
            temperature=0.0,
            max_output_tokens=self._output_tokens,
            reasoning_effort=EFFORT,
            answer=answer_schema(self.rubric(evaluation.rubric_version)),
            cache_key=blake2b(system.encode("utf-8", "replace"), digest_size=16).hexdigest(),
        )

    def estimate(self, model: Model, evaluation: Evaluation, mode: Mode) -> int:
        """Return what one call is likely to cost at worst, in picodollars.

        Raises:
            MissingPrice: the catalog has no price for the model.
        """
        request = self.request(evaluation)
        return estimate_cost(
            model,
            prompt_texts=(request.system or "", request.prompt),
            output_tokens=request.max_output_tokens,
            mode=mode,
            at=evaluation.priced_at,
        )

    def _prompt(self, evaluation: Evaluation) -> BasePrompt:
        key = (evaluation.prompt_version, evaluation.duel_locale)
        if key not in self._prompts:
            self._prompts[key] = load_judge_prompt(evaluation.duel_locale, key[0])
        return self._prompts[key]

    def _system(self, evaluation: Evaluation) -> str:
        key = (
            evaluation.prompt_version,
            evaluation.duel_locale,
            evaluation.rubric_version,
            evaluation.personality,
        )
        if key not in self._systems:
            rubric = self.rubric(evaluation.rubric_version)
            self._systems[key] = judge_system(
                self._prompt(evaluation), rubric, evaluation.personality
            )
        return self._systems[key]


def _bits(evaluation: Evaluation) -> Callable[[int], int]:
    seed = f"{evaluation.id}:{evaluation.tries}"
    return random.Random(seed).getrandbits  # noqa: S311 - the id itself is the secret
