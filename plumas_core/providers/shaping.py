"""What a model is asked with: the request, less what the catalog says that it does not take."""

from __future__ import annotations

from dataclasses import dataclass

from plumas_core.catalog.load import Catalog
from plumas_core.catalog.models import Model
from plumas_core.providers.errors import ModelRetired
from plumas_core.providers.interface import AnswerSchema, CompletionRequest
from plumas_core.providers.wire import well_formed


@dataclass(frozen=True, slots=True)
class Shaped:
    """A request as its model takes it; ``dropped`` names what was asked for and left out."""

    model: Model
    prompt: str
    system: str
    output_tokens: int
    temperature: float | None
    effort: str | None
    answer: AnswerSchema | None
    cache_key: str | None
    dropped: tuple[str, ...]


def shape(request: CompletionRequest, catalog: Catalog) -> Shaped:
    """Return ``request`` as its model takes it.

    Raises:
        ModelRetired: the catalog does not know the model.
    """
    model = catalog.get(request.model_id)
    if model is None:
        raise ModelRetired("the model is not in the catalog")
    can = model.capabilities
    dropped: list[str] = []
    effort = request.reasoning_effort
    if effort is not None and effort not in can.reasoning_efforts:
        effort = None
        dropped.append("reasoning_effort")
    temperature = request.temperature
    if temperature is not None and not _takes_temperature(model, effort):
        temperature = None
        dropped.append("temperature")
    answer = request.answer
    if answer is not None and not can.structured_output:
        answer = None
        dropped.append("answer")
    most = can.max_output or request.max_output_tokens
    return Shaped(
        model=model,
        prompt=well_formed(request.prompt),
        system=well_formed(request.system or ""),
        output_tokens=min(request.max_output_tokens, most),
        temperature=temperature,
        effort=effort,
        answer=answer,
        cache_key=request.cache_key,
        dropped=tuple(dropped),
    )


def _takes_temperature(model: Model, effort: str | None) -> bool:
    rule = model.capabilities.temperature
    return rule == "always" or (rule == "without_reasoning" and effort == "none")
