"""The code in docs/providers.md runs as it stands there."""

from __future__ import annotations

import asyncio
import copy
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from plumas_core.providers.interface import AIProviderInterface
from plumas_core.providers.registry import CATALOG, PROVIDER_MAP
from tests.support.time import ManualClock

ROOT: Final = Path(__file__).parents[3]
PAGE: Final = ROOT / "docs" / "providers.md"
EXAMPLES: Final = re.findall(
    r"^```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL
)


@pytest.fixture(autouse=True)
def _quick_time_and_a_folder_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let the examples' minutes pass at once, and their files fall into the test's folder."""
    clock = ManualClock()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("plumas_core.providers.registry.system_clock", clock)
    monkeypatch.setattr("plumas_core.providers.registry.asyncio.sleep", _instant(clock))


def _instant(clock: ManualClock) -> Any:
    really = asyncio.sleep

    async def sleep(seconds: float) -> None:
        clock.advance(round(seconds * 1_000))
        await really(0)

    return sleep


def run(example: str) -> None:
    exec(compile(example, str(PAGE), "exec"), {"__name__": "example"})  # noqa: S102 - our own page


def test_the_page_has_three_examples() -> None:
    assert len(EXAMPLES) == 3


def test_the_guide_s_example_prints_a_text_and_its_tokens_for_each_prompt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(EXAMPLES[0])
    printed = capsys.readouterr().out
    assert len(re.findall(r"^Tokens used: [1-9]\d+$", printed, re.MULTILINE)) == 2
    assert "faro" in printed
    assert "has no answer" not in printed


def test_the_service_s_example_prints_a_text_and_names_the_unknown_model(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run(EXAMPLES[1])
    printed = capsys.readouterr().out
    assert "train" in printed
    assert "no-such-model" in printed.splitlines()[-1]


def test_the_example_of_a_new_provider_answers(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    content = json.loads(CATALOG.read_text("utf-8"))
    row = copy.deepcopy(next(m for m in content["models"] if m["id"] == "offline-pluma"))
    content["models"] = [row | {"id": "echo-1", "provider": "echo", "family": "echo"}]
    (tmp_path / "echo.json").write_text(json.dumps(content), "utf-8")
    run(EXAMPLES[2])
    assert capsys.readouterr().out.count("BatchAnswer(") == 2


def test_every_path_that_the_page_names_exists() -> None:
    text = re.sub(r"`backend/[^`]*`", "", PAGE.read_text("utf-8"))
    paths = set(re.findall(r"`((?:plumas_core|docs)/[\w./-]*|[\w.]+\.json|\.env\.example)`", text))
    assert len(paths) > 12
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_the_page_names_every_fault_that_is_counted() -> None:
    from plumas_core.providers.offline.faults import COUNTED, Faults

    rows = re.findall(r"^\| `(\w+)=", PAGE.read_text("utf-8"), re.MULTILINE)
    assert set(rows) == set(Faults.__dataclass_fields__)
    assert tuple(name for name in rows if name in COUNTED) == COUNTED


def test_the_names_of_the_guide_are_where_the_page_says() -> None:
    from plumas_core.agents.service import AgentService
    from plumas_core.providers.service import AIService

    assert AIProviderInterface.__module__ == "plumas_core.providers.interface"
    assert AIService.__module__ == "plumas_core.providers.service"
    assert AgentService.__module__ == "plumas_core.agents.service"
    assert "offline" in PROVIDER_MAP
