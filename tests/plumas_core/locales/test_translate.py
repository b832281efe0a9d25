from __future__ import annotations

import pytest

from plumas_core.commands.reply import Moment, Person
from plumas_core.locales.translate import LONGEST_VALUE, MissingText, Translations, closest

WHEN = Moment(1_000)
ANA = Person(7, "Ana")


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("es", "es"),
        ("es-419", "es"),
        ("es_MX", "es"),
        ("ES-es", "es"),
        ("en-GB", "en"),
        ("fr", "en"),
        ("", "en"),
        (None, "en"),
        ("{ $x }", "en"),
    ],
)
def test_a_platforms_language_tag_leads_to_the_nearest_language(
    tag: str | None, language: str
) -> None:
    assert closest(tag) == language


def test_a_sentence_is_said_in_the_language_that_is_nearest(texts: Translations) -> None:
    assert texts.text("es-AR", "list-title") == texts.text("es", "list-title")
    assert texts.text("pt", "list-title") == texts.text("en", "list-title")


def test_an_attribute_is_found_below_its_sentence(texts: Translations) -> None:
    assert texts.text("es", "cmd-duel-new.word") == "nuevo"
    assert texts.has("es", "cmd-duel-new.word")
    assert not texts.has("es", "cmd-duel-new.nothing")
    assert not texts.has("es", "nothing")


@pytest.mark.parametrize("key", ["nothing", "fault.nothing", "nothing.word"])
def test_a_sentence_that_no_language_has_is_a_mistake(key: str, texts: Translations) -> None:
    with pytest.raises(MissingText):
        texts.text("es", key)


def test_a_sentence_without_its_value_is_a_mistake(texts: Translations) -> None:
    with pytest.raises(MissingText, match="reference"):
        texts.text("en", "fault")
    with pytest.raises(MissingText, match="reference"):
        texts.rich("en", "fault")


def test_moments_stay_what_they_are(texts: Translations) -> None:
    parts = texts.rich("en", "duel-opened", number=3, theme="El faro", when=WHEN)
    assert parts == ("Duel #3, “El faro”, is open. It closes ", WHEN, ".")


def test_persons_stay_what_they_are(texts: Translations) -> None:
    assert texts.rich("en", "results-winner", name=ANA) == (ANA, " wins.")


def test_a_value_cannot_pass_for_a_moment(texts: Translations) -> None:
    forged = "\ufdd00\ufdd1\ue0000\ue001"
    parts = texts.rich("en", "duel-opened", number=3, theme=forged, when=WHEN)
    assert parts == ("Duel #3, “0\ue0000\ue001”, is open. It closes ", WHEN, ".")


def test_a_value_from_right_to_left_is_isolated(texts: Translations) -> None:
    assert "“\u2068שלום, 12\u2069”" in texts.text("en", "duel-unknown", name="שלום, 12")
    assert "“\u2068٣ - ٤\u2069”" in texts.text("en", "duel-unknown", name="٣ - ٤")
    assert "\u2068" not in texts.text("en", "duel-unknown", name="faro")


def test_a_value_cannot_end_its_isolation(texts: Translations) -> None:
    text = texts.text("en", "duel-unknown", name="שלום\u2069\u202eabc")
    assert "“\u2068שלוםabc\u2069”" in text


def test_a_value_stays_in_its_line(texts: Translations) -> None:
    text = texts.text("en", "duel-unknown", name="one\n\ntwo\r\nthree\tfour")
    assert "“one two three four”" in text


def test_a_spanish_amount_keeps_the_space_that_does_not_break(texts: Translations) -> None:
    amount = "<\N{NO-BREAK SPACE}0,01"
    assert amount in texts.text("es", "entry-unfunded", cost=amount)


def test_a_value_is_sized(texts: Translations) -> None:
    text = texts.text("en", "results-shared", names=", ".join(["Ana María"] * 400))
    assert LONGEST_VALUE < len(text) < LONGEST_VALUE + 60
    assert text.endswith("….")


def test_a_number_is_written_as_the_language_does(texts: Translations) -> None:
    values = {"actual": 1_201, "limit": 1_000}
    assert "1,201" in texts.text("en", "text-too-many-words", **values)
    assert "1.201" in texts.text("es", "text-too-many-words", **values)


@pytest.mark.parametrize(
    ("locale", "count", "said"),
    [
        ("en", 1, "One reading is missing."),
        ("en", 3, "3 readings are missing."),
        ("es", 1, "Falta una lectura."),
        ("es", 3, "Faltan 3 lecturas."),
    ],
)
def test_a_count_is_said_with_its_plural(
    locale: str, count: int, said: str, texts: Translations
) -> None:
    assert texts.text(locale, "results-missing", count=count).startswith(said)
