"""What an AI writer is asked: a member's request, or a duel's theme, in the writer's own voice."""

from __future__ import annotations

from importlib import resources
from typing import Final

from plumas_core.agents.base_prompt import (
    BasePrompt,
    Question,
    fenced_personality,
    load_base_prompt,
)
from plumas_core.agents.fence import fence

PROMPT_VERSION: Final = "v1"
"""The writers' base prompt for texts that are asked for now."""


def load_writer_prompt(locale: str, version: str = PROMPT_VERSION) -> BasePrompt:
    """Read a version of the writers' base prompt, in the language nearest to ``locale``.

    Raises:
        DataFileError: there is no such version, or its file is damaged.
    """
    folder = resources.files("plumas_core.writing") / "prompts"
    return load_base_prompt(folder, "writer", version, locale)


def writer_request(
    base: BasePrompt,
    *,
    personality: str,
    request: str,
    max_words: int,
    nonce: str,
    text_language: str | None,
    title: str | None = None,
) -> Question:
    """Return what a writer is asked. The system part is the same for all of a writer's texts.

    ``request`` is what a member typed, or a duel's theme. ``text_language`` is the language to
    write in; where it is none of the house's, the request's own. ``title``: the text already has
    this one, so none is asked for. ``nonce`` comes from ``draw_nonce``, new for each call.

    Raises:
        NonceInText: the request or the title holds the nonce.
        ValueError: ``max_words`` is below 1.
    """
    if max_words < 1:
        raise ValueError("a text has at least one word")
    section = f"language-{text_language}"
    titled = (
        base.fill("titled", title=fence("title", title, nonce)) if title else base.fill("untitled")
    )
    prompt = base.fill(
        "question",
        nonce=nonce,
        request=fence("request", request, nonce),
        title=titled,
        words=str(max_words),
        language=base.fill(section if section in base.sections else "language-same"),
    )
    return Question(base.fill("system", personality=fenced_personality(personality)), prompt)
