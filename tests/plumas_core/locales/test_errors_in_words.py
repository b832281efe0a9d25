"""What a member reads of an error, and what the operator finds in the log."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from structlog.testing import capture_logs

from plumas_core.app import App
from plumas_core.catalog.errors import MissingPrice
from plumas_core.commands.dispatch import explain
from plumas_core.commands.reply import Note
from plumas_core.credits.errors import AllowanceSpent, BadAmount, HouseCapReached
from plumas_core.ids import encode
from plumas_core.locales.translate import LOCALES, Translations
from plumas_core.policy import CREDIT, Policy
from plumas_core.problems import Problem
from plumas_core.providers.errors import OutcomeUnknown, ProviderError, RateLimited

ID = 1_152_921_504
HOUR = 3_600_000


@pytest.fixture
def app(texts: Translations) -> App:
    parts = SimpleNamespace(
        texts=texts, policy=Policy(default_locale="es"), ids=SimpleNamespace(new=lambda: ID)
    )
    return cast(App, parts)


def read(app: App, error: Exception, locale: str | None = "en") -> tuple[str, list[Any]]:
    """Return what the member reads, and what was logged."""
    with capture_logs() as logged:
        reply = explain(app, locale, error, "duel new")
    assert reply.visibility == "private"
    (block,) = reply.blocks
    assert isinstance(block, Note)
    assert block.tone == "error"
    return block.text, list(logged)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_missing_price_is_told_with_a_reference_and_its_cause_goes_to_the_operator(
    app: App, locale: str
) -> None:
    text, logged = read(app, MissingPrice("gpt-x", "has no batch price"), locale)
    assert encode(ID) in text
    assert "gpt-x" in text
    assert [one["log_level"] for one in logged] == ["error"]
    assert logged[0]["reference"] == encode(ID)
    assert "gpt-x: has no batch price" in logged[0]["cause"]


def test_a_fault_is_told_with_a_reference_and_nothing_of_its_cause(app: App) -> None:
    text, logged = read(app, ZeroDivisionError("secret detail"))
    assert encode(ID) in text
    assert "secret" not in text
    assert [one["event"] for one in logged] == ["command_failed"]


@pytest.mark.parametrize(
    "error", [RateLimited("429 code"), OutcomeUnknown("reset"), ProviderError("x")]
)
def test_a_providers_failure_is_told_without_its_code(app: App, error: ProviderError) -> None:
    text, logged = read(app, error)
    assert "Nothing was charged" in text
    assert str(error) not in text.split()
    assert [one["event"] for one in logged] == ["provider_failed"]


def test_what_is_missing_is_told_in_credits_and_time(app: App) -> None:
    error = AllowanceSpent(CREDIT // 2, 2 * CREDIT, frees_at=3 * HOUR, now=0)
    text, logged = read(app, error)
    assert all(part in text for part in ("2.00 credits", "0.50 more today", "in 3 hours"))
    assert logged == []


def test_a_cap_is_told_with_the_day_on_which_it_frees(app: App) -> None:
    error = HouseCapReached(
        cap=2_000 * CREDIT, used=1_999 * CREDIT, needed=2 * CREDIT, frees_at=24 * HOUR, now=0
    )
    text, _ = read(app, error, "es")
    assert all(part in text for part in ("2.000,00", "quedan 1,00", "dentro de un día"))


def test_a_problem_is_told_as_it_is_and_not_logged(app: App) -> None:
    assert read(app, Problem("denied-admin")) == (
        "This is for the admins here. Ask one of them to do it.",
        [],
    )
    assert "2.50" in read(app, BadAmount())[0]


def test_who_has_no_language_reads_the_houses(app: App) -> None:
    assert read(app, Problem("denied-admin"), None)[0].startswith("Esto es cosa")
