"""A console's folder, with a database that is migrated already."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.chat import DATABASE


@pytest.fixture
def folder(template_db: Path, tmp_path: Path) -> Path:
    """An empty community's folder."""
    shutil.copy(template_db, tmp_path / DATABASE)
    return tmp_path
