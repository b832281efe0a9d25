"""Communities and their places, members and their platform accounts."""

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

communities = Table(
    "communities",
    metadata,
    identity(),
    Column("name", Text, nullable=False),
    Column("locale", Text, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("approved", Boolean(name="approved"), nullable=False),
    Column("created_at", Int64, nullable=False),
    Column("merged_into", ForeignKey("communities.id")),
    Column("merged_at", Int64),
    Column("left_at", Int64),
    Index(None, "merged_into"),
)
"""``approved``: an operator let it in, or it never needed that. ``merged_into``: the community that
all of this one went to when a server or chat was joined to it. ``left_at``: when the one server or
chat of this community was taken out of another one."""

places = Table(
    "places",
    metadata,
    identity(),
    Column("community_id", ForeignKey("communities.id")),
    Column("platform", Text, nullable=False),
    Column("home", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column(
        "announces",
        Boolean(name="announces"),
        nullable=False,
        default=False,
        server_default="0",
    ),
    Column("origin_id", ForeignKey("communities.id")),
    Column("lost_at", Int64),
    Column("created_at", Int64, nullable=False),
    UniqueConstraint("platform", "address"),
    Index(None, "community_id"),
    Index(None, "platform", "home"),
)
"""Where the bot can speak: ``address`` is a channel, chat or topic, ``home`` the server or chat
that it is part of. A member's private chat is a place without a community. ``announces``: of the
places of its home, the one in which a duel was opened last. ``origin_id``: the community that its
home had before it was joined to the present one."""

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
    Column("merged_into", ForeignKey("members.id")),
    Column("merged_at", Int64),
    Column("split_from", ForeignKey("members.id")),
    Index(None, "merged_into"),
    Index(None, "split_from"),
)
"""``agreed_at``: when the member first agreed that entered texts go to the AI providers;
``place_id``: a place of the community in which they acted last, to which private chats belong;
``merged_into``: the member that all of this one went to when their accounts were joined;
``split_from``: the member that this one's account belonged to before;
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
    Column("origin_id", ForeignKey("communities.id")),
    PrimaryKeyConstraint("community_id", "member_id"),
    Index(None, "member_id"),
)
"""Who belongs to a community, and since when. ``origin_id``: the community with whose server or
chat the member came along when that was joined; there they still belong."""

link_codes = Table(
    "link_codes",
    metadata,
    identity(),
    Column("digest", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("platform", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("place_id", ForeignKey("places.id"), nullable=False),
    Column("expires_at", Int64, nullable=False),
    Column("taken_platform", Text),
    Column("taken_account", Text),
    Column("used_at", Int64),
    one_of("kind", "member", "community", name="kind"),
    Index(None, "member_id"),
)
"""One-time codes, as digests; ``account`` made it, in ``place_id``. ``taken_account``: the first
account that typed it, the only one that may go on with it."""

link_tries = Table(
    "link_tries",
    metadata,
    Column("platform", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("since", Int64, nullable=False),
    PrimaryKeyConstraint("platform", "account"),
)
"""Wrong codes that an account has typed ``since`` a moment."""

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
