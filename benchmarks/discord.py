"""Discord: CPU per command beside a bare one, and how soon 200 commands are acknowledged.

Discord's part is played by a process of its own that answers every call with a constant, so that
only our process's CPU is counted. Payloads are handed to discord.py as its gateway would.

*CPU per command*: a member's ``/help``, whose answer is one callback, with identity, rights, words
and rendering, against a command of discord.py's own tree that answers a constant: the very same
message, made beforehand, so that the size of the answer is on both sides. Both run in turns in one
client; process time counts every thread. The least of the rounds counts: what else the machine does
can only add to it.

*Acknowledgement*: 200 members use ``/duel list`` within one second while 50 texts stream. The time
runs from the moment at which the payload is handed over to the callback's arrival at the other
process (one machine, one monotonic clock).
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiohttp import web
from discord import Embed, Interaction, app_commands

from adapters.discord.adapter import DiscordAdapter
from adapters.discord.events import event_of
from adapters.discord.render import render
from adapters.discord.service import DiscordPlan, DiscordService
from bot.settings import Settings
from bot.wiring import open_app
from plumas_core.app import App
from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.commands.dispatch import run_command
from tests.standins.discord_people import Person
from tests.standins.discord_rest import APPLICATION, BOT, TOKEN, DiscordServer

ROUNDS = 45
COMMANDS_A_ROUND = 20
CPU_BOUND = 2.0
"""Times the bare command's CPU, at most."""

MEMBERS = 200
STREAMS = 50
ARRIVAL_SECONDS = 1.0
ACK_BOUND = 1.0
"""Seconds, at most, for the 99th percentile."""


def run() -> list[dict[str, object]]:
    """Measure both figures, as ``benchmarks/latest.json`` has them."""
    return asyncio.run(_measure())


async def _measure() -> list[dict[str, object]]:
    with tempfile.TemporaryDirectory() as folder:
        async with _opened(Path(folder)) as bench:
            ours, bare = await _cpu(bench)
            slowest = await _acknowledgement(bench)
    ratio = ours / bare
    return [
        {
            "name": "discord: CPU per command, ms",
            "value": round(ours * 1000, 3),
            "floor": round(bare * 1000, 3),
            "ratio": round(ratio, 2),
            "bound": CPU_BOUND,
            "ok": ratio <= CPU_BOUND,
        },
        {
            "name": "discord: acknowledgement, 99th percentile, s",
            "value": round(slowest, 3),
            "floor": ACK_BOUND,
            "ratio": round(slowest / ACK_BOUND, 3),
            "bound": 1.0,
            "ok": slowest < ACK_BOUND,
        },
    ]


@dataclass
class _Bench:
    app: App
    adapter: DiscordAdapter
    service: DiscordService
    server: DiscordServer
    channel: str
    heard: Connection

    def person(self, number: int, *, admin: bool = False) -> Person:
        return Person(self.server, str(10**17 + number), f"m{number}", self.channel, admin=admin)

    async def ask(self, payload: dict[str, Any]) -> None:
        """Hand a payload over, marked with the moment, and wait until it is answered."""
        payload["token"] = f"{time.monotonic_ns()}"
        await self.adapter.tree._call(_interaction(self, payload))  # noqa: SLF001 - as its gateway does


def _interaction(bench: _Bench, payload: dict[str, Any]) -> Any:
    state = bench.service.client._connection  # noqa: SLF001 - as its gateway does
    return Interaction(data=payload, state=state)  # type: ignore[arg-type]  # as Discord sends it


async def _cpu(bench: _Bench) -> tuple[float, float]:
    """Return seconds of CPU per command, ours and bare: the least of the rounds."""
    member = bench.person(2)
    asked = {"help": member.command("help"), "bare": member.command("help")}
    asked["bare"]["data"]["name"] = "bare"
    await bench.ask(dict(asked["help"]))
    bench.adapter.tree.add_command(_bare(await _help_message(bench, asked["help"])))
    await bench.ask(dict(asked["bare"]))
    took: dict[str, list[float]] = {"help": [], "bare": []}
    for _ in range(ROUNDS):
        for name, times in took.items():
            began = time.process_time()
            for _ in range(COMMANDS_A_ROUND):
                await bench.ask(dict(asked[name]))
            times.append((time.process_time() - began) / COMMANDS_A_ROUND)
    return min(took["help"]), min(took["bare"])


