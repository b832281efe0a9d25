"""How many tokens of prompts may wait in a provider's batch queue, as the account's tier allows."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_TOKENS = re.compile(r"[1-9][0-9]{0,14}")


class BadQueueRoom(ValueError):
    """The setting cannot be read; the text says which part of it."""


@dataclass(frozen=True, slots=True)
class QueueRoom:
    """Tokens by model, and for every model that is not named; ``None`` where nothing is known."""

    by_model: Mapping[str, int] = field(default_factory=dict)
    others: int | None = None

    def of(self, model_id: str) -> int | None:
        """Return the tokens that may wait in one model's queue, in all batches together."""
        return self.by_model.get(model_id, self.others)


UNKNOWN_ROOM: Final = QueueRoom()


def parse_queue_room(setting: str) -> QueueRoom:
    """Read ``2000000``, ``gpt-6-luna=5000000,gpt-6.1-sol=900000`` or both with commas between.

    Raises:
        BadQueueRoom: a number is none, or something stands twice.
    """
    by_model: dict[str, int] = {}
    others: int | None = None
    for part in filter(None, (part.strip() for part in setting.split(","))):
        name, _, number = (piece.strip() for piece in part.rpartition("="))
        if _TOKENS.fullmatch(number) is None:
            raise BadQueueRoom(f"{part!a}: write tokens as 2000000, or as model=2000000")
        if name in by_model or (not name and others is not None):
            raise BadQueueRoom(f"{part!a}: {name or 'a number for every model'} stands twice")
        if name:
            by_model[name] = int(number)
        else:
            others = int(number)
    return QueueRoom(by_model, others)
