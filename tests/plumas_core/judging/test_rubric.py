"""What a text is scored on."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumas_core.data_files import DataFileError
from plumas_core.judging.rubric import Rubric, load_rubric, mean_score
from plumas_core.locales.translate import LOCALES

PUBLISHED = {"v1": "0fe0da1b257e"}
"""A published version never changes: who wants another writes a new one."""

GOOD = """
version = "v1"
[[criteria]]
id = "voice"
weight = 1
texts = { en = { name = "V", description = "d" }, es = { name = "V", description = "d" } }
"""


@pytest.fixture(scope="module")
def rubric() -> Rubric:
    return load_rubric()


def test_the_rubric_has_five_or_six_criteria_in_every_language(rubric: Rubric) -> None:
    assert 5 <= len(rubric.criteria) <= 6
    assert all(set(criterion.texts) == set(LOCALES) for criterion in rubric.criteria)
    assert sum(criterion.weight for criterion in rubric.criteria) == 100


@pytest.mark.parametrize("version", PUBLISHED)
def test_a_published_rubric_does_not_change(version: str) -> None:
    file = resources.files("plumas_core.judging") / "rubric" / f"{version}.toml"
    assert hashlib.blake2b(file.read_bytes(), digest_size=6).hexdigest() == PUBLISHED[version]


@given(st.integers(1, 10))
def test_equal_scores_have_themselves_as_mean(score: int) -> None:
    rubric = load_rubric()
    assert mean_score(dict.fromkeys(rubric.ids, score), rubric) == pytest.approx(score)


def test_a_heavier_criterion_counts_more(rubric: Rubric) -> None:
    low = dict.fromkeys(rubric.ids, 5)
    weights = {criterion.id: criterion.weight for criterion in rubric.criteria}
    means = {name: mean_score(low | {name: 10}, rubric) for name in rubric.ids}
    assert means == pytest.approx({name: 5 + 5 * weights[name] / 100 for name in rubric.ids})


def test_a_missing_score_is_never_made_up(rubric: Rubric) -> None:
    scores = dict.fromkeys(rubric.ids[1:], 5)
    with pytest.raises(KeyError):
        mean_score(scores, rubric)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('version = "v1"', 'version = "v2"', "version"),
        ("weight = 1", "weight = 0", "criteria.0.weight"),
        ('id = "voice"', 'id = "Voice!"', "criteria.0.id"),
        (', es = { name = "V", description = "d" }', "", "criteria.0.texts"),
        ('{ name = "V", description', '{ name = "", description', "criteria.0.texts.en.name"),
    ],
)
def test_a_damaged_rubric_is_named_with_its_field(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    assert old in GOOD
    (tmp_path / "v1.toml").write_text(GOOD.replace(old, new, 1))
    with pytest.raises(DataFileError, match=rf"^v1\.toml: {field}: "):
        load_rubric("v1", tmp_path)


def test_a_criterion_cannot_stand_twice(tmp_path: Path) -> None:
    (tmp_path / "v1.toml").write_text(GOOD + GOOD.partition("\n[[")[1] + GOOD.partition("\n[[")[2])
    with pytest.raises(DataFileError, match=r"criteria\.1\.id"):
        load_rubric("v1", tmp_path)


@pytest.mark.parametrize("version", ["v99", "", "../rubric/v1", "v1.toml"])
def test_an_unknown_rubric_is_an_error(version: str) -> None:
    with pytest.raises(DataFileError):
        load_rubric(version)
