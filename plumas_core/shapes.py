"""Types as pydantic checks, reads and writes them.

What pydantic needs to know of a type takes it far longer to work out than to use: it is worked
out once for each type.
"""

from __future__ import annotations

from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

from pydantic import TypeAdapter

T = TypeVar("T")


def shape(kind: type[T]) -> TypeAdapter[T]:
    """Return what checks, reads and writes values of ``kind``."""
    return _worked_out(cast(Hashable, kind))


@cache
def _worked_out(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
