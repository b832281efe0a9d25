"""A simulated writer: decent texts about the theme, in the form and length that are asked for."""

from __future__ import annotations

import re

import pytest

from plumas_core.agents.house import load_house_agents
from plumas_core.providers.interface import CompletionRequest
from plumas_core.providers.offline.answer import Answerer
from plumas_core.writing.prompts import load_writer_prompt, writer_request
from plumas_core.writing.reading import WrittenText, read_text
from tests.hostile_texts import each_hostile_text

WRITERS = [agent for agent in load_house_agents() if agent.kind == "writer"]
ANSWERS = Answerer()
NONCES = ("1" * 17, "2" * 17)

THEMES = {
    "es": ["El faro apagado", "Las cartas que no llegaron", "Lo que no dijimos", "Noviembre"],
    "en": ["The last train", "Letters never sent", "What we did not say", "November"],
}


def wish(
    request: str,
    locale: str = "es",
    *,
    writer: int = 0,
    seed: int = 0,
    words: int = 400,
    title: str | None = None,
    language: str | None = None,
    nonce: str = NONCES[0],
    model: str = "offline-pluma",
) -> CompletionRequest:
    asked = writer_request(
        load_writer_prompt(locale),
        personality=WRITERS[writer].text(locale).personality,
        request=request,
        max_words=words,
        nonce=nonce,
        text_language=language or locale,
        title=title,
    )
    return CompletionRequest(model, asked.prompt, asked.system, seed=seed)


def written(request: CompletionRequest, seed: int = 0) -> WrittenText:
    answer = ANSWERS.answer(request, seed)
    found = read_text(answer.text, answer.stop)
    assert isinstance(found, WrittenText), found
    return found


def each_text() -> list[tuple[str, str, WrittenText]]:
    """Return texts of every theme, by every writer and several seeds."""
    texts = []
    for locale, themes in THEMES.items():
        for theme in themes:
            for writer in range(len(WRITERS)):
                for seed in range(4):
                    request = wish(theme, locale, writer=writer, seed=seed)
                    found = read_text(ANSWERS.answer(request, 0).text)
                    assert isinstance(found, WrittenText)
                    texts.append((locale, theme, found))
    return texts


def test_texts_have_a_title_and_between_eighty_and_two_hundred_words() -> None:
    for _, theme, found in each_text():
        assert found.title, theme
        assert 75 <= len(found.text.split()) <= 200, found.text


def test_texts_differ_by_seed_and_by_writer() -> None:
    texts = [found.text for _, _, found in each_text()]
    assert len(set(texts)) > 0.97 * len(texts)


def test_nothing_of_the_grammar_is_left_in_a_text() -> None:
    wrong = {"es": r"\b([Dd]e|[Aa]) el\b", "en": r"\b[Aa] [aeio]"}
    for locale, _, found in each_text():
        whole = f"{found.title}\n{found.text}"
        assert not re.search(r"[{}\[\]|<>*]|  ", whole), whole
        assert not re.search(wrong[locale], whole), whole
        assert found.text[0].isupper() or found.text[0] in "—“«("
        assert found.text.rstrip()[-1] in ".»”)"


def test_the_theme_s_own_noun_is_woven_in() -> None:
    for theme, noun, locale in (
        ("El faro apagado", "faro", "es"),
        ("Escribe un cuento sobre las ballenas", "ballenas", "es"),
        ("The last train", "train", "en"),
        ("A poem about my grandmother's kitchen", "kitchen", "en"),
    ):
        for seed in range(12):
            found = written(wish(theme, locale, seed=seed))
            assert noun in f"{found.title} {found.text}", found.text


def test_a_theme_without_a_noun_is_quoted() -> None:
    for locale, theme in (("es", "Lo que no dijimos"), ("en", "What we did not say")):
        for seed in range(12):
            found = written(wish(theme, locale, seed=seed))
            assert theme.casefold() in found.text.casefold(), found.text


