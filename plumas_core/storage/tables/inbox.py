"""What a platform delivered before it was handled, and what is kept between two of its events.

A platform that confirms events by being asked for the next ones would lose those that a death
finds in memory; they are written down here first. Questions that wait for a member's answer and
replies that wait until the member opens the private chat are kept too, so that they outlive a
restart.
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table, Text

from plumas_core.storage.schema import Int64, identity, metadata

inbox = Table(
    "inbox",
    metadata,
    Column("platform", Text, nullable=False),
    Column("number", Int64, nullable=False, autoincrement=False),
    Column("lane", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("tries", Integer, nullable=False, default=0, server_default="0"),
    Column("received_at", Int64, nullable=False),
    Column("done_at", Int64),
    PrimaryKeyConstraint("platform", "number"),
    Index(None, "platform", "done_at", "lane"),
)
"""Events as the platform sent them: ``platform`` names it and the account of ours that they were
sent to, ``number`` is the event's among those of this account, ``lane`` what keeps its order (a
chat). ``payload`` is emptied when the event is handled; ``tries`` counts how often it was handed to
its handler again."""

listeners = Table(
    "listeners",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("lease_by", Text),
    Column("lease_until", Int64, nullable=False),
    Column("fence", Integer, nullable=False),
)
"""Which process answers members, for each ``platform`` as ``inbox`` names it: ``lease_by`` until
``lease_until``; ``fence`` rises whenever it passes to another."""

questions = Table(
    "questions",
    metadata,
    identity(),
    Column("platform", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("message", Text),
    Column("asked_at", Int64, nullable=False),
    Index(None, "platform", "address", "account", unique=True),
)
"""What a member is being asked: at most one question for each place and account. ``state`` is the
adapter's own, as JSON; ``message`` is the platform's id of the message that asks."""

kept_replies = Table(
    "kept_replies",
    metadata,
    Column("code", Text, primary_key=True),
    Column("platform", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("kept_at", Int64, nullable=False),
    Index(None, "kept_at"),
)
"""Private replies that are shown when their account opens the private chat with their code."""

usernames = Table(
    "usernames",
    metadata,
    Column("platform", Text, nullable=False),
    Column("username", Text, nullable=False),
    Column("account", Text, nullable=False),
    PrimaryKeyConstraint("platform", "username"),
)
"""Names by which accounts can be addressed, folded, as last seen with them."""
