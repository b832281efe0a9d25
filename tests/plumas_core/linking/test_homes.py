"""Servers and chats that share a community: joined by their admins, and taken out again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, update

from adapters.console.deliverer import ConsoleDeliverer, Posted
from plumas_core.clock import DAY, HOUR, MINUTE
from plumas_core.commands.identity import identify
from plumas_core.commands.reply import Button, Field, Fields, File, Progress, Reply, Text
from plumas_core.delivery.places import PRIVATE
from plumas_core.ids import encode
from plumas_core.linking.following import follow
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.agents import model_words
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries
from plumas_core.storage.tables.ledger import accounts, transfers
from plumas_core.storage.tables.people import (
    audit_log,
    communities,
    identities,
    memberships,
    places,
)
from plumas_core.storage.tables.work import writings
from tests.support.speaker import Speaker, said
from tests.support.stage import OPERATOR, Stage, open_stage

OPEN = '/duel new "The lighthouse" panel:offline-3 ends:10m'
TEXTS = {
    "ana": "The lamp went out before the boat came in.\nNobody went down to ask.",
    "bruno": "He counted waves\n  until there were none to count.",
    "carla": "A gull knows the name\nof every broken bulb on the stair.",
}


class Town:
    """A Discord server and a Telegram chat, with an admin in each, and what is posted there."""

    def __init__(self, stage: Stage, posted: dict[str, list[Posted]]) -> None:
        self.stage = stage
        self.posted = posted
        self.server = self.at("discord", "boss", admin=True)
        self.chat = self.at("telegram", "jefa", admin=True)

    def at(self, platform: str, who: str, **more: Any) -> Speaker:
        homes = {"discord": "Ateneo", "telegram": "Tertulia"}
        return Speaker(self.stage, who, platform=platform, home=homes[platform], **more)

    async def community(self, speaker: Speaker) -> int:
        return (await identify(self.stage.app, speaker.event())).community.id

    async def fund(self, speaker: Speaker, amount: int = 50 * CREDIT) -> None:
        app = self.stage.app
        community = await self.community(speaker)
        await app.db.write(
            lambda c: app.book.transfer(
                c,
                debit=app.book.issued(c),
                credit=app.book.pool(c, community),
                amount=amount,
                key=f"fund:{app.ids.new()}",
                purpose="grant",
            )
        )

    async def pool(self, speaker: Speaker) -> int:
        community = await self.community(speaker)
        query = select(accounts.c.balance).where(
            accounts.c.kind == "pool", accounts.c.owner == community
        )
        rows = await self.stage.rows(query)
        return int(rows[0]["balance"])

    async def join(self) -> Reply:
        """Let the chat join the server's community."""
        shown = await self.show()
        assert not said(shown), said(shown)
        return await self.chat.press(button(shown, "join"))

    async def show(self) -> Reply:
        return await self.chat.say(f"/link {code_in(await self.server.say('/link community'))}")

    async def part(self, speaker: Speaker) -> Reply:
        asked = await speaker.press(button(await speaker.say("/link community"), "part"))
        assert not said(asked), said(asked)
        return await speaker.press(button(asked, "leave"))

    def cards(self, platform: str) -> list[Posted]:
        """Return every state of a card that was shown on a platform."""
        return [one for one in self.posted[platform] if one.reply.buttons or one.before]

    async def clean(self) -> bool:
        report = await self.stage.audit()
        assert report.findings == ()
        return True


def code_in(reply: Reply) -> str:
    texts = [str(part) for b in reply.blocks if isinstance(b, Text) for part in b.parts]
    return next(text for text in texts if "/link " in text).rpartition("/link ")[2]


def button(reply: Reply, action: str) -> Button:
    return next(one for one in reply.buttons if one.action == action)


def value(reply: Reply, name: str) -> str:
    items: list[Field] = [i for b in reply.blocks if isinstance(b, Fields) for i in b.items]
    return str(next(item.value[0] for item in items if item.name == name))


