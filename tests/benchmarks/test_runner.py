"""What ``make bench`` writes down, and when it fails."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from benchmarks import __main__ as runner
from benchmarks import settling
from benchmarks.city import Size
from benchmarks.figures import at_least, at_most

TINY = Size(duels=2, entries=3, seats=2)
FORM = {"name": str, "value": float, "floor": float, "ratio": float, "bound": float, "ok": bool}


@pytest.fixture
def latest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the runner writes in a test; its logging is undone afterwards."""
    path = tmp_path / "latest.json"
    monkeypatch.setattr(runner, "LATEST", path)
    yield path
    structlog.reset_defaults()


def test_every_figure_has_the_same_form(latest: Path) -> None:
    def measured() -> list[dict[str, object]]:
        return [figure.as_json() for figure in settling.run(TINY, runs=1)]

    runner.main(["settling"], {"settling": measured})
    figures = json.loads(latest.read_text())
    assert [figure["name"] for figure in figures] == [
        "seconds to settle 12 results",
        "megabytes to settle 12 results",
    ]
    for figure in figures:
        assert list(figure) == list(FORM)
        assert all(isinstance(figure[name], kind | int) for name, kind in FORM.items())
        assert figure["value"] > 0
        assert figure["floor"] > 0


def test_every_bench_is_described() -> None:
    described = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text("utf-8")
    assert [name for name in runner.ALL if f"\n| `{name}` |" not in described] == []


def test_only_the_named_benches_run(latest: Path) -> None:
    good = at_most("good", 1, 2, 1).as_json()
    benches = {"one": lambda: [good], "other": lambda: pytest.fail("it was not named")}
    assert runner.main(["one"], benches) == 0
    assert json.loads(latest.read_text()) == [good]


def test_a_figure_out_of_its_bound_fails_the_run_and_is_written_all_the_same(latest: Path) -> None:
    slow = at_most("slow", 31, 10, 3.0).as_json()
    benches = {"one": lambda: [slow], "other": lambda: [at_least("fast", 9, 10, 0.5).as_json()]}
    assert runner.main([], benches) == 1
    assert [figure["ok"] for figure in json.loads(latest.read_text())] == [False, True]


def test_an_unknown_bench_is_named_and_nothing_is_written(
    latest: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert runner.main(["ledgr"], {"ledger": list}) == 2
    assert "ledgr" in capsys.readouterr().out
    assert not latest.exists()


@pytest.mark.parametrize(("value", "good"), [(2.9, True), (3.0, True), (3.0004, False)])
def test_an_upper_bound_is_kept_exactly_and_not_as_it_is_rounded(value: float, good: bool) -> None:
    assert at_most("seconds", value, 1.0, 3.0).ok is good


@pytest.mark.parametrize(("value", "good"), [(0.51, True), (0.5, True), (0.49999, False)])
def test_a_lower_bound_is_kept_exactly_and_not_as_it_is_rounded(value: float, good: bool) -> None:
    assert at_least("a second", value, 1.0, 0.5).ok is good
