"""What the operator is told of Discord."""

from __future__ import annotations

import base64

from discord import Permissions

from bot.discord_role import RIGHTS, discord_service, invite_link
from bot.settings import Settings


def test_the_invite_link_is_made_from_the_token_alone() -> None:
    token = base64.urlsafe_b64encode(b"123456789012345678").decode().rstrip("=") + ".Gxyz.secret"
    link = invite_link(token)
    assert link is not None
    assert "client_id=123456789012345678&" in link
    assert "secret" not in link


def test_a_token_that_is_none_gives_no_link() -> None:
    assert invite_link("abc.def") is None
    assert invite_link("") is None


def test_the_bot_asks_for_no_more_than_it_needs() -> None:
    assert {name for name, given in Permissions(RIGHTS) if given} == {
        "view_channel",
        "read_messages",
        "send_messages",
        "embed_links",
        "attach_files",
        "read_message_history",
        "create_public_threads",
        "send_messages_in_threads",
    } - {"view_channel"}


def test_without_a_token_there_is_no_discord() -> None:
    assert discord_service(Settings()) is None
