"""Duels, the seats of their panels, the entries, and each seat's reading of each entry."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
)

from plumas_core.storage.schema import Int64, identity, metadata, one_of

duels = Table(
    "duels",
    metadata,
    identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("community_id", ForeignKey("communities.id"), nullable=False),
    Column("place_id", ForeignKey("places.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("host_id", ForeignKey("members.id"), nullable=False),
    Column("theme", Text, nullable=False),
    Column("title", Text),
    Column("locale", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("pace", Text, nullable=False),
    Column("panel", Text, nullable=False),
    Column("rubric_version", Text, nullable=False),
    Column("prompt_version", Text, nullable=False),
    Column("simulated", Boolean(name="simulated"), nullable=False),
    Column("max_words", Integer, nullable=False),
    Column("max_entries", Integer, nullable=False),
    Column("entries_per_member", Integer, nullable=False),
    Column("min_authors", Integer, nullable=False),
    Column("opened_at", Int64, nullable=False),
    Column("ends_at", Int64, nullable=False),
    Column("reminded", Integer, nullable=False, default=0, server_default="0"),
    Column("close_asked_at", Int64),
    Column("judging_at", Int64),
    Column("finished_at", Int64),
    Column("end_reason", Text),
    Column("rated", Boolean(name="rated"), nullable=False),
    Column("texts_digest", Text),
    UniqueConstraint("community_id", "number"),
    one_of("state", "open", "judging", "verdict", "cancelled", "annulled", name="state"),
    one_of("pace", "batch", "now", name="pace"),
    Index(None, "state", "ends_at"),
    Index(None, "host_id"),
)
"""``end_reason``: why a duel was cancelled or had no verdict; ``reminded``: reminders sent."""

seats = Table(
    "seats",
    metadata,
    identity(),
    Column("duel_id", ForeignKey("duels.id"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("agent_id", ForeignKey("agents.id"), nullable=False),
    Column("agent_revision", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("personality", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("family", Text, nullable=False),
    Column("priced_at", Int64, nullable=False),
    UniqueConstraint("duel_id", "position"),
)
"""A judge on a model, copied when the duel opens; priced by what was in force at ``priced_at``."""

entries = Table(
    "entries",
    metadata,
    identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("duel_id", ForeignKey("duels.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("guest", Boolean(name="guest"), nullable=False, default=False),
    Column("member_id", ForeignKey("members.id")),
    Column("agent_id", ForeignKey("agents.id")),
    Column("byline", Text, nullable=False),
    Column("model_id", Text),
    Column("family", Text),
    Column("title", Text),
    Column("text", Text, nullable=False),
    Column("digest", Text),
    Column("words", Integer, nullable=False),
    Column("locale", Text, nullable=False),
    Column("flags", Text, nullable=False, default="", server_default=""),
    Column("hold_id", ForeignKey("holds.id")),
    Column("alias", Integer),
    Column("created_at", Int64, nullable=False),
    Column("entered_at", Int64),
    one_of(
        "state",
        "writing",
        "unfunded",
        "entered",
        "replaced",
        "withdrawn",
        "disqualified",
        "dropped",
        name="state",
    ),
    one_of("kind", "human", "ai", name="kind"),
    Index(None, "digest"),
    Index(None, "duel_id", "state"),
    Index(None, "member_id", "state"),
)
"""``member_id``: whoever entered it, or invited the ``guest``, an AI writer, in ``agent_id``.
``digest``: the text's, by which the same text is found elsewhere.
``alias``: its number among the anonymous texts, drawn when they are locked. ``flags``: what a scan
found, by comma."""

suspicions = Table(
    "suspicions",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("duel_id", ForeignKey("duels.id"), nullable=False),
    Column("due_at", Int64, nullable=False),
    Column("answer", Text),
    Column("answered_at", Int64),
    one_of("answer", "judge", "leave", "none", "over", name="answer"),
    Index(None, "duel_id"),
    Index(None, "answer", "due_at"),
)
"""Texts that looked like copies at the close, and what was said of them: ``judge`` or ``leave``,
``none`` where nobody had answered by ``due_at``, ``over`` where the duel had ended by then."""

close_agreements = Table(
    "close_agreements",
    metadata,
    Column("duel_id", ForeignKey("duels.id"), nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("duel_id", "member_id"),
    Index(None, "member_id"),
)

open_forms = Table(
    "open_forms",
    metadata,
    Column("duel_id", ForeignKey("duels.id"), nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("opened_at", Int64, nullable=False),
    PrimaryKeyConstraint("duel_id", "member_id"),
    Index(None, "member_id"),
)
"""Entry forms that a member opened and has not sent: they have a grace after the close."""

evaluations = Table(
    "evaluations",
    metadata,
    identity(),
    Column("duel_id", ForeignKey("duels.id"), nullable=False),
    Column("entry_id", ForeignKey("entries.id"), nullable=False),
    Column("seat_id", ForeignKey("seats.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("broken", Integer, nullable=False, default=0, server_default="0"),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    Column("refused", Integer, nullable=False, default=0, server_default="0"),
    Column("next_at", Int64, nullable=False, default=0, server_default="0"),
    Column("mode", Text, nullable=False),
    Column("unfunded", Boolean(name="unfunded"), nullable=False, default=False),
    Column("reason", Text),
    Column("scores", Text),
    Column("comment", Text),
    Column("quote", Text),
    Column("steering", Boolean(name="steering")),
    Column("read_at", Int64),
    UniqueConstraint("entry_id", "seat_id"),
    one_of("state", "waiting", "in_flight", "read", "missing", name="state"),
    one_of("mode", "single", "batch", name="mode"),
    Index(None, "duel_id"),
)
"""``tries``: calls begun; ``refused``: those of them that the provider did not run;
``broken``: answers that could not be read, each paid for. ``next_at``: when a waiting one is
looked at again.
``unfunded``: it waits until somebody can pay for one more call.
``scores``: JSON, criterion → 1 to 10."""

WAITING = evaluations.c.state == literal_column("'waiting'")
"""What still has to be asked. Written as the index has it, with no parameter, so that SQLite knows
that the index is enough; one of all states would have to be kept up for every reading there is."""

Index("ix_evaluations_waiting", evaluations.c.mode, sqlite_where=WAITING, postgresql_where=WAITING)

verdicts = Table(
    "verdicts",
    metadata,
    identity(),
    Column("duel_id", ForeignKey("duels.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("standings", Text, nullable=False),
    Column("at", Int64, nullable=False),
    UniqueConstraint("duel_id", "version"),
)
"""A duel's ranking, JSON as ``plumas_core.duels.verdict`` writes it; earlier ones stay."""
