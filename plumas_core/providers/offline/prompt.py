"""Reading our own prompts without being a language model: by their fences and a few fixed words.

Only what stands outside the fences is believed when it tells what to do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from plumas_core.agents.fence import fenced
from plumas_core.providers.interface import CompletionRequest
from plumas_core.providers.offline.language import LanguageCode

_OPENING = re.compile(r"<([a-z]{1,20}-[0-9a-z]{16,64})>\n")
_IN_ENGLISH = re.compile(r"\bin English\b|\ben inglés\b", re.IGNORECASE)
_IN_SPANISH = re.compile(r"\bin Spanish\b|\ben español\b|\ben castellano\b", re.IGNORECASE)
_WORDS = re.compile(r"\b(\d{1,5})[ -](?:words?|palabras?)\b", re.IGNORECASE)
_FEWEST_WORDS: Final = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """What a prompt asks for.

    ``character`` is the agent's personality, or all of the system message; ``matter`` the text
    to be judged or the request to be answered; ``theme`` and ``title`` where they are given;
    ``words`` the most that may be written; ``language`` what is asked for, if it is.
    """

    character: str
    matter: str
    theme: str
    title: str | None
    words: int | None
    language: LanguageCode | None


def read_prompt(request: CompletionRequest) -> Asked:
    """Return what ``request`` asks for; a prompt without fences is all matter."""
    system, prompt = request.system or "", request.prompt
    rules = _outside(prompt)
    text, wish = fenced(prompt, "text"), fenced(prompt, "request")
    matter = next((part for part in (text, wish) if part is not None), prompt)
    personality = fenced(system, "personality")
    limits = [int(number) for number in _WORDS.findall(rules)]
    if wish is not None or matter is prompt:
        limits += [int(number) for number in _WORDS.findall(matter)]
    return Asked(
        character=system if personality is None else personality,
        matter=matter,
        theme=fenced(prompt, "theme") or "",
        title=fenced(prompt, "title"),
        words=max(min(limits), _FEWEST_WORDS) if limits else None,
        language=_language(rules),
    )


def _outside(prompt: str) -> str:
    """Return what stands outside of every fence."""
    parts: list[str] = []
    at = 0
    while opening := _OPENING.search(prompt, at):
        closing = f"\n</{opening[1]}>"
        end = prompt.find(closing, opening.end() - 1)
        if end < 0:  # no fence, but text that looks like the beginning of one
            parts.append(prompt[at : opening.end()])
            at = opening.end()
        else:
            parts.append(prompt[at : opening.start()])
            at = end + len(closing)
    return "".join([*parts, prompt[at:]])


def _language(rules: str) -> LanguageCode | None:
    english, spanish = _IN_ENGLISH.search(rules), _IN_SPANISH.search(rules)
    if bool(english) == bool(spanish):
        return None
    return "en" if english else "es"
