"""Forms that came too late to be opened by themselves, kept for the button that opens them."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import Final

from discord import ui

from adapters.discord.forms import modal
from plumas_core.commands.reply import Button, Form, Note, Reply
from plumas_core.locales.translate import Translations

FORM: Final = "form"
"""The action of the button that opens a kept form."""

_KEPT: Final = 200


class Shelf:
    """Keeps the latest forms; an older one is asked for anew by its command."""

    def __init__(self) -> None:
        self._forms: OrderedDict[str, Form] = OrderedDict()

    def keep(self, form: Form) -> str:
        """Return the word under which the form is found once."""
        word = secrets.token_hex(8)
        self._forms[word] = form
        if len(self._forms) > _KEPT:
            self._forms.popitem(last=False)
        return word

    def take(self, word: str) -> Form | None:
        """Return the form that was kept under a word, if it still is."""
        return self._forms.pop(word, None)


class MemberForms:
    """Opens forms in a member's language, and keeps those that come too late."""

    def __init__(self, shelf: Shelf, texts: Translations, locale: str) -> None:
        self._shelf = shelf
        self._texts = texts
        self._locale = locale

    def modal(self, form: Form) -> ui.Modal:
        return modal(form, self._texts, self._locale)

    def late(self, form: Form) -> Reply:
        label = self._texts.text(self._locale, "discord-form-open")
        button = Button(FORM, self._shelf.keep(form), label, "primary")
        text = self._texts.text(self._locale, "discord-form-late")
        return Reply((Note(text),), buttons=(button,), visibility="private")
