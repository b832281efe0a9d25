"""Buttons for administrators that are shown in private: they remember the chat that they are for.

What only administrators may read is shown to them in private, where there is nothing to
administer. So such a button carries its chat, and who may press it is asked of that chat anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from adapters.telegram.events import Spot, spot_at
from plumas_core.commands.identity import Event
from plumas_core.commands.reply import BUTTON_BYTES, Button, Reply
from plumas_core.commands.spec import ActionSpec, Audience
from plumas_core.delivery.places import PRIVATE

_AT: Final = "@"
"""Stands between what a button acts on and the address of its chat; no reference has it."""


def rooted(reply: Reply, event: Event, actions: Mapping[str, ActionSpec]) -> Reply:
    """Return a reply whose buttons for administrators remember where ``event`` was."""
    if event.home == PRIVATE or not any(_for_admins(one.action, actions) for one in reply.buttons):
        return reply
    return replace(reply, buttons=tuple(_rooted(one, event, actions) for one in reply.buttons))


def _rooted(button: Button, event: Event, actions: Mapping[str, ActionSpec]) -> Button:
    ref = f"{button.ref}{_AT}{event.address}"
    fits = len(f"{button.action}:{ref}".encode()) <= BUTTON_BYTES
    if not fits or _AT in button.ref or not _for_admins(button.action, actions):
        return button
    return replace(button, ref=ref)


def uprooted(action: ActionSpec | None, ref: str) -> tuple[str, Spot | None]:
    """Return what a button acts on, and the chat that it remembers, if it does."""
    if action is None or action.audience != Audience.ADMIN:
        return ref, None
    own, _, address = ref.partition(_AT)
    try:
        spot = spot_at(address) if address else None
    except ValueError:
        spot = None
    return own, None if spot is None or spot.private else spot


def _for_admins(name: str, actions: Mapping[str, ActionSpec]) -> bool:
    action = actions.get(name)
    return action is not None and action.audience == Audience.ADMIN
