"""The house's own agents and panels, read from the files beside this module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, TypeAlias

from pydantic import ConfigDict, Field, StringConstraints

from plumas_core.characters import clean_text
from plumas_core.data_files import DataFileError, read_toml
from plumas_core.locales.translate import LOCALES, closest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

AgentKind: TypeAlias = Literal["writer", "judge"]

MAX_PERSONALITY_BYTES: Final = 2_000
"""In UTF-8: base prompt, rubric and personality of a judge stay within 6 kB together."""

_Slug: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
_Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=40)]
_Line: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern="^.+$")]
_EXACT: Final = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class AgentText:
    """An agent in one language: its name, one line about it, and its personality prompt."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    name: _Name
    description: _Line
    personality: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


@dataclass(frozen=True, slots=True)
class HouseAgent:
    """An AI writer or judge of the house; ``revision`` rises whenever a text changes."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    slug: _Slug
    kind: AgentKind
    revision: Annotated[int, Field(ge=1, strict=True)]
    texts: Mapping[str, AgentText]

    def text(self, locale: str) -> AgentText:
        """Return the agent in the language nearest to ``locale``."""
        return self.texts[closest(locale)]


@dataclass(frozen=True, slots=True)
class PanelSeat:
    """A judge, by its slug, on a model."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    judge: _Slug
    model: Annotated[str, StringConstraints(min_length=1, max_length=100)]


@dataclass(frozen=True, slots=True)
class Panel:
    """Seats that a host can choose by one name; ``names``: language → what members read."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    slug: _Slug
    names: Mapping[str, _Line]
    seats: Annotated[tuple[PanelSeat, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class _PanelFile:
    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    panels: tuple[Panel, ...]


def load_house_agents(folder: Traversable | None = None) -> tuple[HouseAgent, ...]:
    """Return the house's agents, by slug; ``folder`` holds one TOML file for each.

    Raises:
        DataFileError: a file is damaged; the message names the file and the field.
    """
    source = folder if folder is not None else resources.files("plumas_core.agents") / "house"
    files = sorted(
        (item for item in source.iterdir() if item.name.endswith(".toml")),
        key=lambda item: item.name,
    )
    return tuple(map(_read_agent, files))


def load_panels(
    agents: Sequence[HouseAgent], file: Traversable | None = None
) -> Mapping[str, Panel]:
    """Return the panels by slug, in the file's order; every seat has a judge of ``agents``.

    Raises:
        DataFileError: the file is damaged, or a seat names no judge or repeats another.
    """
    source = file if file is not None else resources.files("plumas_core.agents") / "panels.toml"
    judges = {agent.slug for agent in agents if agent.kind == "judge"}
    panels: dict[str, Panel] = {}
    for n, panel in enumerate(read_toml(source, _PanelFile).panels):
        where = f"panels.{n}"
        if panel.slug in panels:
            raise DataFileError(source.name, f"{where}.slug", "there is a panel of this name")
        _check_languages(source.name, f"{where}.names", panel.names)
        for m, seat in enumerate(panel.seats):
            if seat.judge not in judges:
                raise DataFileError(source.name, f"{where}.seats.{m}.judge", "is no house judge")
            if seat in panel.seats[:m]:
                raise DataFileError(source.name, f"{where}.seats.{m}", "stands twice")
        panels[panel.slug] = panel
    return panels


def _read_agent(file: Traversable) -> HouseAgent:
    agent = read_toml(file, HouseAgent)
    if file.name != f"{agent.slug}.toml":
        raise DataFileError(file.name, "slug", "is not the name of the file")
    if not agent.slug.startswith(f"{agent.kind}-"):
        raise DataFileError(file.name, "slug", f"does not begin with {agent.kind}-")
    _check_languages(file.name, "texts", agent.texts)
    for language, text in agent.texts.items():
        where = f"texts.{language}.personality"
        size = len(text.personality.encode())
        if size > MAX_PERSONALITY_BYTES:
            raise DataFileError(
                file.name, where, f"{size} bytes are more than {MAX_PERSONALITY_BYTES}"
            )
        if clean_text(text.personality) != text.personality:
            raise DataFileError(file.name, where, "holds characters or spaces that do not belong")
    return agent


def _check_languages(file: str, field: str, texts: Mapping[str, object]) -> None:
    for language in LOCALES:
        if language not in texts:
            raise DataFileError(file, f"{field}.{language}", "is missing")
    for language in texts:
        if language not in LOCALES:
            raise DataFileError(file, f"{field}.{language}", "is no language of the house")