@pytest.fixture
async def town(db_path: Path) -> AsyncIterator[Town]:
    posted: dict[str, list[Posted]] = {"discord": [], "telegram": []}
    deliverers = {
        platform: ConsoleDeliverer(db_path.parent / f"{platform}.jsonl", there.append)
        for platform, there in posted.items()
    }
    async with open_stage(db_path.parent, deliverers=deliverers) as stage:
        yield Town(stage, posted)


async def test_an_admin_of_each_joins_two_places_into_one_community(town: Town) -> None:
    assert await town.community(town.server) != await town.community(town.chat)
    await town.join()
    assert await town.community(town.server) == await town.community(town.chat)
    assert await town.community(town.at("telegram", "new")) == await town.community(town.server)
    other = town.at("telegram", "ana", channel="topic")
    assert await town.community(other) == await town.community(town.server)


async def test_the_pools_become_one(town: Town) -> None:
    await town.fund(town.server)
    await town.fund(town.chat, 3 * CREDIT)
    shown = await town.show()
    assert value(shown, "Moves there (credits)") == "3.00"
    await town.chat.press(button(shown, "join"))
    assert await town.pool(town.chat) == 53 * CREDIT
    assert await town.stage.count(transfers, transfers.c.purpose == "link") == 1
    assert await town.clean()


async def test_a_duel_has_its_card_in_both_until_its_verdict(town: Town) -> None:
    await town.fund(town.server)
    await town.join()
    await town.server.say(OPEN)
    await town.stage.work()
    for platform in ("discord", "telegram"):
        assert len(town.cards(platform)) == 1
    ana, bruno, carla = (
        town.at("discord", "ana"),
        town.at("telegram", "bruno"),
        town.at("telegram", "carla"),
    )
    for speaker in (ana, bruno, carla):
        card = town.cards(speaker.platform)[0].reply
        form = (await speaker.press(button(card, "enter"))).form
        assert form is not None
        text = {"text": TEXTS[speaker.account]}
        assert not said(await speaker.press(f"{form.action}:{form.ref}", text))
    town.stage.clock.advance(10 * MINUTE)
    await town.stage.pass_time(HOUR, 5 * MINUTE)
    rows = await town.stage.rows(select(duels.c.state))
    assert [row["state"] for row in rows] == ["verdict"]
    for platform in ("discord", "telegram"):
        there = town.posted[platform]
        assert sum(bool(one.reply.files) for one in there) == 1
        assert any(isinstance(b, Progress) for one in there for b in one.reply.blocks)
        last = [one for one in there if button_names(one.reply) == {"results"}]
        assert last
        verdicts = [one for one in there if "reasons" in button_names(one.reply)]
        assert len(verdicts) == 1
    assert notified(town, "discord") == {("ana",)}
    assert notified(town, "telegram") == {("bruno", "carla")}
    files: list[File] = [
        f for there in town.posted.values() for one in there for f in one.reply.files
    ]
    assert files[0] == files[1]
    assert await town.clean()


def button_names(reply: Reply) -> set[str]:
    return {one.action for one in reply.buttons}


def notified(town: Town, platform: str) -> set[tuple[str, ...]]:
    return {one.mentions for one in town.posted[platform] if one.mentions}


async def test_a_card_stands_where_a_duel_was_opened_last(town: Town) -> None:
    await town.join()
    await town.at("telegram", "ana", channel="duels").say(OPEN)
    await town.server.say('/duel new "Tides" panel:offline-3')
    query = (
        select(places.c.address)
        .join(outbox, outbox.c.place_id == places.c.id)
        .where(outbox.c.key.contains(":card"))
        .order_by(outbox.c.id)
    )
    addresses = [row["address"] for row in await town.stage.rows(query)]
    assert addresses == ["Tertulia/duels", "Ateneo/main", "Ateneo/main", "Tertulia/duels"]


async def test_a_place_that_was_lost_once_is_found_again_by_the_next_card(town: Town) -> None:
    await town.join()
    lost = update(places).where(places.c.platform == "telegram").values(lost_at=1)
    await town.stage.app.db.write(lambda c: c.execute(lost))
    await town.server.say(OPEN)
    await town.stage.work()
    assert len(town.cards("telegram")) == 1
    assert await town.stage.count(places, places.c.lost_at.is_not(None)) == 0


