"""What an AI writer is asked for a text that was ordered."""

from __future__ import annotations

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.providers.errors import Unavailable
from plumas_core.providers.interface import CompletionRequest
from plumas_core.writing.asking import Writing


def question(app: App, c: Connection, writing: Writing) -> CompletionRequest:
    """Return the question of one attempt; the next attempt's has another fence.

    Raises:
        Unavailable: the writer is gone.
    """
    writer = app.agents.by_id(c, writing.agent_id)
    if writer is None:
        raise Unavailable("the writer is gone")
    return app.studio.request(
        model_id=writing.model_id,
        personality=writer.text(writing.locale).personality,
        prompt=writing.prompt,
        title=writing.title,
        max_words=writing.max_words,
        locale=writing.locale,
        key=writing.key,
        nonce_seed=f"{writing.id}:{writing.fence}",
    )
