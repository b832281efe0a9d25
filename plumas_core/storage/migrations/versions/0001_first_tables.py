"""First tables."""
# ruff: noqa: E501, PLR0915  # written by plumas_core.storage.migrations.draft

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Int64 = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", Int64, nullable=False),
        sa.Column("balance", Int64, nullable=True),
        sa.Column("held", Int64, server_default="0", nullable=False),
        sa.CheckConstraint(
            "(kind IN ('wallet', 'pool')) = (balance IS NOT NULL)", name=op.f("ck_accounts_stored")
        ),
        sa.CheckConstraint(
            "(kind IN ('wallet', 'pool')) = (owner <> 0)", name=op.f("ck_accounts_owner")
        ),
        sa.CheckConstraint(
            "kind = 'wallet' OR kind = 'pool' OR kind = 'issued' OR kind = 'provider_cost' OR kind = 'overrun'",
            name=op.f("ck_accounts_kind"),
        ),
        sa.CheckConstraint(
            "balance IS NULL OR (balance >= 0 AND balance <= 9000000000000000000)",
            name=op.f("ck_accounts_funds"),
        ),
        sa.CheckConstraint(
            "held >= 0 AND (balance IS NULL OR held <= balance)", name=op.f("ck_accounts_held")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("kind", "owner", name=op.f("uq_accounts_kind_owner")),
    )
    op.create_table(
        "audit_log",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.Column("member_id", Int64, nullable=True),
        sa.Column("community_id", Int64, nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_log")),
    )
    op.create_table(
        "batches",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("tokens", Int64, nullable=False),
        sa.Column("upload_id", sa.Text(), nullable=True),
        sa.Column("provider_batch_id", sa.Text(), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("sent_at", Int64, nullable=True),
        sa.Column("submitted_at", Int64, nullable=True),
        sa.Column("finished", sa.Integer(), server_default="0", nullable=False),
        sa.Column("polls", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Int64, nullable=False),
        sa.Column("queue_room", Int64, nullable=True),
        sa.Column("cancel_asked_at", Int64, nullable=True),
        sa.Column("settled_at", Int64, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Int64, nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state = 'intent' OR state = 'uploading' OR state = 'submitting' OR state = 'submitted' OR state = 'collecting' OR state = 'settled' OR state = 'unknown' OR state = 'failed' OR state = 'expired'",
            name=op.f("ck_batches_state"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batches")),
        sa.UniqueConstraint(
            "provider", "provider_batch_id", name=op.f("uq_batches_provider_provider_batch_id")
        ),
    )
    op.create_index(op.f("ix_batches_state_next_at"), "batches", ["state", "next_at"], unique=False)
    op.create_table(
        "communities",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("approved", sa.Boolean(name="approved"), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("merged_into", Int64, nullable=True),
        sa.Column("merged_at", Int64, nullable=True),
        sa.Column("left_at", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["communities.id"], name=op.f("fk_communities_merged_into")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_communities")),
    )
    op.create_index(
        op.f("ix_communities_merged_into"), "communities", ["merged_into"], unique=False
    )
    op.create_table(
        "handled",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("asked", sa.Text(), server_default="", nullable=False),
        sa.Column("target", Int64, nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_handled")),
    )
    op.create_table(
        "inbox",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("number", Int64, autoincrement=False, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("received_at", Int64, nullable=False),
        sa.Column("done_at", Int64, nullable=True),
        sa.PrimaryKeyConstraint("platform", "number", name=op.f("pk_inbox")),
    )
    op.create_index(
        op.f("ix_inbox_platform_done_at_lane"),
        "inbox",
        ["platform", "done_at", "lane"],
        unique=False,
    )
    op.create_table(
        "kept_replies",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kept_at", Int64, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_kept_replies")),
    )
    op.create_index(op.f("ix_kept_replies_kept_at"), "kept_replies", ["kept_at"], unique=False)
    op.create_table(
        "link_tries",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", Int64, nullable=False),
        sa.PrimaryKeyConstraint("platform", "account", name=op.f("pk_link_tries")),
    )
    op.create_table(
        "listeners",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Int64, nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_listeners")),
    )
    op.create_table(
        "model_words",
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("scope", Int64, nullable=False),
        sa.Column("allowed", sa.Boolean(name="allowed"), nullable=False),
        sa.Column("by_member", Int64, nullable=True),
        sa.Column("at", Int64, nullable=False),
        sa.PrimaryKeyConstraint("model_id", "scope", name=op.f("pk_model_words")),
    )
    op.create_table(
        "questions",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("asked_at", Int64, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
    )
    op.create_index(
        op.f("ix_questions_platform_address_account"),
        "questions",
        ["platform", "address", "account"],
        unique=True,
    )
    op.create_table(
        "usernames",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "username", name=op.f("pk_usernames")),
    )
    op.create_table(
        "holds",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("account", Int64, nullable=False),
        sa.Column("original", Int64, nullable=False),
        sa.Column("amount", Int64, nullable=False),
        sa.Column("drawn", Int64, server_default="0", nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("work", sa.Text(), nullable=False),
        sa.Column("community", Int64, nullable=True),
        sa.Column("opened_at", Int64, nullable=False),
        sa.Column("closed_at", Int64, nullable=True),
        sa.Column("close_key", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (close_key IS NOT NULL) AND (state = 'closed') = (closed_at IS NOT NULL)",
            name=op.f("ck_holds_closed"),
        ),
        sa.CheckConstraint("state = 'open' OR state = 'closed'", name=op.f("ck_holds_state")),
        sa.CheckConstraint(
            "amount >= original AND amount <= 9000000000000000000 AND drawn >= 0 AND drawn <= amount",
            name=op.f("ck_holds_drawn"),
        ),
        sa.CheckConstraint(
            "original > 0 AND original <= 1000000000000000000 AND original = CAST(original AS BIGINT)",
            name=op.f("ck_holds_original"),
        ),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name=op.f("fk_holds_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.UniqueConstraint("close_key", name=op.f("uq_holds_close_key")),
        sa.UniqueConstraint("key", name=op.f("uq_holds_key")),
    )
    op.create_index(op.f("ix_holds_account_state"), "holds", ["account", "state"], unique=False)
    op.create_index(op.f("ix_holds_state_community"), "holds", ["state", "community"], unique=False)
    op.create_table(
        "places",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("community_id", Int64, nullable=True),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("home", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("announces", sa.Boolean(name="announces"), server_default="0", nullable=False),
        sa.Column("origin_id", Int64, nullable=True),
        sa.Column("lost_at", Int64, nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_places_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["communities.id"], name=op.f("fk_places_origin_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_places")),
        sa.UniqueConstraint("platform", "address", name=op.f("uq_places_platform_address")),
    )
    op.create_index(op.f("ix_places_community_id"), "places", ["community_id"], unique=False)
    op.create_index(op.f("ix_places_platform_home"), "places", ["platform", "home"], unique=False)
    op.create_table(
        "hold_extensions",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("hold", Int64, nullable=False),
        sa.Column("amount", Int64, nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint(
            "amount > 0 AND amount <= 1000000000000000000 AND amount = CAST(amount AS BIGINT)",
            name=op.f("ck_hold_extensions_amount"),
        ),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name=op.f("fk_hold_extensions_hold")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_hold_extensions")),
    )
    op.create_index(op.f("ix_hold_extensions_hold"), "hold_extensions", ["hold"], unique=False)
    op.create_table(
        "members",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("locale", sa.Text(), nullable=True),
        sa.Column("agreed_at", Int64, nullable=True),
        sa.Column("place_id", Int64, nullable=True),
        sa.Column("mentioned", sa.Boolean(name="mentioned"), server_default="1", nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("merged_into", Int64, nullable=True),
        sa.Column("merged_at", Int64, nullable=True),
        sa.Column("split_from", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["members.id"], name=op.f("fk_members_merged_into")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_members_place_id")),
        sa.ForeignKeyConstraint(["split_from"], ["members.id"], name=op.f("fk_members_split_from")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_merged_into"), "members", ["merged_into"], unique=False)
    op.create_index(op.f("ix_members_split_from"), "members", ["split_from"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("place_id", Int64, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("mentions", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), server_default="1", nullable=False),
        sa.Column("shown", sa.Integer(), server_default="0", nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("due_at", Int64, nullable=False),
        sa.Column("next_at", Int64, nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("faults", sa.Integer(), server_default="0", nullable=False),
        sa.Column("delivered_at", Int64, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Int64, nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint(
            "state = 'due' OR state = 'placing' OR state = 'placed' OR state = 'delivered' OR state = 'failed'",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_outbox_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_key")),
    )
    op.create_index(op.f("ix_outbox_place_id_state"), "outbox", ["place_id", "state"], unique=False)
    op.create_index(op.f("ix_outbox_state_next_at"), "outbox", ["state", "next_at"], unique=False)
    op.create_table(
        "transfers",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("debit", Int64, nullable=False),
        sa.Column("credit", Int64, nullable=False),
        sa.Column("amount", Int64, nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("hold", Int64, nullable=True),
        sa.Column("at", Int64, nullable=False),
        sa.CheckConstraint(
            "amount > 0 AND amount <= 1000000000000000000 AND amount = CAST(amount AS BIGINT)",
            name=op.f("ck_transfers_amount"),
        ),
        sa.CheckConstraint("debit <> credit", name=op.f("ck_transfers_sides")),
        sa.ForeignKeyConstraint(["credit"], ["accounts.id"], name=op.f("fk_transfers_credit")),
        sa.ForeignKeyConstraint(["debit"], ["accounts.id"], name=op.f("fk_transfers_debit")),
        sa.ForeignKeyConstraint(["hold"], ["holds.id"], name=op.f("fk_transfers_hold")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("key", name=op.f("uq_transfers_key")),
    )
    op.create_index(
        op.f("ix_transfers_credit_at_hold_amount"),
        "transfers",
        ["credit", "at", "hold", "amount"],
        unique=False,
    )
    op.create_index(op.f("ix_transfers_debit_at"), "transfers", ["debit", "at"], unique=False)
    op.create_index(op.f("ix_transfers_hold"), "transfers", ["hold"], unique=False)
    op.create_table(
        "agents",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner_id", Int64, nullable=True),
        sa.Column("public", sa.Boolean(name="public"), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("texts", sa.Text(), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("deleted_at", Int64, nullable=True),
        sa.CheckConstraint("kind = 'writer' OR kind = 'judge'", name=op.f("ck_agents_kind")),
        sa.ForeignKeyConstraint(["owner_id"], ["members.id"], name=op.f("fk_agents_owner_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agents")),
        sa.UniqueConstraint("slug", name=op.f("uq_agents_slug")),
    )
    op.create_index(op.f("ix_agents_owner_id"), "agents", ["owner_id"], unique=False)
    op.create_table(
        "duels",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("community_id", Int64, nullable=False),
        sa.Column("place_id", Int64, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("host_id", Int64, nullable=False),
        sa.Column("theme", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("pace", sa.Text(), nullable=False),
        sa.Column("panel", sa.Text(), nullable=False),
        sa.Column("rubric_version", sa.Text(), nullable=False),
        sa.Column("prompt_version", sa.Text(), nullable=False),
        sa.Column("simulated", sa.Boolean(name="simulated"), nullable=False),
        sa.Column("max_words", sa.Integer(), nullable=False),
        sa.Column("max_entries", sa.Integer(), nullable=False),
        sa.Column("entries_per_member", sa.Integer(), nullable=False),
        sa.Column("min_authors", sa.Integer(), nullable=False),
        sa.Column("opened_at", Int64, nullable=False),
        sa.Column("ends_at", Int64, nullable=False),
        sa.Column("reminded", sa.Integer(), server_default="0", nullable=False),
        sa.Column("close_asked_at", Int64, nullable=True),
        sa.Column("judging_at", Int64, nullable=True),
        sa.Column("finished_at", Int64, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.Column("rated", sa.Boolean(name="rated"), nullable=False),
        sa.Column("texts_digest", sa.Text(), nullable=True),
        sa.CheckConstraint("pace = 'batch' OR pace = 'now'", name=op.f("ck_duels_pace")),
        sa.CheckConstraint(
            "state = 'open' OR state = 'judging' OR state = 'verdict' OR state = 'cancelled' OR state = 'annulled'",
            name=op.f("ck_duels_state"),
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_duels_community_id")
        ),
        sa.ForeignKeyConstraint(["host_id"], ["members.id"], name=op.f("fk_duels_host_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_duels_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duels")),
        sa.UniqueConstraint("community_id", "number", name=op.f("uq_duels_community_id_number")),
        sa.UniqueConstraint("key", name=op.f("uq_duels_key")),
    )
    op.create_index(op.f("ix_duels_host_id"), "duels", ["host_id"], unique=False)
    op.create_index(op.f("ix_duels_state_ends_at"), "duels", ["state", "ends_at"], unique=False)
    op.create_table(
        "identities",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("member_id", Int64, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("first_seen", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_identities_member_id")
        ),
        sa.PrimaryKeyConstraint("platform", "external_id", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_member_id"), "identities", ["member_id"], unique=False)
    op.create_table(
        "link_codes",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("member_id", Int64, nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("place_id", Int64, nullable=False),
        sa.Column("expires_at", Int64, nullable=False),
        sa.Column("taken_platform", sa.Text(), nullable=True),
        sa.Column("taken_account", sa.Text(), nullable=True),
        sa.Column("used_at", Int64, nullable=True),
        sa.CheckConstraint(
            "kind = 'member' OR kind = 'community'", name=op.f("ck_link_codes_kind")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_link_codes_member_id")
        ),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_link_codes_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("digest", name=op.f("uq_link_codes_digest")),
    )
    op.create_index(op.f("ix_link_codes_member_id"), "link_codes", ["member_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("community_id", Int64, nullable=False),
        sa.Column("member_id", Int64, nullable=False),
        sa.Column("first_seen", Int64, nullable=False),
        sa.Column("origin_id", Int64, nullable=True),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_memberships_community_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_memberships_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["origin_id"], ["communities.id"], name=op.f("fk_memberships_origin_id")
        ),
        sa.PrimaryKeyConstraint("community_id", "member_id", name=op.f("pk_memberships")),
    )
    op.create_index(op.f("ix_memberships_member_id"), "memberships", ["member_id"], unique=False)
    op.create_table(
        "close_agreements",
        sa.Column("duel_id", Int64, nullable=False),
        sa.Column("member_id", Int64, nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.ForeignKeyConstraint(
            ["duel_id"], ["duels.id"], name=op.f("fk_close_agreements_duel_id")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_close_agreements_member_id")
        ),
        sa.PrimaryKeyConstraint("duel_id", "member_id", name=op.f("pk_close_agreements")),
    )
    op.create_index(
        op.f("ix_close_agreements_member_id"), "close_agreements", ["member_id"], unique=False
    )
    op.create_table(
        "entries",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("duel_id", Int64, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("guest", sa.Boolean(name="guest"), nullable=False),
        sa.Column("member_id", Int64, nullable=True),
        sa.Column("agent_id", Int64, nullable=True),
        sa.Column("byline", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=True),
        sa.Column("family", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), server_default="", nullable=False),
        sa.Column("hold_id", Int64, nullable=True),
        sa.Column("alias", sa.Integer(), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("entered_at", Int64, nullable=True),
        sa.CheckConstraint("kind = 'human' OR kind = 'ai'", name=op.f("ck_entries_kind")),
        sa.CheckConstraint(
            "state = 'writing' OR state = 'unfunded' OR state = 'entered' OR state = 'replaced' OR state = 'withdrawn' OR state = 'disqualified' OR state = 'dropped'",
            name=op.f("ck_entries_state"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_entries_agent_id")),
        sa.ForeignKeyConstraint(["duel_id"], ["duels.id"], name=op.f("fk_entries_duel_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_entries_hold_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_entries_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_entries_key")),
    )
    op.create_index(op.f("ix_entries_digest"), "entries", ["digest"], unique=False)
    op.create_index(op.f("ix_entries_duel_id_state"), "entries", ["duel_id", "state"], unique=False)
    op.create_index(
        op.f("ix_entries_member_id_state"), "entries", ["member_id", "state"], unique=False
    )
    op.create_table(
        "open_forms",
        sa.Column("duel_id", Int64, nullable=False),
        sa.Column("member_id", Int64, nullable=False),
        sa.Column("opened_at", Int64, nullable=False),
        sa.ForeignKeyConstraint(["duel_id"], ["duels.id"], name=op.f("fk_open_forms_duel_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["members.id"], name=op.f("fk_open_forms_member_id")
        ),
        sa.PrimaryKeyConstraint("duel_id", "member_id", name=op.f("pk_open_forms")),
    )
    op.create_index(op.f("ix_open_forms_member_id"), "open_forms", ["member_id"], unique=False)
    op.create_table(
        "seats",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("duel_id", Int64, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("agent_id", Int64, nullable=False),
        sa.Column("agent_revision", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("personality", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("family", sa.Text(), nullable=False),
        sa.Column("priced_at", Int64, nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_seats_agent_id")),
        sa.ForeignKeyConstraint(["duel_id"], ["duels.id"], name=op.f("fk_seats_duel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seats")),
        sa.UniqueConstraint("duel_id", "position", name=op.f("uq_seats_duel_id_position")),
    )
    op.create_table(
        "verdicts",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("duel_id", Int64, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("standings", sa.Text(), nullable=False),
        sa.Column("at", Int64, nullable=False),
        sa.ForeignKeyConstraint(["duel_id"], ["duels.id"], name=op.f("fk_verdicts_duel_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("duel_id", "version", name=op.f("uq_verdicts_duel_id_version")),
    )
    op.create_table(
        "evaluations",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("duel_id", Int64, nullable=False),
        sa.Column("entry_id", Int64, nullable=False),
        sa.Column("seat_id", Int64, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("broken", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("refused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("next_at", Int64, server_default="0", nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("unfunded", sa.Boolean(name="unfunded"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("scores", sa.Text(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=True),
        sa.Column("steering", sa.Boolean(name="steering"), nullable=True),
        sa.Column("read_at", Int64, nullable=True),
        sa.CheckConstraint("mode = 'single' OR mode = 'batch'", name=op.f("ck_evaluations_mode")),
        sa.CheckConstraint(
            "state = 'waiting' OR state = 'in_flight' OR state = 'read' OR state = 'missing'",
            name=op.f("ck_evaluations_state"),
        ),
        sa.ForeignKeyConstraint(["duel_id"], ["duels.id"], name=op.f("fk_evaluations_duel_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_evaluations_entry_id")),
        sa.ForeignKeyConstraint(["seat_id"], ["seats.id"], name=op.f("fk_evaluations_seat_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluations")),
        sa.UniqueConstraint("entry_id", "seat_id", name=op.f("uq_evaluations_entry_id_seat_id")),
    )
    op.create_index(op.f("ix_evaluations_duel_id"), "evaluations", ["duel_id"], unique=False)
    op.create_index(
        "ix_evaluations_waiting",
        "evaluations",
        ["mode"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "suspicions",
        sa.Column("entry_id", Int64, nullable=False),
        sa.Column("duel_id", Int64, nullable=False),
        sa.Column("due_at", Int64, nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", Int64, nullable=True),
        sa.CheckConstraint(
            "answer = 'judge' OR answer = 'leave' OR answer = 'none' OR answer = 'over'",
            name=op.f("ck_suspicions_answer"),
        ),
        sa.ForeignKeyConstraint(["duel_id"], ["duels.id"], name=op.f("fk_suspicions_duel_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_suspicions_entry_id")),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_suspicions")),
    )
    op.create_index(
        op.f("ix_suspicions_answer_due_at"), "suspicions", ["answer", "due_at"], unique=False
    )
    op.create_index(op.f("ix_suspicions_duel_id"), "suspicions", ["duel_id"], unique=False)
    op.create_table(
        "writings",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("member_id", Int64, nullable=True),
        sa.Column("community_id", Int64, nullable=True),
        sa.Column("place_id", Int64, nullable=True),
        sa.Column("entry_id", Int64, nullable=True),
        sa.Column("agent_id", Int64, nullable=False),
        sa.Column("agent_revision", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("prompt", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.Column("words", sa.Integer(), server_default="0", nullable=False),
        sa.Column("max_words", sa.Integer(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("private", sa.Boolean(name="private"), nullable=False),
        sa.Column("stopped", sa.Boolean(name="stopped"), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("hold_id", Int64, nullable=True),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("finished_at", Int64, nullable=True),
        sa.Column("told_at", Int64, nullable=True),
        sa.Column("lease_by", sa.Text(), nullable=True),
        sa.Column("lease_until", Int64, nullable=True),
        sa.Column("fence", sa.Integer(), server_default="0", nullable=False),
        sa.CheckConstraint("payer = 'wallet' OR payer = 'pool'", name=op.f("ck_writings_payer")),
        sa.CheckConstraint(
            "state = 'waiting' OR state = 'writing' OR state = 'done' OR state = 'failed'",
            name=op.f("ck_writings_state"),
        ),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_writings_agent_id")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["communities.id"], name=op.f("fk_writings_community_id")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_writings_entry_id")),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_writings_hold_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_writings_member_id")),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_writings_place_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writings")),
        sa.UniqueConstraint("key", name=op.f("uq_writings_key")),
    )
    op.create_index(op.f("ix_writings_community_id"), "writings", ["community_id"], unique=False)
    op.create_index(
        op.f("ix_writings_member_id_created_at"),
        "writings",
        ["member_id", "created_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_writings_state_lease_until"), "writings", ["state", "lease_until"], unique=False
    )
    op.create_table(
        "calls",
        sa.Column("id", Int64, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("evaluation_id", Int64, nullable=True),
        sa.Column("writing_id", Int64, nullable=True),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model_id", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("batch_id", Int64, nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("hold_id", Int64, nullable=True),
        sa.Column("community_id", Int64, nullable=True),
        sa.Column("member_id", Int64, nullable=True),
        sa.Column("input", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cached", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cache_write_5m", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cache_write_1h", sa.Integer(), server_default="0", nullable=False),
        sa.Column("output", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reasoning", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cost", Int64, server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("created_at", Int64, nullable=False),
        sa.Column("settled_at", Int64, nullable=True),
        sa.CheckConstraint("kind = 'judge' OR kind = 'write'", name=op.f("ck_calls_kind")),
        sa.CheckConstraint("mode = 'single' OR mode = 'batch'", name=op.f("ck_calls_mode")),
        sa.CheckConstraint(
            "state = 'in_flight' OR state = 'settled' OR state = 'failed' OR state = 'lost'",
            name=op.f("ck_calls_state"),
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name=op.f("fk_calls_batch_id")),
        sa.ForeignKeyConstraint(
            ["evaluation_id"], ["evaluations.id"], name=op.f("fk_calls_evaluation_id")
        ),
        sa.ForeignKeyConstraint(["hold_id"], ["holds.id"], name=op.f("fk_calls_hold_id")),
        sa.ForeignKeyConstraint(["writing_id"], ["writings.id"], name=op.f("fk_calls_writing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calls")),
        sa.UniqueConstraint("batch_id", "row", name=op.f("uq_calls_batch_id_row")),
        sa.UniqueConstraint(
            "evaluation_id", "attempt", name=op.f("uq_calls_evaluation_id_attempt")
        ),
        sa.UniqueConstraint("writing_id", "attempt", name=op.f("uq_calls_writing_id_attempt")),
    )
    op.create_index(
        "ix_calls_asked_singly",
        "calls",
        ["kind"],
        unique=False,
        sqlite_where=sa.text("state = 'in_flight' AND mode = 'single'"),
        postgresql_where=sa.text("state = 'in_flight' AND mode = 'single'"),
    )
    op.create_index(op.f("ix_calls_hold_id"), "calls", ["hold_id"], unique=False)
    op.execute(
        """
        CREATE TRIGGER transfers_UPDATE_refused BEFORE UPDATE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER transfers_DELETE_refused BEFORE DELETE ON transfers BEGIN SELECT RAISE(ABORT, 'transfers is append-only'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER hold_extensions_UPDATE_refused BEFORE UPDATE ON hold_extensions BEGIN SELECT RAISE(ABORT, 'hold_extensions is append-only'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER hold_extensions_DELETE_refused BEFORE DELETE ON hold_extensions BEGIN SELECT RAISE(ABORT, 'hold_extensions is append-only'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER holds_DELETE_refused BEFORE DELETE ON holds BEGIN SELECT RAISE(ABORT, 'holds is append-only'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER accounts_DELETE_refused BEFORE DELETE ON accounts BEGIN SELECT RAISE(ABORT, 'accounts is append-only'); END
        """
    )
    op.execute(
        """
        CREATE TRIGGER accounts_opened AFTER INSERT ON accounts BEGIN
          SELECT RAISE(ABORT, 'an account opens empty')
            WHERE NEW.held <> 0 OR COALESCE(NEW.balance, 0) <> 0;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER accounts_kept BEFORE UPDATE OF id, kind, owner ON accounts BEGIN
          SELECT RAISE(ABORT, 'an account keeps its kind and owner');
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER holds_opened AFTER INSERT ON holds BEGIN
          SELECT RAISE(ABORT, 'a hold opens untouched')
            WHERE NEW.state <> 'open' OR NEW.drawn <> 0 OR NEW.amount <> NEW.original;
          UPDATE accounts SET held = held + NEW.amount WHERE id = NEW.account;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER holds_kept BEFORE UPDATE ON holds BEGIN
          SELECT RAISE(ABORT, 'a closed hold stays as it is') WHERE OLD.state = 'closed';
          SELECT RAISE(ABORT, 'a hold keeps what it was opened with')
            WHERE NEW.id <> OLD.id OR NEW.key <> OLD.key OR NEW.account <> OLD.account
               OR NEW.original <> OLD.original OR NEW.purpose <> OLD.purpose OR NEW.work <> OLD.work
               OR NEW.community IS NOT OLD.community OR NEW.opened_at <> OLD.opened_at;
          SELECT RAISE(ABORT, 'a hold is drawn by transfers only')
            WHERE NEW.drawn <> OLD.drawn AND NEW.drawn <> (SELECT COALESCE(SUM(amount), 0)
              FROM transfers WHERE hold = NEW.id AND debit = NEW.account);
          SELECT RAISE(ABORT, 'a hold grows by extensions only')
            WHERE NEW.amount <> OLD.amount AND NEW.amount - NEW.original <> (
              SELECT COALESCE(SUM(amount), 0) FROM hold_extensions WHERE hold = NEW.id);
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER holds_moved AFTER UPDATE ON holds BEGIN
          UPDATE accounts SET held = held - (OLD.amount - OLD.drawn)
              + CASE NEW.state WHEN 'open' THEN NEW.amount - NEW.drawn ELSE 0 END
            WHERE id = NEW.account;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER hold_extensions_applied AFTER INSERT ON hold_extensions BEGIN
          UPDATE holds SET amount = amount + NEW.amount WHERE id = NEW.hold;
        END
        """
    )
    op.execute(
        """
        CREATE TRIGGER transfers_applied AFTER INSERT ON transfers BEGIN
          SELECT RAISE(ABORT, 'a draw needs an open hold of the account that pays')
            WHERE NEW.hold IS NOT NULL
              AND NOT EXISTS (SELECT 1 FROM holds
                WHERE id = NEW.hold AND account = NEW.debit AND state = 'open')
              AND NOT EXISTS (SELECT 1 FROM accounts WHERE id = NEW.debit AND kind = 'overrun');
          SELECT RAISE(ABORT, 'a hold pays for provider cost only')
            WHERE NEW.hold IS NOT NULL AND NOT EXISTS (
              SELECT 1 FROM accounts WHERE id = NEW.credit AND kind = 'provider_cost');
          UPDATE holds SET drawn = drawn + NEW.amount WHERE id = NEW.hold AND account = NEW.debit;
          UPDATE accounts SET balance = balance - NEW.amount
            WHERE id = NEW.debit AND balance IS NOT NULL;
          UPDATE accounts SET balance = balance + NEW.amount
            WHERE id = NEW.credit AND balance IS NOT NULL;
        END
        """
    )