async def test_duels_under_way_are_shown_to_those_who_join(town: Town) -> None:
    await town.server.say(OPEN)
    await town.join()
    await town.stage.work()
    assert len(town.cards("telegram")) == 1
    await town.at("discord", "ana").say(f"/duel enter {TEXTS['ana']}")
    await town.server.say("/duel cancel")
    await town.stage.work()
    assert not town.cards("telegram")[-1].reply.buttons


async def test_a_server_alone_has_one_card(town: Town) -> None:
    await town.server.say(OPEN)
    await town.chat.say('/duel new "Tides" panel:offline-3')
    assert await town.stage.count(outbox) == 2


async def test_its_old_duels_come_along_under_new_numbers(town: Town) -> None:
    for speaker in (town.server, town.chat):
        for theme in ("One", "Two"):
            await speaker.say(f'/duel new "{speaker.platform} {theme}" panel:offline-3')
            await speaker.say("/duel cancel")
    await town.join()
    rows = await town.stage.rows(select(duels.c.theme, duels.c.number).order_by(duels.c.number))
    assert [(row["number"], row["theme"]) for row in rows] == [
        (1, "discord One"),
        (2, "discord Two"),
        (3, "telegram One"),
        (4, "telegram Two"),
    ]
    await town.chat.say('/duel new "Five" panel:offline-3')
    assert await town.stage.count(duels, duels.c.number == 5) == 1


async def test_buttons_of_its_old_duels_go_on_working(town: Town) -> None:
    opened = await town.chat.say(OPEN)
    await town.chat.say("/duel cancel")
    await town.join()
    assert not said(await town.chat.press(f"status:{opened.ref}"))


async def test_a_duel_under_way_there_stands_against_it(town: Town) -> None:
    await town.chat.say(OPEN)
    assert "Duel #1" in said(await town.show())
    await town.chat.say("/duel cancel")
    assert not said(await town.join())


async def test_a_duel_opened_while_the_code_was_shown_stands_against_it(town: Town) -> None:
    shown = await town.show()
    await town.chat.say(OPEN)
    assert "Duel #1" in said(await town.chat.press(button(shown, "join")))
    assert await town.community(town.server) != await town.community(town.chat)


async def test_only_admins_join_and_take_out(town: Town) -> None:
    member = town.at("telegram", "ana")
    assert "admins" in said(await member.say("/link community"))
    code = code_in(await town.server.say("/link community"))
    assert "admins" in said(await member.say(f"/link {code}"))
    assert "not known" in said(await town.chat.say(f"/link {code}"))
    shown = await town.show()
    assert "admins" in said(await member.press(button(shown, "join")))
    assert not said(await town.chat.press(button(shown, "join")))
    part = button(await town.chat.say("/link community"), "part")
    assert "admins" in said(await member.press(part))


async def test_who_reads_a_code_that_a_rule_refused_cannot_use_it(town: Town) -> None:
    await town.chat.say(OPEN)
    code = code_in(await town.server.say("/link community"))
    assert "Duel #1" in said(await town.chat.say(f"/link {code}"))
    thief = Speaker(town.stage, "thief", platform="discord", home="Den", admin=True)
    assert "not known" in said(await thief.say(f"/link {code}"))
    await town.chat.say("/duel cancel")
    assert not said(await town.chat.say(f"/link {code}"))


async def test_another_admin_cannot_go_on_with_what_one_has_begun(town: Town) -> None:
    other = town.at("telegram", "otra", admin=True)
    shown = await town.show()
    assert "not known" in said(await other.press(button(shown, "join")))


async def test_places_are_joined_from_within(town: Town) -> None:
    private = Speaker(town.stage, "jefa", platform="telegram", home=PRIVATE, admin=True)
    await town.chat.say("/help")
    assert "from within" in said(await private.say("/link community"))
    code = code_in(await town.server.say("/link community"))
    assert "from within" in said(await private.say(f"/link {code}"))
    assert not said(await town.chat.say(f"/link {code}"))


