"""OpenAI's batches, over its own SDK, against a stand-in server."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from plumas_core.catalog.usage import Usage
from plumas_core.clock import DAY
from plumas_core.providers.errors import (
    BadAnswer,
    BatchUnsupported,
    ModelRetired,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
)
from plumas_core.providers.interface import (
    AnswerSchema,
    BatchState,
    CompletionRequest,
    ProviderBatchId,
)
from plumas_core.providers.openai_api.provider import OpenAIProvider
from tests.standins.asking import (
    SCHEMA,
    Rows,
    collected,
    intent_at,
    questions,
    submit,
    until_it_breaks,
)
from tests.standins.base import Status
from tests.standins.openai_server import OpenAIStandIn
from tests.support.time import ManualClock

LUNA = "gpt-6-luna"
MINI = "gpt-4o-mini"
CREATE = "POST /v1/batches"
OTHER_SCHEMA = AnswerSchema("other", {"type": "object"})


async def test_a_batch_is_brought_up_created_and_answered(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.answer = lambda body: {"content": "ok\u2028 \u0085 sí", "cached": 2}
    rows = Rows(*questions(MINI, 3))
    batch = await submit(openai, rows)
    assert openai_server.batches[batch].metadata == {"plumas_intent": "1a2b"}
    assert await openai.poll_batch(batch) == BatchState("running", 3, 0)
    assert await openai.poll_batch(batch) == BatchState("ended", 3, 3)
    results = await collected(openai, batch)
    assert sorted(results) == sorted(rows.ids)
    for result in results.values():
        assert (result.outcome, result.text) == ("succeeded", "ok\u2028 \u0085 sí")
        assert result.usage == Usage(input=7, output=2, cached=2)


async def test_the_rows_of_a_batch_are_as_long_as_they_were_reckoned(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    rows = Rows(*questions(LUNA, 5, cache_key="k"))
    upload = await openai.upload_batch("1a2b", rows)
    assert upload is not None
    assert len(openai_server.files[upload]) == sum([openai.encoded_size(row) async for row in rows])


async def test_what_finished_before_a_batch_expired_is_kept(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    rows = Rows(*questions(MINI, 4))
    batch = await submit(openai, rows)
    openai_server.end(batch, "expired", finished=1)
    assert (await openai.poll_batch(batch)).phase == "ended"
    outcomes = [result.outcome for result in (await collected(openai, batch)).values()]
    assert sorted(outcomes) == ["expired", "expired", "expired", "succeeded"]


async def test_a_cancelled_batch_ends_with_cancelled_rows(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    batch = await submit(openai, Rows(*questions(MINI, 2)))
    await openai.cancel_batch(batch)
    await openai.cancel_batch(batch)
    await openai.cancel_batch(ProviderBatchId("batch_unknown"))
    assert {one.outcome for one in (await collected(openai, batch)).values()} == {"cancelled"}


async def test_a_batch_of_which_every_row_failed_has_only_failed_rows(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    rows = Rows(*questions(MINI, 2))
    retired = Status(404, {"code": "model_not_found", "message": "secret words of a member"})
    openai_server.row_faults = dict.fromkeys(rows.ids, retired)
    batch = await submit(openai, rows)
    openai_server.end(batch)
    results = await collected(openai, batch)
    assert {(one.outcome, one.error) for one in results.values()} == {("failed", "model_not_found")}


@pytest.mark.parametrize("error_file", [None, ""])
async def test_a_clean_batch_has_no_error_file(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, error_file: str | None
) -> None:
    openai_server.clean_error_file = error_file
    batch = await submit(openai, Rows(*questions(MINI, 2)))
    openai_server.end(batch)
    assert len(await collected(openai, batch)) == 2
    await openai.discard_batch(batch)


async def test_a_full_queue_is_told_apart_from_a_bad_batch(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    batch = await submit(openai, Rows(*questions(MINI, 2)))
    openai_server.fail_validation(batch, "token_limit_exceeded")
    state = await openai.poll_batch(batch)
    assert state == BatchState("failed", 2, 0, "token_limit_exceeded", queue_full=True)
    openai_server.fail_validation(batch, "invalid_json_line", 2)
    state = await openai.poll_batch(batch)
    assert (state.error, state.queue_full) == ("invalid_json_line in line 2", False)


async def test_a_batch_that_the_server_does_not_show_is_missing(openai: OpenAIProvider) -> None:
    assert await openai.poll_batch(ProviderBatchId("batch_0")) == BatchState("missing")


async def test_results_that_break_off_give_the_whole_rows_first(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    batch = await submit(openai, Rows(*questions(MINI, 30)))
    openai_server.end(batch)
    openai_server.fail("GET /v1/files/{id}/content", "cut")
    got, error = await until_it_breaks(openai, batch)
    assert error.can_retry
    assert 15 <= len(got) < 30
    assert len(await collected(openai, batch)) == 30


async def test_a_row_that_was_cut_is_told_after_the_whole_ones(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    batch = await submit(openai, Rows(*questions(MINI, 3)))
    openai_server.end(batch)
    output = openai_server.batches[batch].output_file_id
    assert output is not None
    openai_server.files[output] = openai_server.files[output][:-20]
    got, error = await until_it_breaks(openai, batch)
    assert isinstance(error, BadAnswer)
    assert len(got) == 2


async def test_damaged_lines_are_passed_over(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    rows = Rows(*questions(MINI, 2))
    batch = await submit(openai, rows)
    openai_server.end(batch)
    output = openai_server.batches[batch].output_file_id
    assert output is not None
    whole = openai_server.files[output]
    openai_server.files[output] = b'{"custom_id": \n[]\n\n' + whole + b'{"custom_id": 7}\n\xff\n'
    assert sorted(await collected(openai, batch)) == rows.ids


async def test_a_create_whose_answer_was_lost_is_found_by_its_intent(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, clock: ManualClock
) -> None:
    rows = Rows(*questions(MINI, 2))
    upload = await openai.upload_batch("1a2b", rows)
    openai_server.fail(CREATE, "lost_answer")
    with pytest.raises(OutcomeUnknown):
        await openai.submit_batch("1a2b", rows, upload)
    assert openai_server.count("POST", "/v1/batches") == 1
    (found,) = await openai.find_batch(intent_at(clock(), 2, MINI))
    assert found.certain
    assert found.id in openai_server.batches
    assert await openai.find_batch(intent_at(clock(), 2, MINI, "other")) == []


@pytest.mark.parametrize(
    "fault", ["lost_request", "garbage", Status(500), Status(503), Status(408)]
)
async def test_a_create_without_a_clear_answer_is_unknown_and_sent_once(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, fault: object
) -> None:
    rows = Rows(*questions(MINI, 2))
    upload = await openai.upload_batch("1a2b", rows)
    openai_server.fail(CREATE, fault)  # type: ignore[arg-type]
    with pytest.raises(OutcomeUnknown):
        await openai.submit_batch("1a2b", rows, upload)
    assert openai_server.count("POST", "/v1/batches") == 1


async def test_a_create_refused_for_its_rate_goes_back_to_the_scheduler(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    rows = Rows(*questions(MINI, 2))
    upload = await openai.upload_batch("1a2b", rows)
    openai_server.fail(CREATE, Status(429, headers={"Retry-After": "5"}))
    with pytest.raises(RateLimited) as caught:
        await openai.submit_batch("1a2b", rows, upload)
    assert caught.value.retry_after == 5
    assert openai_server.count("POST", "/v1/batches") == 1


@pytest.mark.parametrize("route", [CREATE, "POST /v1/files"])
@pytest.mark.parametrize("status", [403, 404, 405, 501])
async def test_a_server_without_batches_is_told_apart(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, route: str, status: int
) -> None:
    openai_server.fail(route, Status(status, {"message": "Invalid URL"}))
    with pytest.raises(BatchUnsupported):
        await submit(openai, Rows(*questions(MINI, 2)))


async def test_a_retired_model_is_not_taken_for_a_missing_batch_api(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.fail(CREATE, Status(404, {"code": "model_not_found"}))
    with pytest.raises(ModelRetired):
        await submit(openai, Rows(*questions(MINI, 2)))


async def test_rows_that_the_server_lost_are_brought_up_again(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    rows = Rows(*questions(MINI, 2))
    upload = await openai.upload_batch("1a2b", rows)
    openai_server.files.clear()
    with pytest.raises(Unavailable):
        await openai.submit_batch("1a2b", rows, upload)


async def test_an_upload_is_repeated(openai: OpenAIProvider, openai_server: OpenAIStandIn) -> None:
    openai_server.fail("POST /v1/files", Status(500), "lost_answer")
    rows = Rows(*questions(MINI, 2))
    upload = await openai.upload_batch("1a2b", rows)
    assert upload is not None
    assert len(openai_server.files[upload].splitlines()) == 2


async def test_a_batch_is_looked_for_on_every_page_of_its_time(
    openai: OpenAIProvider, openai_server: OpenAIStandIn, clock: ManualClock
) -> None:
    sent_at = clock()
    mine = await submit(openai, Rows(*questions(MINI, 1)))
    other = openai_server.batches[mine]
    for number in range(250):
        name = f"batch_x{number}"
        openai_server.batches[name] = replace(other, id=name, metadata={})
    (found,) = await openai.find_batch(intent_at(sent_at, 1, MINI))
    assert found.id == mine
    assert openai_server.count("GET", "/v1/batches") == 3
    for number, batch in enumerate(openai_server.batches.values()):
        batch.created_at += DAY // 1_000 + number
    openai_server.batches[mine].created_at -= 2 * DAY // 1_000
    later = replace(intent_at(sent_at, 1, MINI), sent_after=sent_at + 2 * DAY)
    assert await openai.find_batch(later) == []
    assert openai_server.count("GET", "/v1/batches") == 4


async def test_the_files_of_a_settled_batch_are_deleted(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    rows = Rows(*questions(MINI, 2))
    openai_server.row_faults = {rows.ids[0]: Status(400)}
    batch = await submit(openai, rows)
    openai_server.end(batch)
    assert len(openai_server.files) == 3
    await openai.discard_batch(batch)
    assert openai_server.files == {}
    await openai.discard_batch(batch)
    await openai.discard_batch(ProviderBatchId("batch_unknown"))


async def test_prompts_are_answered_in_their_order(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.answer = lambda body: {"content": body["messages"][-1]["content"].upper()}
    answers = await openai.generate_batch(MINI, ["uno", "dos", "tres"], "system", 0.2)
    assert answers == [("UNO", 2, 1), ("DOS", 2, 1), ("TRES", 2, 1)]


async def test_prompts_go_one_by_one_where_there_is_no_batch_api(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    openai_server.fail("POST /v1/files", Status(404))
    openai_server.answer = lambda body: {"content": body["messages"][-1]["content"].upper()}
    answers = await openai.generate_batch(MINI, ["uno", "dos"])
    assert answers == [("UNO", 1, 1), ("DOS", 1, 1)]


async def test_a_row_asks_what_a_single_request_asks(
    openai: OpenAIProvider, openai_server: OpenAIStandIn
) -> None:
    """Rows share what is written out once, whatever kind of request each of them is."""
    kinds = [
        CompletionRequest(LUNA, 'say "hm"\n\u2028 \\', "be kind", 0.2, 90, SCHEMA, "low", "k"),
        CompletionRequest(LUNA, "the same kind", "be kind", 0.2, 90, SCHEMA, "low", "k"),
        CompletionRequest(LUNA, "another schema", "be kind", 0.2, 90, OTHER_SCHEMA, "low", "k"),
        CompletionRequest(MINI, "no system \ud800", None, 0.0),
        CompletionRequest(MINI, "", 'quo"ted: {"role":"user","content":', 1.0),
    ]
    upload = await openai.upload_batch("1a2b", Rows(*kinds))
    assert upload is not None
    lines = [json.loads(line) for line in openai_server.files[upload].split(b"\n") if line]
    assert [line["custom_id"] for line in lines] == Rows(*kinds).ids
    for line, request in zip(lines, kinds, strict=True):
        await openai.complete(request)
        single = openai_server.asked[-1].body
        assert single.pop("service_tier") == "default"
        assert line["body"] == single
