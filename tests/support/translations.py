"""The program's sentences, read once for all the lives that a test process plays."""

from __future__ import annotations

from functools import cache

from plumas_core.locales.translate import Translations


@cache
def translations() -> Translations:
    """Return the sentences in all languages."""
    return Translations()
