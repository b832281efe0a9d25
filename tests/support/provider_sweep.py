"""A duel's life on real models, killed around everything that is done at a provider.

Run as a program, like ``tests.support.sweep``. Both stand-ins live in a process of their own
beside each life, so that they survive its death as a provider does; at the end they say which
batches were made, for which intents, and which rows they answered. One JSON object a line goes to
standard output, the unharmed life first.
"""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import shutil
import signal
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import structlog

from plumas_core.storage.migrate import prepare
from tests.standins.anthropic_server import AnthropicStandIn
from tests.standins.base import Json
from tests.standins.minds import anthropic_mind, openai_mind
from tests.standins.openai_server import OpenAIStandIn
from tests.support.providers import Both
from tests.support.sweep import TEMPLATE, Play, Reaper, furnish, live, run
from tests.support.time import START

PLAY = Play(
    lines=(
        ("op", "/grant 50 pool"),
        ("op", "/grant 2 ana"),
        ("ana", "/write una carta al mar"),
        ("ana", '/duel new "El faro" panel:gpt-6-luna,claude-haiku-5-5,gpt-6-luna ends:10m'),
        ("ana", "/duel enter La luz se fue antes que el barco.\nNadie bajó a preguntar por qué."),
        ("bruno", "/duel enter El farero contaba las olas\n  hasta que no quedó ninguna."),
        ("carla", "/duel enter Una gaviota sabe el nombre\nde cada bombilla rota."),
    )
)
EFFECTS = ("complete:", "create:", "discard:before")
"""The crash points around what is done at a provider; ``near_effects`` says what is left out."""

PATIENCE = 10.0
"""Seconds for the stand-ins to be there, or gone."""


def near_effects(names: list[str]) -> list[int]:
    """Return the crash points to die at, counted from 1: each leaves another world at a provider.

    A text is asked for; rows are brought up; a batch is created; some of it is settled, so that its
    results are read a second time; it is settled, and is to be deleted. Left out are

    - the commits that record an answer, a create or an ended batch: what follows them is the same
      at every provider, and ``tests.support.sweep`` dies there;
    - the moment before the first settling, whose world is that after the commit before it;
    - what follows a deletion, after which nobody looks for the batch again;
    - the uploads of the first batch, which is Anthropic's: its rows go up in the create.
    """
    points = list(enumerate(names, start=1))
    at_effects = [at for at, name in points if name.startswith(EFFECTS)]
    settled = [at + 2 for at, name in points if name == "settle:before"]
    uploads = [at for at, name in points if name.startswith("upload:")]
    return sorted({*at_effects, *settled, *uploads[-2:]})


def serve(folder: Path) -> int:
    """Run both stand-ins in a fork, for the life in ``folder``; return the fork's id."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            asyncio.run(_serve(folder))
            code = 0
        finally:
            os._exit(code)
    return pid


async def _serve(folder: Path) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    clock = folder / "now"

    def now() -> float:
        written = clock.read_text() if clock.exists() else ""
        return (int(written) if written else START) / 1_000

    async with (
        OpenAIStandIn(openai_mind(), now) as openai,
        AnthropicStandIn(anthropic_mind(), now) as anthropic,
    ):
        _write(folder / "settings.json", Both(openai, anthropic).settings)
        await stop.wait()
        _write(folder / "served.json", _served(openai, anthropic))


def _write(file: Path, value: Json) -> None:
    """Write a file that is there whole or not at all."""
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps(value))
    draft.rename(file)


def _served(openai: OpenAIStandIn, anthropic: AnthropicStandIn) -> Json:
    """Return how often each intent was created and each row billed, and what is left behind."""
    rows = [[row["custom_id"] for row in batch.rows] for batch in openai.batches.values()]
    rows += [[row["custom_id"] for row in batch.rows] for batch in anthropic.batches.values()]
    statuses = [batch.status for batch in openai.batches.values()]
    statuses += [batch.status for batch in anthropic.batches.values()]
    usages = [*openai.usages, *anthropic.usages]
    return {
        "creates": Counter(ids[0].split("-")[0] for ids in rows),
        "rows": Counter(name for ids in rows for name in ids),
        "ended": all(status in ("completed", "ended") for status in statuses),
        "billed": Counter(usage["mode"] for usage in usages),
    }


def served(folder: Path, pid: int) -> Json:
    """End the stand-ins; return what they say of their lives."""
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    said: Json = json.loads((folder / "served.json").read_text())
    return said


def _play(folder: Path) -> Play:
    """Return the play with the settings of the stand-ins, once they are there."""
    file = folder / "settings.json"
    until = time.monotonic() + PATIENCE
    while not file.exists():
        if time.monotonic() > until:
            raise TimeoutError("the stand-ins did not start")
        time.sleep(0.002)
    return replace(PLAY, settings=json.loads(file.read_text()))


def harmed(folder: Path, kill_at: int) -> dict[str, Any]:
    """Live, die and live again beside the same stand-ins; return what all are left with."""
    furnish(folder)
    pid = serve(folder)
    try:
        outcome = run(folder, kill_at, _play(folder))
    finally:
        said = served(folder, pid)
    shutil.rmtree(folder)
    return {**outcome, **said}


def main() -> None:
    """Sweep all of it: ``provider_sweep FOLDER``."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    prepare(folder / TEMPLATE)
    home = folder / "0"
    furnish(home)
    pid = serve(home)
    reaper = Reaper(0)
    baseline = asyncio.run(live(home, reaper, 1, _play(home)))
    unharmed = {"kill_at": 0, "killed": False, **baseline, **served(home, pid)}
    print(json.dumps(unharmed), flush=True)
    gc.collect()
    gc.freeze()  # so that collections in the forks copy no page of what they only read
    for kill_at in near_effects(reaper.names):
        outcome = harmed(folder / str(kill_at), kill_at)
        print(json.dumps({**outcome, "at": reaper.names[kill_at - 1]}), flush=True)


if __name__ == "__main__":
    main()
