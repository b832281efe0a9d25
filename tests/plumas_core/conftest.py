"""A whole program to play on, for tests of what members see."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.stage import Stage, open_stage


@pytest.fixture
async def stage(db_path: Path) -> AsyncIterator[Stage]:
    """The program on a manual clock, with the offline provider and a console to post to."""
    async with open_stage(db_path.parent) as opened:
        yield opened
