"""What a person sees of the demonstration: the conversation, the batches as they run, the proof."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text
from sqlalchemy import Connection, select

from adapters.console.plain import duration_text
from adapters.console.render import bar
from adapters.console.safe import shown
from adapters.console.screen import Screen, Shown
from plumas_core.app import App
from plumas_core.commands.reply import Verse
from plumas_core.credits.audit import AuditReport
from plumas_core.duels.card import reading_progress
from plumas_core.locales.translate import Translations
from plumas_core.storage.tables.work import batches

LOOK = 0.1
"""Seconds between two looks at the batches."""

_TYPED = 60
"""Characters of the first line of a text that are shown where its author types it."""


class Highlights:
    """A screen on which a text stands once: where all of them are posted.

    Changes of the duel's card are left out, since the batches are shown as they run; what is
    posted between ``hold`` and ``release`` is shown afterwards, below them.
    """

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._held: list[Shown] | None = None

    def said(self, speaker: str, text: str) -> None:
        first, line_feed, _ = text.partition("\n")
        self._screen.said(speaker, f"{first[:_TYPED]}…" if line_feed else text)

    def draft(self, item: Shown) -> None:
        return None

    def show(self, item: Shown) -> None:
        if item.before is not None:
            return
        if self._held is not None:
            self._held.append(item)
            return
        if item.visibility == "private":
            blocks = tuple(one for one in item.reply.blocks if not isinstance(one, Verse))
            item = replace(item, reply=replace(item.reply, blocks=blocks))
        self._screen.show(item)

    def hold(self) -> None:
        """Keep back what comes."""
        self._held = []

    def release(self) -> None:
        """Show what was kept back."""
        held, self._held = self._held or [], None
        for item in held:
            self.show(item)


@dataclass(frozen=True, slots=True)
class BatchRow:
    """How far one batch is."""

    model_id: str
    state: str
    rows: int
    finished: int
    polls: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the judging is; ``elapsed`` in milliseconds of program time."""

    batches: tuple[BatchRow, ...]
    read: int
    readings: int
    elapsed: int


Look: TypeAlias = Callable[[], Awaitable[Progress]]


def progress(app: App, c: Connection, duel_id: int, since: int) -> Progress:
    """Return how far the batches and the readings of a duel are."""
    query = select(
        batches.c.model_id,
        batches.c.state,
        batches.c.rows,
        batches.c.finished,
        batches.c.polls,
    ).order_by(batches.c.id)
    rows = tuple(BatchRow(*row) for row in c.execute(query))
    return Progress(rows, *reading_progress(c, duel_id), app.clock() - since)


async def watch(
    console: Console, texts: Translations, locale: str, look: Look, done: asyncio.Event
) -> None:
    """Show the batches while they run, until ``done``; on a pipe, a line for each change."""
    if not console.is_terminal:
        await _watch_lines(console, texts, locale, look, done)
        return
    with Live(console=console, auto_refresh=False) as live:
        while not done.is_set():
            live.update(_panel(texts, locale, await look()), refresh=True)
            await asyncio.sleep(LOOK)
        live.update(_panel(texts, locale, await look()), refresh=True)


async def _watch_lines(
    console: Console, texts: Translations, locale: str, look: Look, done: asyncio.Event
) -> None:
    before: tuple[BatchRow, ...] = ()
    while True:
        last = done.is_set()
        now = await look()
        for row in now.batches:
            if not any(_same_news(row, old) for old in before):
                words = texts.text(
                    locale,
                    "demo-batch",
                    model=row.model_id,
                    state=_state(texts, locale, row),
                    finished=row.finished,
                    rows=row.rows,
                )
                console.print(Text(f"  {shown(words)}"))
        before = now.batches
        if last:
            return
        await asyncio.sleep(LOOK)


def _same_news(row: BatchRow, old: BatchRow) -> bool:
    return replace(row, polls=0) == replace(old, polls=0)


def _panel(texts: Translations, locale: str, now: Progress) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for key in ("demo-column-model", "demo-column-state", "demo-column-rows", "demo-column-polls"):
        justify: Literal["left", "right"] = "right" if key == "demo-column-polls" else "left"
        table.add_column(texts.text(locale, key), justify=justify)
    for row in now.batches:
        table.add_row(
            Text(row.model_id, style="cyan"),
            _state(texts, locale, row),
            bar(row.finished, row.rows),
            str(row.polls),
        )
    clock = texts.text(locale, "demo-clock", elapsed=duration_text(now.elapsed, locale))
    read = Text(texts.text(locale, "demo-read")).append("  ").append(bar(now.read, now.readings))
    return Group(table, read, Text(clock, style="dim"))


def _state(texts: Translations, locale: str, row: BatchRow) -> str:
    return texts.text(locale, f"demo-state-{row.state}")


def proof(texts: Translations, locale: str, audited: AuditReport) -> RenderableType:
    """Return what the ledger's audit looked at, and what it found."""
    checked = {name: audited.checked[name] for name in ("accounts", "holds", "transfers", "calls")}
    key = "demo-proof" if audited.ok else "demo-no-proof"
    sign, style = ("✓", "bold green") if audited.ok else ("✗", "bold red")
    line = Text(f"{sign} {texts.text(locale, key, **checked)}", style=style)
    return Group(line, *(Text(f"  {shown(finding)}") for finding in audited.findings))
