"""What holds in every process: the same answers, one count of creates, little memory."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import AsyncIterator
from pathlib import Path

from plumas_core.clock import MINUTE, system_clock
from plumas_core.judging.prompts import answer_schema
from plumas_core.judging.rubric import load_rubric
from plumas_core.providers.interface import BatchIntent, BatchRow, CompletionRequest
from plumas_core.providers.offline.answer import Answerer
from plumas_core.providers.offline.provider import OfflineProvider
from plumas_core.providers.offline.world import World
from tests.plumas_core.providers.offline.conftest import MODEL, MakeProvider, collect
from tests.support.time import ManualClock

ROOT = Path(__file__).parents[4]

TEXT = "La lluvia no se va.\nEl faro cuenta barcos,\nmi abuela cuenta pan,\ny nadie llama."

REQUESTS = (
    CompletionRequest(MODEL, "El faro apagado", "Escribes en español.", seed=3),
    CompletionRequest(MODEL, "A story about the last train", seed=4),
    CompletionRequest(MODEL, TEXT, "You are a judge.", answer=answer_schema(load_rubric())),
)

OTHER_PROCESS = """
import json, sys
sys.path.insert(0, sys.argv[1])
from tests.plumas_core.providers.offline.test_many_processes import REQUESTS
from plumas_core.providers.offline.answer import Answerer
answers = Answerer()
print(json.dumps([answers.answer(request, 11).text for request in reversed(REQUESTS)]))
"""

KILLED_PROCESS = """
import asyncio, os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from plumas_core.clock import system_clock
from plumas_core.providers.interface import BatchRow, CompletionRequest
from plumas_core.providers.offline.provider import OfflineProvider

async def rows(dies_at):
    for n in range(600):
        if n == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        yield BatchRow(f"i-{n}-1", CompletionRequest("offline-pluma", f"The winter of {n}"))

async def main():
    provider = OfflineProvider(Path(sys.argv[2]), system_clock, asyncio.sleep)
    await provider.submit_batch("whole", rows(None), None)
    await provider.submit_batch("half", rows(500), None)

asyncio.run(main())
"""


def test_two_processes_give_the_same_answers_in_any_order() -> None:
    here = Answerer()
    mine = [here.answer(request, 11).text for request in REQUESTS]
    told = subprocess.run(
        [sys.executable, "-c", OTHER_PROCESS, str(ROOT)],
        env={"PYTHONHASHSEED": "4711", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=True,
    )
    assert json.loads(told.stdout)[::-1] == mine


def test_creates_are_numbered_without_a_gap_by_worlds_that_share_a_folder(tmp_path: Path) -> None:
    numbers = [World(tmp_path).count_create() for _ in range(3)]
    assert numbers == [0, 1, 2]


async def test_a_process_killed_in_a_create_leaves_its_earlier_batch_and_no_half_one(
    world: Path,
) -> None:
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED_PROCESS, str(ROOT), str(world)],
        capture_output=True,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    later = system_clock() + 10 * MINUTE
    provider = OfflineProvider(world, lambda: later, asyncio.sleep)
    (whole,) = await provider.find_batch(BatchIntent("whole", MODEL, 600, 0, later))
    assert await provider.find_batch(BatchIntent("half", MODEL, 600, 0, later)) == []
    assert (await provider.poll_batch(whole.id)).finished == 600
    assert len(await collect(provider, whole.id)) == 600


async def test_twenty_thousand_rows_are_collected_in_little_memory(
    make: MakeProvider, clock: ManualClock
) -> None:
    count = 20_000
    padding = "lluvia " * 40

    async def source() -> AsyncIterator[BatchRow]:
        for n in range(count):
            yield BatchRow(f"i-{n}-1", CompletionRequest(MODEL, f"El invierno {n}. {padding}"))

    provider = make("rows=0.995")  # what fails is read and streamed like the rest, but not written
    batch = await provider.submit_batch("i", source(), None)
    clock.advance(4 * MINUTE)
    await provider.complete(CompletionRequest(MODEL, "warm"))
    tracemalloc.start()
    try:
        seen = 0
        async for result in provider.collect_batch(batch):
            seen += 1
            assert result.custom_id
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen == count
    assert peak < 2_000_000  # the rows' file alone has more than eleven million bytes
