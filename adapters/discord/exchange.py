"""One interaction: acknowledged in time, answered once, streamed by edits, private or public.

Discord waits three seconds for the first sign and takes answers for a quarter of an hour. Whether
the answer is private is settled by that first sign; where it turns out otherwise, the sign is
taken back and the answer sent anew.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final, Protocol

import discord
import structlog

from adapters.discord import messages
from adapters.discord.render import render
from plumas_core.commands.reply import Form, Reply, Visibility
from plumas_core.commands.spec import Opens

log = structlog.get_logger(__name__)

ALREADY_ANSWERED: Final = 40060


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: how long a first sign may take, and how far apart the edits of a stream are.

    Discord lets one interaction be edited five times in two seconds; a message that many people
    see flickers long before that.
    """

    first_sign: float = 0.8
    first_edit: float = 0.4
    edits: float = 1.5


class Forms(Protocol):
    """What becomes of forms."""

    def modal(self, form: Form) -> discord.ui.Modal:
        """Return the modal that asks a form's questions."""
        ...

    def late(self, form: Form) -> Reply:
        """Keep a form that comes too late to be opened; return what offers it by a button."""
        ...


class Exchange:
    """Answers one interaction."""

    def __init__(
        self,
        interaction: discord.Interaction,
        pace: Pace,
        forms: Forms,
    ) -> None:
        self._interaction = interaction
        self._pace = pace
        self._forms = forms
        self._sign: Visibility | None = None
        self._draft: Reply | None = None
        self._over = asyncio.Event()

    async def answer(
        self, replies: AsyncIterator[Reply], opens: Opens, visibility: Visibility
    ) -> None:
        """Show each reply in the place of the one before; the last one stays.

        Where Discord does not wait any more, the work is not begun.
        """
        if opens == "defer" and not await self.acknowledge(visibility):
            return
        last = self._draft = await self._first(replies, visibility)
        if last is None:
            return
        painter = _Later(self._pace.first_edit, self._paint)
        try:
            while not last.final and (reply := await anext(replies, None)) is not None:
                last = self._draft = reply
        finally:
            self._over.set()
            await painter.over()
        if await self.show(last, last.visibility or visibility):
            await anext(replies, None)

    async def acknowledge(self, visibility: Visibility) -> bool:
        """Give the first sign; tell whether Discord still waits for an answer."""
        try:
            await self._interaction.response.defer(ephemeral=visibility == "private", thinking=True)
        except discord.InteractionResponded:
            return True
        except discord.HTTPException as reason:
            if reason.code != ALREADY_ANSWERED:
                log.warning("interaction_missed", code=reason.code, status=reason.status)
                return False
        self._sign = visibility
        return True

    async def show(self, reply: Reply, visibility: Visibility) -> bool:
        """Show the reply that stays; tell whether it could be shown."""
        if reply.form is not None:
            if not self._interaction.response.is_done():
                await self._interaction.response.send_modal(self._forms.modal(reply.form))
                return True
            reply, visibility = self._forms.late(reply.form), "private"
        try:
            await self._show(reply, visibility)
        except discord.HTTPException as reason:
            if reason.status not in (401, 403, 404):
                raise
            return await self._elsewhere(reply, visibility)
        return True

    async def _first(self, replies: AsyncIterator[Reply], visibility: Visibility) -> Reply | None:
        """Return the first reply, with a sign where it takes its time."""
        if self._interaction.response.is_done():
            return await anext(replies, None)
        sign = _Later(self._pace.first_sign, lambda: self.acknowledge(visibility))
        try:
            return await anext(replies, None)
        finally:
            await sign.over()

    async def _paint(self) -> None:
        """Show what there is so far, at the pace of edits, until it is over."""
        shown: Reply | None = None
        while not self._over.is_set():
            draft = self._draft
            if draft is not None and draft is not shown and self._can_show(draft):
                shown = draft
                try:
                    await self._edit(draft)
                except (discord.DiscordException, OSError) as reason:
                    log.debug("draft_not_shown", reason=str(reason))
            await self._pass(self._pace.edits)

    def _can_show(self, draft: Reply) -> bool:
        """Tell whether a draft may stand where the first sign does."""
        seen_alike = self._sign is not None and self._sign == (draft.visibility or self._sign)
        return draft.form is None and seen_alike

    async def _pass(self, seconds: float) -> None:
        """Let time pass, at most until it is over."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._over.wait(), seconds)

    async def _show(self, reply: Reply, visibility: Visibility) -> None:
        interaction = self._interaction
        private = visibility == "private"
        if not interaction.response.is_done():
            arguments = messages.sent(render(reply))
            await interaction.response.send_message(ephemeral=private, **arguments)
        elif visibility == self._sign:
            await self._edit(reply)
        else:
            await interaction.delete_original_response()
            await interaction.followup.send(ephemeral=private, **messages.sent(render(reply)))

    async def _edit(self, reply: Reply) -> None:
        await self._interaction.edit_original_response(**messages.edited(render(reply)))

    async def _elsewhere(self, reply: Reply, visibility: Visibility) -> bool:
        """Say it by an ordinary message: the interaction has died of old age."""
        interaction = self._interaction
        where: discord.abc.Messageable | None = None
        if visibility == "private":
            where = interaction.user
        elif interaction.channel_id is not None:
            where = interaction.client.get_partial_messageable(interaction.channel_id)
        if where is None:
            return False
        try:
            await where.send(nonce=str(interaction.id), **messages.sent(render(reply)))
        except discord.HTTPException as reason:
            log.warning("answer_not_shown", code=reason.code, status=reason.status)
            return False
        return True


class _Later:
    """Work that begins after so many seconds, unless it is over by then; it costs little till then.

    ``over`` calls it off, or waits for its end where it has begun.
    """

    def __init__(self, seconds: float, work: Callable[[], Coroutine[Any, Any, object]]) -> None:
        self._work = work
        self._task: asyncio.Task[object] | None = None
        self._timer = asyncio.get_running_loop().call_later(seconds, self._begin)

    async def over(self) -> None:
        self._timer.cancel()
        if self._task is not None:
            await self._task

    def _begin(self) -> None:
        self._task = asyncio.create_task(self._work())
