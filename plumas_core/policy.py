"""The house's defaults: how long, how many, how much. Every one can be set by the operator.

Times are milliseconds, money is picodollars.
"""

from __future__ import annotations

from dataclasses import dataclass

from plumas_core.clock import DAY, HOUR, MINUTE, SECOND

CREDIT = 10**10
"""One credit, 0.01 USD, in picodollars."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator decided, or left as it is."""

    default_locale: str = "en"
    time_zone: str = "UTC"
    operators: frozenset[tuple[str, str]] = frozenset()
    """Platform and account id of each operator."""

    duel_length: int = 72 * HOUR
    shortest_duel: int = 10 * MINUTE
    longest_duel: int = 14 * DAY
    reminders: tuple[int, ...] = (24 * HOUR, 1 * HOUR)
    entry_grace: int = 5 * MINUTE
    writing_grace: int = 10 * MINUTE
    panel: str = "house"
    offline_panel: str = "offline-5"
    max_words: int = 600
    most_words: int = 3_000
    max_entries: int = 20
    most_entries: int = 100
    ai_entries: int = 2
    entries_per_member: int = 1
    min_authors: int = 3
    rated_authors: int = 4
    open_duels_per_host: int = 1

    late_single: int = 26 * HOUR
    late_verdict: int = 30 * HOUR
    seats_needed: int = 3
    broken_answers: int = 2
    """Unreadable answers from one seat on one text before it counts as missing."""
    unbilled_tries: int = 4
    """Calls begun for one reading before it counts as missing, paid or not; those that the
    provider refused to run are not counted."""
    single_concurrency: int = 8

    judge_output_tokens: int = 900
    write_output_tokens: int = 2_000
    write_words: int = 400
    write_pause: int = 30 * SECOND
    default_writer: str = "writer-keeper"
    default_model: str = "gpt-6-luna"
    offline_model: str = "offline-pluma"
    keep_writings: int = 90 * DAY

    community_cap: int = 100 * CREDIT
    house_cap: int = 2_000 * CREDIT
    house_warning: int = 1_600 * CREDIT
    write_from_pool: int = 5 * CREDIT
    opening_pool: int = 500 * CREDIT
