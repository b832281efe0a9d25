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

_FENCE = re.compile(r"<([a-z]+)-([0-9a-z]{16,64})>\n(.*?)\n</\1-\2>", re.DOTALL)
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
    rules = _FENCE.sub("", prompt)
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


def _language(rules: str) -> LanguageCode | None:
    english, spanish = _IN_ENGLISH.search(rules), _IN_SPANISH.search(rules)
    if bool(english) == bool(spanish):
        return None
    return "en" if english else "es"
