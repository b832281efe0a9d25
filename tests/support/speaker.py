"""Members who speak from any platform, server, chat or private chat, on one stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.commands.dispatch import run_action, run_command
from plumas_core.commands.identity import Event
from plumas_core.commands.line import find_command, parse_line
from plumas_core.commands.reply import Button, Note, Reply
from plumas_core.commands.spec import Press
from plumas_core.delivery.places import PRIVATE, private_address
from tests.support.stage import Stage


@dataclass(frozen=True, slots=True)
class Speaker:
    """An account in one place; ``home`` is ``PRIVATE`` in a private chat.

    ``account`` is also its name, if it has no other. ``language`` is the account's,
    ``home_language`` that of the server or chat.
    """

    stage: Stage
    account: str
    platform: str = "console"
    home: str = "console"
    channel: str = "main"
    admin: bool = False
    language: str | None = None
    home_language: str | None = None
    name: str | None = None

    async def say(self, line: str, *, key: str | None = None) -> Reply:
        """Type a line; return the last reply."""
        found = find_command(line, COMMANDS)
        assert found is not None, f"no command in {line!r}"
        spec, rest = found
        values = parse_line(spec, rest)
        event = self.event(key)
        return [reply async for reply in run_command(self.stage.app, spec, event, values)][-1]

    async def press(
        self,
        button: Button | str,
        answers: Mapping[str, str] | None = None,
        *,
        key: str | None = None,
    ) -> Reply:
        """Press a button, or submit a form by its code; return the last reply."""
        code = button.code if isinstance(button, Button) else button
        name, _, ref = code.partition(":")
        press = Press(ref, dict(answers or {}))
        event = self.event(key)
        return [reply async for reply in run_action(self.stage.app, ACTIONS[name], event, press)][
            -1
        ]

    def event(self, key: str | None = None) -> Event:
        """Return an event of this account's in its place, a new one if no key is given."""
        private = self.home == PRIVATE
        return Event(
            platform=self.platform,
            account_id=self.account,
            account_name=self.name or self.account,
            home=self.home,
            home_name=self.home,
            address=private_address(self.account) if private else f"{self.home}/{self.channel}",
            key=f"{self.platform}:{key or self.stage.app.ids.new()}",
            admin=self.admin,
            locale=self.language,
            home_locale=self.home_language,
        )


def said(reply: Reply, tone: str = "error") -> str:
    """Return what a reply remarks in a tone."""
    return " ".join(
        block.text for block in reply.blocks if isinstance(block, Note) and block.tone == tone
    )
