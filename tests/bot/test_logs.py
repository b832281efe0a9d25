"""What stands in the logs, and what never does."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable

import pytest
import sqlalchemy as sa
import structlog
from pydantic import BaseModel, SecretStr

from bot.logs import configure_logs

KEY = "sk-live-0123456789"
POEM = "Volverán las oscuras golondrinas"


@pytest.fixture
def logged() -> Callable[..., io.StringIO]:
    def configure(**options: object) -> io.StringIO:
        stream = io.StringIO()
        secrets = {"OPENAI_API_KEY": SecretStr(KEY)}
        configure_logs(stream=stream, secrets=secrets, **options)  # type: ignore[arg-type]  # as each test says
        return stream

    return configure


def test_a_secret_is_replaced_by_its_name_wherever_it_stands(
    logged: Callable[..., io.StringIO],
) -> None:
    stream = logged()
    log = structlog.get_logger("bot.test")
    log.warning("refused", cause=f"401 for {KEY}", details={"tried": [KEY]}, error=ValueError(KEY))
    try:
        raise ValueError(f"wrong key {KEY}")
    except ValueError:
        log.exception("failed")
    logging.getLogger("httpx").warning("sent %s", KEY)
    text = stream.getvalue()
    assert KEY not in text
    assert text.count("[OPENAI_API_KEY]") >= 5


@pytest.mark.parametrize("name", ["api_key", "DISCORD_TOKEN", "authorization", "headers"])
def test_what_is_named_as_a_secret_is_left_out(
    logged: Callable[..., io.StringIO], name: str
) -> None:
    stream = logged(form="json")
    structlog.get_logger("bot.test").warning("asked", **{name: "hunter2"})
    assert json.loads(stream.getvalue())[name] == "[secret]"


def test_a_count_of_tokens_is_no_secret(logged: Callable[..., io.StringIO]) -> None:
    stream = logged(form="json")
    structlog.get_logger("bot.test").warning("asked", output_tokens=7)
    assert json.loads(stream.getvalue())["output_tokens"] == 7


@pytest.mark.parametrize("name", ["text", "prompt", "theme", "reply"])
def test_a_members_text_is_replaced_by_its_length(
    logged: Callable[..., io.StringIO], name: str
) -> None:
    stream = logged(form="json")
    structlog.get_logger("bot.test").warning("entered", **{name: POEM}, more={name: POEM})
    event = json.loads(stream.getvalue())
    assert event[name] == event["more"][name] == "[32 characters]"


def test_texts_are_logged_for_the_operator_who_asks_for_them(
    logged: Callable[..., io.StringIO],
) -> None:
    stream = logged(form="json", texts=True)
    structlog.get_logger("bot.test").warning("entered", text=POEM)
    assert json.loads(stream.getvalue())["text"] == POEM


def test_a_fault_does_not_tell_the_text_that_it_broke_on(
    logged: Callable[..., io.StringIO],
) -> None:
    class Answer(BaseModel):
        score: int

    stream = logged()
    log = structlog.get_logger("bot.test")
    try:
        Answer.model_validate({"score": POEM})
    except ValueError:
        log.exception("answer_unreadable")
    engine = sa.create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(sa.text("SELECT nonsense WHERE 1 = :poem"), {"poem": POEM})
    except sa.exc.OperationalError:
        log.exception("statement_failed")
    engine.dispose()
    assert "no such column" in stream.getvalue()
    assert "int_parsing" in stream.getvalue()
    assert POEM not in stream.getvalue()


@pytest.mark.parametrize("form", ["console", "json"])
def test_nothing_in_a_log_line_moves_the_cursor_or_adds_a_line(
    logged: Callable[..., io.StringIO], form: str
) -> None:
    stream = logged(form=form)
    structlog.get_logger("bot.test").warning("joined", name="Ana\x1b[2J\r\n2026 forged\u202e")
    line = stream.getvalue().removesuffix("\n")
    assert line.isprintable()
    assert "forged" in line


def test_a_json_log_line_says_when_what_and_how_grave(logged: Callable[..., io.StringIO]) -> None:
    stream = logged(form="json")
    structlog.get_logger("jobs.test").warning("batch_lost", ref="4k2")
    event = json.loads(stream.getvalue())
    assert (event["event"], event["level"], event["ref"]) == ("batch_lost", "warning", "4k2")
    assert event["timestamp"].endswith("Z")


def test_the_level_holds_for_our_own_events_and_other_libraries_only_warn(
    logged: Callable[..., io.StringIO],
) -> None:
    stream = logged(level="info")
    structlog.get_logger("plumas_core.test").debug("detail")
    structlog.get_logger("plumas_core.test").info("news")
    logging.getLogger("httpx").info("HTTP Request: POST")
    logging.getLogger("somebody.elses").warning("a job was missed")
    assert "detail" not in stream.getvalue()
    assert "news" in stream.getvalue()
    assert "HTTP Request" not in stream.getvalue()
    assert "a job was missed" in stream.getvalue()


def test_a_library_that_logs_what_members_wrote_is_not_heard(
    logged: Callable[..., io.StringIO],
) -> None:
    stream = logged()
    logging.getLogger("telegram.Bot").critical("Received data was %r", [{"text": POEM}])
    assert stream.getvalue() == ""
