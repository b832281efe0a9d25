"""The program's sentences, in Fluent files, one folder a language.

Values from outside are put in as values, never read as messages; those with letters that run
from right to left are isolated, so that they cannot reorder the sentence around them.
"""

from __future__ import annotations

import re
import unicodedata
from importlib import resources
from typing import TYPE_CHECKING

from plumas_core.commands.reply import Moment, Part, Parts, Person

if TYPE_CHECKING:
    from fluent.runtime import FluentBundle

LOCALES = ("en", "es")
FALLBACK = "en"

_MARK = re.compile("\ue000(\\d+)\ue001")
_FSI, _PDI = "\u2068", "\u2069"


class MissingText(KeyError):
    """A sentence that no language has: a mistake in the program."""


class Translations:
    """Finds a sentence by its id. A language is read when it is first needed."""

    def __init__(self) -> None:
        self._bundles: dict[str, FluentBundle] = {}

    def text(self, locale: str, key: str, **values: object) -> str:
        """Return the sentence ``key`` in ``locale``; ``key.attribute`` finds an attribute.

        Raises:
            MissingText: no language has it.
        """
        name, _, attribute = key.partition(".")
        for candidate in (closest(locale), FALLBACK):
            bundle = self._bundle(candidate)
            if not bundle.has_message(name):
                continue
            message = bundle.get_message(name)
            pattern = message.attributes.get(attribute) if attribute else message.value
            if pattern is None:
                continue
            given = {k: _isolated(v) if isinstance(v, str) else v for k, v in values.items()}
            text, errors = bundle.format_pattern(pattern, given)
            if errors:
                raise MissingText(f"{key} in {candidate}: {errors[0]}")
            return str(text)
        raise MissingText(key)

    def rich(self, locale: str, key: str, **values: object) -> Parts:
        """Return the sentence with its moments and persons kept as what they are."""
        kept: list[Moment | Person] = []
        flat: dict[str, object] = {}
        for name, value in values.items():
            if isinstance(value, Moment | Person):
                flat[name] = f"\ue000{len(kept)}\ue001"
                kept.append(value)
            else:
                flat[name] = _unmarked(value)
        parts: list[Part] = []
        for n, piece in enumerate(_MARK.split(self.text(locale, key, **flat))):
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


def _isolated(value: str) -> str:
    if any(unicodedata.bidirectional(character) in ("R", "AL") for character in value):
        return f"{_FSI}{value}{_PDI}"
    return value


def _unmarked(value: object) -> object:
    if isinstance(value, str):
        return value.replace("\ue000", "").replace("\ue001", "")
    return value
