"""The data files: every phrase can be filled, every remark is about something that is counted."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from plumas_core.data_files import read_toml
from plumas_core.providers.offline.comments import values_of
from plumas_core.providers.offline.draws import source
from plumas_core.providers.offline.grammar import FORMS, Phrases, draw_cast, load_phrases
from plumas_core.providers.offline.judging import FEATURES
from plumas_core.providers.offline.language import (
    LANGUAGES,
    LanguageCode,
    data_file,
    load_language,
)
from plumas_core.providers.offline.nouns import Noun
from plumas_core.providers.offline.statistics import count

RICH = {
    "en": (
        "Truly the soul, the soul wept softly, broken heart, broken heart; silver salt, sea.\n"
        + '"Salt," said the sea. "Salt!"\n' * 4
    ),
    "es": (
        "Verdaderamente el alma, el alma lloró suavemente, corazón roto; sal sobre seda, mar.\n"
        + "—La sal —dijo el mar—. ¡La sal!\n" * 4
    ),
}
"""Texts that have something of everything that can be counted."""


def chunks(phrases: Phrases) -> list[str]:
    return [c for piece in phrases.pieces for part in piece.parts for c in part.chunks]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_phrase_can_be_filled_with_every_kind_of_noun(code: LanguageCode) -> None:
    phrases = load_phrases(code)
    words = load_language(code).nouns
    article = "the" if code == "en" else "las"
    for nouns in ([], [Noun(article, "things", feminine=True, plural=True)], [Noun("", "May")]):
        cast = draw_cast(phrases, code, nouns, "a phrase", words, source("test"))
        for phrase in (*phrases.titles, *chunks(phrases)):
            filled = cast.fill(phrase)
            assert not re.search(r"[{}\[\]|]", filled), phrase


@pytest.mark.parametrize("code", LANGUAGES)
def test_agreement_offers_two_forms_or_four(code: LanguageCode) -> None:
    for phrase in (*load_phrases(code).titles, *chunks(load_phrases(code))):
        for forms in re.findall(r"\[[a-z]+\|([^\]]*)\]", phrase):
            assert len(forms.split("|")) in (2, 4), phrase


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_form_has_dozens_of_phrases_and_quotes_the_theme_somewhere(
    code: LanguageCode,
) -> None:
    for form in FORMS:
        pieces = [piece for piece in load_phrases(code).pieces if piece.form == form]
        assert sum(len(part.chunks) for piece in pieces for part in piece.parts) >= 24, form
        for piece in pieces:
            text = "".join(chunk for part in piece.parts for chunk in part.chunks)
            assert "{theme}" in text or "{Theme}" in text, form


def test_both_languages_are_as_rich_as_each_other() -> None:
    shapes = [
        [(piece.form, [len(part.chunks) for part in piece.parts]) for piece in found.pieces]
        for found in map(load_phrases, LANGUAGES)
    ]
    assert shapes[0] == shapes[1]


@pytest.mark.parametrize("code", LANGUAGES)
def test_what_a_remark_speaks_of_can_be_counted(code: LanguageCode) -> None:
    language = load_language(code)
    known: set[str] = {"silent", "long_last"}
    for text in (RICH[code], RICH[code].replace("\n", " ")):
        known |= values_of(count(text, text, language), code).keys()
    file = read_toml(data_file("comments", f"{code}.toml"), dict[str, object])
    sentences = re.findall(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"", repr(file))
    for sentence in filter(None, (one or other for one, other in sentences)):
        used = {name for _, name, _, _ in Formatter().parse(sentence) if name}
        assert used <= known, sentence


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_feature_has_praise_doubt_and_advice(code: LanguageCode) -> None:
    file = read_toml(data_file("comments", f"{code}.toml"), dict[str, object])
    features = file["features"]
    assert isinstance(features, dict)
    assert set(features) == set(FEATURES) == set(load_language(code).tastes)
    for remarks in features.values():
        assert [len(remarks[kind]) for kind in ("praise", "doubt", "advice")] == [4, 4, 3]
