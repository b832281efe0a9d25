"""Models that reason have room for it, and no more than was held for."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumas_core.clock import MINUTE
from tests.support.providers import both_providers, real_stage
from tests.support.time import ManualClock


@pytest.mark.parametrize("pace", ["now", "batch"])
async def test_judges_and_writers_are_asked_to_reason_little_within_their_output(
    db_path: Path, clock: ManualClock, pace: str
) -> None:
    models = "gpt-6-luna,claude-haiku-5-5,gpt-4o-mini"
    async with both_providers(clock) as both, real_stage(db_path.parent, clock, both) as stage:
        await stage.say("host", f'/duel new "The lighthouse" panel:{models} ends:10m pace:{pace}')
        for who in ("ana", "bruno", "carla"):
            await stage.say(who, f"/duel enter A lamp of {who}'s own, and who looks at it.")
        await stage.say("ana", '/write "a letter to the sea"')
        await stage.pass_time(15 * MINUTE, MINUTE)
        policy = stage.app.policy
        bodies = [one.body for one in both.openai.asked if "messages" in (one.body or {})]
        for batch in both.openai.batches.values():
            bodies += [row["body"] for row in batch.rows]
        rooms = {(body["model"], body["max_completion_tokens"]) for body in bodies}
        assert rooms == {
            ("gpt-6-luna", policy.judge_output_tokens),
            ("gpt-6-luna", policy.write_output_tokens),
            ("gpt-4o-mini", policy.judge_output_tokens),
        }
        efforts = {(body["model"], body.get("reasoning_effort")) for body in bodies}
        assert efforts == {("gpt-6-luna", "low"), ("gpt-4o-mini", None)}
        asked = [one.body for one in both.anthropic.asked if "messages" in (one.body or {})]
        for create in (one.body for one in both.anthropic.asked if "requests" in (one.body or {})):
            asked += [row["params"] for row in create["requests"]]
        assert {body["output_config"]["effort"] for body in asked} == {"low"}
        assert {body["max_tokens"] for body in asked} == {policy.judge_output_tokens}
