"""What names a member or a community is found by indexes: a job looks for it every minute."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection

from plumas_core.linking.following import merge_community, merge_member
from plumas_core.storage.tables.people import communities, members
from tests.plumas_core.credits.ground import add, watched
from tests.support.stage import Stage


async def test_joining_reads_no_whole_table(stage: Stage) -> None:
    def plans(c: Connection) -> list[str]:
        for number in (1, 2):
            add(c, members, id=number)
            add(c, communities, id=number)
        with watched(c) as sent:
            merge_member(stage.app, c, 1, 2, "link:member")
            merge_community(stage.app, c, 1, 2, "link:community")
        steps: list[Any] = []
        for sql, values in sent:
            if sql.startswith(("SELECT", "UPDATE", "DELETE")):
                steps += c.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        return [row[3] for row in steps]

    found = await stage.app.db.write(plans)
    assert len(found) > 40
    assert [step for step in found if step.startswith("SCAN")] == []
