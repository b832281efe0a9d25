"""What is measured of calling providers, and what a duel costs in batch."""

from __future__ import annotations

from fractions import Fraction

import pytest

from benchmarks.duel_cost import duel_cost
from benchmarks.providers import calls


async def test_each_side_reads_every_answer_of_every_bench() -> None:
    figures = await calls(completions=20, rows=300, rounds=1, batch_rounds=1)
    assert [figure.name for figure in figures] == [
        "openai: CPU seconds for 20 completions at once",
        "anthropic: CPU seconds for 20 completions at once",
        "openai: CPU seconds for a batch of 300 rows, up and down",
    ]
    assert all(figure.value > 0 and figure.floor > 0 for figure in figures)


def test_a_duel_in_batch_costs_half_of_what_its_tokens_cost_one_by_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    figure = duel_cost()
    assert figure.ok
    assert Fraction(figure.value).limit_denominator(10_000) * 2 == pytest.approx(figure.floor)
    shown = capsys.readouterr().out
    assert "claude-haiku-5-5" in shown
    assert "gpt-6-luna" in shown
