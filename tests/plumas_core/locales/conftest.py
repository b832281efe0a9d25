"""What the tests of the sentences share: all sentences, and all places that name one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from plumas_core.locales.translate import LOCALES, Translations
from tests.plumas_core.locales.dynamic import DYNAMIC, SPREAD
from tests.plumas_core.locales.sentences import Sentence, read_language
from tests.plumas_core.locales.uses import Found, find_uses


@pytest.fixture(scope="session")
def sentences() -> Mapping[str, Mapping[str, Sentence]]:
    """Every sentence, by language and key."""
    return {locale: read_language(locale) for locale in LOCALES}


@pytest.fixture(scope="session")
def code() -> Found:
    """Every place in the code that names a sentence."""
    return find_uses(DYNAMIC, SPREAD)


@pytest.fixture(scope="session")
def texts() -> Translations:
    """The program's own translations."""
    return Translations()
