"""What a text is scored on: criteria with weights, versioned, in every language of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

from pydantic import ConfigDict, Field, StringConstraints

from plumas_core.data_files import DataFileError, read_toml
from plumas_core.locales.translate import LOCALES, closest

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

RUBRIC_VERSION: Final = "v1"
"""The rubric of duels that open now."""

LOWEST_SCORE: Final = 1
HIGHEST_SCORE: Final = 10

_EXACT: Final = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class CriterionText:
    """A criterion in one language: its name, and what a judge looks at."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    name: Annotated[str, StringConstraints(min_length=1, max_length=30)]
    description: Annotated[str, StringConstraints(min_length=1, max_length=120)]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a text is scored on; ``id`` is its field in a judge's answer."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    id: Annotated[str, StringConstraints(pattern="^[a-z]{1,20}$")]
    weight: Annotated[int, Field(ge=1, le=100, strict=True)]
    texts: Mapping[str, CriterionText]

    def text(self, locale: str) -> CriterionText:
        """Return the criterion in the language nearest to ``locale``."""
        return self.texts[closest(locale)]


@dataclass(frozen=True, slots=True)
class Rubric:
    """One version of the criteria, in the order in which they are shown."""

    __pydantic_config__: ClassVar[ConfigDict] = _EXACT

    version: str
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=12)]

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the criteria."""
        return tuple(criterion.id for criterion in self.criteria)


def load_rubric(version: str = RUBRIC_VERSION, folder: Traversable | None = None) -> Rubric:
    """Read a version of the rubric.

    Raises:
        DataFileError: there is no such version, or its file is damaged.
    """
    source = folder if folder is not None else resources.files("plumas_core.judging") / "rubric"
    if not version.isalnum():
        raise DataFileError("rubric", "version", "a version is letters and digits")
    file = source / f"{version}.toml"
    rubric = read_toml(file, Rubric)
    if rubric.version != version:
        raise DataFileError(file.name, "version", "is not the name of the file")
    for n, criterion in enumerate(rubric.criteria):
        if criterion.id in rubric.ids[:n]:
            raise DataFileError(file.name, f"criteria.{n}.id", "stands twice")
        if set(criterion.texts) != set(LOCALES):
            languages = ", ".join(LOCALES)
            raise DataFileError(file.name, f"criteria.{n}.texts", f"must have exactly {languages}")
    return rubric


def mean_score(scores: Mapping[str, int], rubric: Rubric) -> float:
    """Return the weighted mean of one reading's scores, from 1 to 10.

    Raises:
        KeyError: a criterion of the rubric has no score.
    """
    total = sum(criterion.weight for criterion in rubric.criteria)
    return sum(scores[criterion.id] * criterion.weight for criterion in rubric.criteria) / total
