"""The sentences and the code that names them: nothing is missing, and nothing is left over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module
from typing import Final

import pytest
from fluent.syntax import ast

from plumas_core.credits import errors as credits_errors
from plumas_core.locales.translate import LOCALES
from tests.plumas_core.locales.dynamic import DYNAMIC, PURPOSES, SAME_IN_BOTH, SPREAD
from tests.plumas_core.locales.sentences import Sentence, entries, messages
from tests.plumas_core.locales.uses import Found

Language = Mapping[str, Sentence]
Languages = Mapping[str, Language]

COMMAND_WORDS: Final = ("cmd-", "param-")
"""Sentences named by the commands' own list; ``test_command_words`` holds them to it."""

CAP: Final = {"cap": 10, "used": 9, "needed": 2, "frees_at": 10_000_000, "now": 0}
RAISED: Final[Mapping[str, Callable[[], Exception]]] = {
    "InsufficientCredits": lambda: credits_errors.InsufficientCredits(1, 2),
    "PoolInsufficient": lambda: credits_errors.PoolInsufficient(1, 2),
    "AllowanceSpent": lambda: credits_errors.AllowanceSpent(1, 2, 10_000_000, 0),
    "CommunityCapReached": lambda: credits_errors.CommunityCapReached(**CAP),
    "HouseCapReached": lambda: credits_errors.HouseCapReached(**CAP),
}
"""How to make the errors that need more than a message."""


def test_every_key_that_the_code_makes_can_be_told(code: Found) -> None:
    assert sorted(code.unknown) == []


def test_every_declared_key_is_still_made_in_the_code(code: Found) -> None:
    assert sorted({*DYNAMIC, *SPREAD} - code.made) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_that_the_code_names_is_there(
    locale: str, sentences: Languages, code: Found
) -> None:
    named = {key: use.where for use in code.uses for key in use.keys}
    assert {key: where for key, where in named.items() if key not in sentences[locale]} == {}
    assert set(code.errors.values()) <= set(sentences[locale])


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_is_named_somewhere(locale: str, sentences: Languages, code: Found) -> None:
    mine = {key for key in sentences[locale] if not key.startswith(COMMAND_WORDS)}
    assert sorted(mine - code.keys) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_value_that_is_passed_has_a_place_and_every_place_its_value(
    locale: str, sentences: Languages, code: Found
) -> None:
    wrong = {}
    for use in code.uses:
        if use.values is None:
            continue
        named = [sentences[locale][key].values for key in use.keys if key in sentences[locale]]
        known = frozenset().union(*named)
        if known != use.values:
            wrong[use.where] = sorted(known ^ use.values)
    assert wrong == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_an_errors_sentence_takes_only_what_the_error_tells(
    locale: str, sentences: Languages, code: Found
) -> None:
    told: set[str] = set()
    taken: set[str] = set()
    for (module, name), key in code.errors.items():
        error: Callable[[str], Exception] = getattr(import_module(module), name)
        make = RAISED.get(name, partial(error, "why"))
        values = set(getattr(make(), "member_values", {}))
        told |= values
        taken |= sentences[locale][key].values
        assert sentences[locale][key].values <= values | {"reference"}, name
    assert told <= taken, "no sentence takes a value that errors tell"


def test_what_the_ledger_is_told_has_a_word_in_the_history(code: Found) -> None:
    assert code.purposes == set(PURPOSES)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_file_is_read_whole(locale: str) -> None:
    damaged = [
        (file, entry.content) for file, entry in entries(locale) if isinstance(entry, ast.Junk)
    ]
    assert damaged == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_sentence_stands_twice(locale: str) -> None:
    names = [message.id.name for _, message in messages(locale)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_languages_have_the_same_sentences_in_the_same_files(sentences: Languages) -> None:
    placed = {
        locale: {key: one.file for key, one in language.items()}
        for locale, language in sentences.items()
    }
    assert placed["en"] == placed["es"]


def test_a_sentence_takes_the_same_values_in_every_language(sentences: Languages) -> None:
    english, spanish = sentences["en"], sentences["es"]
    assert {k: (v.values, v.numbers) for k, v in english.items()} == {
        k: (v.values, v.numbers) for k, v in spanish.items()
    }


def test_no_sentence_is_left_in_the_other_language(sentences: Languages) -> None:
    english, spanish = sentences["en"], sentences["es"]
    same = {key for key, one in english.items() if one.source == spanish[key].source}
    assert same == SAME_IN_BOTH
