"""The command line: what each command says, and by which number it ends."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from importlib import metadata
from pathlib import Path

import click
import pytest
from click.testing import Result

from bot.cli import COMMANDS, Plumas, main
from plumas_core.storage.revision import HEAD, check

Run = Callable[..., Result]


def only_line(result: Result) -> str:
    """Return the one line on standard error of a command that could not start."""
    assert result.exit_code == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    return line


def test_the_version_is_the_distributions(plumas: Run) -> None:
    found = metadata.version("duelo-de-plumas")
    assert plumas("--version").stdout == f"plumas, version {found}\n"


def test_every_command_stands_where_the_help_finds_it(plumas: Run) -> None:
    assert isinstance(main, Plumas)
    result = plumas("--help")
    assert result.exit_code == 0
    context = click.Context(main)
    assert main.list_commands(context) == list(COMMANDS)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.help
        assert f"\n  {name} " in result.stdout


def test_the_help_does_not_need_readable_settings(plumas: Run, folder: Path) -> None:
    (folder / ".env").write_text("MAX_WORDS=many\n")
    assert plumas("run", "--help").exit_code == 0


def test_an_unknown_command_is_a_usage_error(plumas: Run) -> None:
    assert plumas("dance").exit_code == 2


@pytest.mark.parametrize("words", [("models",), ("doctor",), ("db", "check"), ("run",), ("bill",)])
def test_a_bad_setting_stops_every_command_with_one_line(
    plumas: Run, folder: Path, words: tuple[str, ...]
) -> None:
    (folder / ".env").write_text("MAX_WORDS=many\n")
    assert only_line(plumas(*words)).startswith("plumas: MAX_WORDS, set in .env: ")


def test_a_damaged_catalog_stops_the_command_with_one_line(plumas: Run, folder: Path) -> None:
    (folder / "models.json").write_text('{"models": [')
    (folder / ".env").write_text("CATALOG_PATH=models.json\n")
    assert only_line(plumas("models")).startswith("plumas: models.json")


def test_a_database_of_a_newer_version_stops_the_command_with_one_line(
    plumas: Run, folder: Path
) -> None:
    plumas("db", "upgrade")
    with closing(sqlite3.connect(folder / "data" / "plumas.db")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    for words in (("db", "upgrade"), ("ledger", "audit"), ("bill",)):
        assert "newer version" in only_line(plumas(*words))


def test_reports_do_not_make_a_database(plumas: Run, folder: Path) -> None:
    for words in (("ledger", "audit"), ("ledger", "export"), ("bill",)):
        assert "there is no database" in only_line(plumas(*words))
    assert list(folder.iterdir()) == []


def test_upgrade_makes_the_database_and_says_so(plumas: Run, folder: Path) -> None:
    first = plumas("db", "upgrade")
    assert first.exit_code == 0
    assert "is made" in first.stdout
    assert check(folder / "data" / "plumas.db").state == "current"
    assert "already" in plumas("db", "upgrade").stdout


def test_check_tells_a_missing_database_from_a_sound_one(plumas: Run, folder: Path) -> None:
    missing = plumas("db", "check")
    assert missing.exit_code == 1
    assert "does not exist yet" in missing.stdout
    assert list(folder.iterdir()) == []
    plumas("db", "upgrade")
    sound = plumas("db", "check")
    assert sound.exit_code == 0
    assert f"(revision {HEAD}) is of this version" in sound.stdout


def test_check_finds_a_row_that_points_nowhere(plumas: Run, folder: Path) -> None:
    plumas("db", "upgrade")
    with closing(sqlite3.connect(folder / "data" / "plumas.db")) as connection:
        connection.execute("INSERT INTO identities VALUES ('console', 'm1', 7, 'Ana', 1)")
        connection.commit()
    result = plumas("db", "check")
    assert result.exit_code == 1
    assert "identities: row 1 points at members, not there" in result.stdout


def test_backup_copies_the_database_beside_itself_or_where_told(plumas: Run, folder: Path) -> None:
    plumas("db", "upgrade")
    assert plumas("db", "backup").exit_code == 0
    assert plumas("db", "backup", "copy.db").exit_code == 0
    copies = [*(folder / "data").glob("plumas.2*Z.db"), folder / "copy.db"]
    assert [check(copy).state for copy in copies] == ["current", "current"]
    assert "exists already" in only_line(plumas("db", "backup", "copy.db"))


def test_models_are_printed_for_people_and_as_json(plumas: Run) -> None:
    table = plumas("models")
    listed = json.loads(plumas("models", "--json").stdout)
    assert table.exit_code == 0
    assert {"gpt-6-luna", "claude-haiku-5-5"} <= {model["id"] for model in listed}
    assert all(model["id"] in table.stdout for model in listed)
    luna = next(model for model in listed if model["id"] == "gpt-6-luna")
    assert set(luna) == {
        "id",
        "provider",
        "available",
        "retires_on",
        "successor",
        "usd_per_mtok",
        "batch_usd_per_mtok",
    }
    assert isinstance(luna["usd_per_mtok"]["input"], str)


def test_run_without_a_platform_says_what_to_set_and_what_else_there_is(plumas: Run) -> None:
    line = only_line(plumas("run"))
    for word in ("DISCORD_TOKEN", "plumas chat", "plumas demo"):
        assert word in line


def test_run_names_the_token_that_a_role_lacks(plumas: Run) -> None:
    assert "TELEGRAM_TOKEN is not set" in only_line(plumas("run", "--roles", "jobs,telegram"))


@pytest.mark.parametrize("roles", ["", "dance", "jobs,dance"])
def test_run_refuses_a_role_that_there_is_not(plumas: Run, roles: str) -> None:
    result = plumas("run", "--roles", roles)
    assert result.exit_code == 2
    assert "discord, telegram, jobs" in result.stderr


def test_a_setting_that_names_no_panel_stops_the_start(plumas: Run, folder: Path) -> None:
    (folder / ".env").write_text("PANEL=hose\n")
    line = only_line(plumas("run", "--roles", "jobs"))
    assert line.startswith("plumas: PANEL: there is no panel 'hose'; there is house, ")


def test_the_recurring_work_runs_until_it_is_asked_to_stop(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "bot.cli", "run", "--roles", "jobs"],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2]), "LOG_FORMAT": "json"},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if json.loads(line)["event"] == "started":
                process.terminate()
                break
        rest = [json.loads(line)["event"] for line in process.stderr]
        assert process.wait(30) == 0
    assert rest[-1:] == ["stopping"]


def test_a_module_that_a_command_does_not_need_is_not_loaded(folder: Path) -> None:
    script = (
        "import sys; from bot.cli import main; "
        "main(['models', '--json'], standalone_mode=False); "
        "heavy = {'alembic', 'openai', 'anthropic', 'numpy', 'fluent', 'discord', 'telegram'};"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)"
    )
    found = subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env={"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
    )
    assert found.stderr.strip() == "[]"
