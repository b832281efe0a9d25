"""What a community decided for itself. Its language and time zone have columns of their own."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final, Literal, TypeAlias, get_args

import structlog
from sqlalchemy import Connection, select, update

from plumas_core.storage.tables.people import communities

log = structlog.get_logger(__name__)

ResultsIn: TypeAlias = Literal["channel", "thread"]

RESULTS_IN: Final[tuple[ResultsIn, ...]] = get_args(ResultsIn)


@dataclass(frozen=True, slots=True)
class CommunitySettings:
    """``results``: where verdicts are told; a platform without threads tells them in the place."""

    results: ResultsIn = "channel"


def settings_of(c: Connection, community_id: int) -> CommunitySettings:
    """Return a community's settings; what it has not decided, or cannot be read, is the default."""
    text = c.execute(
        select(communities.c.settings).where(communities.c.id == community_id)
    ).scalar_one()
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        kept = None
    if not isinstance(kept, dict):
        log.warning("community_settings_not_readable", community=community_id)
        return CommunitySettings()
    for results in RESULTS_IN:
        if kept.get("results") == results:
            return CommunitySettings(results)
    return CommunitySettings()


def keep_settings(c: Connection, community_id: int, settings: CommunitySettings) -> None:
    """Write a community's settings down."""
    text = json.dumps(asdict(settings), separators=(",", ":"))
    c.execute(update(communities).where(communities.c.id == community_id).values(settings=text))
