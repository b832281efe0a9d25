"""Base prompts are data: what is put in is never read as a template."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumas_core.agents.base_prompt import fenced_personality, load_base_prompt
from plumas_core.data_files import DataFileError
from tests.hostile_texts import each_hostile_text


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "judge-v1.en.md").write_text(
        "<!-- system -->\nRules for ${who}.\n\n<!-- question -->\n${text}\n", encoding="utf-8"
    )
    return tmp_path


def test_a_prompt_is_read_in_the_nearest_language(folder: Path) -> None:
    base = load_base_prompt(folder, "judge", "v1", "fr-CA")
    assert (base.language, base.version) == ("en", "v1")
    assert base.fill("system", who="you") == "Rules for you."


@each_hostile_text
def test_what_is_put_in_is_put_in_as_it_is(folder: Path, hostile: str) -> None:
    assert load_base_prompt(folder, "judge", "v1", "en").fill("question", text=hostile) == hostile


def test_a_place_without_a_value_is_an_error(folder: Path) -> None:
    with pytest.raises(DataFileError, match=r"judge-v1\.en\.md: system: cannot be filled"):
        load_base_prompt(folder, "judge", "v1", "en").fill("system")


def test_an_unknown_section_is_an_error(folder: Path) -> None:
    with pytest.raises(DataFileError, match=r"judge-v1\.en\.md: coda: "):
        load_base_prompt(folder, "judge", "v1", "en").fill("coda")


@pytest.mark.parametrize("version", ["v0", "1", "../v1", "", "v1/../v1", "v12345"])
def test_a_version_is_a_plain_number(folder: Path, version: str) -> None:
    with pytest.raises(DataFileError, match="version"):
        load_base_prompt(folder, "judge", version, "en")


def test_a_version_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(DataFileError, match=r"judge-v2\.en\.md: there is no such file"):
        load_base_prompt(folder, "judge", "v2", "en")


@pytest.mark.parametrize(
    "content", ["", "Rules.\n<!-- system -->\nx\n", "<!-- a -->\nx\n<!-- a -->\ny\n"]
)
def test_a_file_that_is_not_all_sections_is_an_error(folder: Path, content: str) -> None:
    (folder / "judge-v1.en.md").write_text(content, encoding="utf-8")
    with pytest.raises(DataFileError, match=r"judge-v1\.en\.md"):
        load_base_prompt(folder, "judge", "v1", "en")


@each_hostile_text
def test_a_personality_is_fenced_the_same_way_each_time(hostile: str) -> None:
    assert fenced_personality(hostile) == fenced_personality(hostile)
    assert fenced_personality(hostile) != fenced_personality(hostile + ".")
    opening = fenced_personality(hostile).split("\n", 1)[0]
    assert fenced_personality(hostile).count(opening) == 1
