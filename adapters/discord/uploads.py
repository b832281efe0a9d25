"""Text files that members attach: sized before they are fetched, decoded with care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import discord

from plumas_core.commands.values import FILE_LIMIT, read_file
from plumas_core.problems import Problem

ENDINGS: Final = (".txt", ".md", ".markdown", ".text")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a member attached; ``size`` in bytes."""

    url: str
    name: str
    size: int
    kind: str


def upload_of(attachment: discord.Attachment) -> Upload:
    """Return the file of a command's option."""
    return Upload(
        attachment.url, attachment.filename, attachment.size, attachment.content_type or ""
    )


def upload_from(data: Mapping[str, Any]) -> Upload:
    """Return a file as a form's answer describes it."""
    return Upload(
        str(data["url"]),
        str(data["filename"]),
        int(data["size"]),
        str(data.get("content_type") or ""),
    )


async def read_upload(client: discord.Client, name: str, upload: Upload) -> str:
    """Return the file's text; ``name`` is the parameter's or the question's.

    Raises:
        Problem: it is too large, no text, or cannot be fetched.
    """
    if upload.size > FILE_LIMIT:
        raise Problem("arg-file-large", name=name, limit=FILE_LIMIT, length=upload.size)
    if not upload.kind.startswith("text/") and not upload.name.lower().endswith(ENDINGS):
        raise Problem("arg-file-kind", name=name)
    try:
        data = await client.http.get_from_cdn(upload.url)
    except (discord.DiscordException, OSError) as reason:
        raise Problem("discord-no-file", name=name) from reason
    return read_file(name, data)
