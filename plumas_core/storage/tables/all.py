"""Every table, in one metadata: what migrations and their tests compare with.

A module of tables that is not named here does not exist for them; a test compares this list with
the folder.
"""

from __future__ import annotations

from plumas_core.storage.schema import metadata
from plumas_core.storage.tables import agents, delivery, duels, inbox, ledger, people, work

MODULES = (agents, delivery, duels, inbox, ledger, people, work)

__all__ = ["MODULES", "metadata"]
