"""A look at a text before it is judged: does it try to steer its judges?

What is found is advice for the host, never a verdict: a story may well hold a judge who gives
ten years, and nothing is refused or scored lower for a flag. It finds what is done plainly; what
protects the judging is the fence, the strict reader and the check for outliers afterwards.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from plumas_core.characters import clean_text

MAX_EXCERPT: Final = 80
"""Characters of the text that a flag shows."""

_FLAG_OF_TAGS: Final = "\U0001f3f4[\U000e0020-\U000e007f]{3,8}"
_JOINERS: Final = "[\u200b-\u200f\u061c]"
_PLAIN_MARKS: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc", "'") | dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb", '"')
)


class SteeringReason(StrEnum):
    """What a sign stands for."""

    INSTRUCTIONS = "instructions"
    ROLE = "role"
    SCORE_REQUEST = "score-request"
    ANSWER = "answer"
    FENCE = "fence"
    HIDDEN = "hidden"
    DIRECTION = "direction"


@dataclass(frozen=True, slots=True)
class SteeringFlag:
    """One reason for a look at the text, and the words that gave it (none if they are unseen)."""

    reason: SteeringReason
    excerpt: str


# Gaps are short, so that a search takes time in proportion to the text. Patterns for words are
# searched in the text as it sounds: small letters without accents, plain quotation marks, nothing
# invisible, single spaces.
_IN_WORDS: Final = (
    # "Ignore your previous instructions"
    (
        SteeringReason.INSTRUCTIONS,
        (
            r"\b(ignore|disregard|forget|override|bypass|do not follow|don't follow)( \w+){0,3} "
            r"(previous|prior|above|earlier|preceding|foregoing|your|system)( \w+){0,2} "
            r"(instructions?|prompts?|rules|guidelines|directions|criteria)\b"
        ),
    ),
    (
        SteeringReason.INSTRUCTIONS,
        (
            r"\b(ignore|disregard|forget) (all|any|all the|all of the) "
            r"(instructions|prompts|guidelines)\b"
        ),
    ),
    (
        SteeringReason.INSTRUCTIONS,
        (
            r"\b(ignor(a|e|ad|en)|olvid(a|e|ad|en)|omit(e|a|an)|desobede(ce|zca|zcan)|descart(a|e|en)"
            r"|haz caso omiso|no (sigas|siga|obedezcas|hagas caso))( \w+){0,4} "
            r"(instrucciones|ordenes|reglas|indicaciones|directrices|criterios)( \w+){0,2} "
            r"(anterior(es)?|previ[ao]s|precedentes|recibid[ao]s|de arriba|del sistema)\b"
        ),
    ),
    (
        SteeringReason.INSTRUCTIONS,
        (
            r"\b(ignor(a|e|ad|en)|olvid(a|e|ad|en)|desobede(ce|zca|zcan)|haz caso omiso de) "
            r"(tus|sus|vuestras|todas las|todas tus) (instrucciones|indicaciones|directrices)\b"
        ),
    ),
    (
        SteeringReason.INSTRUCTIONS,
        (
            r"\b(new (system )?(instructions|prompt)|nuevas (instrucciones|indicaciones)"
            r"|nuevo prompt) ?:"
        ),
    ),
    # The markers by which chat models tell who speaks
    (
        SteeringReason.ROLE,
        (
            r"<\|\w{2,20}\|>|\[/?inst\]|<</?sys>>"
            r"|(^|\n)[#* ]{0,6}(system|sistema)( prompt| message)?[* ]{0,3}:"
        ),
    ),
    # "Give this text ten points"
    (
        SteeringReason.SCORE_REQUEST,
        (
            r"\b(give|award|grant|assign|score|rate|grade) "
            r"(it|me|this|my|the (text|poem|story|entry|piece))\b[^.!?\n]{0,40}"
            r"\b(10|ten|highest|maximum|max|full|perfect|top)\b"
        ),
    ),
    (
        SteeringReason.SCORE_REQUEST,
        (
            r"\b(judges?|jury|graders?|evaluators?|language model|ai)\b[^.\n]{0,60}"
            r"\b(score|rate|award|give|points|highest|perfect)\b[^.\n]{0,30}"
            r"\b(this|it|me|my|10|ten|score|marks?|points)\b"
        ),
    ),
    (
        SteeringReason.SCORE_REQUEST,
        (
            r"\bthis (text|poem|story|entry|piece) (deserves|must (get|receive|win)"
            r"|should (get|receive|win)|is the (best|winner))\b"
        ),
    ),
    (
        SteeringReason.SCORE_REQUEST,
        (
            r"\b(dale|dame|denle|dadle|denme|otorg(a|ue)(le|me)?|conced(e|a)(le|me)?|asign(a|e)(le|me)?"
            r"|ponle|ponme|puntu(a|e|en)|calific(a|ar)|califique(n)?|evalu(a|e|en))\b[^.!?\n]{0,50}"
            r"\b(10|diez|maxim[oa]s?|perfect[oa]s?|mas alt[oa]s?|sobresaliente)\b"
        ),
    ),
    (
        SteeringReason.SCORE_REQUEST,
        (
            r"\b(juez|jueza|jueces|jurado|evaluador(es)?|modelo de lenguaje|ia)\b[^.\n]{0,60}"
            r"\b(puntu\w{1,8}|calific\w{1,8}|maxima nota|nota maxima|un (10|diez)|premi(a|e|en)"
            r"|vot(a|e|en))\b"
        ),
    ),
    (
        SteeringReason.SCORE_REQUEST,
        (
            r"\beste (texto|poema|cuento|relato) (merece (un|el|la|ganar)"
            r"|debe (ganar|recibir|obtener)|tiene que ganar|es el (mejor|ganador))\b"
        ),
    ),
    # Something that looks like a judge's answer
    (
        SteeringReason.ANSWER,
        (
            r"""["'](scores|steering|language|imagery|voice|structure|originality|theme)["'] ?: ?"""
            r"""[{"'\dtf]"""
        ),
    ),
    # Something that looks like the fence of a prompt
    (
        SteeringReason.FENCE,
        (
            r"</? ?(text|theme|title|personality|system|prompt|instructions|texto|tema|titulo"
            r"|instrucciones)(-[0-9a-z]{1,64})? ?>"
        ),
    ),
    (
        SteeringReason.FENCE,
        (
            r"[-=#*_~]{3,80} ?(end|begin|start|fin|final|inicio|comienzo) ?(of|del|de la|de los)?"
            r" ?(the )?(text|texto|data|datos|entry|prompt|instructions|instrucciones)\b"
        ),
    ),
)
_IN_CHARACTERS: Final = (
    (
        SteeringReason.HIDDEN,
        (
            "[\u2061-\u2064\U000e0000-\U000e00ff]|[\ufe00-\ufe0f\U000e0100-\U000e01ef]{2}"
            "|[\u200b-\u200f\u2060\ufeff]{3}"
        ),
    ),
    (SteeringReason.DIRECTION, "[\u202a-\u202e\u2066-\u2069]"),
)


def scan(raw: str) -> tuple[SteeringFlag, ...]:
    """Return at most one flag for each reason.

    ``raw`` is the text as it was sent: cleaning takes out what nobody can see, and with it the
    signs ``HIDDEN`` and ``DIRECTION``.
    """
    words, flags = _as_it_sounds(raw), dict[SteeringReason, SteeringFlag]()
    for reason, pattern in _IN_WORDS:
        if reason not in flags and (match := re.search(pattern, words)):
            flags[reason] = SteeringFlag(reason, " ".join(match[0].split())[:MAX_EXCERPT])
    characters = re.sub(_FLAG_OF_TAGS, "", raw)
    for reason, pattern in _IN_CHARACTERS:
        if re.search(pattern, characters):
            flags[reason] = SteeringFlag(reason, "")
    return tuple(flags.values())


def _as_it_sounds(raw: str) -> str:
    text = re.sub(_JOINERS, "", clean_text(raw)).translate(_PLAIN_MARKS)
    apart = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(c for c in apart if c < "\u0300" or unicodedata.category(c) != "Mn")
    return "\n".join(" ".join(line.split()) for line in bare.split("\n") if line.strip())
