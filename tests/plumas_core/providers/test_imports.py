"""An SDK is imported when a provider is first called, and not before."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import asyncio, sys
from pathlib import Path
from bot.settings import CATALOG
from plumas_core.catalog.load import load_catalog
from plumas_core.clock import system_clock
from plumas_core.providers.errors import Unavailable
from plumas_core.providers.interface import BatchRow, CompletionRequest
from plumas_core.providers.registry import Providers, ProviderSettings

def loaded():
    return sorted({"openai", "anthropic", "httpx2"} & set(sys.modules))

async def main(name, model_id):
    settings = ProviderSettings(
        openai_api_key="k", openai_base_url="http://127.0.0.1:9/v1",
        anthropic_api_key="k", anthropic_base_url="http://127.0.0.1:9",
    )
    providers = Providers(
        settings, load_catalog(CATALOG), clock=system_clock, sleep=lambda _: asyncio.sleep(0)
    )
    request = CompletionRequest(model_id, "a")
    provider = providers.get_provider_for_model(model_id)
    provider.encoded_size(BatchRow("1-1-1", request))
    assert loaded() == [], loaded()
    try:
        await provider.complete(request)
    except Unavailable:
        pass
    assert loaded() == sorted([name, "httpx2"]), loaded()
    await providers.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("name", "model_id"), [("openai", "gpt-4o-mini"), ("anthropic", "claude-haiku-5-5")]
)
def test_an_sdk_is_imported_at_the_first_call_and_the_other_never(name: str, model_id: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, name, model_id], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
