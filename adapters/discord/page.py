"""A message's embeds while they are filled, from top to bottom."""

from __future__ import annotations

from typing import Any

from adapters.discord import limits
from adapters.discord.safe import visible
from plumas_core.lengths import clipped, size

_GAP = "\n\n"


class _Embed:
    """One embed: Discord shows its title, then its description, then its fields."""

    def __init__(self) -> None:
        self.title = ""
        self.description = ""
        self.fields: list[dict[str, Any]] = []

    @property
    def empty(self) -> bool:
        return not (self.title or self.description or self.fields)


class Page:
    """Embeds of at most ``room`` units in all. What comes in order stays in order.

    ``full`` is set by the first piece that finds no room; nothing is added from then on.
    """

    def __init__(self, room: int) -> None:
        self._room = room
        self._embeds: list[_Embed] = [_Embed()]
        self.used = 0
        self.full = False

    def title(self, text: str) -> None:
        """Begin what stands under a heading."""
        if not text.strip():
            return
        shown = clipped(text, limits.EMBED_TITLE)
        last = len(self._embeds) == limits.EMBEDS and not self._embeds[-1].empty
        if last:
            self.text(f"**{shown}**")
        elif self._takes(size(shown)):
            self._next_unless(self._embeds[-1].empty)
            self._embeds[-1].title = shown

    def text(self, text: str) -> None:
        """Add a paragraph, of at most one description's length."""
        if not text.strip():
            return
        current = self._embeds[-1]
        gap = _GAP if current.description else ""
        fits = size(current.description + gap + text) <= limits.EMBED_DESCRIPTION
        if current.fields or not fits:
            gap = ""
        if not self._takes(size(gap + text)):
            return
        if self._next_unless(fits and not current.fields):
            self._embeds[-1].description += gap + text

    def field(self, name: str, value: str, units: int, *, inline: bool) -> None:
        """Add a named value, both within their limits and neither empty, ``units`` together."""
        if not self._takes(units):
            return
        if self._next_unless(len(self._embeds[-1].fields) < limits.EMBED_FIELDS):
            self._embeds[-1].fields.append({"name": name, "value": value, "inline": inline})

    def close(self, text: str) -> None:
        """Put a last short line at the end, for which room was kept outside of ``room``."""
        last = self._embeds[-1]
        grown = f"{last.description}{_GAP}{text}" if last.description else text
        if not last.fields and size(grown) <= limits.EMBED_DESCRIPTION:
            last.description = grown
        elif len(self._embeds) < limits.EMBEDS:
            self._embeds.append(_Embed())
            self._embeds[-1].description = text

    def embeds(self, colour: int) -> list[dict[str, Any]]:
        """Return the embeds as Discord's API takes them."""
        made = []
        for embed in self._embeds:
            if embed.empty:
                continue
            one: dict[str, Any] = {"color": colour}
            if embed.title:
                one["title"] = visible(embed.title)
            if embed.description:
                one["description"] = visible(embed.description)
            if embed.fields:
                one["fields"] = embed.fields
            made.append(one)
        return made

    def _takes(self, units: int) -> bool:
        if self.full or self.used + units > self._room:
            self.full = True
            return False
        self.used += units
        return True

    def _next_unless(self, fits: bool) -> bool:
        """Go on to the next embed where the current one cannot take it; tell if there is one."""
        if fits:
            return True
        if len(self._embeds) == limits.EMBEDS:
            self.full = True
            return False
        self._embeds.append(_Embed())
        return True
