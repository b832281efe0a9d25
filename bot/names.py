"""Whether the agents, panels and models that settings name are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.env_file import SettingsError
from plumas_core.agents.house import HouseAgent, Panel
from plumas_core.catalog.load import Catalog
from plumas_core.policy import Policy
from plumas_core.providers.queue_room import parse_queue_room


def check_names(
    policy: Policy,
    catalog: Catalog,
    house: Sequence[HouseAgent],
    panels: Mapping[str, Panel],
) -> None:
    """Accept settings that name what there is.

    Raises:
        SettingsError: one names an agent, a panel or a model that there is not.
    """
    writers = [agent.slug for agent in house if agent.kind == "writer"]
    models = [model.id for model in catalog]
    for name, value, known, what in (
        ("PANEL", policy.panel, panels, "panel"),
        ("OFFLINE_PANEL", policy.offline_panel, panels, "panel"),
        ("DEFAULT_WRITER", policy.default_writer, writers, "house writer"),
        ("DEFAULT_MODEL", policy.default_model, models, "model"),
        ("OFFLINE_MODEL", policy.offline_model, models, "model"),
    ):
        if value not in known:
            raise SettingsError(
                f"{name}: there is no {what} {value!a}; there is {', '.join(known)}"
            )


def check_queue_room(setting: str, catalog: Catalog) -> None:
    """Accept room in OpenAI's queue for models that it has.

    Raises:
        SettingsError: a model is not in the catalog.
    """
    for name in parse_queue_room(setting).by_model:
        if catalog.get(name) is None:
            raise SettingsError(
                f"OPENAI_QUEUED_TOKENS: there is no model {name!a}; "
                f"there is {', '.join(model.id for model in catalog)}"
            )
