"""Whether a model may be used, and by whose word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from plumas_core.catalog.models import Model

Authority: TypeAlias = Literal[
    "file", "operator", "community", "retired", "no price", "no key", "hidden"
]


@dataclass(frozen=True, slots=True)
class Availability:
    """Whether a model may be used, and what decided it.

    ``hidden``: a simulated model where a real key is set; it is not even shown.
    """

    on: bool
    by: Authority


def effective(
    model: Model,
    *,
    operator_word: bool | None,
    community_word: bool | None,
    configured: bool,
    real_keys: bool,
    at: int,
) -> Availability:
    """Return whether ``model`` may be used at ``at`` (UTC milliseconds).

    The file's ``available`` is the default; the operator's word (``None``: none was given, or it
    was reset) overrides it; a community's word can only narrow what is on. ``configured``: the
    model's provider can be called; ``real_keys``: any provider but the offline one can be.
    """
    if model.simulated and real_keys:
        return Availability(False, "hidden")
    if model.retired_at(at):
        return Availability(False, "retired")
    if model.table_at(at) is None:
        return Availability(False, "no price")
    if not configured:
        return Availability(False, "no key")
    default = Availability(model.available, "file")
    if operator_word is not None:
        default = Availability(operator_word, "operator")
    if default.on and community_word is False:
        return Availability(False, "community")
    return default