def test_spanish_agrees_with_the_theme_in_gender_and_number() -> None:
    texts = " ".join(
        written(wish("Escribe un poema sobre las ballenas", seed=n)).text for n in range(40)
    )
    assert re.search(r"[Ll]as ballenas no piden|aquí están,\ncalladas|diré que no las vi", texts)
    assert not re.search(r"\b(el|los|la|del|al) ballenas|ballenas no pide\b|ballenas pesa\b", texts)


@pytest.mark.parametrize("words", [1, 5, 12, 30, 50, 80, 120])
@pytest.mark.parametrize("locale", ["es", "en"])
def test_a_word_limit_is_kept(locale: str, words: int) -> None:
    for seed in range(6):
        found = written(wish(THEMES[locale][0], locale, seed=seed, words=words))
        assert 1 <= len(found.text.split()) <= words


def test_a_length_that_the_member_wishes_is_kept() -> None:
    found = written(wish("Escribe un poema de 40 palabras sobre el mar"))
    assert len(found.text.split()) <= 40


def test_a_text_that_has_a_title_gets_no_title_line() -> None:
    found = written(wish("El mar", title="Sal"))
    assert found.title is None


@pytest.mark.parametrize(
    ("asked", "locale", "shape"),
    [
        ("Escribe un diálogo sobre el mar", "es", r"^—.*\n—"),
        ("Write a dialogue about the sea", "en", r"^“.*”\n“"),
        ("Escribe un poema sobre el mar", "es", r"^[^—\n]{5,60}\n[^\n]{5,60}\n[^\n]{5,60}\n"),
        ("a haiku about the sea", "en", r"^[^“\n]{5,60}\n[^\n]{5,60}\n[^\n]{5,60}\n"),
        ("Un cuento sobre el mar", "es", r"[^\n]{100}"),
        ("Write a story about the sea", "en", r"[^\n]{100}"),
    ],
)
def test_the_form_that_is_asked_for_is_written(asked: str, locale: str, shape: str) -> None:
    for seed in range(8):
        text = written(wish(asked, locale, seed=seed)).text
        assert re.search(shape, text, re.MULTILINE), text


def test_writers_have_forms_of_their_own() -> None:
    def versed(writer: int) -> int:
        texts = (written(wish("El mar", writer=writer, seed=n)).text for n in range(20))
        return sum(text.count("\n") > 14 and "—" not in text for text in texts)

    counts = [versed(writer) for writer in range(len(WRITERS))]
    assert max(counts) >= 12
    assert min(counts) <= 6


def test_the_language_is_the_one_that_is_asked_for() -> None:
    english = written(wish("El faro apagado", "es", language="en")).text
    spanish = written(wish("The last train", "en", language="es")).text
    assert len(re.findall(r"\b(the|and|of|that)\b", english)) > 4
    assert len(re.findall(r"\b(el|la|de|que)\b", spanish)) > 4


@pytest.mark.parametrize(
    ("prompt", "common"),
    [
        ("Un poema sobre el mar en invierno", r"\b(el|la|de|que|no)\b"),
        ("A poem about the sea in winter", r"\b(the|and|of|that|I)\b"),
    ],
)
def test_without_a_word_about_it_the_language_is_the_prompt_s(prompt: str, common: str) -> None:
    text = ANSWERS.answer(CompletionRequest("offline-pluma", prompt), 0).text
    assert len(re.findall(common, text)) > 6


def test_the_fence_s_nonce_does_not_change_the_text() -> None:
    first, second = (written(wish("El mar", nonce=nonce)) for nonce in NONCES)
    assert first == second


def test_seed_and_model_change_the_text() -> None:
    base = written(wish("El mar"))
    assert written(wish("El mar", seed=1)) != base
    assert written(wish("El mar"), seed=1) != base
    assert written(wish("El mar", model="offline-papel")) != base


@each_hostile_text
@pytest.mark.parametrize("locale", ["es", "en"])
def test_any_request_gets_a_text(hostile: str, locale: str) -> None:
    found = written(wish(hostile, locale))
    assert 75 <= len(found.text.split()) <= 200
    assert found.title is None or len(found.title) <= 120
