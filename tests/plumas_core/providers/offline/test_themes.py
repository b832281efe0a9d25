from __future__ import annotations

import pytest

from plumas_core.providers.offline.language import LanguageCode, load_language
from plumas_core.providers.offline.nouns import Noun, read_noun
from plumas_core.providers.offline.themes import read_topic

LANGUAGES = {"en": load_language("en"), "es": load_language("es")}


@pytest.mark.parametrize(
    ("theme", "noun", "feminine", "plural"),
    [
        ("El faro apagado", "el faro", False, False),
        ("El último tren", "el tren", False, False),
        ("Las cartas que no llegaron", "las cartas", True, True),
        ("Lluvia en agosto", "la lluvia", True, False),
        ("El agua y la sed", "el agua", True, False),
        ("Las aguas", "las aguas", True, True),
        ("Cartas sin abrir", "las cartas", True, True),
        ("Los peces de colores", "los peces", False, True),
        ("A mi madre", "la madre", True, False),
        ("Noviembre", "noviembre", False, False),
        ("Buenos Aires", "Buenos Aires", False, False),
        ("Canciones de cuna", "las canciones", True, True),
        ("Raíces", "las raíces", True, True),
        ("Un poema corto de amor para María", "el amor", False, False),
        ("Escribe un cuento sobre la casa de mi abuela", "la casa", True, False),
        ("Todos los relojes de la ciudad", "los relojes", False, True),
    ],
)
def test_a_spanish_theme_s_noun_is_found_with_its_gender_and_number(
    theme: str, noun: str, feminine: bool, plural: bool
) -> None:
    found = read_topic(theme, "es", LANGUAGES["es"]).nouns[0]
    assert (str(found), found.feminine, found.plural) == (noun, feminine, plural)


@pytest.mark.parametrize(
    ("theme", "noun", "plural"),
    [
        ("The last train out of town", "the train", False),
        ("Letters never sent", "the letters", True),
        ("Rain", "the rain", False),
        ("A house burning", "the house", False),
        ("Write a story about my grandmother's kitchen", "the kitchen", False),
        ("Glass houses", "the houses", True),
        ("November", "November", False),
        ("Please write a haiku about the sea", "the sea", False),
    ],
)
def test_an_english_theme_s_noun_is_found_with_its_number(
    theme: str, noun: str, plural: bool
) -> None:
    found = read_topic(theme, "en", LANGUAGES["en"]).nouns[0]
    assert (str(found), found.plural) == (noun, plural)


@pytest.mark.parametrize(
    ("theme", "code"),
    [
        ("Lo que no dijimos", "es"),
        ("Volver a casa", "es"),
        ("What we did not say", "en"),
        ("Leaving", "en"),
        ("?!", "en"),
        ("😀", "es"),
        ("", "en"),
    ],
)
def test_a_theme_without_a_noun_has_none(theme: str, code: LanguageCode) -> None:
    assert read_topic(theme, code, LANGUAGES[code]).nouns == ()


@pytest.mark.parametrize(
    ("theme", "code", "phrase"),
    [
        ("El faro apagado", "es", "el faro apagado"),
        ("Lo que no dijimos.", "es", "lo que no dijimos"),
        ("«La casa»", "es", "la casa"),
        ("A poem about the sea!", "en", "the sea"),
        ("I was there", "en", "I was there"),
        ("The house " + "and the house " * 9, "en", "the house"),
        ("<b>The sea</b>\nsecond line", "en", "b The sea b"),
    ],
)
def test_a_theme_is_quoted_as_words_alone(theme: str, code: LanguageCode, phrase: str) -> None:
    assert read_topic(theme, code, LANGUAGES[code]).phrase == phrase


@pytest.mark.parametrize(
    ("noun", "indefinite"),
    [
        ("the umbrella", "an umbrella"),
        ("the hour", "an hour"),
        ("the university", "a university"),
        ("the one-way street", "a one-way street"),
        ("the kettle", "a kettle"),
        ("the letters", "some letters"),
    ],
)
def test_english_takes_the_article_that_is_heard(noun: str, indefinite: str) -> None:
    assert read_noun(noun, "en", LANGUAGES["en"].nouns).indefinite() == indefinite


def test_agreement_is_by_number_or_by_gender_and_number() -> None:
    letters = Noun("las", "cartas", feminine=True, plural=True)
    assert letters.agree(["llega", "llegan"]) == "llegan"
    assert letters.agree(["lo", "la", "los", "las"]) == "las"
    assert Noun("el", "faro").agree(["lo", "la", "los", "las"]) == "lo"
