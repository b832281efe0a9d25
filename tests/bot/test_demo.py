"""The demonstration: a whole duel, faster still than it is shown."""

from __future__ import annotations

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from pydantic import SecretStr

from bot import demo
from bot.env_file import SettingsError
from bot.settings import Settings
from plumas_core.clock import SECOND, system_clock
from plumas_core.duels.texts import count_words
from plumas_core.locales.translate import LOCALES
from plumas_core.policy import CREDIT, Policy
from plumas_core.providers.interface import AnswerSchema, CompletionRequest
from plumas_core.providers.offline.answer import Answerer
from tests.standins.base import Json
from tests.standins.openai_server import OpenAIStandIn

FAST = 1_500.0
LONGEST = 120
"""Seconds after which a demonstration that does not end fails its test."""


def played(folder: Path, locale: str, *, as_json: bool) -> str:
    plan = demo.Plan(
        folder=folder, locale=locale, panel=demo.SIMULATED_PANEL, model=None, scale=FAST
    )
    settings = demo.own_settings(Settings.model_construct(), plan)
    with pytest.MonkeyPatch.context() as patch:
        printed: list[str] = []
        patch.setattr("click.echo", lambda text, **_: printed.append(text))
        assert asyncio.run(asyncio.wait_for(demo.play(settings, plan, as_json=as_json), LONGEST))
    return "\n".join(printed)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    printed = played(tmp_path_factory.mktemp("demo"), "es", as_json=True)
    found: dict[str, Any] = json.loads(printed)
    return found


def test_the_report_is_one_object_of_three_parts(report: dict[str, Any]) -> None:
    assert list(report) == ["verdict", "movements", "audit"]


def test_two_people_and_two_ai_writers_are_ranked_by_three_judges(report: dict[str, Any]) -> None:
    ranking = report["verdict"]["ranking"]
    assert sorted(one["kind"] for one in ranking) == ["ai", "ai", "human", "human"]
    assert {one["author"] for one in ranking} >= {"Ana", "Bruno"}
    assert [one["place"] for one in ranking] == sorted(one["place"] for one in ranking)
    for one in ranking:
        assert len(one["readings"]) == 3
        assert len(one["criteria"]) > 3
        assert all(1 <= mean <= 10 for mean in one["criteria"].values())
        assert one["interval"][0] <= one["score"] <= one["interval"][1]


def test_every_text_has_a_comment_and_a_quotation_from_it(report: dict[str, Any]) -> None:
    cast = demo.load_cast("es")
    texts = {person.name: person.text for person in (cast.host, cast.guest)}
    for one in report["verdict"]["ranking"]:
        assert all(reading["comment"] for reading in one["readings"])
        quotes = [reading["quote"] for reading in one["readings"] if reading["quote"]]
        assert quotes
        for quote in quotes:
            assert one["author"] not in texts or quote in texts[one["author"]]


def test_amounts_are_exact_strings_in_both_units(report: dict[str, Any]) -> None:
    for line in report["movements"]:
        assert isinstance(line["picodollars"], str)
        assert Decimal(line["credits"]) * CREDIT == int(line["picodollars"])
    total = report["verdict"]["cost"]
    judged = [line for line in report["movements"] if line["purpose"].startswith("judg")]
    assert -sum(int(line["picodollars"]) for line in judged) == int(total["picodollars"]) > 0


def test_each_person_paid_for_the_guest_that_they_invited(report: dict[str, Any]) -> None:
    paid: defaultdict[str, int] = defaultdict(int)
    for line in report["movements"]:
        if line["kind"] == "wallet" and int(line["picodollars"]) < 0:
            paid[line["account"]] -= int(line["picodollars"])
            assert [call["model"] for call in line["calls"]] == ["offline-pluma"]
    assert set(paid) == {"Ana", "Bruno"}
    assert all(0 < amount < CREDIT for amount in paid.values())


def test_the_ledger_is_proved(report: dict[str, Any]) -> None:
    assert report["audit"]["ok"] is True
    assert report["audit"]["findings"] == []
    assert report["audit"]["checked"]["calls"] >= 14


def test_a_person_reads_the_whole_duel_and_that_it_is_simulated(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    played(tmp_path, "en", as_json=False)
    text = capsys.readouterr().out
    for words in (
        "Everything here is simulated",
        "Ada> /duel new",
        "twelve seconds, like a child",
        "offline-pluma: settled, 4 of 4 answers",
        "the verdict",
        "no real model read these texts",
        "Ben> /credits",
        "add up to the last picodollar",
    ):
        assert words in text
    assert text.count(": the verdict") == 1


@pytest.mark.parametrize("locale", LOCALES)
def test_the_texts_fit_a_duel_of_the_house(locale: str) -> None:
    cast = demo.load_cast(locale)
    for person in (cast.host, cast.guest):
        assert person.title
        assert 50 < count_words(person.text) <= Policy().max_words


def test_without_a_key_the_live_demonstration_says_which_to_set(
    plumas: Callable[..., Result],
) -> None:
    result = plumas("demo", "--live")
    assert result.exit_code == 2
    assert "OPENAI_API_KEY or ANTHROPIC_API_KEY" in result.output


def test_a_live_panel_sits_on_the_models_whose_keys_are_set(tmp_path: Path) -> None:
    key = SecretStr("sk-x")
    one = Settings.model_construct(anthropic_api_key=key)
    both = Settings.model_construct(openai_api_key=key, anthropic_api_key=key)
    assert demo.live_plan(one, tmp_path, "en").panel == (
        "judge-ear@claude-haiku-5-5,judge-editor@claude-haiku-5-5,judge-eye@claude-haiku-5-5"
    )
    assert demo.live_plan(both, tmp_path, "en").panel == (
        "judge-ear@gpt-6-luna,judge-editor@claude-haiku-5-5,judge-eye@gpt-6-luna"
    )
    with pytest.raises(SettingsError):
        demo.live_plan(Settings.model_construct(), tmp_path, "en")


def answered(body: Json) -> Json:
    """Answer as the offline models would, in the name of a real one."""
    system, question = (message["content"] for message in body["messages"])
    schema = body.get("response_format", {}).get("json_schema")
    request = CompletionRequest(
        body["model"],
        question,
        system,
        answer=schema and AnswerSchema(schema["name"], schema["schema"]),
    )
    return {"content": Answerer().answer(request, 0).text}


async def test_the_live_demonstration_asks_real_models_and_compares_cost_with_estimate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with OpenAIStandIn(answered, now=lambda: system_clock() / SECOND) as server:
        configured = Settings.model_construct(
            openai_api_key=SecretStr("sk-test"), openai_base_url=f"{server.url}/v1"
        )
        plan = replace(demo.live_plan(configured, tmp_path, "en"), scale=FAST)
        playing = demo.play(demo.own_settings(configured, plan), plan, as_json=False)
        assert await asyncio.wait_for(playing, LONGEST)
        batches = server.count("POST", "/v1/batches")
    text = capsys.readouterr().out
    assert batches == 1
    assert re.search(r"Judging was estimated at about [0-9.]+ credits and cost [0-9.]+\.", text)
    assert "gpt-6-luna: settled, 12 of 12 answers" in text
    assert "imulated" not in text
