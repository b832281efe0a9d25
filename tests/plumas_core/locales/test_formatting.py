"""Every sentence with every kind of value: nothing of it is evaluated, and nothing breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

import pytest

from plumas_core.locales.translate import LOCALES, LONGEST_VALUE, Translations
from tests.hostile_texts import HOSTILE_TEXTS, each_hostile_text
from tests.plumas_core.locales.sentences import Sentence

Languages = Mapping[str, Mapping[str, Sentence]]

COUNTS: Final = (0, 1, 2, 5, 21, 1_234_567)
FRAME: Final = "Qxzq"
"""Stands where a value will, so that what is around it can be told."""

INSERTED: Final = (
    "{ $name } { $amount } {0} {name.__class__} %(name)s ${name}",
    '{ -term } { fault } { cmd-duel.word } { NUMBER($x) } { "x" } }',
    "a\nb\r\nc\u2028d\x85e\tf",
    "\nfault = owned\n    .word = owned\n# owned",
    "שלום { $name } مرحبا",
    "\u202eevil\u2066\u2067\u2068 \u2069\u2069 after",
    "\ufdd00\ufdd1 \ufdd099\ufdd1",
    "\ue0000\ue001 \x00\x1b[31m\x07",
    "*" * 5_000,
)
DIRECTION: Final = re.compile("[\u202a-\u202e\u2066\u2067]")


def each_sentence(languages: Languages) -> Iterator[tuple[str, Sentence]]:
    for locale, language in languages.items():
        for sentence in language.values():
            yield locale, sentence


def filled(sentence: Sentence, value: str, count: int = 2) -> dict[str, object]:
    return {name: count if name in sentence.numbers else value for name in sentence.values}


def in_frame(framed: str, text: str) -> bool:
    """Tell whether ``text`` is ``framed`` with something in one line in each value's place."""
    pieces = map(re.escape, framed.split(FRAME))
    return re.fullmatch("(.*)".join(pieces), text) is not None


def test_every_sentence_is_one_line_whatever_is_counted(
    sentences: Languages, texts: Translations
) -> None:
    for locale, sentence in each_sentence(sentences):
        for count in COUNTS if sentence.numbers else (2,):
            text = texts.text(locale, sentence.key, **filled(sentence, FRAME, count))
            assert text == text.strip(), (locale, sentence.key)
            assert text, (locale, sentence.key)
            assert "\n" not in text, (locale, sentence.key)
            assert "  " not in text, (locale, sentence.key)
            assert "{" not in text, (locale, sentence.key)
            assert " ," not in text, (locale, sentence.key)
            assert text.count(FRAME) >= len(sentence.values - sentence.numbers)


def test_every_count_up_to_a_hundred_reads_well(sentences: Languages, texts: Translations) -> None:
    for locale, sentence in each_sentence(sentences):
        for name in sentence.numbers:
            given = filled(sentence, FRAME)
            one, two = (
                texts.text(locale, sentence.key, **{**given, name: count}) for count in (1, 2)
            )
            many = texts.text(locale, sentence.key, **{**given, name: 100})
            assert one != two, (locale, sentence.key, name)
            assert many == two.replace("2", "100", 1) or "100" in many, (locale, sentence.key)


@pytest.mark.parametrize("value", INSERTED, ids=range(len(INSERTED)))
def test_what_is_put_into_a_sentence_is_never_read_as_one(
    value: str, sentences: Languages, texts: Translations
) -> None:
    for locale, sentence in each_sentence(sentences):
        framed = texts.text(locale, sentence.key, **filled(sentence, FRAME))
        text = texts.text(locale, sentence.key, **filled(sentence, value))
        assert in_frame(framed, text), (locale, sentence.key, text)
        assert text.count("\u2068") == text.count("\u2069")
        assert not DIRECTION.search(text)


@each_hostile_text
@pytest.mark.parametrize("locale", LOCALES)
def test_hostile_values_stay_in_their_place(locale: str, hostile: str, texts: Translations) -> None:
    framed = texts.text(locale, "duel-opened", number=3, theme=FRAME, when="mañana")
    text = texts.text(locale, "duel-opened", number=3, theme=hostile, when="mañana")
    assert in_frame(framed, text)
    assert len(text) <= len(framed) + LONGEST_VALUE + 2
    assert "\n" not in text


def test_braces_and_fluents_own_syntax_are_read_to_the_letter(texts: Translations) -> None:
    for name in ("fluent", "format-braces", "format-percent", "template"):
        assert HOSTILE_TEXTS[name] in texts.text("en", "duel-unknown", name=HOSTILE_TEXTS[name])


@pytest.mark.parametrize("locale", LOCALES)
def test_a_duels_number_is_written_as_it_is_typed(
    locale: str, sentences: Languages, texts: Translations
) -> None:
    numbered = [one for one in sentences[locale].values() if "number" in one.values]
    assert len(numbered) > 20
    for sentence in numbered:
        text = texts.text(locale, sentence.key, **filled(sentence, FRAME, 12_345))
        assert "12345" in text, sentence.key


@pytest.mark.parametrize(("locale", "written"), [("en", "0.40"), ("es", "0,40")])
def test_credits_in_an_error_have_two_decimals(
    locale: str, written: str, texts: Translations
) -> None:
    text = texts.text(
        locale, "credits-insufficient", needed=Decimal("2.00"), available=Decimal("0.40")
    )
    assert written in text


def test_spanish_opens_what_it_closes(sentences: Languages) -> None:
    for sentence in sentences["es"].values():
        for opening, closing in ("¿?", "¡!", "«»"):
            assert sentence.words.count(opening) == sentence.words.count(closing), sentence.key
        assert not set("“”") & set(sentence.words), sentence.key
    assert not any(set("«»¿¡") & set(one.words) for one in sentences["en"].values())


def test_a_theme_stands_in_quotation_marks(sentences: Languages, texts: Translations) -> None:
    marks = {"en": "“Qxzq”", "es": "«Qxzq»"}
    for locale, sentence in each_sentence(sentences):
        if "theme" in sentence.values:
            assert marks[locale] in texts.text(locale, sentence.key, **filled(sentence, FRAME))


def test_no_sentence_shouts(sentences: Languages) -> None:
    assert [one.key for _, one in each_sentence(sentences) if "!" in one.words] == []


@pytest.mark.parametrize(
    ("locale", "plainly"), [("en", "no real model"), ("es", "ningún modelo de verdad")]
)
def test_what_is_simulated_says_so_plainly(
    locale: str, plainly: str, sentences: Languages, texts: Translations
) -> None:
    notes = [key for key in sentences[locale] if key.startswith("simulated-")]
    assert len(notes) == 4
    assert all(plainly in texts.text(locale, key) for key in notes)
