"""A person at the keyboard, with the real prompt on a pipe."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output import DummyOutput
from rich.console import Console

from adapters.console.adapter import ConsoleAdapter, Room
from adapters.console.deliverer import Posted
from adapters.console.interactive import CommandCompleter, Keyboard
from adapters.console.screen import TerminalScreen
from bot.chat import DATABASE
from bot.console_time import open_console
from bot.settings import Settings
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.locales.translate import Translations

CONTROL_C, CONTROL_D = "\x03", "\x04"


@pytest.fixture
def keys() -> Iterator[PipeInput]:
    with create_pipe_input() as pipe, create_app_session(input=pipe, output=DummyOutput()):
        yield pipe


async def conversation(folder: Path, keys: PipeInput, typed: str) -> str:
    """Type at the prompt until the end; return what was shown."""
    out = io.StringIO()
    settings = Settings.model_construct(database_url=f"sqlite:///{folder / DATABASE}")
    posted: asyncio.Queue[Posted] = asyncio.Queue()
    async with open_console(settings, folder, posted, scale=1, virtual=True, patience=0) as (
        app,
        passing,
    ):
        keyboard = Keyboard(COMMANDS, app.texts, "en", folder / "history")
        adapter = ConsoleAdapter(
            app,
            commands=COMMANDS,
            actions=ACTIONS,
            room=Room(session="keys", languages={}),
            screen=TerminalScreen(Console(file=out, width=100), app.texts, None, echo=False),
            passing=passing,
            posted=posted,
            ask=keyboard.ask,
        )
        keys.send_text(typed)
        async with adapter:
            await asyncio.wait_for(keyboard.converse(adapter, passing), 30)
    return out.getvalue()


DUEL = '/duel new "El faro" panel:offline-3 ends:1h\r'


async def test_a_command_is_run_and_control_d_leaves(folder: Path, keys: PipeInput) -> None:
    text = await conversation(folder, keys, f"/help\r{CONTROL_D}")
    assert "only m1 sees this" in text
    assert "/duel enter" in text


async def test_control_c_drops_the_line_and_goes_on(folder: Path, keys: PipeInput) -> None:
    text = await conversation(folder, keys, f"/hel{CONTROL_C}m2> /credits\r{CONTROL_D}")
    assert "only m2 sees this" in text
    assert "no command" not in text


async def test_an_open_quotation_takes_more_lines_without_an_indentation_of_its_own(
    folder: Path, keys: PipeInput
) -> None:
    poem = '/duel enter "    la luz\rse apaga\r\r  y ya"\r'
    text = await conversation(folder, keys, DUEL + poem + CONTROL_D)
    assert "▌ │     la luz\n▌ │ se apaga\n▌ │ \n▌ │   y ya\n" in text


async def test_a_form_is_asked_question_by_question(folder: Path, keys: PipeInput) -> None:
    answers = f"1\rMi faro\r   la luz\rse apaga{CONTROL_D}"
    text = await conversation(folder, keys, DUEL + answers + CONTROL_D)
    assert "▌ │ Mi faro\n▌ │    la luz\n▌ │ se apaga\n" in text


async def test_a_form_can_be_given_up(folder: Path, keys: PipeInput) -> None:
    text = await conversation(folder, keys, f"{DUEL}1\r{CONTROL_C}/duel list\r{CONTROL_D}")
    assert "Your text is in" not in text
    assert "Duels\n" in text


def completions(line: str) -> list[str]:
    completer = CommandCompleter(COMMANDS, Translations(), "en")
    found = completer.get_completions(Document(line), CompleteEvent())
    return [one.text for one in found]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("/mod", ["/models", "/model enable", "/model disable", "/model reset"]),
        ("m2> /cr", ["/credits"]),
        ("/duel new x pa", ["panel:", "pace:"]),
        ("/duel new x pace:", ["batch", "now"]),
        ("/duel new x pace:n", ["now"]),
        ("/write x private:", ["yes", "no"]),
        ('/duel new "open pa', []),
        ("hello /du", []),
        ("", []),
    ],
)
def test_what_may_be_typed_next_is_offered(line: str, offered: list[str]) -> None:
    assert sorted(completions(line)) == sorted(offered)


def test_a_parameter_that_is_given_is_not_offered_again() -> None:
    assert "panel:" not in completions("/duel new x panel:offline-3 ")
