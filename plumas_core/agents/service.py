"""Agents: the house's and members' own writers and judges, and who may use which."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, insert, select, update

from plumas_core.agents.house import AgentText, HouseAgent
from plumas_core.clock import Clock
from plumas_core.ids import Ids
from plumas_core.locales.translate import FALLBACK, closest
from plumas_core.problems import Problem
from plumas_core.storage.tables.agents import agents


@dataclass(frozen=True, slots=True)
class Agent:
    """An AI writer or judge. ``owner_id`` is ``None`` for the house's own."""

    id: int
    slug: str
    kind: str
    owner_id: int | None
    public: bool
    revision: int
    texts: Mapping[str, AgentText]

    def text(self, locale: str) -> AgentText:
        """Return the agent in the language nearest to ``locale`` among those that it has."""
        wanted = closest(locale)
        return self.texts.get(wanted) or self.texts.get(FALLBACK) or next(iter(self.texts.values()))


class AgentService:
    """Finds agents for members: public ones for all, private ones for their owners."""

    def visible(self, c: Connection, member_id: int, kind: str | None = None) -> list[Agent]:
        """Return the agents that a member may use, the house's first."""
        query = select(agents).where(
            agents.c.deleted_at.is_(None),
            agents.c.public.is_(True) | (agents.c.owner_id == member_id),
        )
        if kind is not None:
            query = query.where(agents.c.kind == kind)
        rows = c.execute(query.order_by(agents.c.owner_id.is_not(None), agents.c.slug)).mappings()
        return [_agent(row) for row in rows]

    def get(self, c: Connection, member_id: int, name: str, kind: str | None = None) -> Agent:
        """Return the agent that a member means by its slug or its name in any language.

        Raises:
            Problem: there is no such agent that the member may use; the sentence does not tell
                whether somebody else has one of that name.
        """
        wanted = name.strip().casefold()
        prefixes = ("", f"{kind}-") if kind else ("", "writer-", "judge-")
        found = self.visible(c, member_id, kind)
        for agent in found:
            if agent.slug in {prefix + wanted for prefix in prefixes}:
                return agent
        for agent in found:
            if any(text.name.casefold() == wanted for text in agent.texts.values()):
                return agent
        raise Problem("agent-unknown", name=name[:60])

    def by_id(self, c: Connection, agent_id: int) -> Agent | None:
        """Return an agent by its id, whoever owns it."""
        row = c.execute(select(agents).where(agents.c.id == agent_id)).mappings().first()
        return _agent(row) if row else None

    def by_slug(self, c: Connection, slug: str) -> Agent | None:
        """Return an agent by its exact slug, whoever owns it."""
        row = c.execute(select(agents).where(agents.c.slug == slug)).mappings().first()
        return _agent(row) if row else None


def house_is_current(c: Connection, house: Sequence[HouseAgent]) -> bool:
    """Tell whether the database has every house agent in its present revision."""
    query = select(agents.c.slug, agents.c.revision).where(agents.c.owner_id.is_(None))
    known = dict(c.execute(query).all())
    return all(known.get(agent.slug) == agent.revision for agent in house)


def sync_house_agents(
    c: Connection, house: Sequence[HouseAgent], *, ids: Ids, clock: Clock
) -> None:
    """Write the house's agents down, each in its present revision."""
    for agent in house:
        values = {
            "kind": agent.kind,
            "public": True,
            "revision": agent.revision,
            "texts": json.dumps(
                {
                    locale: {
                        "name": text.name,
                        "description": text.description,
                        "personality": text.personality,
                    }
                    for locale, text in agent.texts.items()
                },
                ensure_ascii=False,
            ),
        }
        changed = c.execute(update(agents).where(agents.c.slug == agent.slug).values(**values))
        if not changed.rowcount:
            c.execute(
                insert(agents).values(id=ids.new(), slug=agent.slug, created_at=clock(), **values)
            )


def _agent(row: RowMapping) -> Agent:
    texts = {locale: AgentText(**text) for locale, text in json.loads(row["texts"]).items()}
    return Agent(
        row["id"],
        row["slug"],
        row["kind"],
        row["owner_id"],
        row["public"],
        row["revision"],
        texts,
    )
