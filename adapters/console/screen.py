"""What is shown of a reply, and a terminal that shows it."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.text import Text

from adapters.console import render
from adapters.console.plain import block_text
from adapters.console.safe import shown
from plumas_core.commands.reply import (
    Block,
    Button,
    Fields,
    Progress,
    Reply,
    Title,
    Visibility,
)
from plumas_core.commands.reply import Text as Paragraph
from plumas_core.commands.reply_text import Reading
from plumas_core.locales.translate import Translations

SHOWN_LINES = 60
"""A file of more lines than this is saved and named, but not shown."""

_SAVED_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A reply, to whom it goes, and which numbers its buttons have.

    ``to`` is a member for what is private, a channel for what is public. ``command`` is the path
    as typed or the action pressed; ``None`` for a message from the background. ``before`` is what
    a message that is edited showed until now.
    """

    reply: Reply
    reading: Reading
    to: str
    visibility: Visibility
    command: str | None
    mentions: tuple[str, ...] = ()
    before: Reply | None = None
    buttons: tuple[tuple[int, Button], ...] = ()


class Screen(Protocol):
    """Where replies are shown."""

    def said(self, speaker: str, text: str) -> None:
        """Show what a member typed, where it does not stand there already."""
        ...

    def draft(self, item: Shown) -> None:
        """Show a reply that another one will replace."""
        ...

    def show(self, item: Shown) -> None:
        """Show a reply that stays."""
        ...


class TerminalScreen:
    """A terminal, or a pipe read by a person.

    ``echo``: repeat what members typed and show forms, as a script needs it. ``folder`` takes
    files and images; without one they are not saved. Files of up to ``shown_lines`` lines are
    shown.
    """

    def __init__(
        self,
        console: Console,
        texts: Translations,
        folder: Path | None,
        *,
        echo: bool,
        shown_lines: int = SHOWN_LINES,
    ) -> None:
        self._console = console
        self._shown_lines = shown_lines
        self._texts = texts
        self._folder = folder
        self._echo = echo
        self._live: Live | None = None
        self._follows = False

    def said(self, speaker: str, text: str) -> None:
        if self._echo:
            line = Text(f"\n{shown(speaker)}> ", style="bold cyan").append(
                shown(text), style="default"
            )
            self._console.print(line, crop=False, soft_wrap=True)
            self._follows = True

    def draft(self, item: Shown) -> None:
        if not self._console.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self._console, transient=True, auto_refresh=False)
            self._live.start()
        # The prompt waits until the reply is whole, so that nothing could be pressed on a draft.
        content = self._content(replace(item, buttons=()))
        self._live.update(self._framed(item, content), refresh=True)

    def show(self, item: Shown) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None
        if item.before is not None:
            content = self._changes(item, item.before)
        else:
            content = self._content(item)
        if content:
            if not self._follows:
                self._console.print()
            self._console.print(self._framed(item, content), crop=False)
        self._follows = False

    def _framed(self, item: Shown, content: list[RenderableType]) -> RenderableType:
        """Put a margin beside a reply: one colour for what all see, another for one's own."""
        head = Text(style="dim")
        if item.visibility == "private":
            head.append(self._words(item, "console-only-you", name=item.to))
        elif item.command is None:
            head.append(f"#{shown(item.to)}")
        for name in item.mentions:
            head.append(f" @{shown(name)}", style="bold")
        style = "bright_black" if item.visibility == "private" else "cyan"
        return render.Barred(Group(*([head] if head else []), *content), style)

    def _content(self, item: Shown) -> list[RenderableType]:
        reply = item.reply
        content = render.blocks(reply.blocks, item.reading)
        for file in reply.files:
            content += self._file(item, file.name, file.content.encode("utf-8", "replace"))
            if file.content.count("\n") < self._shown_lines:
                content.append(render.Barred(render.Lines(file.content), "dim", "│ "))
        if reply.image is not None:
            data = base64.b64decode(reply.image.content)
            content += self._file(item, reply.image.name, data)
            content.append(Text(shown(reply.image.alt), style="italic"))
        if reply.form is not None and self._echo:
            content += render.form(reply.form, self._words(item, "console-form-help"))
        return content + self._buttons(item)

    def _buttons(self, item: Shown) -> list[RenderableType]:
        return [Text(""), render.Buttons(item.buttons)] if item.buttons else []

    def _changes(self, item: Shown, before: Reply) -> list[RenderableType]:
        """Return only what an edit changed: in one line where that is enough."""
        news = (_new_in(block, before) for block in item.reply.blocks)
        changed = [block for block in news if block is not None]
        if not changed and item.reply.buttons == before.buttons:
            return []
        title = next((b.text for b in item.reply.blocks if isinstance(b, Title)), None)
        line = Text("✎ ", style="dim")
        if title:
            line.append(shown(title), style="bold dim").append("  ")
        rest: list[Block] = []
        for block in changed:
            if isinstance(block, Fields | Progress | Paragraph) and not rest:
                words = " · ".join(block_text(block, item.reading).split("\n"))
                line.append(shown(words) + "  ")
            elif not isinstance(block, Title):
                rest.append(block)
        content: list[RenderableType] = [line, *render.blocks(rest, item.reading)]
        return content + (self._buttons(item) if item.reply.buttons != before.buttons else [])

    def _file(self, item: Shown, name: str, data: bytes) -> list[RenderableType]:
        if self._folder is None:
            return [Text(shown(name), style="dim")]
        path = self._folder / _safe_name(item.reply.ref, name)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        except OSError as reason:
            line = self._words(item, "console-not-saved", name=name, reason=str(reason))
        else:
            line = self._words(item, "console-saved", name=name, path=str(path))
        return [Text(shown(line), style="dim")]

    def _words(self, item: Shown, key: str, **values: object) -> str:
        return self._texts.text(item.reading.locale, key, **values)


def _new_in(block: Block, before: Reply) -> Block | None:
    """Return of a block what a reply did not show before, or ``None`` where that is nothing."""
    if block in before.blocks:
        return None
    if not isinstance(block, Fields):
        return block
    old = {field for other in before.blocks if isinstance(other, Fields) for field in other.items}
    items = tuple(field for field in block.items if field not in old)
    return replace(block, items=items) if items else None


def _safe_name(ref: str | None, name: str) -> str:
    """Return a name for a file in the folder, whatever a member called theirs."""
    kept = re.sub(r"[^\w.-]+", "_", f"{ref}-{name}" if ref else name).lstrip(".")
    return kept[-_SAVED_NAME:] or "file"