async def test_a_place_is_not_joined_to_its_own_community(town: Town) -> None:
    code = code_in(await town.server.say("/link community"))
    assert "already" in said(await town.server.say(f"/link {code}"))
    await town.join()
    assert "already" in said(await town.show())


async def test_one_that_shares_its_community_leaves_it_first(town: Town) -> None:
    await town.join()
    third = Speaker(town.stage, "boss", platform="discord", home="Casino", admin=True)
    code = code_in(await third.say("/link community"))
    assert "Take it out" in said(await town.chat.say(f"/link {code}"))


async def test_a_third_place_joins_two(town: Town) -> None:
    await town.join()
    third = Speaker(town.stage, "boss", platform="discord", home="Casino", admin=True)
    code = code_in(await town.chat.say("/link community"))
    await third.press(button(await third.say(f"/link {code}"), "join"))
    assert await town.community(third) == await town.community(town.server)
    await third.say(OPEN)
    assert await town.stage.count(outbox, outbox.c.key.contains(":card")) == 3


async def test_settings_and_models_of_the_first_count(town: Town) -> None:
    await town.server.say("/model disable offline-pluma")
    community = await town.community(town.chat)
    await town.chat.say("/model disable offline-tintero")
    await town.join()
    models = await town.chat.say("/models")
    states = {row[0]: row[1] for b in models.blocks if b.kind == "table" for row in b.rows}
    assert states["offline-pluma"] == "off"
    assert states["offline-tintero"] == "on"
    assert await town.stage.count(model_words, model_words.c.scope == community) == 1


async def test_members_keep_the_day_since_which_they_belong(town: Town) -> None:
    ana = town.at("telegram", "ana")
    first = town.stage.clock.now
    await ana.say("/help")
    town.stage.clock.advance(DAY)
    await town.join()
    who = (await identify(town.stage.app, ana.event())).member.id
    joint = await town.community(town.server)
    query = select(memberships.c.first_seen).where(
        memberships.c.member_id == who, memberships.c.community_id == joint
    )
    assert [row["first_seen"] for row in await town.stage.rows(query)] == [first]


async def test_the_pools_daily_share_is_not_doubled(town: Town) -> None:
    await town.fund(town.chat)
    await town.chat.say("/write a wave")
    await town.join()
    rows = await town.stage.rows(select(writings.c.community_id))
    assert [row["community_id"] for row in rows] == [await town.community(town.server)]


async def test_what_comes_back_to_the_old_pool_follows(town: Town) -> None:
    await town.fund(town.chat)
    old = await town.community(town.chat)
    await town.join()
    app = town.stage.app

    def late(c: Connection) -> None:
        app.book.transfer(
            c,
            debit=app.book.issued(c),
            credit=app.book.pool(c, old),
            amount=7,
            key="late",
            purpose="grant",
        )

    await app.db.write(late)
    assert await follow(app) == 1
    assert await town.pool(town.chat) == 50 * CREDIT + 7
    assert await town.clean()


async def test_joining_is_written_in_the_audit_log(town: Town) -> None:
    await town.fund(town.chat, 3 * CREDIT)
    await town.join()
    await town.part(town.chat)
    rows = await town.stage.rows(
        select(audit_log).where(audit_log.c.action.contains("link community"))
    )
    assert [row["action"] for row in rows] == ["link community"] * 2 + ["unlink community"] * 2
    assert str(3 * CREDIT) in rows[0]["detail"]
    assert len({row["community_id"] for row in rows}) == 2


async def test_one_press_joins_once(town: Town) -> None:
    press = button(await town.show(), "join")
    first = await town.chat.press(press, key="once")
    assert await town.chat.press(press, key="once") == first
    assert "done its work" in said(await town.chat.press(press))
    rows = await town.stage.rows(select(audit_log.c.action))
    assert len(rows) == 2


async def test_a_place_leaves_with_its_own_community_and_without_the_pool(town: Town) -> None:
    await town.fund(town.chat, 3 * CREDIT)
    before = await town.community(town.chat)
    await town.join()
    reply = await town.part(town.chat)
    assert not said(reply)
    assert await town.community(town.chat) == before
    assert await town.pool(town.chat) == 0
    assert await town.pool(town.server) == 3 * CREDIT
    await follow(town.stage.app)
    assert await town.pool(town.chat) == 0
    assert await town.clean()


