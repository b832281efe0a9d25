"""Telling Discord which commands there are, only when they changed: it allows few such changes."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import discord
import structlog

from adapters.discord.commands import Tree

log = structlog.get_logger(__name__)

RECORD: Final = "discord-commands.sha256"


async def register(tree: Tree, client: discord.Client, folder: Path) -> bool:
    """Register the tree's commands if they are not those registered last; tell if they were not.

    ``folder`` keeps the hash of what was registered, by application.

    Raises:
        discord.HTTPException: Discord did not take them.
    """
    record = folder / RECORD
    digest = f"{client.application_id} {await commands_hash(tree)}\n"
    if _read(record) == digest:
        return False
    try:
        await tree.sync()
    except discord.app_commands.CommandSyncFailure as reason:
        log.error("commands_refused", cause=str(reason)[:2_000])
        return False
    _write(record, digest)
    log.info("commands_registered", count=len(tree.get_commands()))
    return True


async def payload(tree: Tree) -> list[dict[str, Any]]:
    """Return what Discord would be sent."""
    translator = tree.translator
    if translator is None:
        return [command.to_dict(tree) for command in tree.get_commands()]
    return [
        await command.get_translated_payload(tree, translator) for command in tree.get_commands()
    ]


async def commands_hash(tree: Tree) -> str:
    """Return a hash of all names, words, options and permissions."""
    text = json.dumps(await payload(tree), sort_keys=True, ensure_ascii=True)
    return sha256(text.encode()).hexdigest()


def _read(record: Path) -> str | None:
    try:
        return record.read_text()
    except OSError:
        return None


def _write(record: Path, digest: str) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    record.write_text(digest)
