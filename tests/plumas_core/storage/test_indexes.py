"""Queues of work are found by indexes that hold the queues and nothing else, copies by digests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Select, create_engine, select

from plumas_core.duels.rows import twins
from plumas_core.storage.migrate import prepare
from plumas_core.storage.tables.duels import WAITING, evaluations
from plumas_core.storage.tables.work import ASKED_SINGLY, calls

WAITS = select(evaluations.c.id).where(WAITING, evaluations.c.mode == "batch")
TWINS = twins(1, 2, "La luz se fue.")
IS_ASKED = select(calls.c.id).where(ASKED_SINGLY, calls.c.kind == "judge")


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (WAITS, "ix_evaluations_waiting"),
        (IS_ASKED, "ix_calls_asked_singly"),
        (TWINS, "ix_entries_digest"),
    ],
)
def test_what_is_asked_often_is_read_from_its_own_index(
    db_path: Path, query: Select[Any], index: str
) -> None:
    prepare(db_path)
    engine = create_engine(f"sqlite:///{db_path}")
    compiled = query.compile(engine)
    with engine.connect() as c:
        values = tuple(compiled.params[name] for name in compiled.positiontup or ())
        plan = c.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", values).all()
    engine.dispose()
    assert index in str(plan)
