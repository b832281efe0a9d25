"""The house's own agents and panels."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from plumas_core.agents.house import (
    MAX_PERSONALITY_BYTES,
    HouseAgent,
    load_house_agents,
    load_panels,
)
from plumas_core.data_files import DataFileError
from plumas_core.locales.translate import LOCALES
from plumas_core.policy import Policy

REVISIONS = {
    "judge-devil": (1, "e58c3368b039"),
    "judge-ear": (1, "a1e0700785c3"),
    "judge-editor": (1, "f9dcd89999c4"),
    "judge-eye": (1, "2ce1068c543d"),
    "judge-thread": (1, "211278c80e7f"),
    "writer-archivist": (1, "f58715de8b1b"),
    "writer-gossip": (1, "d53e27ca9d86"),
    "writer-keeper": (1, "8f196a5621c6"),
    "writer-metronome": (1, "e688ff4b6b3e"),
    "writer-scalpel": (1, "a679057ae225"),
}
"""Each agent's revision and the digest of its texts in it: who changes one raises the other."""

ABOUT_FORM = re.compile(
    r"json|\bscores?\b|\bpoints?\b out|puntuaci|puntos\b|\bfrom 1 to\b|\bdel 1 al\b|\bwords or less"
    r"|markdown|\boutput\b|\bformat\b|schema|responde con|answer with",
    re.IGNORECASE,
)

AGENT = """
slug = "judge-x"
kind = "judge"
revision = 1
[texts.en]
name = "X"
description = "One line."
personality = "Likes x."
[texts.es]
name = "Equis"
description = "Una línea."
personality = "Le gusta la equis."
"""


def digest(agent: HouseAgent) -> str:
    words = "\0".join(
        part
        for language in LOCALES
        for part in (
            agent.texts[language].name,
            agent.texts[language].description,
            agent.texts[language].personality,
        )
    )
    return hashlib.blake2b(words.encode(), digest_size=6).hexdigest()


@pytest.fixture(scope="module")
def house() -> tuple[HouseAgent, ...]:
    return load_house_agents()


def test_the_house_has_five_judges_and_at_least_four_writers(
    house: tuple[HouseAgent, ...],
) -> None:
    kinds = [agent.kind for agent in house]
    assert kinds.count("judge") == 5
    assert kinds.count("writer") >= 4


def test_no_agent_changes_without_a_new_revision(house: tuple[HouseAgent, ...]) -> None:
    assert {agent.slug: (agent.revision, digest(agent)) for agent in house} == REVISIONS


def test_every_agent_has_a_personality_of_several_paragraphs_in_every_language(
    house: tuple[HouseAgent, ...],
) -> None:
    for agent in house:
        assert set(agent.texts) == set(LOCALES)
        for text in agent.texts.values():
            assert text.personality.count("\n\n") >= 2, agent.slug
            assert 800 <= len(text.personality.encode()) <= MAX_PERSONALITY_BYTES, agent.slug


def test_no_personality_says_how_an_answer_is_to_look(house: tuple[HouseAgent, ...]) -> None:
    for agent in house:
        for text in agent.texts.values():
            assert not ABOUT_FORM.search(text.personality), agent.slug


def test_no_two_agents_share_a_name(house: tuple[HouseAgent, ...]) -> None:
    for language in LOCALES:
        names = [agent.text(language).name.casefold() for agent in house]
        assert len(set(names)) == len(names)


def test_an_agent_speaks_the_nearest_language(house: tuple[HouseAgent, ...]) -> None:
    ear = next(agent for agent in house if agent.slug == "judge-ear")
    assert ear.text("es-MX").name == "El Oído"
    assert ear.text("de").name == "The Ear"


def test_the_default_panel_alternates_five_judges_over_two_models(
    house: tuple[HouseAgent, ...],
) -> None:
    seats = load_panels(house)["house"].seats
    assert {seat.judge for seat in seats} == {a.slug for a in house if a.kind == "judge"}
    luna, haiku = "gpt-6-luna", "claude-haiku-5-5"
    assert [seat.model for seat in seats] == [luna, haiku, luna, haiku, luna]