async def _help_message(bench: _Bench, payload: dict[str, Any]) -> Embed:
    """Return what a member's ``/help`` shows."""
    event = event_of(_interaction(bench, payload))
    spec = next(one for one in COMMANDS if one.path == ("help",))
    replies = [reply async for reply in run_command(bench.app, spec, event, {})]
    return Embed.from_dict(render(replies[-1]).embeds[0])


async def _acknowledgement(bench: _Bench) -> float:
    """Return the 99th percentile of the time until the callback, in seconds."""
    grant = bench.person(1, admin=True).command("grant", amount="90", wallet="pool")
    await bench.ask(grant)
    people = [bench.person(1_000 + number) for number in range(MEMBERS)]
    writers = [bench.person(5_000 + number) for number in range(STREAMS)]
    _times(bench.heard)
    writing = [
        asyncio.create_task(bench.ask(one.command("write", prompt="un faro que teme la noche")))
        for one in writers
    ]
    await asyncio.sleep(0.5)
    _times(bench.heard)
    asked = []
    began = asyncio.get_running_loop().time()
    for number, person in enumerate(people):
        due = began + number * ARRIVAL_SECONDS / MEMBERS
        await asyncio.sleep(max(due - asyncio.get_running_loop().time(), 0))
        asked.append(asyncio.create_task(bench.ask(person.command("duel list"))))
    under_way = sum(not task.done() for task in writing)
    await asyncio.gather(*asked, *writing)
    times = sorted(_times(bench.heard))
    if len(times) < MEMBERS or under_way < STREAMS:
        raise RuntimeError(f"{len(times)} acknowledged, {under_way} streams under way")
    return times[int(len(times) * 0.99)]


def _times(heard: Connection) -> list[float]:
    """Return the times that the other process has measured since it was asked last."""
    heard.send("times")
    found: list[float] = heard.recv()
    return found


@asynccontextmanager
async def _opened(folder: Path) -> AsyncIterator[_Bench]:
    near, far = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(far,), daemon=True)
    process.start()
    api = near.recv()
    service = DiscordService(
        DiscordPlan(
            token=TOKEN,
            api_url=api,
            gateway_url=None,
            shard_ids=(),
            shard_count=None,
            folder=folder,
        )
    )
    settings = Settings(
        database_url=f"sqlite:///{folder / 'plumas.db'}",
        operators=f"discord:{10**17 + 1}",  # type: ignore[arg-type]  # as it is written
    )
    try:
        async with open_app(settings, deliverers={"discord": service.deliverer}) as app:
            await service.log_in()
            try:
                adapter = DiscordAdapter(app, service.client, commands=COMMANDS, actions=ACTIONS)
                server = DiscordServer()
                yield _Bench(app, adapter, service, server, server.add_channel(), near)
            finally:
                await service.close()
    finally:
        process.terminate()
        process.join()


def _bare(constant: Embed) -> app_commands.Command[Any, Any, Any]:
    async def answer(interaction: Interaction) -> None:
        await interaction.response.send_message(embed=constant, ephemeral=True)

    return app_commands.Command(name="bare", description="answers a constant", callback=answer)


def _serve(far: Connection) -> None:
    """Answer every call with a constant; note how long after its token's moment each came."""
    asyncio.run(_serving(far))


async def _serving(far: Connection) -> None:
    times: list[float] = []
    message = DiscordServer()._message({}, "1", [])  # noqa: SLF001 - a message as it answers
    callback = {"interaction": {"id": "1", "type": 2}, "resource": {"type": 4, "message": message}}
    me = {**BOT, "owner": BOT, "bot_public": True, "bot_require_code_grant": False, "flags": 0}
    me |= {"name": "plumas", "icon": None, "description": "", "verify_key": "", "summary": ""}
    answers = {"callback": json.dumps(callback), "@me": json.dumps({**me, "id": str(APPLICATION)})}

    async def handle(request: web.Request) -> web.Response:
        last = request.path.rsplit("/", 1)[1]
        if last == "callback":
            times.append((time.monotonic_ns() - int(request.path.split("/")[-2])) / 1e9)
        await request.read()
        body = answers.get(last) or json.dumps(message)
        return web.Response(body=body.encode(), headers={"Content-Type": "application/json"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    far.send(f"http://127.0.0.1:{runner.addresses[0][1]}")
    while True:
        await asyncio.to_thread(far.recv)
        far.send(list(times))
        times.clear()
