"""One statement for many rows, without what that costs a row by the usual way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, TextClause


def execute_many(c: Connection, statement: TextClause, rows: Sequence[tuple[Any, ...]]) -> None:
    """Execute ``statement`` once for each row, as ``c.execute(statement, rows)`` does.

    A row has the values of the statement's parameters in the order in which it names them, each
    once. SQLAlchemy works out the parameters of every row anew, which takes longer than SQLite
    needs for the row itself; here the values go to the driver as they are.
    """
    if not rows:
        return
    compiled = statement.compile(dialect=c.dialect)
    if compiled.positiontup is None:
        c.exec_driver_sql(
            compiled.string, [dict(zip(compiled.binds, row, strict=True)) for row in rows]
        )
    else:
        c.exec_driver_sql(compiled.string, rows)
