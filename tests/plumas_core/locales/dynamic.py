"""Keys that the code makes from a value at run time, and what they may become.

A key is written here as the code writes it. One that is missing here fails a test, and so does
one of which a sentence is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, get_args

from plumas_core.catalog.availability import Authority
from plumas_core.community_settings import RESULTS_IN
from plumas_core.duels.copies import Answer
from plumas_core.duels.results import TOLD_REASONS
from plumas_core.duels.states import DuelState
from plumas_core.locales.translate import LOCALES

ELSEWHERE: Final[tuple[str, ...]] = ()
"""The key was named where the error was raised, or belongs to a command; it is checked there."""

PURPOSES: Final = ("gift", "grant", "judging", "link", "opening", "taken back", "writing")
WRITING_FAILED: Final = ("cut", "empty", "provider", "refused", "unknown")
"""Reasons for which a ``/write`` ends without a text; those of invited texts are not shown."""
DUEL_ENDED: Final = ("copies", "few", "host", "unread")
BATCH_STATES: Final = (
    "collecting",
    "expired",
    "failed",
    "intent",
    "settled",
    "submitted",
    "submitting",
    "unknown",
    "uploading",
)
OWN_ENTRIES: Final = ("disqualified", "entered", "unfunded", "withdrawn", "writing")
ENTRY_FLAGS: Final = ("copy", "steering")
AGENT_KINDS: Final = ("judge", "writer")
PAYERS: Final = ("pool", "wallet")


def _keys(start: str, ends: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{start}-{end.replace(' ', '-')}" for end in ends)


_DECIDERS: Final = _keys("by", get_args(Authority))

DYNAMIC: Final[Mapping[str, tuple[str, ...]]] = {
    "f'kind-{agent.kind}'": _keys("kind", AGENT_KINDS),
    "f'card-{duel.state}'": _keys("card", set(get_args(DuelState)) - {"open", "cancelled"}),
    "f'state-{duel.state}'": _keys("state", get_args(DuelState)),
    "f'mine-{entry.state}'": _keys("mine", OWN_ENTRIES),
    """f"end-{reason or 'host'}\"""": _keys("end", DUEL_ENDED),
    """f"write-{writing.reason or 'empty'}\"""": _keys("write", WRITING_FAILED),
    "f'reading-missing-{why}'": _keys("reading-missing", (*TOLD_REASONS, "other")),
    "f'payer-{writing.payer}'": _keys("payer", PAYERS),
    """f"by-{state.by.replace(' ', '-')}\"""": _DECIDERS,
    "'model-off-' + state.by.replace(' ', '-')": _keys("model-off", get_args(Authority)),
    """f"purpose-{row.purpose.replace(' ', '-')}\"""": _keys("purpose", PURPOSES),
    "f'demo-state-{row.state}'": _keys("demo-state", BATCH_STATES),
    "f'results-in-{kept.results}'": _keys("results-in", RESULTS_IN),
    "f'language-{community.locale}'": _keys("language", LOCALES),
    "f'flag-{flag}'": _keys("flag", ENTRY_FLAGS),
    "f'copy-answer-{answer}'": _keys("copy-answer", get_args(Answer)),
    "command.key": ELSEWHERE,
    "f'{command.key}.{param.name}'": ELSEWHERE,
    "'cmd-' + '-'.join(path)": ELSEWHERE,
    "f'{spec.key}.{one.name}'": ELSEWHERE,
    "f'{spec.key}.{state.param}'": ELSEWHERE,
    "f'{one.key}.word'": ELSEWHERE,
    "f'param-{param.name}'": ELSEWHERE,
    "f'cmd-{spec.path[0]}'": ELSEWHERE,
    "one.key": ELSEWHERE,
    "spec.key": ELSEWHERE,
    "error.key": ELSEWHERE,
    "getattr(error, 'member_key', None)": ELSEWHERE,
}

SPREAD: Final[Mapping[str, tuple[str, ...]]] = {
    "checked": ("accounts", "holds", "transfers", "calls"),
    "error.values": ELSEWHERE,
    "_values(error)": ELSEWHERE,
}
"""What is passed on as ``**values``."""

SAME_IN_BOTH: Final = frozenset({"column-id", "console-try-help", "help-title", "telegram-no"})
"""Sentences that read the same in both languages, rightly."""
