"""A duel's states, and which may follow which.

    open ──► judging ──► verdict ──► annulled
      │         │
      └─────────┴──► cancelled

``open``: texts come in, are replaced and withdrawn, until the deadline or an early close.
``judging``: the texts are locked and being read. ``verdict``: ranked, authors named.
``cancelled``: ended without a verdict, every hold given back. ``annulled``: a verdict that an
admin struck out; it stays readable.

An entry is ``writing`` (an AI writer is at it), ``unfunded`` (kept, but nobody pays its judging
yet) or ``entered``; it ends ``replaced``, ``withdrawn``, ``disqualified`` or ``dropped`` (the duel
closed without it). Only ``entered`` texts are judged.

A reading of an entry by a seat is ``waiting``, ``in_flight``, and ends ``read`` or ``missing``.
"""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

DuelState: TypeAlias = Literal["open", "judging", "verdict", "cancelled", "annulled"]

NEXT: Final[dict[DuelState, tuple[DuelState, ...]]] = {
    "open": ("judging", "cancelled"),
    "judging": ("verdict", "cancelled"),
    "verdict": ("annulled",),
    "cancelled": (),
    "annulled": (),
}

RUNNING: Final[tuple[DuelState, ...]] = tuple(
    state for state, following in NEXT.items() if "cancelled" in following
)
"""The states from which a duel still moves by itself, and can be cancelled."""

UNREAD: Final = ("waiting", "in_flight")
"""A reading that has not ended."""


def before(state: DuelState) -> tuple[DuelState, ...]:
    """Return the states from which a duel may come into ``state``."""
    return tuple(one for one, following in NEXT.items() if state in following)
