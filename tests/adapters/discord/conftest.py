"""A program on Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.discord import DiscordStage, open_discord


@pytest.fixture
async def stage(db_path: Path, tmp_path: Path) -> AsyncIterator[DiscordStage]:
    """The program with a database of its own, logged in to a stand-in for Discord."""
    async with open_discord(tmp_path) as opened:
        yield opened
        assert opened.server.refused == []
