"""What every handler and every job is given: the program's parts, already wired."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plumas_core.clock import Clock, Sleep
from plumas_core.ids import Ids
from plumas_core.policy import Policy

if TYPE_CHECKING:
    from plumas_core.agents.house import Panel
    from plumas_core.agents.service import AgentService
    from plumas_core.catalog.load import Catalog
    from plumas_core.credits.ledger import Book
    from plumas_core.delivery.outbox import Outbox
    from plumas_core.judging.desk import Desk
    from plumas_core.locales.translate import Translations
    from plumas_core.providers.registry import Providers
    from plumas_core.storage.database import Database
    from plumas_core.writing.studio import Studio


def no_crash(name: str) -> None:
    """Do nothing: what a crash point does outside of tests."""
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """The program's parts.

    ``worker`` names this process in leases. ``crash_point`` is called, with its name, before and
    after every commit and every outside effect; a test kills the process there.
    """

    db: Database
    clock: Clock
    sleep: Sleep
    rng: random.Random
    ids: Ids
    book: Book
    catalog: Catalog
    providers: Providers
    outbox: Outbox
    agents: AgentService
    panels: Mapping[str, Panel]
    desk: Desk
    studio: Studio
    texts: Translations
    policy: Policy
    worker: str
    crash_point: Callable[[str], None] = no_crash
