"""What every command of the program begins with."""

from __future__ import annotations

from bot.logs import configure_logs
from bot.settings import Settings, load_settings


def begin() -> Settings:
    """Read the settings, send the logs where they say, and return them.

    Raises:
        SettingsError: one cannot be read.
    """
    settings = load_settings()
    configure_logs(
        level=settings.log_level,
        form=settings.log_format,
        texts=settings.log_texts,
        secrets=settings.secrets,
    )
    return settings
