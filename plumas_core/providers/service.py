"""``AIService``: one door to every model, for programs that only want a text for a prompt.

The bot itself goes through ``plumas_core.batches`` and ``plumas_core.writing``, which hold and
charge credits and survive a death.
"""

from __future__ import annotations

from collections.abc import Sequence

from plumas_core.providers.errors import NotAuthorised, ProviderError
from plumas_core.providers.interface import (
    AIProviderInterface,
    BatchAnswer,
    BatchAnswers,
    CompletionRequest,
)
from plumas_core.providers.registry import Providers


class AIService:
    """Asks whichever provider a model has."""

    def __init__(self, providers: Providers) -> None:
        self._providers = providers

    async def generate(
        self,
        model_id: str,
        prompt: str,
        system_message: str | None = None,
        temperature: float = 0.7,
    ) -> BatchAnswer:
        """Ask once, at list price, and return ``(text, prompt_tokens, completion_tokens)``.

        Raises:
            ProviderError: the model cannot be called, or its provider did not answer.
        """
        provider = self._provider(model_id)
        request = CompletionRequest(model_id, prompt, system_message, temperature)
        answer = await provider.complete(request)
        return BatchAnswer(answer.text, answer.usage.prompt, answer.usage.output)

    async def generate_batch(
        self,
        model_id: str,
        prompts: Sequence[str],
        system_message: str | None = None,
        temperature: float = 0.7,
    ) -> BatchAnswers:
        """Ask many prompts through the batch API, and wait for all: an answer to each, in order.

        Raises:
            ProviderError: the model cannot be called, or its provider took no batch.
        """
        provider = self._provider(model_id)
        return await provider.generate_batch(model_id, prompts, system_message, temperature)

    def _provider(self, model_id: str) -> AIProviderInterface:
        provider = self._providers.get_provider_for_model(model_id)
        if provider is not None:
            return provider
        name = self._providers.provider_name(model_id)
        if name is None:
            raise ProviderError(
                f"there is no model {model_id!r}; `plumas models` lists those known"
            )
        raise NotAuthorised(f"{model_id} is a model of {name}, which has no key; see .env.example")