def test_the_offline_panels_are_the_first_judges_of_the_default_one(
    house: tuple[HouseAgent, ...],
) -> None:
    panels = load_panels(house)
    judges = [seat.judge for seat in panels["house"].seats]
    for slug, count in (("offline-3", 3), ("offline-5", 5)):
        assert [seat.judge for seat in panels[slug].seats] == judges[:count]
        models = {seat.model for seat in panels[slug].seats}
        assert models == {"offline-pluma", "offline-tintero", "offline-papel"}


def test_the_defaults_of_the_house_are_there(house: tuple[HouseAgent, ...]) -> None:
    policy = Policy()
    assert {policy.panel, policy.offline_panel} <= set(load_panels(house))
    assert policy.default_writer in {agent.slug for agent in house}


def test_an_agent_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "judge-x.toml").write_text(AGENT, encoding="utf-8")
    (tmp_path / "notes.md").write_text("not an agent", encoding="utf-8")
    (agent,) = load_house_agents(tmp_path)
    assert (agent.slug, agent.text("es").personality) == ("judge-x", "Le gusta la equis.")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('slug = "judge-x"', 'slug = "judge-y"', "slug"),
        ('slug = "judge-x"', 'slug = "Judge X"', "slug"),
        ('kind = "judge"', 'kind = "writer"', "slug"),
        ('kind = "judge"', 'kind = "critic"', "kind"),
        ("revision = 1", "revision = 0", "revision"),
        ("revision = 1", 'revision = "1"', "revision"),
        ("revision = 1", "revision = 1\ntemperature = 1", "temperature"),
        ("[texts.es]", "[texts.fr]", "texts.es"),
        ("[texts.en]", "[texts.fr]\nname='F'\ndescription='F'\npersonality='F'\n[texts.en]", "fr"),
        ('personality = "Likes x."', 'personality = " "', "texts.en.personality"),
        ('personality = "Likes x."', 'personality = "Likes\\u202e x."', "texts.en.personality"),
        ('"Likes x."', f'"{"x" * (MAX_PERSONALITY_BYTES + 1)}"', "texts.en.personality"),
        ('"One line."', '"Two\\nlines."', "texts.en.description"),
        ('name = "Equis"\n', "", "texts.es.name"),
    ],
)
def test_a_damaged_agent_is_named_with_its_file_and_field(
    tmp_path: Path, old: str, new: str, field: str
) -> None:
    assert old in AGENT
    (tmp_path / "judge-x.toml").write_text(AGENT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFileError, match=rf"^judge-x\.toml: \S*{re.escape(field)}: "):
        load_house_agents(tmp_path)


SEAT = '{ judge = "judge-ear", model = "m" }'


@pytest.mark.parametrize(
    ("seats", "names", "field"),
    [
        ('{ judge = "judge-nobody", model = "m" }', "en='A', es='B'", "panels.0.seats.0.judge"),
        ('{ judge = "writer-keeper", model = "m" }', "en='A', es='B'", "panels.0.seats.0.judge"),
        (f"{SEAT}, {SEAT}", "en='A', es='B'", "panels.0.seats.1"),
        ("", "en='A', es='B'", "panels.0.seats"),
        (SEAT, "en='A'", "panels.0.names.es"),
        ('{ judge = "judge-ear" }', "en='A', es='B'", "panels.0.seats.0.model"),
    ],
)
def test_a_damaged_panel_is_named_with_its_file_and_field(
    tmp_path: Path, house: tuple[HouseAgent, ...], seats: str, names: str, field: str
) -> None:
    file = tmp_path / "panels.toml"
    file.write_text(f"[[panels]]\nslug = 'p'\nnames = {{ {names} }}\nseats = [{seats}]\n")
    with pytest.raises(DataFileError, match=rf"^panels\.toml: {re.escape(field)}: "):
        load_panels(house, file)


def test_two_panels_of_one_name_are_an_error(tmp_path: Path, house: tuple[HouseAgent, ...]) -> None:
    one = f"[[panels]]\nslug = 'p'\nnames = {{ en='A', es='B' }}\nseats = [{SEAT}]\n"
    (tmp_path / "panels.toml").write_text(one + one)
    with pytest.raises(DataFileError, match=r"panels\.1\.slug"):
        load_panels(house, tmp_path / "panels.toml")
