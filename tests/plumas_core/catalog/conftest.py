from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from plumas_core.catalog.errors import CatalogError
from plumas_core.catalog.load import Catalog, load_catalog

SHIPPED = Path(__file__).resolve().parents[3] / "ai_model_costs.json"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog as it is shipped."""
    return load_catalog(SHIPPED)


@pytest.fixture(scope="session")
def at() -> int:
    """The day on which the shipped prices were checked, in UTC milliseconds."""
    return int(datetime(2026, 11, 22, tzinfo=UTC).timestamp()) * 1000


@pytest.fixture
def rows() -> Any:
    """The shipped file as plain JSON, free to be damaged."""
    return json.loads(SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a catalog file, from text or from what becomes JSON, and returns its path."""

    def write(content: object, name: str = "costs.json") -> Path:
        path = tmp_path / name
        text = content if isinstance(content, str) else json.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path

    return write


@pytest.fixture
def refusal() -> Callable[..., CatalogError]:
    """Loads files that must be refused, and returns the one-line error."""

    def refuse(path: Path, *extra: Path) -> CatalogError:
        with pytest.raises(CatalogError) as caught:
            load_catalog(path, *extra)
        assert len(str(caught.value).splitlines()) == 1
        assert str(caught.value).startswith(caught.value.file)
        return caught.value

    return refuse
