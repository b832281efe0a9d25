"""A program on Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.telegram import TelegramStage, open_telegram


@pytest.fixture
async def stage(db_path: Path, tmp_path: Path) -> AsyncIterator[TelegramStage]:
    """The program with a database of its own, logged in to a stand-in for Telegram."""
    async with open_telegram(tmp_path) as opened:
        yield opened
        assert opened.server.refused == []
