"""``/agent list`` and ``/agent show``: the AI writers and judges that a member may use."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from plumas_core.app import App
from plumas_core.commands.reply import Reply, Table, Text, Title, fields
from plumas_core.commands.spec import ChoiceParam, CommandSpec, RefParam, Request


@dataclass(frozen=True, slots=True)
class ListArgs:
    """Writers, judges, or both."""

    kind: str | None = None


@dataclass(frozen=True, slots=True)
class ShowArgs:
    """Which agent."""

    agent: str


async def list_agents(app: App, request: Request[ListArgs]) -> Reply:
    """List agents with a line about each."""
    t = app.texts
    locale = request.locale

    def work(c: Connection) -> Reply:
        found = app.agents.visible(c, request.member.id, request.args.kind)
        rows = tuple(
            (
                agent.slug,
                agent.text(locale).name,
                t.text(locale, f"kind-{agent.kind}"),
                agent.text(locale).description,
            )
            for agent in found
        )
        columns = tuple(
            t.text(locale, f"column-{name}") for name in ("id", "name", "kind", "about")
        )
        return Reply((Title(t.text(locale, "agents-title")), Table(columns, rows)))

    return await app.db.read(work)


async def show_agent(app: App, request: Request[ShowArgs]) -> Reply:
    """Show an agent whole: judges' taste is no secret."""
    t = app.texts
    locale = request.locale

    def work(c: Connection) -> Reply:
        agent = app.agents.get(c, request.member.id, request.args.agent)
        text = agent.text(locale)
        owner = t.text(locale, "owner-house" if agent.owner_id is None else "owner-member")
        paragraphs = tuple(Text((part,)) for part in text.personality.split("\n\n"))
        return Reply(
            (
                Title(text.name),
                Text((text.description,)),
                fields(
                    [
                        (t.text(locale, "column-kind"), t.text(locale, f"kind-{agent.kind}")),
                        (t.text(locale, "field-owner"), owner),
                        (t.text(locale, "field-revision"), str(agent.revision)),
                        (t.text(locale, "column-id"), agent.slug),
                    ]
                ),
                *paragraphs,
            )
        )

    return await app.db.read(work)


AGENT_LIST = CommandSpec(
    path=("agent", "list"),
    args=ListArgs,
    handler=list_agents,
    params=(ChoiceParam(name="kind", choices=("writer", "judge")),),
    visibility="private",
)

AGENT_SHOW = CommandSpec(
    path=("agent", "show"),
    args=ShowArgs,
    handler=show_agent,
    params=(RefParam(name="agent", of="agent", required=True, rest=True),),
    visibility="private",
)
