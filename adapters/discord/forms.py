"""Forms as Discord's modals, and what comes back from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import discord
from discord import ui

from adapters.discord import limits
from adapters.discord.safe import clean, visible
from adapters.discord.uploads import Upload, read_upload, upload_from
from plumas_core.commands.reply import Form, FormField
from plumas_core.lengths import clipped, head
from plumas_core.locales.translate import Translations
from plumas_core.problems import Problem

FILE: Final = ".file"
"""What follows a question's name in the id of the file that may answer it."""

_TEXT_INPUT, _SELECT, _FILE_UPLOAD = 4, 3, 19


def modal(form: Form, texts: Translations, locale: str) -> ui.Modal:
    """Return a form's modal.

    Discord shows at most five questions; a text that a file may stand in for takes two of them.
    The modal is stopped at once: what is sent is understood by its ids alone.

    Raises:
        ValueError: the form asks for more than a modal holds.
    """
    made = ui.Modal(
        title=visible(clipped(clean(form.title), limits.MODAL_TITLE)),
        custom_id=f"{form.action}:{form.ref}",
        timeout=None,
    )
    for field in form.fields:
        made.add_item(_question(field))
        if field.file:
            made.add_item(_file(field, texts.text(locale, "discord-form-file")))
    if len(made.children) > limits.MODAL_COMPONENTS:
        raise ValueError(f"the form {form.action} asks for more than a modal holds")
    made.stop()
    return made


def _question(field: FormField) -> ui.Label[Any]:
    return ui.Label(
        text=visible(clipped(clean(field.label), limits.MODAL_LABEL)),
        description=clipped(clean(field.hint), limits.MODAL_HINT) or None,
        component=_menu(field) if field.options else _input(field),
    )


def _menu(field: FormField) -> ui.Select[Any]:
    options = [
        discord.SelectOption(
            label=visible(clipped(clean(one.label), limits.OPTION_LABEL)), value=one.value
        )
        for one in field.options[: limits.SELECT_OPTIONS]
    ]
    least = int(field.required)
    return ui.Select(
        custom_id=field.name, options=options, required=field.required, min_values=least
    )


def _input(field: FormField) -> ui.TextInput[Any]:
    limit = min(field.limit, limits.MODAL_INPUT)
    style = discord.TextStyle.paragraph if field.paragraph else discord.TextStyle.short
    return ui.TextInput(
        custom_id=field.name,
        style=style,
        required=field.required and not field.file,
        max_length=limit,
        default=head(clean(field.value), limit) or None,
    )


def _file(field: FormField, label: str) -> ui.Label[Any]:
    upload: ui.FileUpload[Any] = ui.FileUpload(
        custom_id=f"{field.name}{FILE}", required=False, min_values=0, max_values=1
    )
    return ui.Label(text=clipped(label, limits.MODAL_LABEL), component=upload)


async def answers(client: discord.Client, data: Mapping[str, Any]) -> dict[str, str]:
    """Return what was answered, by the questions' names; a file's text as its question's answer.

    Raises:
        Problem: a file cannot be taken, or came beside a typed text.
    """
    given: dict[str, str] = {}
    files: dict[str, Upload] = {}
    resolved = data.get("resolved", {}).get("attachments", {})
    for part in _parts(data.get("components", ())):
        name, kind = str(part["custom_id"]), part.get("type")
        if kind == _TEXT_INPUT:
            given[name] = str(part.get("value") or "")
        elif kind == _SELECT:
            given[name] = ",".join(map(str, part.get("values", ())))
        elif kind == _FILE_UPLOAD:
            for number in part.get("values", ())[:1]:
                files[name.removesuffix(FILE)] = upload_from(resolved[number])
    for name, upload in files.items():
        if given.get(name, "").strip():
            raise Problem("entry-text-and-file")
        given[name] = await read_upload(client, name, upload)
    return given


def _parts(components: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the inputs, whether they stand in labels or, as they used to, in rows."""
    for component in components:
        if "component" in component:
            yield component["component"]
        else:
            yield from component.get("components", ())