async def test_the_first_place_can_leave_too(town: Town) -> None:
    await town.server.say("/model disable offline-pluma")
    await town.join()
    shared = await town.community(town.server)
    await town.part(town.server)
    own = await town.community(town.server)
    assert own != shared == await town.community(town.chat)
    names = select(communities.c.name).where(communities.c.id == own)
    assert [row["name"] for row in await town.stage.rows(names)] == ["Ateneo"]
    assert await town.stage.count(model_words, model_words.c.scope == own) == 1


async def test_members_of_a_place_that_leaves_belong_to_it_since_they_did(town: Town) -> None:
    await town.join()
    ana = town.at("telegram", "ana")
    first = town.stage.clock.now
    await ana.say("/help")
    town.stage.clock.advance(DAY)
    await town.part(town.chat)
    who = (await identify(town.stage.app, ana.event())).member.id
    own = await town.community(town.chat)
    query = select(memberships.c.first_seen).where(
        memberships.c.member_id == who, memberships.c.community_id == own
    )
    assert [row["first_seen"] for row in await town.stage.rows(query)] == [first]


async def people(town: Town, speaker: Speaker) -> set[str]:
    """Return the names of those who belong to the community of a speaker's place."""
    query = (
        select(identities.c.name)
        .join(memberships, memberships.c.member_id == identities.c.member_id)
        .where(memberships.c.community_id == await town.community(speaker))
    )
    return {row["name"] for row in await town.stage.rows(query)}


@pytest.mark.parametrize("leaves", ["first", "second"])
async def test_a_place_that_leaves_makes_nobody_a_member_who_was_never_there(
    town: Town, leaves: str
) -> None:
    casino = Speaker(town.stage, "croupier", platform="discord", home="Casino", admin=True)
    for one in (town.server, town.at("discord", "ana"), casino):
        await one.say("/help")
    player = Speaker(town.stage, "player", platform="discord", home="Casino")
    await player.say("/help")
    town.stage.clock.advance(DAY)
    code = code_in(await town.server.say("/link community"))
    await casino.press(button(await casino.say(f"/link {code}"), "join"))
    assert await people(town, casino) == {"boss", "ana", "croupier", "player"}
    town.stage.clock.advance(DAY)
    await town.at("discord", "late").say("/help")
    await town.part(town.server if leaves == "first" else casino)
    await follow(town.stage.app)
    assert await people(town, casino) - {"late"} == {"croupier", "player"}
    assert await people(town, town.server) - {"late"} == {"boss", "ana"}


async def test_a_duel_of_its_own_keeps_a_place_from_leaving(town: Town) -> None:
    await town.join()
    await town.chat.say(OPEN)
    part = button(await town.chat.say("/link community"), "part")
    assert "Duel #1" in said(await town.chat.press(part))
    await town.chat.say("/duel cancel")
    assert not said(await town.chat.press(part))


async def test_duels_of_others_go_on_without_a_place_that_left(town: Town) -> None:
    await town.join()
    await town.server.say(OPEN)
    await town.stage.work()
    await town.part(town.chat)
    await town.at("discord", "ana").say(f"/duel enter {TEXTS['ana']}")
    await town.stage.work()
    last = town.posted["telegram"][-1]
    assert "has left the community" in town.stage.text(last.reply)
    assert not last.reply.buttons
    await town.server.say("/duel cancel")
    await town.stage.work()
    assert town.posted["telegram"][-1] is last
    assert any("Cancelled" in town.stage.text(one.reply) for one in town.posted["discord"])


async def test_who_left_is_joined_again_after_a_day(town: Town) -> None:
    await town.server.say(OPEN)
    await town.join()
    await town.part(town.chat)
    assert "in 24 hours" in said(await town.show())
    town.stage.clock.advance(DAY)
    await town.join()
    assert await town.community(town.server) == await town.community(town.chat)


