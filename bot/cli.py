"""The command line of ``plumas``. Each command is imported when it is called."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any, Final

import click

COMMANDS: Final[Mapping[str, str]] = {
    "run": "bot.run:run",
    "chat": "bot.chat:chat",
    "demo": "bot.demo:demo",
    "doctor": "bot.doctor:doctor",
    "db": "bot.db:db",
    "ledger": "bot.ledger:ledger",
    "bill": "bot.bill:bill",
    "models": "bot.models:models",
}
"""Where each command is found, in the order in which the help lists them."""

BAD_START: Final = 2
"""The exit code where settings, data files or the database do not let the program start."""


class CannotStart(click.ClickException):
    """What stops a start, told in one line."""

    exit_code = BAD_START

    def show(self, file: Any = None) -> None:
        click.echo(f"plumas: {self.message}", err=True, file=file)


class Plumas(click.Group):
    """Finds the commands, and tells what stops them in one line instead of a trace."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            if not _is_for_the_operator(error):
                raise
            raise CannotStart(" ".join(str(error).split())) from error


@click.group(cls=Plumas, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="duelo-de-plumas", prog_name="plumas")
def main() -> None:
    """Literary duels between people and AI writers.

    Settings come from the environment and from .env; see .env.example.
    """


def _is_for_the_operator(error: Exception) -> bool:
    """Tell whether an error's own text says in one line what to do."""
    from bot.env_file import SettingsError
    from plumas_core.catalog.errors import CatalogError
    from plumas_core.data_files import DataFileError
    from plumas_core.storage.database import DatabaseUnavailable

    return isinstance(error, SettingsError | CatalogError | DataFileError | DatabaseUnavailable)


if __name__ == "__main__":
    main()
