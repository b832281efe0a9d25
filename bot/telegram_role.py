"""Telegram as a role of this process: what the settings say of it, and serving it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.env_file import SettingsError
from plumas_core.app import App
from plumas_core.commands.catalogue import ACTIONS, COMMANDS

if TYPE_CHECKING:
    from adapters.telegram.service import TelegramService
    from bot.settings import Settings


def telegram_service(settings: Settings) -> TelegramService | None:
    """Return the connection that the settings describe, ``None`` without a token."""
    if settings.telegram_token is None:
        return None
    from adapters.telegram.service import TelegramPlan, TelegramService

    return TelegramService(
        TelegramPlan(
            token=settings.telegram_token.get_secret_value(),
            api_url=settings.telegram_api_url,
            folder=settings.database_path.parent,
            webhook_url=settings.telegram_webhook_url,
            webhook_host=settings.telegram_webhook_host,
            webhook_port=settings.telegram_webhook_port,
        )
    )


async def serve_telegram(service: TelegramService, app: App, *, listen: bool) -> None:
    """Log in, so that messages can be delivered, and with ``listen`` answer members too.

    Raises:
        SettingsError: Telegram does not accept the token, or the webhook's port is taken.
    """
    from adapters.telegram.polling import TokenRefused
    from adapters.telegram.webhook import PortTaken

    try:
        await service.log_in(app, COMMANDS)
        if listen:
            await service.serve(app, COMMANDS, ACTIONS)
    except TokenRefused as reason:
        raise SettingsError(f"{reason}; copy it again from @BotFather") from reason
    except PortTaken as reason:
        raise SettingsError(
            f"TELEGRAM_WEBHOOK_PORT cannot be listened on ({reason}); choose another"
        ) from reason
