"""The metadata that all tables share, and the few column shapes they are built from.

Every constraint is named by one convention, so that migrations can name it on any database.
Times are UTC milliseconds and money is picodollars, both in 64-bit integers.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, MetaData
from sqlalchemy.types import TypeEngine

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

Int64: TypeEngine[int] = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer; SQLite's INTEGER is one, and as a primary key it is the row id itself."""


def one_of(column: str, *values: str, name: str) -> CheckConstraint:
    """Return a constraint that lets ``column`` be one of ``values`` only.

    Not by ``IN``: of three values or more SQLite makes a temporary table for it, at every row that
    is written.
    """
    return CheckConstraint(" OR ".join(f"{column} = '{value}'" for value in values), name=name)


def identity() -> Column[int]:
    """Return the primary key column that tables share: an id from ``plumas_core.ids``."""
    return Column("id", Int64, primary_key=True, autoincrement=False)
