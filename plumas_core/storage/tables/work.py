"""AI work: provider batches, the calls in and out of them, and texts asked of AI writers."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    and_,
    literal_column,
)

from plumas_core.storage.schema import Int64, identity, metadata, one_of

batches = Table(
    "batches",
    metadata,
    identity(),
    Column("provider", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("tokens", Int64, nullable=False),
    Column("upload_id", Text),
    Column("provider_batch_id", Text),
    Column("created_at", Int64, nullable=False),
    Column("sent_at", Int64),
    Column("submitted_at", Int64),
    Column("finished", Integer, nullable=False, default=0, server_default="0"),
    Column("polls", Integer, nullable=False, default=0, server_default="0"),
    Column("next_at", Int64, nullable=False),
    Column("queue_room", Int64),
    Column("cancel_asked_at", Int64),
    Column("settled_at", Int64),
    Column("error", Text),
    Column("lease_by", Text),
    Column("lease_until", Int64),
    Column("fence", Integer, nullable=False, default=0, server_default="0"),
    UniqueConstraint("provider", "provider_batch_id"),
    one_of(
        "state",
        "intent",
        "uploading",
        "submitting",
        "submitted",
        "collecting",
        "settled",
        "unknown",
        "failed",
        "expired",
        name="state",
    ),
    Index(None, "state", "next_at"),
)
"""A batch's id is its intent. ``tokens``: what it likely takes of the provider's queue;
``next_at``: when it is looked at again; ``finished``: rows that the provider says are done;
``queue_room``: tokens that the provider's queue is tried with next, after it was too full for this
batch; ``cancel_asked_at``: when we asked the provider to stop it;
``fence``: rises with every lease, and every change names the one it had."""

calls = Table(
    "calls",
    metadata,
    identity(),
    Column("kind", Text, nullable=False),
    Column("evaluation_id", ForeignKey("evaluations.id")),
    Column("writing_id", ForeignKey("writings.id")),
    Column("provider", Text, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("batch_id", ForeignKey("batches.id")),
    Column("row", Integer),
    Column("attempt", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("hold_id", ForeignKey("holds.id")),
    Column("community_id", Int64),
    Column("member_id", Int64),
    Column("input", Integer, nullable=False, default=0, server_default="0"),
    Column("cached", Integer, nullable=False, default=0, server_default="0"),
    Column("cache_write_5m", Integer, nullable=False, default=0, server_default="0"),
    Column("cache_write_1h", Integer, nullable=False, default=0, server_default="0"),
    Column("output", Integer, nullable=False, default=0, server_default="0"),
    Column("reasoning", Integer, nullable=False, default=0, server_default="0"),
    Column("cost", Int64, nullable=False, default=0, server_default="0"),
    Column("error", Text),
    Column("created_at", Int64, nullable=False),
    Column("settled_at", Int64),
    UniqueConstraint("batch_id", "row"),
    UniqueConstraint("evaluation_id", "attempt"),
    UniqueConstraint("writing_id", "attempt"),
    one_of("kind", "judge", "write", name="kind"),
    one_of("mode", "single", "batch", name="mode"),
    one_of("state", "in_flight", "settled", "failed", "lost", name="state"),
    Index(None, "hold_id"),
)
"""One attempt at one AI call, with what it used and cost. ``lost``: sent, and no answer came."""

ASKED_SINGLY = and_(
    calls.c.state == literal_column("'in_flight'"), calls.c.mode == literal_column("'single'")
)
"""Single calls under way, as their index has them; those of a batch are found by their batch."""

Index(
    "ix_calls_asked_singly", calls.c.kind, sqlite_where=ASKED_SINGLY, postgresql_where=ASKED_SINGLY
)

writings = Table(
    "writings",
    metadata,
    identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("member_id", ForeignKey("members.id")),
    Column("community_id", ForeignKey("communities.id")),
    Column("place_id", ForeignKey("places.id")),
    Column("entry_id", ForeignKey("entries.id")),
    Column("agent_id", ForeignKey("agents.id"), nullable=False),
    Column("agent_revision", Integer, nullable=False),
    Column("model_id", Text, nullable=False),
    Column("prompt", Text, nullable=False),
    Column("title", Text),
    Column("text", Text, nullable=False, default="", server_default=""),
    Column("words", Integer, nullable=False, default=0, server_default="0"),
    Column("max_words", Integer, nullable=False),
    Column("locale", Text, nullable=False),
    Column("private", Boolean(name="private"), nullable=False),
    Column("stopped", Boolean(name="stopped"), nullable=False, default=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("hold_id", ForeignKey("holds.id")),
    Column("payer", Text, nullable=False),
    Column("created_at", Int64, nullable=False),
    Column("finished_at", Int64),
    Column("told_at", Int64),
    Column("lease_by", Text),
    Column("lease_until", Int64),
    Column("fence", Integer, nullable=False, default=0, server_default="0"),
    one_of("state", "waiting", "writing", "done", "failed", name="state"),
    one_of("payer", "wallet", "pool", name="payer"),
    Index(None, "state", "lease_until"),
    Index(None, "member_id", "created_at"),
    Index(None, "community_id"),
)
"""A text asked of an AI writer: by ``/write``, or for a duel (then ``entry_id`` is set).
``told_at``: when the member was shown it."""
