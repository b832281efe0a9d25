"""What ``plumas doctor`` says of Telegram: token, address, privacy, and who else takes updates."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bot.findings import Finding, Patient

if TYPE_CHECKING:
    from adapters.telegram.examine import Examined

NAME: Final = "telegram"
LOOKS: Final = re.compile(r"\d{5,16}:[A-Za-z0-9_-]{30,64}")
"""What @BotFather gives out: the bot's number and its secret."""

COPY_AGAIN: Final = "copy it again from @BotFather (/mybots, API Token)"


def telegram(patient: Patient) -> Iterator[Finding]:
    """Look at what is set for Telegram."""
    chosen = patient.settings
    if chosen.telegram_token is None:
        yield Finding(NAME, "ok", "not served, as there is no TELEGRAM_TOKEN")
        return
    if LOOKS.fullmatch(chosen.telegram_token.get_secret_value()) is None:
        says = "TELEGRAM_TOKEN does not look like a bot's token"
        yield Finding(NAME, "attention", says, COPY_AGAIN)
    hook = chosen.telegram_webhook_url
    if hook is None:
        yield Finding(NAME, "ok", "updates are asked for; no address of ours has to be reachable")
    elif urlsplit(hook).scheme != "https":
        todo = "write an https address, or take it out to ask for updates"
        yield Finding(NAME, "failed", "TELEGRAM_WEBHOOK_URL: Telegram calls https only", todo)
    else:
        where = f"{chosen.telegram_webhook_host}:{chosen.telegram_webhook_port}"
        yield Finding(NAME, "ok", f"Telegram is to call {hook}, to be passed on to {where}")


def telegram_online(patient: Patient) -> Iterator[Finding]:
    """Ask Telegram whether it takes the token, and where it calls."""
    chosen = patient.settings
    if chosen.telegram_token is None:
        return
    from adapters.telegram.examine import TelegramAway, examine
    from adapters.telegram.polling import TokenRefused

    token = chosen.telegram_token.get_secret_value()
    try:
        found = asyncio.run(examine(token, chosen.telegram_api_url, chosen.telegram_webhook_url))
    except TokenRefused:
        yield Finding(NAME, "failed", "Telegram does not take the token", COPY_AGAIN)
        return
    except TelegramAway as reason:
        says = f"Telegram cannot be reached ({reason})"
        yield Finding(NAME, "failed", says, "see the network, a proxy, and TELEGRAM_API_URL")
        return
    yield from _told(found, chosen.telegram_webhook_url)


def _told(found: Examined, webhook: str | None) -> Iterator[Finding]:
    link = f"https://t.me/{found.username}?startgroup=true"
    yield Finding(NAME, "ok", f"@{found.username} answers; add it to a group: {link}")
    if not found.joins_groups:
        todo = "in @BotFather: /setjoingroups, Enable"
        yield Finding(NAME, "attention", "the bot may not be added to groups", todo)
    if found.reads_all:
        says = "privacy mode is off: every message of its groups is sent to the bot, without need"
        yield Finding(NAME, "attention", says, "in @BotFather: /setprivacy, Enable")
    if found.hook and not found.own_hook:
        host = urlsplit(found.hook).hostname
        says = f"Telegram calls another address now ({host})"
        todo = f"see who else has this token; plumas run {'sets ours' if webhook else 'ends that'}"
        yield Finding(NAME, "attention", says, todo)
    elif webhook and not found.hook:
        yield Finding(NAME, "ok", "no webhook is set yet; plumas run sets it")
    elif found.hook_error:
        says = f"Telegram's last call failed: {found.hook_error}"
        todo = "see that the address is reachable, its certificate, and what passes the calls on"
        yield Finding(NAME, "attention", says, todo)
