"""The ledger, proved again and again."""

from __future__ import annotations

import structlog

from plumas_core.app import App
from plumas_core.credits.audit import audit

log = structlog.get_logger(__name__)


async def audit_ledger(app: App) -> int:
    """Prove the ledger; tell the operator's log of everything that does not add up."""
    report = await app.db.read(lambda c: audit(c, app.clock()))
    for finding in report.findings:
        log.error("ledger_finding", finding=finding)
    return len(report.findings)
