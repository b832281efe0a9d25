"""What must be said where, how far the saying of it has come, and which events were handled."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from plumas_core.storage.schema import Int64, identity, metadata, one_of

outbox = Table(
    "outbox",
    metadata,
    identity(),
    Column("key", Text, nullable=False, unique=True),
    Column("place_id", ForeignKey("places.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("reply", Text, nullable=False),
    Column("mentions", Text, nullable=False),
    Column("revision", Integer, nullable=False, default=1, server_default="1"),
    Column("shown", Integer, nullable=False, default=0, server_default="0"),
    Column("external_id", Text),
    Column("created_at", Int64, nullable=False),
    Column("due_at", Int64, nullable=False),
    Column("next_at", Int64, nullable=False),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    Column("faults", Integer, nullable=False, default=0, server_default="0"),
    Column("delivered_at", Int64),
    Column("error", Text),
    Column("lease_by", Text),
    Column("lease_until", Int64),
    Column("fence", Integer, nullable=False, default=0, server_default="0"),
    one_of("state", "due", "placing", "placed", "delivered", "failed", name="state"),
    Index(None, "state", "next_at"),
    Index(None, "place_id", "state"),
)
"""``tries``: deliveries of the content that failed; ``faults``: those of them that our own program
failed at. ``revision`` counts the contents a message has had; ``shown`` is the last one put into
it."""

handled = Table(
    "handled",
    metadata,
    Column("key", Text, primary_key=True),
    Column("asked", Text, nullable=False, server_default=""),
    Column("target", Int64, nullable=False),
    Column("at", Int64, nullable=False),
)
"""Events whose work is done, with what it was done to: delivered again, they do nothing more.
``asked``: a digest of who asked for what."""
