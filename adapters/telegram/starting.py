"""``/start``: what the bot is in three lines, or what the deep link that led here was for."""

from __future__ import annotations

from adapters.telegram.events import Spot
from adapters.telegram.kept import PREFIX, find_kept
from adapters.telegram.links import read_press
from adapters.telegram.moving import find_again
from adapters.telegram.office import Office, Visit
from plumas_core.app import App
from plumas_core.commands.dispatch import run_action
from plumas_core.commands.reply import Block, Note, Reply, Text, Title
from plumas_core.commands.spec import Press
from plumas_core.problems import Problem


class Starting:
    """Receives members in private."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def start(self, visit: Visit, parameter: str) -> None:
        """Greet a member, or go on where a link left off."""
        app = self._office.app
        if not visit.spot.private:
            await self._office.say(visit, introduction(app, visit.locale))
            return
        visit.turn.also(lambda c: find_again(app, c, visit.spot.address))
        if not parameter:
            await self._office.say(visit, introduction(app, visit.locale))
        elif parameter.startswith(PREFIX):
            await self._show_kept(visit, parameter.removeprefix(PREFIX))
        else:
            await self._press(visit, parameter)

    async def _show_kept(self, visit: Visit, code: str) -> None:
        app = self._office.app
        found = await app.db.read(lambda c: find_kept(app, c, code))
        if found is None or not await self._is_for(visit, found[0]):
            await self._office.refuse(visit, Problem("telegram-link-old"))
            return
        await self._office.exchange(visit).show(found[1], "private")

    async def _is_for(self, visit: Visit, account: str) -> bool:
        """Tell whether what was kept for an account is for a visitor.

        What a group's administrator asked in its name is for all who administer it.
        """
        if account == visit.event.account_id:
            return True
        spot = Spot(int(account))
        admins = self._office.admins
        return not spot.private and await admins.administers(spot.chat, visit.spot.chat)

    async def _press(self, visit: Visit, parameter: str) -> None:
        """Do in private what a button in a group stands for."""
        found = read_press(parameter, self._office.actions)
        if found is None:
            await self._office.say(visit, introduction(self._office.app, visit.locale))
            return
        name, ref = found
        action = self._office.actions[name]
        replies = run_action(self._office.app, action, visit.event, Press(ref, {}))
        await self._office.exchange(visit).answer(replies, "private")


def introduction(app: App, locale: str) -> Reply:
    """Return what the bot is, in three lines."""
    t = app.texts
    blocks: list[Block] = [
        Title(t.text(locale, "help-title")),
        Text((t.text(locale, "telegram-start-what"),)),
        Text((t.text(locale, "telegram-start-how"),)),
        Text((t.text(locale, "telegram-start-help"),)),
    ]
    if not app.providers.real_keys:
        blocks.append(Note(t.text(locale, "simulated-all"), "simulated"))
    return Reply(tuple(blocks))
