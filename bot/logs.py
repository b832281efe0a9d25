"""Structured logs on standard error: one line an event, for eyes or as JSON.

Keys and tokens never stand in them. Members' texts, and what is said to and by models, are
replaced by their length unless the operator asked for them. What could move a terminal's cursor
is escaped.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Literal, TextIO, TypeAlias

import structlog
from pydantic import SecretStr

Event: TypeAlias = MutableMapping[str, Any]

OURS: Final = ("adapters", "bot", "jobs", "plumas_core")
"""Whose events are logged from the chosen level; other libraries' from warnings on, since what
some of them tell in detail are requests with their headers and texts."""

UNHEARD: Final = ("telegram",)
"""Libraries that log what they cannot read, members' texts among it; what matters of their
failures is logged by those of ours who call them."""

SECRET_NAMES: Final = re.compile(
    r"(?i)(^|_)(api_?key|authorization|cookie|headers?|passw(or)?d|secret|token)s?$"
)
TEXT_NAMES: Final = frozenset(
    {
        "answer",
        "answers",
        "args",
        "body",
        "comment",
        "content",
        "line",
        "message",
        "messages",
        "personality",
        "prompt",
        "prompts",
        "quote",
        "reply",
        "request",
        "response",
        "system",
        "text",
        "texts",
        "theme",
        "title",
        "values",
    }
)
"""Names under which an event may carry what a member or a model wrote."""

LAID_OUT: Final = frozenset({"exception", "stack"})
"""Values that keep their line breaks on a terminal."""

_INPUT = re.compile(r"input_value=.*?, input_type=", re.DOTALL)
_PARAMETERS = re.compile(r"\[parameters: .*\]")


def configure_logs(
    *,
    level: str = "info",
    form: Literal["console", "json"] = "console",
    texts: bool = False,
    secrets: Mapping[str, SecretStr] | None = None,
    stream: TextIO | None = None,
) -> None:
    """Send every event to ``stream``, standard error if none is given.

    ``secrets`` are values that are taken out wherever they stand, each replaced by its name.
    """
    out = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        Redactor(secrets or {}, texts=texts),
    ]
    last: list[Any] = (
        [structlog.processors.JSONRenderer()]
        if form == "json"
        else [escape_controls, structlog.dev.ConsoleRenderer(colors=out.isatty())]
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.captureWarnings(True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())
    for name in UNHEARD:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class Redactor:
    """The step that takes ``secrets``, and members' texts unless ``texts``, out of an event."""

    def __init__(self, secrets: Mapping[str, SecretStr], *, texts: bool) -> None:
        self._secrets = [(value.get_secret_value(), f"[{name}]") for name, value in secrets.items()]
        self._texts = texts

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        for name, value in event.items():
            if not name.startswith("_"):  # structlog's own
                event[name] = self._named(name, value)
        if not self._texts and isinstance(trace := event.get("exception"), str):
            trace = _INPUT.sub("input_value=[left out], input_type=", trace)
            event["exception"] = _PARAMETERS.sub("[parameters left out]", trace)
        return event

    def _named(self, name: str, value: object) -> object:
        if isinstance(value, bool | int | float | None):
            return value
        if SECRET_NAMES.search(name):
            return "[secret]"
        if name in TEXT_NAMES and not self._texts:
            return f"[{len(str(value))} characters]"
        return self._clean(value)

    def _clean(self, value: object) -> object:
        if isinstance(value, bool | int | float | None):
            return value
        if isinstance(value, Mapping):
            return {str(name): self._named(str(name), item) for name, item in value.items()}
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(item) for item in value]
        text = str(value)
        for secret, name in self._secrets:
            text = text.replace(secret, name)
        return text


def escape_controls(_logger: object, _method: str, event: Event) -> Event:
    """Escape what a terminal would act on, and what would reorder the line."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = escaped(value, keep="\n" if name in LAID_OUT else "")
        elif not name.startswith("_") and not isinstance(value, bool | int | float | None):
            event[name] = escaped(str(value))
    return event


def escaped(text: str, keep: str = "") -> str:
    """Return ``text`` with every character that is not printed written out, but ``keep``."""
    return "".join(
        character
        if character.isprintable() or character in keep
        else character.encode("unicode_escape").decode()
        for character in text
    )
