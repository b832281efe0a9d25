"""Settings are read strictly, and what is wrong with one is said in one line that names it."""

from __future__ import annotations

import os
import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.env_file import SettingsError
from bot.settings import Settings, file_values, load_settings
from plumas_core.clock import DAY, HOUR, MINUTE, SECOND
from plumas_core.policy import CREDIT, Policy

EXAMPLE = Path(__file__).parents[2] / ".env.example"
SETTING = re.compile(r"#([A-Z_]+)=(.*)")


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def problem(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    """Return the one line that a value of a setting stops the start with."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    line = str(caught.value)
    assert line.isprintable()
    return line


def examples() -> dict[str, str]:
    lines = (SETTING.fullmatch(line) for line in EXAMPLE.read_text("utf-8").splitlines())
    return {found[1]: found[2] for found in lines if found}


def test_the_example_lists_every_setting_and_no_other() -> None:
    assert sorted(examples()) == sorted(name.upper() for name in Settings.model_fields)


def test_the_example_shows_every_default(tmp_path: Path) -> None:
    file = tmp_path / "example.env"
    file.write_text("\n".join(f"{name}={value}" for name, value in examples().items()), "utf-8")
    assert load_settings(file) == Settings()


def test_the_example_as_it_stands_changes_nothing() -> None:
    assert load_settings(EXAMPLE) == Settings()


def test_the_example_leaves_empty_only_what_has_no_default() -> None:
    empty = {name.lower() for name, value in examples().items() if not value}
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    without = {name for name, default in defaults.items() if not default and default != 0}
    without -= {"log_texts"}
    assert empty == without | {"catalog_path"}


def test_every_rule_of_the_house_can_be_set() -> None:
    assert {field.name for field in fields(Policy)} <= set(Settings.model_fields)


def test_without_settings_the_house_keeps_its_own_rules() -> None:
    assert load_settings().policy() == Policy()


def test_what_is_set_becomes_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DUEL_LENGTH", "3d")
    monkeypatch.setenv("WRITE_PAUSE", "45s")
    monkeypatch.setenv("REMINDERS", "30m, 2h")
    monkeypatch.setenv("COMMUNITY_CAP", "12.5")
    monkeypatch.setenv("WRITE_FROM_POOL", "0.0000000001")
    monkeypatch.setenv("OPERATORS", "discord:123, console:op,")
    policy = load_settings().policy()
    assert policy.duel_length == 3 * DAY
    assert policy.write_pause == 45 * SECOND
    assert policy.reminders == (2 * HOUR, 30 * MINUTE)
    assert policy.community_cap == 12 * CREDIT + CREDIT // 2
    assert policy.write_from_pool == 1
    assert policy.operators == {("discord", "123"), ("console", "op")}


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("MAX_WORDS=100\nMAX_ENTRIES=7\n")
    monkeypatch.setenv("MAX_WORDS", "200")
    settings = load_settings()
    assert (settings.max_words, settings.max_entries) == (200, 7)


def test_an_empty_value_counts_as_not_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("OPENAI_API_KEY=\nMAX_WORDS=\n")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_WORDS", "many"),
        ("MAX_WORDS", "0"),
        ("MAX_WORDS", "1e3"),
        ("DUEL_LENGTH", "3 days"),
        ("DUEL_LENGTH", "-1h"),
        ("DUEL_LENGTH", "\u0663h"),
        ("REMINDERS", "24h;1h"),
        ("COMMUNITY_CAP", "1e3"),
        ("COMMUNITY_CAP", "-5"),
        ("COMMUNITY_CAP", "NaN"),
        ("OPERATORS", "ana"),
        ("OPERATORS", "matrix:1"),
        ("OPERATORS", "discord:ana"),
        ("DEFAULT_LOCALE", "fr"),
        ("TIME_ZONE", "Mars/Olympus"),
        ("TIME_ZONE", "../../etc/passwd"),
        ("LOG_LEVEL", "loud"),
        ("LOG_TEXTS", "perhaps"),
        ("OFFLINE_SEED", "-1"),
        ("OFFLINE_FAULTS", "rows=2"),
        ("OPENAI_BASE_URL", "api.openai.com"),
        ("OPENAI_BASE_URL", "http://host:port"),
        ("DATABASE_URL", "plumas.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///plumas.db?mode=ro"),
    ],
)
def test_a_bad_setting_is_named_with_where_it_stands(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    assert problem(monkeypatch, name, value).startswith(f"{name}, set in the environment: ")


def test_a_bad_setting_in_the_file_is_said_to_stand_there(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAX_WORDS=many\n")
    with pytest.raises(SettingsError, match=r"^MAX_WORDS, set in \.env: "):
        load_settings()


def test_postgresql_is_said_to_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    line = problem(monkeypatch, "DATABASE_URL", "postgresql://plumas:hunter2@db/plumas")
    assert "PostgreSQL is not supported by this version yet" in line
    assert "hunter2" not in line


@pytest.mark.parametrize("value", ["sk-live with space", "sk-live\u200b", "sk-\u043ey", "a\nb"])
def test_a_key_that_no_header_could_carry_is_refused_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    line = problem(monkeypatch, "OPENAI_API_KEY", value)
    assert "OPENAI_API_KEY" in line
    assert value not in line


def test_a_key_is_not_shown_where_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " sk-live-0123 \n")
    settings = load_settings()
    assert settings.secrets["OPENAI_API_KEY"].get_secret_value() == "sk-live-0123"
    assert "sk-live" not in f"{settings!r} {settings}"


@pytest.mark.parametrize(
    ("name", "value", "other"),
    [
        ("SHORTEST_DUEL", "4d", "DUEL_LENGTH"),
        ("DUEL_LENGTH", "15d", "LONGEST_DUEL"),
        ("MAX_WORDS", "3001", "MOST_WORDS"),
        ("HOUSE_WARNING", "2000.01", "HOUSE_CAP"),
        ("LATE_SINGLE", "31h", "LATE_VERDICT"),
    ],
)
def test_settings_that_contradict_each_other_are_both_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, other: str
) -> None:
    assert problem(monkeypatch, name, value).startswith(f"{name} is above {other}")


def test_a_mistyped_name_in_the_file_is_named_with_the_nearest(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("OPENAI_APIKEY=sk-live\n")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert str(caught.value) == (
        ".env: there is no setting OPENAI_APIKEY; did you mean OPENAI_API_KEY?"
    )


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'LOG_LEVEL=info\n\n\nOPENAI_API_KEY="sk-live\nMAX_WORDS=5\n', 4),
        (b"LOG_LEVEL=info\n=5\n", 2),
        (b"# settings\nMAX_WORDS\n", 2),
        (b"MAX_WORDS=5\nMAX_WORDS=6\n", 2),
        (b"LOG_LEVEL=info\nTIME_ZONE=\xff\xfe\n", 2),
    ],
)
def test_a_damaged_line_of_the_file_is_named(tmp_path: Path, content: bytes, line: int) -> None:
    (tmp_path / ".env").write_bytes(content)
    with pytest.raises(SettingsError, match=rf"^\.env, line {line}: ") as caught:
        load_settings()
    assert str(caught.value).isprintable()
    assert "sk-live" not in str(caught.value)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"^\.env: cannot be read"):
        load_settings()


def test_a_dollar_in_a_value_is_a_dollar(tmp_path: Path) -> None:
    file = tmp_path / "some.env"
    file.write_text("OPENAI_API_KEY=sk-${HOME}-$1\n")
    assert file_values(file) == {"openai_api_key": "sk-${HOME}-$1"}


def test_what_the_environment_holds_for_others_is_no_concern(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", os.environ["PATH"])
    monkeypatch.setenv("PLUMAGE", "red")
    assert load_settings() == Settings()


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("sqlite:///data/plumas.db", Path("data/plumas.db")),
        ("sqlite:////var/lib/plumas/plumas.db", Path("/var/lib/plumas/plumas.db")),
    ],
)
def test_the_database_is_a_file(monkeypatch: pytest.MonkeyPatch, url: str, path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    settings = load_settings()
    assert settings.database_path == path
    assert settings.offline_world == path.parent / "offline"


def test_shards_are_named_with_how_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "DISCORD_SHARD_COUNT" in problem(monkeypatch, "DISCORD_SHARD_IDS", "0,1")
    monkeypatch.setenv("DISCORD_SHARD_COUNT", "2")
    assert load_settings().discord_shard_ids == (0, 1)
    assert "is below it" in problem(monkeypatch, "DISCORD_SHARD_IDS", "0,2")


def test_a_gateway_is_a_socket_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "wss://host" in problem(monkeypatch, "DISCORD_GATEWAY_URL", "https://x.y")
    monkeypatch.setenv("DISCORD_GATEWAY_URL", "ws://127.0.0.1:9/gateway")
    assert load_settings().discord_gateway_url == "ws://127.0.0.1:9/gateway"
