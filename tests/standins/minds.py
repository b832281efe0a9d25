"""What stands for a mind behind a stand-in's answers: the offline models' plain statistics.

Judges get the form that they ask for and writers get prose; the usage that goes with it has every
part that a provider bills apart, so that a bill which forgets one of them is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from plumas_core.providers.interface import AnswerSchema, CompletionRequest
from plumas_core.providers.offline.answer import Answerer
from tests.standins.anthropic_server import Answer as AnthropicAnswer
from tests.standins.base import Json
from tests.standins.openai_server import Answer as OpenAIAnswer

OPENAI_PARTS: Mapping[str, Mapping[str, int]] = {
    "gpt-4o-mini": {"cached": 97},
    "gpt-6-luna": {"cached": 61, "cache_write": 43, "reasoning": 7},
}
ANTHROPIC_PARTS: Mapping[str, Mapping[str, int]] = {
    "claude-haiku-5-5": {"cached": 89, "write_5m": 5, "write_1h": 31, "thinking": 11},
}
"""By model, what every answer counts beside its words; few enough tokens for any hold."""


def openai_mind() -> OpenAIAnswer:
    """Return how OpenAI's stand-in answers."""
    answerer = Answerer()

    def answer(body: Json) -> Json:
        system = "".join(m["content"] for m in body["messages"] if m["role"] != "user")
        prompt = "".join(m["content"] for m in body["messages"] if m["role"] == "user")
        form = body.get("response_format", {}).get("json_schema")
        schema = AnswerSchema(form["name"], form["schema"]) if form else None
        request = CompletionRequest(body["model"], prompt, system, answer=schema)
        return {"content": answerer.answer(request, 0).text, **OPENAI_PARTS.get(body["model"], {})}

    return answer


def anthropic_mind() -> AnthropicAnswer:
    """Return how Anthropic's stand-in answers."""
    answerer = Answerer()

    def answer(params: Json) -> Json:
        request = CompletionRequest(
            params["model"],
            "".join(_plain(m["content"]) for m in params["messages"]),
            _plain(params.get("system") or ""),
            answer=_schema(params),
        )
        return {
            "text": answerer.answer(request, 0).text,
            **ANTHROPIC_PARTS.get(params["model"], {}),
        }

    return answer


def _schema(params: Json) -> AnswerSchema | None:
    form = params.get("output_config", {}).get("format")
    return AnswerSchema("judgement", form["schema"]) if form else None


def _plain(content: Any) -> str:
    if isinstance(content, str):
        return content
    return "".join(str(block["text"]) for block in content)
