"""Both providers' stand-ins, with minds, and a stage that is set up to call them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from plumas_core.clock import SECOND
from tests.standins.anthropic_server import AnthropicStandIn
from tests.standins.base import Json
from tests.standins.minds import anthropic_mind, openai_mind
from tests.standins.openai_server import OpenAIStandIn
from tests.support.stage import Stage, open_stage
from tests.support.time import ManualClock


@dataclass(frozen=True)
class Both:
    """The two servers."""

    openai: OpenAIStandIn
    anthropic: AnthropicStandIn

    @property
    def settings(self) -> dict[str, Any]:
        """Settings by which a program calls both of them."""
        return {
            "openai_api_key": "sk-openai",
            "openai_base_url": f"{self.openai.url}/v1",
            "anthropic_api_key": "sk-anthropic",
            "anthropic_base_url": self.anthropic.url,
        }

    @property
    def usages(self) -> list[Json]:
        """Every answer that either has given."""
        return [*self.openai.usages, *self.anthropic.usages]


@asynccontextmanager
async def both_providers(clock: ManualClock) -> AsyncIterator[Both]:
    """Run both stand-ins on the test's clock."""

    def now() -> float:
        return clock() / SECOND

    async with (
        OpenAIStandIn(openai_mind(), now) as openai,
        AnthropicStandIn(anthropic_mind(), now) as anthropic,
    ):
        yield Both(openai, anthropic)


@asynccontextmanager
async def real_stage(
    folder: Path, clock: ManualClock, both: Both, **settings: Any
) -> AsyncIterator[Stage]:
    """Open the program with both keys set."""
    values = {**both.settings, **settings}
    async with open_stage(folder, clock=clock, **values) as stage:
        yield stage
