"""Every recurring job, and how often it looks for work."""

from __future__ import annotations

from jobs.audit import audit_ledger
from jobs.house_cap import watch_house_cap
from jobs.job import Job
from jobs.missing_providers import watch_providers
from jobs.model_life import watch_models
from jobs.stale import find_stale
from jobs.unanswered_copies import judge_unanswered_copies
from plumas_core.batches.packing import pack
from plumas_core.batches.polling import poll
from plumas_core.batches.submitting import submit
from plumas_core.clock import DAY, HOUR, MINUTE, SECOND
from plumas_core.delivery.deliver import deliver_due
from plumas_core.duels.card import refresh_cards
from plumas_core.duels.closing import close_due, fund_entries, remind
from plumas_core.duels.inviting import write_invited
from plumas_core.duels.verdict import give_verdicts
from plumas_core.judging.funding import fund
from plumas_core.judging.singles import ask_singles
from plumas_core.judging.succession import succeed
from plumas_core.linking.following import follow
from plumas_core.writing.cut import give_back_cut, tell_untold
from plumas_core.writing.forgetting import forget_old

JOBS: tuple[Job, ...] = (
    Job("invited-texts", 2 * SECOND, write_invited),
    Job("cut-writings", 30 * SECOND, give_back_cut),
    Job("untold-writings", MINUTE, tell_untold),
    Job("entry-funding", MINUTE, fund_entries),
    Job("reminders", MINUTE, remind),
    Job("deadlines", 5 * SECOND, close_due),
    Job("unanswered-copies", MINUTE, judge_unanswered_copies),
    Job("succession", 2 * SECOND, succeed),
    Job("funding", 30 * SECOND, fund),
    Job("singles", 2 * SECOND, ask_singles),
    Job("batch-pack", 15 * SECOND, pack),
    Job("batch-submit", 5 * SECOND, submit),
    Job("batch-poll", 5 * SECOND, poll),
    Job("verdicts", 5 * SECOND, give_verdicts),
    Job("cards", 30 * SECOND, refresh_cards),
    Job("linked", MINUTE, follow),
    Job("outbox", 1 * SECOND, deliver_due),
    Job("house-cap", 10 * MINUTE, watch_house_cap),
    Job("missing-providers", MINUTE, watch_providers),
    Job("stale-holds", 10 * MINUTE, find_stale),
    Job("ledger-audit", HOUR, audit_ledger),
    Job("old-texts", DAY, forget_old),
    Job("model-life", DAY, watch_models),
)
"""In the order in which one follows from another, so that a round of all of them moves a duel on
as far as it can go."""