async def test_the_cap_is_not_doubled_by_leaving_and_joining_the_other_way_round(
    town: Town,
) -> None:
    await town.join()
    await town.part(town.server)
    code = code_in(await town.server.say("/link community"))
    assert "in 24 hours" in said(await town.chat.say(f"/link {code}"))
    assert await town.community(town.server) != await town.community(town.chat)


async def test_a_code_that_did_its_work_does_none_later(town: Town) -> None:
    code = code_in(await town.server.say("/link community"))
    await town.chat.press(button(await town.chat.say(f"/link {code}"), "join"))
    await town.part(town.chat)
    town.stage.clock.advance(2 * DAY)
    assert "done its work" in said(await town.chat.say(f"/link {code}"))


async def test_a_lone_place_has_nothing_to_leave(town: Town) -> None:
    reply = await town.server.say("/link community")
    assert "part" not in button_names(reply)
    assert "no other" in said(await town.server.press("part:1"))


async def test_one_member_with_two_accounts_duels_from_both(town: Town) -> None:
    await town.fund(town.server)
    await town.join()
    ana, anna = town.at("discord", "ana"), town.at("telegram", "anna")
    code = code_in(await ana.say("/link"))
    await anna.press(button(await anna.say(f"/link {code}"), "link"))
    await ana.say(OPEN)
    await ana.say(f"/duel enter {TEXTS['ana']}")
    reply = await anna.say(f"/duel enter {TEXTS['bruno']}")
    assert not said(reply)
    states = await town.stage.rows(select(entries.c.state))
    assert sorted(row["state"] for row in states) == ["entered", "replaced"]
    town.stage.clock.advance(MINUTE)
    assert not said(await anna.say("/duel close"))


async def test_approving_one_that_was_joined_meanwhile_opens_no_second_pool(town: Town) -> None:
    operator = Speaker(town.stage, OPERATOR, home="Office")
    joined = await town.community(town.chat)
    await operator.say(f"/approve amount:500 community:{encode(await town.community(town.server))}")
    await town.join()
    pressed = await operator.press(f"approve:{encode(joined)}")
    assert "approved before" in town.stage.text(pressed)
    assert value(pressed, "Pool (credits)") == "500.00"
    assert await town.stage.count(transfers, transfers.c.purpose == "opening") == 1
    assert await follow(town.stage.app) == 0
    assert await town.pool(town.chat) == 500 * CREDIT
    assert await town.clean()


async def approve(town: Town, speaker: Speaker, amount: int | None = None) -> Reply:
    """Let an operator approve the community of a speaker's place, from elsewhere."""
    operator = Speaker(town.stage, OPERATOR, home="Office")
    given = "" if amount is None else f"amount:{amount} "
    return await operator.say(f"/approve {given}community:{encode(await town.community(speaker))}")


async def test_the_approval_stays_with_the_pool_when_the_first_place_leaves(town: Town) -> None:
    await approve(town, town.server, 500)
    await town.join()
    await town.part(town.server)
    assert await town.pool(town.chat) == 500 * CREDIT
    assert "not approved" not in said(await town.chat.say("/settings"), "warning")
    assert "approved before" in town.stage.text(await approve(town, town.chat, 300))
    assert "not approved" in said(await town.server.say("/settings"), "warning")
    assert "approved before" not in town.stage.text(await approve(town, town.server, 300))
    assert await town.pool(town.server) == 300 * CREDIT
    assert await town.clean()


async def test_a_place_that_leaves_an_approved_community_waits_for_its_own_approval(
    town: Town,
) -> None:
    await town.join()
    await approve(town, town.server)
    await town.part(town.chat)
    assert "not approved" in said(await town.chat.say("/settings"), "warning")
    assert "approved before" not in town.stage.text(await approve(town, town.chat))


async def test_a_pool_that_was_approved_stays_so_where_it_goes(town: Town) -> None:
    await approve(town, town.chat, 20)
    await town.join()
    assert "not approved" not in said(await town.server.say("/settings"), "warning")
    await town.part(town.chat)
    assert "approved before" in town.stage.text(await approve(town, town.server))
    assert "approved before" in town.stage.text(await approve(town, town.chat))
