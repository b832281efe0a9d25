"""What the operators are told, each in private and once."""

from __future__ import annotations

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.commands.reply import Reply, note
from plumas_core.delivery.places import account_place


def tell_operators(app: App, c: Connection, key: str, text: str) -> int:
    """Owe ``text`` to every operator whose platform is served; return how many there are.

    ``key`` says what it is about: the same is told once.
    """
    return ask_operators(app, c, key, note(text, "warning"))


def ask_operators(app: App, c: Connection, key: str, reply: Reply) -> int:
    """Owe ``reply``, with its buttons, as ``tell_operators`` does."""
    told = 0
    for platform, account in sorted(app.policy.operators):
        if platform in app.outbox.deliverers:
            app.outbox.enqueue(
                c,
                key=f"{key}:{platform}:{account}",
                place=account_place(app, c, platform, account),
                reply=reply,
            )
            told += 1
    return told
