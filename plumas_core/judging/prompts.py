"""What a judge is asked: one text, blind, with the rubric and the judge's own taste."""

from __future__ import annotations

from importlib import resources
from typing import Final

from plumas_core.agents.base_prompt import (
    BasePrompt,
    fenced_personality,
    load_base_prompt,
)
from plumas_core.agents.fence import fence
from plumas_core.judging.rubric import HIGHEST_SCORE, LOWEST_SCORE, Rubric
from plumas_core.providers.interface import AnswerSchema

PROMPT_VERSION: Final = "v1"
"""The judges' base prompt for duels that open now."""

MAX_SYSTEM_BYTES: Final = 6_000
"""What the estimate of a seat's cost is built on (``providers``: a 6 kB prompt)."""


class SystemTooLong(ValueError):
    """Base prompt, rubric and personality are longer than a seat is priced for."""


def load_judge_prompt(locale: str, version: str = PROMPT_VERSION) -> BasePrompt:
    """Read a version of the judges' base prompt, in the language nearest to ``locale``.

    Raises:
        DataFileError: there is no such version, or its file is damaged.
    """
    folder = resources.files("plumas_core.judging") / "prompts"
    return load_base_prompt(folder, "judge", version, locale)


def judge_system(base: BasePrompt, rubric: Rubric, personality: str) -> str:
    """Return the part that all of a seat's questions share, so that providers can cache it.

    Raises:
        SystemTooLong: it is longer than ``MAX_SYSTEM_BYTES``; a personality within
            ``MAX_PERSONALITY_BYTES`` never is.
    """
    lines = []
    for criterion in rubric.criteria:
        text = criterion.text(base.language)
        lines.append(f"- `{criterion.id}` ({text.name}): {text.description}")
    system = base.fill(
        "system",
        criteria=", ".join(f"`{name}`" for name in rubric.ids),
        rubric="\n".join(lines),
        personality=fenced_personality(personality),
    )
    if (size := len(system.encode("utf-8", "replace"))) > MAX_SYSTEM_BYTES:
        raise SystemTooLong(f"{size} bytes are more than {MAX_SYSTEM_BYTES}")
    return system


def judge_question(
    base: BasePrompt,
    *,
    theme: str,
    text: str,
    nonce: str,
    comment_language: str | None,
    title: str | None = None,
) -> str:
    """Return the part about one text: theme, title and text, each in a fence.

    ``comment_language`` is the entry's; where it is none of the house's languages the comment is
    asked for in the language of the text. ``nonce`` comes from ``draw_nonce``, new for each call.

    Raises:
        NonceInText: the theme, the title or the text holds the nonce.
    """
    section = f"comment-{comment_language}"
    titled = base.fill("title", title=fence("title", title, nonce)) + "\n\n" if title else ""
    return base.fill(
        "question",
        nonce=nonce,
        theme=fence("theme", theme, nonce),
        title=titled,
        text=fence("text", text, nonce),
        language=base.fill(section if section in base.sections else "comment-same"),
    )


def answer_schema(rubric: Rubric) -> AnswerSchema:
    """Return the form of a judge's answer, as both providers' strict modes take it.

    Scores are listed one by one, because Anthropic refuses ``minimum`` and ``maximum``. A model
    writes the fields in this order: it looks at the text and says what it thinks before it
    scores.
    """
    score = {"type": "integer", "enum": list(range(LOWEST_SCORE, HIGHEST_SCORE + 1))}
    return AnswerSchema(
        "judgement",
        _object(
            {
                "steering": {"type": "boolean"},
                "quote": {"type": "string"},
                "comment": {"type": "string"},
                "scores": _object({name: dict(score) for name in rubric.ids}),
            }
        ),
    )


def _object(properties: dict[str, object]) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
