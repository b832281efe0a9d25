"""Real providers on the real SDKs, spoken to by stand-in servers on loopback."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator

import httpx2
import pytest

from bot.settings import CATALOG
from plumas_core.catalog.load import Catalog, load_catalog
from plumas_core.clock import SECOND, Sleep
from plumas_core.providers.anthropic_api.provider import AnthropicProvider
from plumas_core.providers.openai_api.provider import OpenAIProvider
from tests.standins.anthropic_server import AnthropicStandIn
from tests.standins.openai_server import OpenAIStandIn
from tests.support.time import ManualClock

KEY = "sk-secret-of-the-operator"


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return load_catalog(CATALOG)


@pytest.fixture
async def openai_server(clock: ManualClock) -> AsyncIterator[OpenAIStandIn]:
    async with OpenAIStandIn(now=lambda: clock() / SECOND) as server:
        yield server


@pytest.fixture
async def anthropic_server(clock: ManualClock) -> AsyncIterator[AnthropicStandIn]:
    async with AnthropicStandIn(now=lambda: clock() / SECOND) as server:
        yield server


@pytest.fixture
async def openai(
    openai_server: OpenAIStandIn, catalog: Catalog, clock: ManualClock, sleep: Sleep
) -> AsyncIterator[OpenAIProvider]:
    provider = OpenAIProvider(
        api_key=KEY,
        base_url=f"{openai_server.url}/v1",
        catalog=catalog,
        clock=clock,
        sleep=sleep,
        rng=random.Random(1),
        http_client=httpx2.AsyncClient(verify=False, follow_redirects=True),
    )
    yield provider
    await provider.close()


@pytest.fixture
async def anthropic(
    anthropic_server: AnthropicStandIn, catalog: Catalog, clock: ManualClock, sleep: Sleep
) -> AsyncIterator[AnthropicProvider]:
    provider = AnthropicProvider(
        api_key=KEY,
        base_url=anthropic_server.url,
        catalog=catalog,
        clock=clock,
        sleep=sleep,
        rng=random.Random(1),
        http_client=httpx2.AsyncClient(verify=False, follow_redirects=True),
    )
    yield provider
    await provider.close()
