"""Communities and their places, members and their platform accounts."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
)

from plumas_core.storage.schema import Int64, identity, metadata

communities = Table(
    "communities",
    metadata,
    identity(),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("created_at", Int64, nullable=False),
)

places = Table(
    "places",
    metadata,
    identity(),
    Column("community_id", ForeignKey("communities.id")),
    Column("platform", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("approved", Boolean(name="approved"), nullable=False),
    Column(
        "announces",
        Boolean(name="announces"),
        nullable=False,
        default=False,
        server_default="0",
    ),
    Column("lost_at", Int64),
    Column("created_at", Int64, nullable=False),
    UniqueConstraint("platform", "address"),
    Index(None, "community_id"),
    Index(None, "platform", "home"),
)
"""Where the bot can speak: ``address`` is a channel, chat or topic, ``home`` the server or chat
that it is part of. A member's private chat is a place without a community. ``announces``: of the
places of its home, the one in which a duel was opened last."""

members = Table(
    "members",
    metadata,
    identity(),
    Column("locale", Text),
    Column("agreed_at", Int64),
    Column("place_id", ForeignKey("places.id")),
    Column(
        "mentioned", Boolean(name="mentioned"), nullable=False, default=True, server_default="1"
    ),
    Column("created_at", Int64, nullable=False),
)
"""``agreed_at``: when the member first agreed that entered texts go to the AI providers;
``place_id``: a place of the community in which they acted last, to which private chats belong;
``mentioned``: the bot may mention them where it tells of their duels."""

identities = Table(
    "identities",
    metadata,
    Column("platform", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("first_seen", Int64, nullable=False),
    PrimaryKeyConstraint("platform", "external_id"),
    Index(None, "member_id"),
)
"""A member's accounts on the platforms, with the name last seen there."""

memberships = Table(
    "memberships",
    metadata,
    Column("community_id", ForeignKey("communities.id"), nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("first_seen", Int64, nullable=False),
    PrimaryKeyConstraint("community_id", "member_id"),
)

audit_log = Table(
    "audit_log",
    metadata,
    identity(),
    Column("at", Int64, nullable=False),
    Column("member_id", Int64),
    Column("community_id", Int64),
    Column("action", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
"""What admins and operators did."""
