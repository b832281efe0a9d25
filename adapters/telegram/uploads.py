"""Text files that members send: sized before they are fetched, decoded with care."""

from __future__ import annotations

from typing import Any, Final

from telegram import Document
from telegram.error import TelegramError
from telegram.ext import ExtBot

from plumas_core.commands.values import FILE_LIMIT, read_file
from plumas_core.problems import Problem

ENDINGS: Final = (".txt", ".md", ".markdown", ".text")


async def read_document(bot: ExtBot[Any], name: str, document: Document) -> str:
    """Return a file's text; ``name`` is the parameter's or the question's.

    Raises:
        Problem: it is too large, no text, or cannot be fetched.
    """
    size = document.file_size or 0
    if size > FILE_LIMIT:
        raise Problem("arg-file-large", name=name, limit=FILE_LIMIT, length=size)
    kind, called = document.mime_type or "", (document.file_name or "").lower()
    if not kind.startswith("text/") and not called.endswith(ENDINGS):
        raise Problem("arg-file-kind", name=name)
    try:
        file = await bot.get_file(document.file_id)
        if (file.file_size or 0) > FILE_LIMIT:
            raise Problem("arg-file-large", name=name, limit=FILE_LIMIT, length=file.file_size or 0)
        data = bytes(await file.download_as_bytearray())
    except TelegramError as reason:
        raise Problem("telegram-no-file", name=name) from reason
    return read_file(name, data)
