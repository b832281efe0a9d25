"""What the operator's documents name is there."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

from bot.cli import main
from bot.settings import Settings
from plumas_core.providers.offline.faults import Faults

ROOT = Path(__file__).parents[2]
OPERATING = ROOT / "docs" / "operating.md"
TROUBLE = ROOT / "docs" / "troubleshooting.md"
SOURCES = [file for name in ("bot", "jobs", "plumas_core") for file in (ROOT / name).rglob("*.py")]

OTHERS_NAMES = {"NAME", "SIGINT", "SIGTERM"}


@pytest.mark.parametrize("document", [OPERATING, TROUBLE], ids=lambda file: file.stem)
def test_every_setting_that_is_named_is_there(document: Path) -> None:
    named = set(re.findall(r"`([A-Z][A-Z_]{3,})\b", document.read_text("utf-8")))
    assert named - OTHERS_NAMES
    assert named - OTHERS_NAMES <= {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("document", [OPERATING, TROUBLE], ids=lambda file: file.stem)
def test_every_command_that_is_named_is_there(document: Path) -> None:
    context = click.Context(main)
    text = document.read_text("utf-8")
    lines = re.findall(r"(?:`|^)plumas ((?:--)?[a-z]+)(?: ([a-z]+))?", text, re.MULTILINE)
    assert lines
    for name, second in lines:
        if name.startswith("--"):
            continue
        command = main.get_command(context, name)
        assert command is not None, name
        if second and isinstance(command, click.Group):
            assert command.get_command(context, second) is not None, second


def test_every_fault_of_the_offline_models_is_described() -> None:
    text = OPERATING.read_text("utf-8")
    assert {field.name for field in fields(Faults)} == set(re.findall(r"`([a-z_]+)=[0-9.]+`", text))


def test_every_event_that_is_explained_is_logged() -> None:
    text = TROUBLE.read_text("utf-8")
    events = re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE)
    source = "\n".join(file.read_text("utf-8") for file in SOURCES)
    assert len(events) > 3
    assert [event for event in events if f'"{event}"' not in source] == []
