"""AI writers and judges, and the words by which models are switched on and off in chat."""

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
)

from plumas_core.storage.schema import Int64, identity, metadata, one_of

EVERYWHERE = 0
"""The scope of the operator's word on a model."""

agents = Table(
    "agents",
    metadata,
    identity(),
    Column("slug", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("owner_id", ForeignKey("members.id")),
    Column("public", Boolean(name="public"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("texts", Text, nullable=False),
    Column("created_at", Int64, nullable=False),
    Column("deleted_at", Int64),
    UniqueConstraint("slug"),
    one_of("kind", "writer", "judge", name="kind"),
    Index(None, "owner_id"),
)
"""``texts``: JSON, locale → name, description, personality. No owner: a house agent."""

model_words = Table(
    "model_words",
    metadata,
    Column("model_id", Text, nullable=False),
    Column("scope", Int64, nullable=False),
    Column("allowed", Boolean(name="allowed"), nullable=False),
    Column("by_member", Int64),
    Column("at", Int64, nullable=False),
    PrimaryKeyConstraint("model_id", "scope"),
)
"""``scope``: a community's id, or ``EVERYWHERE`` for the operator's word."""
