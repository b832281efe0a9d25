"""What Telegram refuses of a payload: written from the Bot API's documentation, not our code.

Each function raises a ``Refusal`` with the words of the server; ``quiet_faults`` tells what it
would take, but show other than it was sent.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Callable, Mapping
from typing import Any

from tests.standins.telegram_html import (
    MOST_RAW_BYTES,
    Formatted,
    Unparsable,
    cleaned,
    entity_text,
    everyone,
    parse_html,
    trimmed,
    units,
    with_mentions,
)

Json = dict[str, Any]
Params = Mapping[str, str]

TEXT, CAPTION, CALLBACK_BYTES = 4_096, 1_024, 64
ANSWER = 200
MOST_BUTTONS, MOST_IN_A_ROW = 100, 8
MOST_ENTITIES = 100
MOST_COMMANDS, COMMAND_WORDS = 100, 256
DESCRIPTIONS = {"setMyDescription": 512, "setMyShortDescription": 120, "setMyName": 64}
PLACEHOLDER = 64
UPLOAD_BYTES, PHOTO_BYTES, DOWNLOAD_BYTES = 50 * 1024**2, 10 * 1024**2, 20 * 1024**2
ACTIONS = frozenset({"typing", "upload_photo", "upload_document", "choose_sticker"})
SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)
_COMMAND_NAME = re.compile(r"[a-z0-9_]{1,32}")
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
_BUTTON_DOES = (
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "switch_inline_query",
    "switch_inline_query_current_chat",
)
_NESTED_NOWHERE = frozenset({"code", "pre"})


class Refusal(Exception):
    """What Telegram answers instead of doing it."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status, self.description, self.parameters = status, description, parameters

    @property
    def body(self) -> Json:
        more = {"parameters": self.parameters} if self.parameters else {}
        return {"ok": False, "error_code": self.status, "description": self.description, **more}


class BadPayload(Refusal):
    """A payload that breaks a limit or a format: a fault of the sender's in any case."""

    def __init__(self, description: str) -> None:
        super().__init__(400, f"Bad Request: {description}")


def text_of(
    params: Params, name: str = "text", knows: Callable[[int], bool] = everyone
) -> Formatted:
    """Return a message's text or caption as members see it.

    Raises:
        BadPayload: it is empty, too long, or its markup is broken.
    """
    raw = params.get(name, "")
    caption = name == "caption"
    mode = params.get("parse_mode", "").lower()
    if mode not in ("", "html"):
        raise BadPayload("unsupported parse_mode")
    if len(raw.encode("utf-8", "replace")) > MOST_RAW_BYTES:
        raise BadPayload("message caption is too long" if caption else "message is too long")
    try:
        raw.encode()
    except UnicodeEncodeError as reason:
        raise BadPayload("strings must be encoded in UTF-8") from reason
    try:
        given = parse_html(cleaned(raw), knows) if mode else Formatted(cleaned(raw), ())
    except Unparsable as reason:
        raise BadPayload(f"can't parse entities: {reason}") from reason
    shown = trimmed(given)
    if units(shown.text) > (CAPTION if caption else TEXT):
        raise BadPayload("message caption is too long" if caption else "message is too long")
    if not shown.text and not caption:
        raise BadPayload("message text is empty")
    return with_mentions(shown)


def quiet_faults(shown: Formatted) -> list[str]:
    """Return what Telegram lets fall without a word: marks above its number, or nested wrongly."""
    ours = [one for one in shown.entities if one["type"] not in ("mention", "bot_command")]
    faults = [] if len(ours) <= MOST_ENTITIES else [f"{len(ours)} entities"]
    for one in ours:
        end = one["offset"] + one["length"]
        within = [
            other
            for other in ours
            if other is not one and one["offset"] <= other["offset"] and other["offset"] < end
        ]
        if one["type"] in _NESTED_NOWHERE and within:
            faults.append(f"{within[0]['type']} within {one['type']}")
        quotes = [other for other in within if "blockquote" in other["type"]]
        if "blockquote" in one["type"] and quotes:
            faults.append("a quote within a quote")
    return faults


def mentioned(shown: Formatted) -> list[str]:
    """Return the names that a text would notify by being written in it."""
    return [entity_text(shown.text, one) for one in shown.entities if one["type"] == "mention"]


