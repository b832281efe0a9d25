"""The program's sentences, in Fluent files, one folder a language.

Values from outside are put in as values, never read as messages. Each stands in one line, sized
and without what cannot be seen; one with letters or digits that run from right to left is
isolated, so that it cannot reorder the sentence around it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from importlib import resources
from typing import TYPE_CHECKING

from plumas_core.characters import clean_text, cut
from plumas_core.commands.reply import Moment, Part, Parts, Person

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

LOCALES = ("en", "es")
FALLBACK = "en"

LONGEST_VALUE = 2_000
"""Characters of one value in a sentence; Fluent refuses to put in more than 2,500."""

_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
"""Noncharacters, which no value can hold: ``clean_text`` takes them out."""
_MARK = re.compile(f"{_OPEN}(\\d+){_CLOSE}")
_BREAKS = re.compile(r"[\n\t]+")
_FSI, _PDI = "\u2068", "\u2069"


class MissingText(KeyError):
    """A sentence that no language has, or that lacks a value: a mistake in the program."""


class Translations:
    """Finds a sentence by its id. A language is read when it is first needed.

    A sentence that takes no values is put together once.
    """

    def __init__(self) -> None:
        self._bundles: dict[str, FluentBundle] = {}
        self._fixed: dict[tuple[str, str], str] = {}

    def text(self, locale: str, key: str, **values: object) -> str:
        """Return the sentence ``key`` in ``locale``; ``key.attribute`` finds an attribute.

        Raises:
            MissingText: no language has it, or a value that it needs is not given.
        """
        if values:
            return self._formatted(locale, key, {name: _value(v) for name, v in values.items()})
        found = self._fixed.get((locale, key))
        if found is None:
            found = self._fixed[closest(locale), key] = self._formatted(locale, key, {})
        return found

    def rich(self, locale: str, key: str, **values: object) -> Parts:
        """Return the sentence with its moments and persons kept as what they are.

        Raises:
            MissingText: as for ``text``.
        """
        kept: list[Moment | Person] = []
        flat: dict[str, object] = {}
        for name, value in values.items():
            if isinstance(value, Moment | Person):
                flat[name] = f"{_OPEN}{len(kept)}{_CLOSE}"
                kept.append(value)
            else:
                flat[name] = _value(value)
        parts: list[Part] = []
        for n, piece in enumerate(_MARK.split(self._formatted(locale, key, flat))):
            if n % 2:
                parts.append(kept[int(piece)])
            elif piece:
                parts.append(piece)
        return tuple(parts)

    def has(self, locale: str, key: str) -> bool:
        """Tell whether ``locale`` itself has the sentence or attribute."""
        name, _, attribute = key.partition(".")
        bundle = self._bundle(closest(locale))
        if not bundle.has_message(name):
            return False
        message = bundle.get_message(name)
        return attribute in message.attributes if attribute else message.value is not None

    def _formatted(self, locale: str, key: str, values: Mapping[str, object]) -> str:
        name, _, attribute = key.partition(".")
        for candidate in (closest(locale), FALLBACK):
            bundle = self._bundle(candidate)
            if not bundle.has_message(name):
                continue
            message = bundle.get_message(name)
            pattern = message.attributes.get(attribute) if attribute else message.value
            if pattern is None:
                continue
            text, errors = bundle.format_pattern(pattern, dict(values))
            if errors:
                raise MissingText(f"{key} in {candidate}: {errors[0]}")
            return str(text)
        raise MissingText(key)

    def _bundle(self, locale: str) -> FluentBundle:
        if locale not in self._bundles:
            self._bundles[locale] = _load(locale)
        return self._bundles[locale]


def closest(locale: str | None) -> str:
    """Return the language of ours that is nearest to a platform's locale tag."""
    language = (locale or FALLBACK).replace("_", "-").split("-")[0].lower()
    return language if language in LOCALES else FALLBACK


def _load(locale: str) -> FluentBundle:
    from fluent.runtime import FluentBundle, FluentResource

    bundle = FluentBundle([locale], use_isolating=False)
    folder = resources.files("plumas_core.locales") / locale
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".ftl"):
            bundle.add_resource(FluentResource(file.read_text(encoding="utf-8")))
    return bundle


def _value(value: object) -> object:
    """Return a value as it may stand in a sentence; only strings are changed."""
    if not isinstance(value, str):
        return value
    line = cut(_BREAKS.sub(" ", clean_text(value)), LONGEST_VALUE)
    if any(unicodedata.bidirectional(character) in ("R", "AL", "AN") for character in line):
        return f"{_FSI}{line}{_PDI}"
    return line
