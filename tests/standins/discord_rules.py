"""What Discord refuses, as a server decides it: written from its documentation, not our code.

Each function returns the reasons for which a payload would be refused; none means accepted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

_NAME = re.compile(r"^[-_'\w]{1,32}$")


def units(text: str) -> int:
    """Length in UTF-16 units: the strictest way of counting."""
    return len(text.encode("utf-16-le")) // 2


def message_faults(payload: Json, files: list[tuple[str, int]] | None = None) -> list[str]:
    """Check a message, new or edited. ``files`` are names and sizes in bytes."""
    files = files or []
    return [
        *_text_faults(payload),
        *_embeds_faults(payload),
        *_rows_faults(payload),
        *_files_faults(payload, files),
    ]


def modal_faults(payload: Json) -> list[str]:
    """Check a modal: the ``data`` of a callback of type 9."""
    faults = []
    if not 1 <= units(payload["title"]) <= 45:
        faults.append("modal title")
    if not 1 <= units(payload["custom_id"]) <= 100:
        faults.append("modal custom_id")
    parts = payload["components"]
    if not 1 <= len(parts) <= 5:
        faults.append(f"{len(parts)} components in a modal")
    for part in parts:
        if part["type"] != 18:
            faults.append(f"component {part['type']} in a modal")
            continue
        if not 1 <= units(part["label"]) <= 45:
            faults.append("label")
        if units(part.get("description") or "") > 100:
            faults.append("label description")
        faults.extend(_input_faults(part["component"]))
    return faults


def _input_faults(part: Json) -> Iterator[str]:
    if part["type"] == 4:
        if units(part.get("placeholder") or "") > 100:
            yield "placeholder"
        most = part.get("max_length") or 4_000
        if not 1 <= most <= 4_000:
            yield "max_length"
        if units(part.get("value") or "") > most:
            yield "value"
        if not 1 <= units(part["custom_id"]) <= 100:
            yield "input custom_id"
    elif part["type"] == 3:
        yield from _select_faults(part)
    elif part["type"] != 19:
        yield f"component {part['type']} in a label"


def _text_faults(payload: Json) -> Iterator[str]:
    content = payload.get("content") or ""
    if units(content) > 2_000:
        yield f"content of {units(content)}"
    has_more = payload.get("embeds") or payload.get("attachments") or payload.get("components")
    if not content.strip() and not has_more:
        yield "empty message"
    nonce = payload.get("nonce")
    if nonce is not None and not 1 <= len(str(nonce)) <= 25:
        yield "nonce"
    if any(ord(c) < 32 and c not in "\n\t" for c in content):
        yield "control in content"


def _embeds_faults(payload: Json) -> Iterator[str]:
    embeds = payload.get("embeds") or []
    if len(embeds) > 10:
        yield f"{len(embeds)} embeds"
    total = 0
    for embed in embeds:
        if not any(embed.get(part) for part in ("title", "description", "fields", "image")):
            yield "empty embed"
        if len(embed.get("fields") or []) > 25:
            yield "more than 25 fields"
        for name, text, most in _embed_texts(embed):
            total += units(text)
            if units(text) > most:
                yield f"{name} of {units(text)}"
            if any(ord(c) < 32 and c not in "\n\t" for c in text):
                yield f"control in {name}"
            if not text.strip():
                yield f"empty {name}"
    if total > 6_000:
        yield f"embeds of {total}"


def _embed_texts(embed: Json) -> Iterator[tuple[str, str, int]]:
    texts = [
        ("title", embed.get("title"), 256),
        ("description", embed.get("description"), 4_096),
        ("footer", (embed.get("footer") or {}).get("text"), 2_048),
        ("author", (embed.get("author") or {}).get("name"), 256),
    ]
    for field in embed.get("fields") or []:
        texts += [("field name", field["name"], 256), ("field value", field["value"], 1_024)]
    yield from ((name, text, most) for name, text, most in texts if text is not None)


def _rows_faults(payload: Json) -> Iterator[str]:
    rows = payload.get("components") or []
    if len(rows) > 5:
        yield f"{len(rows)} rows"
    ids: list[str] = []
    for row in rows:
        parts = row["components"]
        if not 1 <= len(parts) <= 5:
            yield f"{len(parts)} components in a row"
        for part in parts:
            ids.append(part["custom_id"])
            if not 1 <= units(part["custom_id"]) <= 100:
                yield "custom_id"
            if part["type"] == 3:
                yield from _select_faults(part)
            elif not 1 <= units(part.get("label") or "") <= 80 or not part["label"].strip():
                yield "button label"
        if any(part["type"] == 3 for part in parts) and len(parts) > 1:
            yield "a menu beside others"
    if len(ids) != len(set(ids)):
        yield "two components of one custom_id"


def _select_faults(part: Json) -> Iterator[str]:
    options = part["options"]
    if not 1 <= len(options) <= 25:
        yield f"{len(options)} options"
    for option in options:
        if not 1 <= units(option["label"]) <= 100 or not 1 <= units(option["value"]) <= 100:
            yield "option"
    if len({option["value"] for option in options}) != len(options):
        yield "two options of one value"


def _files_faults(payload: Json, files: list[tuple[str, int]]) -> Iterator[str]:
    if len(files) > 10:
        yield f"{len(files)} files"
    for name, size in files:
        if size > 10 * 1024 * 1024:
            yield "file too large"
        if not name or len(name) > 260:
            yield "file name"
    for attachment in payload.get("attachments") or []:
        if units(attachment.get("description") or "") > 1_024:
            yield "alt text"


def commands_faults(commands: list[Json]) -> list[str]:
    """Check application commands as they are registered in bulk."""
    faults = []
    if len(commands) > 100:
        faults.append("more than 100 commands")
    for command in commands:
        faults.extend(_command_faults(command))
    faults.extend(_clashes(commands, "commands"))
    return faults


def _command_faults(command: Json) -> Iterator[str]:
    path = command["name"]
    names = [command["name"], *(command.get("name_localizations") or {}).values()]
    if any(not _NAME.match(name) or name != name.lower() for name in names):
        yield f"name of {path}"
    words = [
        command.get("description", ""),
        *(command.get("description_localizations") or {}).values(),
    ]
    if any(not 1 <= units(text) <= 100 for text in words):
        yield f"description of {path}"
    options = command.get("options") or []
    if len(options) > 25:
        yield f"options of {path}"
    required = [bool(option.get("required")) for option in options if option["type"] > 2]
    if required != sorted(required, reverse=True):
        yield f"a required option after others in {path}"
    yield from _clashes(options, path)
    for option in options:
        yield from _command_faults(option)
        choices = option.get("choices") or []
        if len(choices) > 25 or (choices and option.get("autocomplete")):
            yield f"choices of {path}"
        most = option.get("max_length")
        if most is not None and not 1 <= most <= 6_000:
            yield f"max_length in {path}"


def _clashes(options: list[Json], where: str) -> Iterator[str]:
    """Names must differ in every language, each falling back to the default one."""
    locales = {key for option in options for key in option.get("name_localizations") or {}}
    for locale in (None, *locales):
        names = [
            (option.get("name_localizations") or {}).get(locale, option["name"])
            for option in options
        ]
        if len(names) != len(set(names)):
            yield f"names in {where} ({locale})"
