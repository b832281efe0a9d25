"""Every command and every button, in the order in which help shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plumas_core.commands import (
    approve,
    duel_close,
    duel_copies,
    duel_enter,
    duel_invite,
    duel_status,
    link,
    link_place,
    mentions,
    write,
)
from plumas_core.commands import credits as credits_command
from plumas_core.commands.agents import AGENT_LIST, AGENT_SHOW
from plumas_core.commands.approve import APPROVE
from plumas_core.commands.credits import CREDITS
from plumas_core.commands.duel_close import DUEL_CANCEL, DUEL_CLOSE
from plumas_core.commands.duel_enter import DUEL_ENTER, DUEL_WITHDRAW
from plumas_core.commands.duel_invite import DUEL_INVITE
from plumas_core.commands.duel_new import DUEL_NEW
from plumas_core.commands.duel_status import DUEL_LIST, DUEL_RESULTS, DUEL_STATUS
from plumas_core.commands.give import GIVE, GRANT
from plumas_core.commands.help import help_command
from plumas_core.commands.link import LINK
from plumas_core.commands.mentions import MENTIONS
from plumas_core.commands.models import MODEL_DISABLE, MODEL_ENABLE, MODEL_RESET, MODELS
from plumas_core.commands.settings import SETTINGS
from plumas_core.commands.spec import ActionSpec, AnyCommand
from plumas_core.commands.write import WRITE


def _all_commands() -> Sequence[AnyCommand]:
    return COMMANDS


COMMANDS: tuple[AnyCommand, ...] = (
    WRITE,
    DUEL_NEW,
    DUEL_ENTER,
    DUEL_WITHDRAW,
    DUEL_INVITE,
    DUEL_STATUS,
    DUEL_LIST,
    DUEL_RESULTS,
    DUEL_CLOSE,
    DUEL_CANCEL,
    CREDITS,
    GIVE,
    GRANT,
    MODELS,
    MODEL_ENABLE,
    MODEL_DISABLE,
    MODEL_RESET,
    AGENT_LIST,
    AGENT_SHOW,
    SETTINGS,
    MENTIONS,
    APPROVE,
    LINK,
    help_command(_all_commands),
)

ACTIONS: Mapping[str, ActionSpec] = {
    action.name: action
    for actions in (
        write.ACTIONS,
        duel_enter.ACTIONS,
        duel_invite.ACTIONS,
        duel_close.ACTIONS,
        duel_copies.ACTIONS,
        duel_status.ACTIONS,
        credits_command.ACTIONS,
        link.ACTIONS,
        link_place.ACTIONS,
        mentions.ACTIONS,
        approve.ACTIONS,
    )
    for action in actions
}
