"""What commands are called and said to do, in every language and within the platforms' limits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

import pytest

from plumas_core.commands.catalogue import COMMANDS
from plumas_core.locales.translate import LOCALES, Translations
from tests.plumas_core.locales.sentences import Sentence

Languages = Mapping[str, Mapping[str, Sentence]]

DESCRIPTION_LIMIT: Final = 100
BUTTON_LIMIT: Final = 80
FORM_TITLE_LIMIT: Final = 45
FORM_LABEL_LIMIT: Final = 45
FORM_HINT_LIMIT: Final = 100
"""Discord's limits, the narrowest; Telegram's are wider."""

NAME: Final = re.compile(r"[-_\w]{1,32}")
NAMED_COMMAND: Final = re.compile(r"(?<![\w/])/([a-z]+)(?: ([a-z]+))?")

PATHS: Final = {command.path for command in COMMANDS}
GROUPS: Final = {path[:n] for path in PATHS for n in range(1, len(path))}
PARAMS: Final = {param.name for command in COMMANDS for param in command.params}


def key_of(path: tuple[str, ...]) -> str:
    return "cmd-" + "-".join(path)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_command_group_and_parameter_has_its_words(locale: str, sentences: Languages) -> None:
    wanted = {key_of(path) for path in PATHS | GROUPS}
    wanted |= {f"{key_of(path)}.word" for path in PATHS | GROUPS}
    wanted |= {f"{command.key}.{param.name}" for command in COMMANDS for param in command.params}
    wanted |= {f"param-{name}" for name in PARAMS}
    there = {key for key in sentences[locale] if key.startswith(("cmd-", "param-"))}
    assert sorted(there ^ wanted) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_descriptions_fit_discord(locale: str, sentences: Languages, texts: Translations) -> None:
    described = [
        key for key in sentences[locale] if key.startswith("cmd-") and not key.endswith(".word")
    ]
    long = {
        key: len(texts.text(locale, key))
        for key in described
        if not 1 <= len(texts.text(locale, key)) <= DESCRIPTION_LIMIT
    }
    assert long == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_names_of_commands_and_parameters_are_ones_that_discord_takes(
    locale: str, sentences: Languages, texts: Translations
) -> None:
    keys = [key for key in sentences[locale] if key.endswith(".word") or key.startswith("param-")]
    names = {key: texts.text(locale, key) for key in keys}
    assert {
        key: name for key, name in names.items() if not NAME.fullmatch(name) or name != name.lower()
    } == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_commands_of_a_group_share_a_name(locale: str, texts: Translations) -> None:
    names = [
        (path[:-1], texts.text(locale, f"{key_of(path)}.word")) for path in sorted(PATHS | GROUPS)
    ]
    assert sorted({one for one in names if names.count(one) > 1}) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_two_parameters_of_a_command_share_a_name(locale: str, texts: Translations) -> None:
    for command in COMMANDS:
        names = [texts.text(locale, f"param-{param.name}") for param in command.params]
        assert len(set(names)) == len(names), command.path


def test_the_english_names_are_the_ones_that_are_typed(texts: Translations) -> None:
    assert all(texts.text("en", f"{key_of(path)}.word") == path[-1] for path in PATHS | GROUPS)
    assert all(texts.text("en", f"param-{name}") == name for name in PARAMS)


@pytest.mark.parametrize("locale", LOCALES)
def test_every_command_that_a_sentence_names_exists(locale: str, sentences: Languages) -> None:
    unknown = {}
    for key, sentence in sentences[locale].items():
        for words in NAMED_COMMAND.findall(sentence.words):
            if words[:1] not in PATHS and words not in PATHS:
                unknown[key] = words
    assert unknown == {}


@pytest.mark.parametrize("locale", LOCALES)
def test_buttons_and_forms_fit_discord(
    locale: str, sentences: Languages, texts: Translations
) -> None:
    buttons = {
        key: len(texts.text(locale, key)) for key in sentences[locale] if key.startswith("button-")
    }
    assert buttons
    assert all(size <= BUTTON_LIMIT for size in buttons.values())
    assert len(texts.text(locale, "form-enter", number=99_999)) <= FORM_TITLE_LIMIT
    assert len(texts.text(locale, "form-title")) <= FORM_LABEL_LIMIT
    assert len(texts.text(locale, "form-text", words=3_000)) <= FORM_LABEL_LIMIT
    assert len(texts.text(locale, "form-hint")) <= FORM_HINT_LIMIT
