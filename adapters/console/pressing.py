"""Which button a number, a name or a code means, from what was shown to whom."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from plumas_core.commands.reply import Button

_REMEMBERED = 200
"""Replies with buttons that are kept in mind; a code works always, as it carries its meaning."""


class Buttons:
    """Remembers the buttons of the replies shown to each member and channel, latest first."""

    def __init__(self) -> None:
        self._shown: deque[tuple[str, tuple[Button, ...]]] = deque(maxlen=_REMEMBERED)

    def remember(self, to: str, buttons: Sequence[Button]) -> None:
        """Note that ``to`` (a member or a channel) was shown these."""
        if buttons:
            self._shown.appendleft((to, tuple(buttons)))

    def find(self, target: str, member: str, channel: str) -> tuple[str, str] | None:
        """Return the action and the reference that a member means in a channel.

        ``target`` is the number of a button in the last reply that has some, ``action:ref``, or
        the action or the label of a button that the member saw.
        """
        seen = [buttons for to, buttons in self._shown if to in (member, channel)]
        if target.isdecimal() and len(target) < 4:
            last = seen[0] if seen else ()
            number = int(target)
            if not 0 < number <= len(last):
                return None
            return last[number - 1].action, last[number - 1].ref
        action, colon, ref = target.partition(":")
        if colon and ref and " " not in target:
            return action, ref
        for buttons in seen:
            for button in buttons:
                if target == button.action or target.casefold() == button.label.casefold():
                    return button.action, button.ref
        return None