def markup_of(params: Params) -> Json | None:
    """Return a message's keyboard.

    Raises:
        BadPayload: Telegram does not take it.
    """
    if "reply_markup" not in params:
        return None
    try:
        markup: Json = json.loads(params["reply_markup"])
    except ValueError as reason:
        raise BadPayload("can't parse reply keyboard markup JSON object") from reason
    if "inline_keyboard" in markup:
        rows = markup["inline_keyboard"]
        for row in rows:
            if not 1 <= len(row) <= MOST_IN_A_ROW:
                raise BadPayload(f"{len(row)} buttons in a row")
            for button in row:
                _check_button(button)
        if sum(map(len, rows)) > MOST_BUTTONS:
            raise BadPayload("reply markup is too long")
    elif units(markup.get("input_field_placeholder") or "") > PLACEHOLDER:
        raise BadPayload("BUTTON_PLACEHOLDER_INVALID")
    return markup


def _check_button(button: Json) -> None:
    text = button.get("text", "")
    if not cleaned(text).strip():
        raise BadPayload("inline keyboard button text is empty")
    if units(text) > 256:
        raise BadPayload("inline keyboard button text is too long")
    does = [name for name in _BUTTON_DOES if name in button]
    if len(does) != 1:
        raise BadPayload("Text buttons are unallowed in the inline keyboard")
    if "callback_data" in button:
        size = len(button["callback_data"].encode())
        if not 1 <= size <= CALLBACK_BYTES:
            raise BadPayload("BUTTON_DATA_INVALID")
    if "url" in button and not re.match(r"(https?|tg)://\S+$", button["url"]):
        raise BadPayload("BUTTON_URL_INVALID")


def check_file(method: str, name: str, content: bytes) -> None:
    """Refuse a file that Telegram would not take.

    Raises:
        Refusal: it is empty, or too large, or not a picture.
    """
    if not content:
        raise BadPayload("file must be non-empty")
    most = PHOTO_BYTES if method == "sendPhoto" else UPLOAD_BYTES
    if len(content) > most:
        raise Refusal(413, "Request Entity Too Large")
    if not name or len(name.encode()) > 255:
        raise BadPayload("file name")
    if method == "sendPhoto":
        _check_picture(content)


def _check_picture(content: bytes) -> None:
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or len(content) < 24:
        raise BadPayload("IMAGE_PROCESS_FAILED")
    width, height = struct.unpack(">II", content[16:24])
    if width + height > 10_000 or max(width, height) > 20 * min(width, height):
        raise BadPayload("PHOTO_INVALID_DIMENSIONS")


def commands_of(params: Params) -> tuple[tuple[str, str], list[Json]]:
    """Return a menu's scope and language, and its commands.

    Raises:
        BadPayload: Telegram does not take it.
    """
    scope = json.loads(params.get("scope") or '{"type": "default"}')
    if scope.get("type") not in SCOPES:
        raise BadPayload("can't parse BotCommandScope: Unsupported type specified")
    language = params.get("language_code", "")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise BadPayload("LANG_CODE_INVALID")
    commands = json.loads(params.get("commands") or "[]")
    if len(commands) > MOST_COMMANDS:
        raise BadPayload("BOT_COMMANDS_TOO_MUCH")
    for one in commands:
        if not _COMMAND_NAME.fullmatch(one.get("command", "")):
            raise BadPayload("BOT_COMMAND_INVALID")
        if not 1 <= units(cleaned(one.get("description", "")).strip()) <= COMMAND_WORDS:
            raise BadPayload("BOT_COMMAND_DESCRIPTION_INVALID")
    if len({one["command"] for one in commands}) != len(commands):
        raise BadPayload("BOT_COMMAND_INVALID: twice the same")
    return (json.dumps(scope, sort_keys=True), language), commands


def check_webhook(params: Params) -> None:
    """Refuse a webhook that Telegram would not call.

    Raises:
        BadPayload: the address or the secret is none.
    """
    url = params.get("url", "")
    own = re.match(r"http://(127\.0\.0\.1|localhost)[:/]", url)
    if not url.startswith("https://") and not own:
        raise BadPayload("bad webhook: An HTTPS URL must be provided for webhook")
    secret = params.get("secret_token")
    if secret is not None and not _SECRET.fullmatch(secret):
        raise BadPayload("secret token contains unallowed characters")
