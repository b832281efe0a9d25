"""Reading results: whatever a line holds, it is a row of ours, a failed row, or nothing."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator, Callable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.settings import CATALOG
from plumas_core.catalog.load import load_catalog
from plumas_core.providers.anthropic_api.answers import read_row as read_anthropic
from plumas_core.providers.errors import BadAnswer
from plumas_core.providers.interface import RowResult
from plumas_core.providers.openai_api.answers import RowReader
from plumas_core.providers.wire import LONGEST_LINE, MOST_TOKENS, read_lines

Reader = Callable[[bytes], RowResult | None]
READERS: Final[dict[str, Reader]] = {
    "openai": RowReader(load_catalog(CATALOG)).read,
    "anthropic": read_anthropic,
}

DAMAGED_LINES: Final = 20_000
"""A bounded share of the million that were read once; the damage is the same in kind."""

OPENAI_ROW: Final[dict[str, Any]] = {
    "id": "batch_req_1",
    "custom_id": "1a2b-0-1",
    "response": {
        "status_code": 200,
        "request_id": "req_1",
        "body": {
            "model": "gpt-4o-mini-2024-07-18",
            "choices": [{"message": {"content": "sí", "refusal": None}, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": 9,
                "completion_tokens": 4,
                "prompt_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 1},
            },
        },
    },
    "error": None,
}
ANTHROPIC_ROW: Final[dict[str, Any]] = {
    "custom_id": "1a2b-0-1",
    "result": {
        "type": "succeeded",
        "message": {
            "content": [{"type": "text", "text": "sí"}],
            "stop_reason": "end_turn",
            "usage": {
                "input_tokens": 7,
                "output_tokens": 4,
                "cache_read_input_tokens": 2,
                "cache_creation_input_tokens": 0,
                "cache_creation": {"ephemeral_1h_input_tokens": 0},
            },
        },
    },
}
ROWS: Final = {"openai": OPENAI_ROW, "anthropic": ANTHROPIC_ROW}

ODD_VALUES: Final[tuple[Any, ...]] = (
    None, True, -1, 1.5, 10**30, "", "x" * 65, "\ud800", [], {}, [[]], {"a": None}, [None],
    "batch_expired", {"code": "batch_expired"}, {"type": "errored"}, float("nan"), 0, 200, 500,
)  # fmt: skip


def whole(row: dict[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode()


def check(name: str, result: RowResult | None) -> None:
    if result is None:
        return
    assert 0 < len(result.custom_id) <= 64
    usage = result.usage
    counts = (usage.input, usage.output, usage.cached, usage.cache_write_1h, usage.cache_write_5m)
    assert all(type(count) is int and 0 <= count <= MOST_TOKENS for count in counts), name
    assert usage.reasoning <= usage.output
    (result.text + result.custom_id + (result.error or "")).encode()
    if result.outcome != "succeeded":
        assert result.error
        assert not result.text
        assert not usage.prompt + usage.output


def with_one_oddity(value: Any, chance: random.Random) -> Any:
    """Return JSON with one of its parts, anywhere, replaced by something odd."""
    if not isinstance(value, (dict, list)) or not value or chance.random() < 0.15:
        return chance.choice(ODD_VALUES)
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = chance.choice(keys)
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[key] = with_one_oddity(value[key], chance)
    return changed


def damaged(line: bytes, chance: random.Random) -> bytes:
    """Return a line of which bytes were lost, changed or repeated."""
    data = bytearray(line)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data) or 1)
        match chance.randrange(4):
            case 0:
                del data[at:]
            case 1:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 2:
                del data[at : at + chance.randint(1, 20)]
            case _:
                data[at:at] = data[at : at + chance.randint(1, 20)]
    return bytes(data)


@pytest.mark.parametrize("name", READERS)
def test_a_whole_row_is_read(name: str) -> None:
    result = READERS[name](whole(ROWS[name]))
    assert result is not None
    assert (result.outcome, result.text, result.custom_id) == ("succeeded", "sí", "1a2b-0-1")
    assert (result.usage.prompt, result.usage.cached, result.usage.output) == (9, 2, 4)


@pytest.mark.parametrize("name", READERS)
def test_damaged_lines_crash_nothing_and_bill_nothing_impossible(name: str) -> None:
    chance = random.Random(2026)
    line = whole(ROWS[name])
    for _ in range(DAMAGED_LINES // 4):
        check(name, READERS[name](damaged(line, chance)))
        odd = with_one_oddity(ROWS[name], chance)
        check(name, READERS[name](json.dumps(odd).encode()))


@pytest.mark.parametrize("name", READERS)
@given(line=st.binary(max_size=200))
def test_any_bytes_can_be_read(name: str, line: bytes) -> None:
    check(name, READERS[name](line))


@pytest.mark.parametrize("name", READERS)
@pytest.mark.parametrize(
    "line",
    [b"[" * 100_000, b'{"custom_id": ' + b"9" * 5_000 + b"}", b"null", b'"' + b"a" * 100, b"{}"],
)
def test_hostile_lines_are_nothing(name: str, line: bytes) -> None:
    assert READERS[name](line) is None


@pytest.mark.parametrize("name", READERS)
def test_an_answer_that_does_not_say_what_it_used_is_a_failed_row(name: str) -> None:
    row = json.loads(whole(ROWS[name]))
    body = row["response"]["body"] if name == "openai" else row["result"]["message"]
    for usage in (None, {"prompt_tokens": -1, "input_tokens": -1}, 5):
        body["usage"] = usage
        result = READERS[name](whole(row))
        assert result is not None
        assert (result.outcome, result.text) == ("failed", "")


@given(
    lines=st.lists(st.binary(min_size=1, max_size=30).filter(lambda b: b"\n" not in b)),
    cuts=st.lists(st.integers(1, 40), min_size=1),
    ended=st.booleans(),
)
async def test_lines_are_the_same_however_they_were_cut_on_the_way(
    lines: list[bytes], cuts: list[int], ended: bool
) -> None:
    body = b"\n".join(lines) + (b"\n" if ended and lines else b"")
    got = [(line, ended) async for group, ended in read_lines(pieces(body, cuts)) for line in group]
    wanted = [(line, True) for line in lines]
    if wanted and not ended:
        wanted[-1] = (wanted[-1][0], False)
    assert got == [(line, whole) for line, whole in wanted if line.strip()]


async def test_a_line_without_an_end_is_not_kept_for_ever() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * (LONGEST_LINE // 8)

    with pytest.raises(BadAnswer):
        await anext(read_lines(endless()))


async def pieces(body: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    turn = 0
    while body:
        cut = cuts[turn % len(cuts)]
        turn += 1
        yield body[:cut]
        body = body[cut:]
