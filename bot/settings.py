"""Everything that can be set: by the environment, or by a ``.env`` file, which gives way to it.

A setting's name is its field's, in capitals. ``.env.example`` lists each with its default. The
rules of the house (``plumas_core.policy.Policy``) are settings too, each under its own name.
"""

from __future__ import annotations

import difflib
import os
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.env_file import SettingsError, read_env_file
from bot.setting_types import (
    SQLITE,
    Credits,
    DatabaseUrl,
    Duration,
    Durations,
    FaultList,
    Locale,
    Numbers,
    Operators,
    Paths,
    QueueRoomText,
    Secret,
    SocketUrl,
    Url,
    Zone,
)
from plumas_core.policy import Policy
from plumas_core.providers.registry import ProviderSettings

ENV_FILE: Final = Path(".env")

CATALOG: Final = Path(__file__).parent.parent / "ai_model_costs.json"
"""The table of models that comes with the program."""

HOUSE: Final = Policy()

Count = Annotated[int, Field(ge=1, le=1_000_000)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class Settings(BaseSettings):
    """All settings. Durations are milliseconds, credits picodollars.

    Made directly, it reads the environment alone; ``load_settings`` reads the file too.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    openai_api_key: Secret | None = None
    anthropic_api_key: Secret | None = None
    openai_base_url: Url = "https://api.openai.com/v1"
    openai_queued_tokens: QueueRoomText = ""
    anthropic_base_url: Url = "https://api.anthropic.com"
    openai_compatible_base_url: Url | None = None
    openai_compatible_api_key: Secret | None = None
    offline_seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    offline_faults: FaultList = ""
    offline_folder: Path | None = None

    discord_token: Secret | None = None
    discord_api_url: Url = "https://discord.com/api/v10"
    discord_gateway_url: SocketUrl | None = None
    discord_shard_ids: Numbers = ()
    discord_shard_count: Annotated[int, Field(ge=1, le=16_384)] | None = None
    telegram_token: Secret | None = None
    telegram_api_url: Url = "https://api.telegram.org"
    telegram_webhook_url: Url | None = None
    telegram_webhook_host: Name = "127.0.0.1"
    telegram_webhook_port: Annotated[int, Field(ge=1, le=65_535)] = 8443

    database_url: DatabaseUrl = "sqlite:///data/plumas.db"
    catalog_path: Path = CATALOG
    catalog_extra_paths: Paths = ()

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["console", "json"] = "console"
    log_texts: bool = False

    operators: Operators = HOUSE.operators
    default_locale: Locale = HOUSE.default_locale
    time_zone: Zone = HOUSE.time_zone

    duel_length: Duration = HOUSE.duel_length
    shortest_duel: Duration = HOUSE.shortest_duel
    longest_duel: Duration = HOUSE.longest_duel
    reminders: Durations = HOUSE.reminders
    entry_grace: Duration = HOUSE.entry_grace
    writing_grace: Duration = HOUSE.writing_grace
    panel: Name = HOUSE.panel
    offline_panel: Name = HOUSE.offline_panel
    max_words: Count = HOUSE.max_words
    most_words: Count = HOUSE.most_words
    max_entries: Count = HOUSE.max_entries
    most_entries: Count = HOUSE.most_entries
    ai_entries: Annotated[int, Field(ge=0, le=1_000)] = HOUSE.ai_entries
    entries_per_member: Count = HOUSE.entries_per_member
    min_authors: Annotated[int, Field(ge=2, le=1_000)] = HOUSE.min_authors
    rated_authors: Annotated[int, Field(ge=2, le=1_000)] = HOUSE.rated_authors
    open_duels_per_host: Count = HOUSE.open_duels_per_host

    late_single: Duration = HOUSE.late_single
    late_verdict: Duration = HOUSE.late_verdict
    seats_needed: Annotated[int, Field(ge=1, le=100)] = HOUSE.seats_needed
    broken_answers: Annotated[int, Field(ge=1, le=10)] = HOUSE.broken_answers
    unbilled_tries: Annotated[int, Field(ge=1, le=100)] = HOUSE.unbilled_tries
    single_concurrency: Annotated[int, Field(ge=1, le=256)] = HOUSE.single_concurrency

    judge_output_tokens: Annotated[int, Field(ge=200, le=100_000)] = HOUSE.judge_output_tokens
    write_output_tokens: Annotated[int, Field(ge=200, le=100_000)] = HOUSE.write_output_tokens
    write_words: Count = HOUSE.write_words
    write_pause: Duration = HOUSE.write_pause
    default_writer: Name = HOUSE.default_writer
    default_model: Name = HOUSE.default_model
    offline_model: Name = HOUSE.offline_model
    keep_writings: Duration = HOUSE.keep_writings

    community_cap: Credits = HOUSE.community_cap
    house_cap: Credits = HOUSE.house_cap
    house_warning: Credits = HOUSE.house_warning
    write_from_pool: Credits = HOUSE.write_from_pool
    opening_pool: Credits = HOUSE.opening_pool

    @property
    def database_path(self) -> Path:
        """The file of the database; a relative one is found from the working directory."""
        return Path(self.database_url.removeprefix(SQLITE))

    @property
    def offline_world(self) -> Path:
        """The folder in which the offline provider keeps its batches, as a server would."""
        return self.offline_folder or self.database_path.parent / "offline"

    @property
    def secrets(self) -> dict[str, SecretStr]:
        """The keys and tokens that are set, by the name of their setting."""
        found = ((name, getattr(self, name)) for name in type(self).model_fields)
        return {name.upper(): value for name, value in found if isinstance(value, SecretStr)}

    def provider_settings(self) -> ProviderSettings:
        """Return how the AI providers are reached."""
        return ProviderSettings(
            openai_api_key=_plain(self.openai_api_key),
            openai_base_url=self.openai_base_url,
            openai_queued_tokens=self.openai_queued_tokens,
            anthropic_api_key=_plain(self.anthropic_api_key),
            anthropic_base_url=self.anthropic_base_url,
            compatible_api_key=_plain(self.openai_compatible_api_key),
            compatible_base_url=self.openai_compatible_base_url,
            offline_world=self.offline_world,
            offline_seed=self.offline_seed,
            offline_faults=self.offline_faults,
        )

    def policy(self) -> Policy:
        """Return the rules of the house, as set."""
        values: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(Policy)}
        return Policy(**values)


_ORDERED: Final = (
    ("shortest_duel", "duel_length"),
    ("duel_length", "longest_duel"),
    ("max_words", "most_words"),
    ("write_words", "most_words"),
    ("max_entries", "most_entries"),
    ("min_authors", "max_entries"),
    ("late_single", "late_verdict"),
    ("house_warning", "house_cap"),
)
"""Pairs of which the first must not be above the second."""


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def load_settings(env_file: Path = ENV_FILE) -> Settings:
    """Return the settings from the environment and from ``env_file``, where there is one.

    Raises:
        SettingsError: one cannot be read; the text names it and says what to do.
    """
    given = {name.lower() for name, value in os.environ.items() if value}
    values: dict[str, Any] = {
        name: value for name, value in file_values(env_file).items() if name not in given
    }
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise SettingsError(_one_line(error, env_file)) from None
    _check_shards(settings)
    for lower, upper in _ORDERED:
        if getattr(settings, lower) > getattr(settings, upper):
            raise SettingsError(f"{lower.upper()} is above {upper.upper()}; change one of the two")
    return settings


def _check_shards(settings: Settings) -> None:
    ids, count = settings.discord_shard_ids, settings.discord_shard_count
    if ids and (count is None or ids[-1] >= count):
        raise SettingsError(
            "DISCORD_SHARD_IDS needs DISCORD_SHARD_COUNT, and each of them is below it"
        )


def file_values(path: Path) -> dict[str, str]:
    """Return the values in the file by field; empty ones count as not set.

    Raises:
        SettingsError: a line cannot be read, or names no setting.
    """
    values: dict[str, str] = {}
    for name, value in read_env_file(path).items():
        field = name.lower()
        if field not in Settings.model_fields:
            raise SettingsError(f"{path}: {_no_setting(name)}")
        if value:
            values[field] = value
    return values


def _no_setting(name: str) -> str:
    names = [field.upper() for field in Settings.model_fields]
    near = difflib.get_close_matches(name.upper(), names, n=1)
    hint = f"did you mean {near[0]}?" if near else "see .env.example for those that there are"
    return f"there is no setting {ascii(name[:60])[1:-1]}; {hint}"


def _one_line(error: ValidationError, env_file: Path) -> str:
    """Return the first thing that is wrong, without its value, which may be a secret."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    message = " ".join(str(first["msg"]).removeprefix("Value error, ").split())
    name = str(first["loc"][0]).upper()
    where = "the environment" if name in {key.upper() for key in os.environ} else str(env_file)
    return f"{name}, set in {where}: {message.replace('Input', 'it', 1)}"
