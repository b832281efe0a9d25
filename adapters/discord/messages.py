"""A rendered reply in the objects that discord.py sends."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

import discord
from discord import ui

from adapters.discord import limits
from adapters.discord.render import Attachment, Rendered
from adapters.discord.safe import clean, visible
from plumas_core.commands.reply import Button
from plumas_core.lengths import clipped

PICK: Final = "pick:"
"""What the id of a menu begins with that stands for buttons; what is chosen is a button's code."""

_STYLES: Final = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "danger": discord.ButtonStyle.danger,
}
NOBODY: Final = discord.AllowedMentions.none()


def message(rendered: Rendered, content: str | None = None) -> dict[str, Any]:
    """Return what both sending and editing take; attachments are added by the two below."""
    empty = not (rendered.embeds or rendered.files or content)
    return {
        "content": visible("") if empty else content,
        "embeds": [discord.Embed.from_dict(embed) for embed in rendered.embeds],
        "allowed_mentions": NOBODY,
    }


def sent(rendered: Rendered, content: str | None = None) -> dict[str, Any]:
    """Return the arguments for a new message."""
    arguments = message(rendered, content)
    if rendered.files:
        arguments["files"] = files(rendered.files)
    if rendered.buttons:
        arguments["view"] = view(rendered.buttons)
    return arguments


def edited(rendered: Rendered, content: str | None = None) -> dict[str, Any]:
    """Return the arguments that make an existing message show this and nothing else."""
    arguments = message(rendered, content)
    arguments["attachments"] = files(rendered.files)
    arguments["view"] = view(rendered.buttons) if rendered.buttons else None
    return arguments


def files(attachments: Sequence[Attachment]) -> list[discord.File]:
    """Return the files, each to be read once."""
    return [
        discord.File(io.BytesIO(one.data), filename=one.name, description=one.alt)
        for one in attachments
    ]


def view(buttons: Sequence[Button]) -> ui.View:
    """Return the buttons in rows; where there are too many for that, menus to choose from.

    The view is stopped at once: presses are understood by their ids alone, so that they work
    after a restart, and discord.py need not remember it.
    """
    made = ui.View(timeout=None)
    if len(buttons) <= limits.ROWS * limits.ROW_BUTTONS:
        for position, button in enumerate(buttons):
            made.add_item(
                ui.Button(
                    custom_id=button.code,
                    label=_label(button, limits.BUTTON_LABEL),
                    style=_STYLES[button.style],
                    row=position // limits.ROW_BUTTONS,
                )
            )
    else:
        for row in range(limits.ROWS):
            start = row * limits.SELECT_OPTIONS
            made_of = buttons[start : start + limits.SELECT_OPTIONS]
            if made_of:
                made.add_item(_menu(row, made_of))
    made.stop()
    return made


def _menu(row: int, buttons: Sequence[Button]) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=_label(button, limits.OPTION_LABEL), value=button.code)
        for button in buttons
    ]
    return ui.Select(custom_id=f"{PICK}{row}", options=options, row=row)


def _label(button: Button, limit: int) -> str:
    return visible(clipped(clean(button.label), limit))
