"""One statement for many rows, without what that costs a row by the usual way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, TextClause


def execute_many(c: Connection, statement: TextClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Execute ``statement`` once for each row, as ``c.execute(statement, rows)`` does.

    SQLAlchemy works out the parameters of every row anew, which takes longer than SQLite needs for
    the row itself. Here their order is found once, and the values go to the driver as they are.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=c.dialect)
    if compiled.positiontup is None:
        c.exec_driver_sql(compiled.string, rows)
        return
    in_order = itemgetter(*compiled.positiontup)
    c.exec_driver_sql(compiled.string, [in_order(row) for row in rows])
