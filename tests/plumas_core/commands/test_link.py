"""``/link``: two accounts become one member with one wallet, and one can leave again."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select
from structlog.testing import capture_logs

from plumas_core.clock import DAY, HOUR, MINUTE, SECOND
from plumas_core.commands.dispatch import run_command
from plumas_core.commands.identity import identify
from plumas_core.commands.reply import Button, Field, Fields, Reply, Text
from plumas_core.commands.write import WRITE
from plumas_core.credits.caps import caps_of, pool_allowance_left
from plumas_core.delivery.places import PRIVATE
from plumas_core.linking.codes import MOST_TRIES
from plumas_core.linking.following import follow
from plumas_core.policy import CREDIT
from plumas_core.storage.tables.agents import agents
from plumas_core.storage.tables.delivery import outbox
from plumas_core.storage.tables.duels import duels, entries, seats
from plumas_core.storage.tables.ledger import accounts, holds, transfers
from plumas_core.storage.tables.people import identities, link_codes, members, memberships
from plumas_core.storage.tables.work import writings
from tests.support.speaker import Speaker, said
from tests.support.stage import OPERATOR, Stage

OPEN = '/duel new "The lighthouse" panel:offline-3 ends:1d'
HOME = "Ateneo"


def here(stage: Stage, who: str, **more: Any) -> Speaker:
    """A member in a community's main channel."""
    return Speaker(stage, who, platform="console", home=HOME, **more)


def there(stage: Stage, who: str, **more: Any) -> Speaker:
    """The same on another platform, in a server of its own."""
    return Speaker(stage, who, platform="discord", home="Elsewhere", **more)


def code_in(reply: Reply) -> str:
    """Return the code that a reply shows."""
    texts = [str(part) for b in reply.blocks if isinstance(b, Text) for part in b.parts]
    return next(text for text in texts if "/link " in text).rpartition("/link ")[2]


def button(reply: Reply, action: str) -> Button:
    return next(one for one in reply.buttons if one.action == action)


def value(reply: Reply, name: str) -> str:
    items: list[Field] = [i for b in reply.blocks if isinstance(b, Fields) for i in b.items]
    return str(next(item.value[0] for item in items if item.name == name))


async def show(first: Speaker, second: Speaker) -> Reply:
    """Carry a code from the first account to the second; return what is shown there."""
    return await second.say(f"/link {code_in(await first.say('/link'))}")


async def link(first: Speaker, second: Speaker) -> Reply:
    shown = await show(first, second)
    assert not said(shown), said(shown)
    return await second.press(button(shown, "link"))


async def unlink(speaker: Speaker) -> Reply:
    return await speaker.press(button(await speaker.say("/link undo"), "unlink"))


async def member(speaker: Speaker) -> int:
    return (await identify(speaker.stage.app, speaker.event())).member.id


async def grant(speaker: Speaker, amount: int) -> None:
    app = speaker.stage.app
    who = await member(speaker)
    await app.db.write(
        lambda c: app.book.transfer(
            c,
            debit=app.book.issued(c),
            credit=app.book.wallet(c, who),
            amount=amount,
            key=f"test:{app.ids.new()}",
            purpose="grant",
        )
    )


async def funds(stage: Stage, who: int) -> tuple[int, int]:
    """Return a wallet's balance and what is held of it."""
    query = select(accounts).where(accounts.c.kind == "wallet", accounts.c.owner == who)
    row = (await stage.rows(query))[0]
    return row["balance"], row["held"]


async def clean(stage: Stage) -> bool:
    report = await stage.audit()
    assert report.findings == ()
    return True


async def test_two_accounts_become_one_member_with_one_wallet(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await grant(ana, 3 * CREDIT)
    await grant(anna, 2 * CREDIT)
    reply = await link(ana, anna)
    assert value(reply, "Balance (credits)") == "5.00"
    assert await member(ana) == await member(anna)
    for speaker in (ana, anna):
        assert value(await speaker.say("/credits"), "Balance (credits)") == "5.00"
    assert await clean(stage)


async def test_what_will_move_is_shown_before_it_does(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await grant(anna, 2 * CREDIT)
    shown = await show(ana, anna)
    assert "“ana” on Console" in stage.text(shown)
    assert value(shown, "Moves there (credits)") == "2.00"
    assert said(shown, "warning")
    assert await member(ana) != await member(anna)


async def test_a_code_works_before_a_member_was_in_any_community(stage: Stage) -> None:
    ana = here(stage, "ana")
    await grant(ana, CREDIT)
    private = Speaker(stage, "anna", platform="telegram", home=PRIVATE)
    await link(ana, private)
    assert value(await private.say("/credits"), "Balance (credits)") == "1.00"


async def test_a_code_is_typed_as_people_type(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    code = code_in(await ana.say("/link"))
    reply = await anna.say(f"/link  {code.lower().replace('-', ' ')} ")
    assert button(reply, "link").style == "primary"


async def test_neither_code_nor_digest_tells_the_other(stage: Stage) -> None:
    code = code_in(await here(stage, "ana").say("/link")).replace("-", "").lower()
    row = (await stage.rows(select(link_codes)))[0]
    assert all(code not in str(kept).lower() for kept in row.values())


async def test_a_code_expires(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    code = code_in(await ana.say("/link"))
    stage.clock.advance(10 * MINUTE)
    assert "expired" in said(await anna.say(f"/link {code}"))


async def test_a_confirmation_expires(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    shown = await show(ana, anna)
    stage.clock.advance(10 * MINUTE)
    assert "expired" in said(await anna.press(button(shown, "link")))
    assert await member(ana) != await member(anna)


async def test_a_new_code_takes_the_place_of_the_one_before(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    old = code_in(await ana.say("/link"))
    new = code_in(await ana.say("/link"))
    assert "not known" in said(await anna.say(f"/link {old}"))
    assert button(await anna.say(f"/link {new}"), "link").style == "primary"


async def test_a_code_works_once(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    code = code_in(await ana.say("/link"))
    await anna.press(button(await anna.say(f"/link {code}"), "link"))
    mallory = Speaker(stage, "mallory", platform="telegram", home="X")
    assert "not known" in said(await mallory.say(f"/link {code}"))
    assert "joined already" in said(await anna.say(f"/link {code}"))


async def test_who_reads_a_typed_code_cannot_use_it(stage: Stage) -> None:
    ana, anna, mallory = (here(stage, "ana"), there(stage, "anna"), there(stage, "mallory"))
    code = code_in(await ana.say("/link"))
    shown = await anna.say(f"/link {code}")
    assert "not known" in said(await mallory.say(f"/link {code}"))
    assert "not known" in said(await mallory.press(button(shown, "link")))
    assert not said(await anna.press(button(shown, "link")))


async def test_wrong_codes_are_counted_and_then_refused(stage: Stage) -> None:
    ana, mallory = here(stage, "ana"), there(stage, "mallory")
    code = code_in(await ana.say("/link"))
    for number in range(MOST_TRIES):
        assert "not known" in said(await mallory.say(f"/link 00000-0000{number}"))
    assert "Too many" in said(await mallory.say(f"/link {code}"))
    assert not said(await there(stage, "anna").say("/link"))
    stage.clock.advance(HOUR)
    code = code_in(await ana.say("/link"))
    assert button(await mallory.say(f"/link {code}"), "link").style == "primary"


async def test_what_is_no_code_is_not_counted(stage: Stage) -> None:
    mallory = there(stage, "mallory")
    for _ in range(MOST_TRIES + 1):
        assert "no code" in said(await mallory.say("/link hello"))


async def test_ones_own_code_is_void_once_it_was_typed_on_the_same_account(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    code = code_in(await ana.say("/link"))
    assert "this very account" in said(await ana.say(f"/link {code}"))
    assert "not known" in said(await anna.say(f"/link {code}"))
    assert not said(await link(ana, anna))


async def test_who_reads_a_code_that_a_rule_refused_cannot_use_it(stage: Stage) -> None:
    ana, bruno = here(stage, "ana"), here(stage, "bruno")
    code = code_in(await ana.say("/link"))
    assert "account on Console" in said(await bruno.say(f"/link {code}"))
    mallory = there(stage, "mallory")
    assert "not known" in said(await mallory.say(f"/link {code}"))
    assert "account on Console" in said(await bruno.say(f"/link {code}"))


async def test_a_member_has_one_account_on_each_platform(stage: Stage) -> None:
    ana, bruno = here(stage, "ana"), here(stage, "bruno")
    assert "account on Console" in said(await show(ana, bruno))
    assert await member(ana) != await member(bruno)


async def test_joined_accounts_are_not_joined_again(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await link(ana, anna)
    assert "joined already" in said(await show(ana, anna))


async def test_the_same_press_delivered_twice_works_once(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await grant(anna, CREDIT)
    press = button(await show(ana, anna), "link")
    first = await anna.press(press, key="once")
    again = await anna.press(press, key="once")
    assert first == again
    assert "done its work" in said(await anna.press(press))
    assert await stage.count(transfers, transfers.c.purpose == "link") == 1


async def test_what_an_account_has_and_did_follows_it(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await grant(anna, 5 * CREDIT)
    await anna.say(OPEN)
    await anna.say("/duel enter The lamp went out.")
    written = await anna.say("/write a wave")
    assert not said(written), said(written)
    old = await member(anna)
    await link(ana, anna)
    new = await member(ana)
    for column in (duels.c.host_id, entries.c.member_id, writings.c.member_id):
        assert {row[column.name] for row in await stage.rows(select(column))} == {new}, column
    belongs = select(memberships).where(memberships.c.member_id == old)
    assert await stage.rows(belongs) == []
    assert await stage.count(memberships, memberships.c.member_id == new) == 2
    agreed = select(members.c.agreed_at).where(members.c.id == new)
    assert (await stage.rows(agreed))[0]["agreed_at"] is not None


async def test_membership_counts_from_the_earlier_of_the_two(stage: Stage) -> None:
    ana = here(stage, "ana")
    anna = Speaker(stage, "anna", platform="discord", home="Elsewhere")
    first = stage.clock.now
    await anna.say("/help")
    stage.clock.advance(DAY)
    await ana.say("/help")
    community = (await identify(stage.app, ana.event())).community.id
    old = await member(anna)

    def belong(c: Connection) -> None:
        c.execute(
            insert(memberships).values(community_id=community, member_id=old, first_seen=first)
        )

    await stage.app.db.write(belong)
    await link(ana, anna)
    query = select(memberships.c.first_seen).where(memberships.c.community_id == community)
    assert [row["first_seen"] for row in await stage.rows(query)] == [first]


async def paid_entry(stage: Stage, speaker: Speaker) -> int:
    """Let a member pay for the judging of a text; return what is held."""
    await grant(speaker, 5 * CREDIT)
    await speaker.say(OPEN)
    waits = await speaker.say("/duel enter The lamp went out before the boat.")
    await speaker.press(button(waits, "pay"))
    return (await funds(stage, await member(speaker)))[1]


async def test_what_is_held_for_a_text_stays_held_for_it(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    held = await paid_entry(stage, anna)
    old = await member(anna)
    assert held > 0
    reply = await link(ana, anna)
    assert value(reply, "Held (credits)") != "0.00"
    assert await funds(stage, old) == (0, 0)
    assert await funds(stage, await member(ana)) == (5 * CREDIT, held)
    assert await clean(stage)
    await anna.say("/duel withdraw")
    assert await funds(stage, await member(ana)) == (5 * CREDIT, 0)
    assert await clean(stage)


async def test_judging_goes_on_being_paid_while_it_is_under_way(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await paid_entry(stage, anna)
    for who in ("bruno", "carla"):
        other = there(stage, who)
        await grant(other, 5 * CREDIT)
        waits = await other.say(f"/duel enter {who} counted waves until there were none.")
        await other.press(button(waits, "pay"))
    stage.clock.advance(DAY)
    await stage.pass_time(MINUTE)
    judged = (await stage.rows(select(duels.c.state)))[0]["state"]
    assert judged == "judging"
    await link(ana, anna)
    assert await clean(stage)
    await stage.pass_time(2 * HOUR, 10 * MINUTE)
    assert (await stage.rows(select(duels.c.state)))[0]["state"] == "verdict"
    assert await stage.count(holds, holds.c.state == "open") == 0
    has, held = await funds(stage, await member(ana))
    assert has < 5 * CREDIT
    assert held == 0
    assert await clean(stage)


async def test_two_texts_in_one_duel_stand_against_it_until_one_is_withdrawn(
    stage: Stage,
) -> None:
    ana = there(stage, "ana")
    private = Speaker(stage, "anna", platform="telegram", home=PRIVATE)
    opened = await ana.say(OPEN)
    form = (await private.press(f"enter:{opened.ref}")).form
    assert form is not None
    await private.press(f"submit:{form.ref}", {"text": "A gull knows the name."})
    await ana.say("/duel enter The lamp went out.")
    assert "duel #1" in said(await show(ana, private))
    await private.say("/duel withdraw")
    assert not said(await link(ana, private))
    assert await stage.count(entries, entries.c.state == "unfunded") == 1


async def test_ones_own_judge_on_the_panel_stands_against_it(stage: Stage) -> None:
    ana, anna = there(stage, "ana"), here(stage, "anna")
    await ana.say(OPEN)
    await ana.say("/duel enter The lamp went out.")
    owner = await member(anna)

    def own(c: Connection) -> None:
        judge = c.execute(select(seats.c.agent_id)).scalars().first()
        c.execute(agents.update().where(agents.c.id == judge).values(owner_id=owner))

    await stage.app.db.write(own)
    assert "owns a judge" in said(await show(ana, anna))


async def test_the_pools_daily_share_is_not_doubled(stage: Stage) -> None:
    ana = here(stage, "ana")
    anna = Speaker(stage, "anna", platform="discord", home="Elsewhere")
    await ana.say("/help")
    community = (await identify(stage.app, ana.event())).community.id
    app = stage.app

    def fund(c: Connection) -> None:
        app.book.transfer(
            c,
            debit=app.book.issued(c),
            credit=app.book.pool(c, community),
            amount=50 * CREDIT,
            key="fund",
            purpose="grant",
        )

    await app.db.write(fund)

    async def left(speaker: Speaker) -> int:
        who = await member(speaker)
        caps = caps_of(app.policy)
        return await app.db.read(
            lambda c: pool_allowance_left(c, who, community, stage.clock.now, caps)
        )

    assert not said(await ana.say("/write a wave"))
    one = app.policy.write_from_pool - await left(ana)
    assert one > 0
    await link(ana, anna)
    assert await left(anna) == app.policy.write_from_pool - one
    await unlink(anna)
    assert await left(anna) == app.policy.write_from_pool - one
    stage.clock.advance(DAY)
    assert await left(anna) == app.policy.write_from_pool


async def test_a_text_that_is_being_written_is_paid_and_its_rest_follows(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await grant(anna, 5 * CREDIT)
    replies = run_command(stage.app, WRITE, anna.event(), {"prompt": "a wave"})
    stage.clock.advance(2 * SECOND)
    task = asyncio.ensure_future(anext(replies))
    while not await stage.count(writings, writings.c.state == "writing"):
        stage.clock.advance(SECOND)
    old = await member(anna)
    await link(ana, anna)
    assert (await funds(stage, old))[1] > 0
    last = await task
    async for reply in replies:
        last = reply
    assert not said(last)
    assert await clean(stage)
    assert await follow(stage.app) > 0
    assert await funds(stage, old) == (0, 0)
    has, held = await funds(stage, await member(ana))
    assert 4 * CREDIT < has < 5 * CREDIT
    assert held == 0
    assert await clean(stage)


async def test_what_was_still_written_for_the_old_member_follows(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await anna.say(OPEN)
    old = await member(anna)
    await link(ana, anna)
    new = await member(ana)

    def late(c: Connection) -> None:
        c.execute(duels.update().values(host_id=old))
        stage.app.book.transfer(
            c,
            debit=stage.app.book.issued(c),
            credit=stage.app.book.wallet(c, old),
            amount=7,
            key="late",
            purpose="grant",
        )

    await stage.app.db.write(late)
    assert await follow(stage.app) == 2
    assert await follow(stage.app) == 0
    assert (await stage.rows(select(duels.c.host_id)))[0]["host_id"] == new
    assert await funds(stage, new) == (7, 0)
    assert await clean(stage)


async def test_messages_that_are_owed_notify_the_member_they_are_now(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await ana.say(OPEN)
    old = await member(anna)

    def owe(c: Connection) -> None:
        stage.app.outbox.enqueue(
            c,
            key="x",
            place=c.execute(select(duels.c.place_id)).scalar_one(),
            reply=Reply(),
            mentions=(old,),
        )

    await stage.app.db.write(owe)
    await link(ana, anna)
    row = (await stage.rows(select(outbox.c.mentions).where(outbox.c.key == "x")))[0]
    assert stage.app.outbox.decode_mentions(row["mentions"]) == (await member(ana),)


@pytest.mark.parametrize("line", ["/give 1 bruno", "/grant 1 bruno"])
async def test_a_gift_that_comes_again_after_its_target_was_joined_is_given_once(
    stage: Stage, line: str
) -> None:
    boss, bruno, other = here(stage, OPERATOR), here(stage, "bruno"), there(stage, "bruna")
    await grant(boss, 5 * CREDIT)
    await bruno.say("/help")
    first = await boss.say(line, key="once")
    await link(other, bruno)
    again = await boss.say(line, key="once")
    assert not said(again), said(again)
    assert first.blocks[0].kind == again.blocks[0].kind == "text"
    assert await stage.count(transfers, transfers.c.purpose.in_(("gift", "grant"))) == 2
    assert (await funds(stage, await member(other)))[0] == CREDIT
    assert await clean(stage)


async def test_an_account_leaves_with_an_empty_wallet(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await grant(anna, 2 * CREDIT)
    await link(ana, anna)
    asked = await anna.say("/link undo")
    assert "ana (Console)" in said(asked, "warning")
    assert "2.00 credits" in said(asked, "warning")
    assert not said(await anna.press(button(asked, "unlink")))
    assert await member(ana) != await member(anna)
    assert value(await anna.say("/credits"), "Balance (credits)") == "0.00"
    assert value(await ana.say("/credits"), "Balance (credits)") == "2.00"
    assert await clean(stage)


async def test_an_account_leaves_once_for_one_press(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await link(ana, anna)
    press = button(await anna.say("/link undo"), "unlink")
    await anna.press(press, key="once")
    alone = await member(anna)
    assert not said(await anna.press(press, key="once"))
    assert await member(anna) == alone
    assert "changed" in said(await anna.press(press))
    assert await member(anna) == alone


async def test_a_code_of_an_account_that_left_opens_nothing(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await grant(ana, 5 * CREDIT)
    await link(ana, anna)
    code = code_in(await anna.say("/link"))
    third = Speaker(stage, "third", platform="telegram", home="X")
    shown = await third.say(f"/link {code}")
    await unlink(anna)
    assert "not known" in said(await third.say(f"/link {code}"))
    assert "not known" in said(await third.press(button(shown, "link")))
    assert await member(third) != await member(ana)


async def test_the_account_that_made_the_code_is_named_before_joining(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await link(ana, anna)
    third = Speaker(stage, "third", platform="telegram", home="X")
    assert "“anna” on Discord" in stage.text(await show(anna, third))


async def test_a_lone_account_has_nothing_to_leave(stage: Stage) -> None:
    ana = here(stage, "ana")
    assert "nothing to undo" in said(await ana.say("/link undo"))
    assert "nothing to undo" in said(await ana.say("/link deshacer"))


async def test_who_left_is_joined_again_after_a_day(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await link(ana, anna)
    await unlink(anna)
    assert "in 24 hours" in said(await show(ana, anna))
    assert "in 24 hours" in said(await show(anna, ana))
    stage.clock.advance(DAY)
    await link(ana, anna)
    assert await member(ana) == await member(anna)


async def test_a_code_that_did_its_work_does_none_later(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    code = code_in(await ana.say("/link"))
    await anna.press(button(await anna.say(f"/link {code}"), "link"))
    await unlink(anna)
    stage.clock.advance(DAY)
    assert "done its work" in said(await anna.say(f"/link {code}"))


async def test_three_platforms_are_joined_one_after_the_other(stage: Stage) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    anita = Speaker(stage, "anita", platform="telegram", home="X")
    for speaker in (ana, anna, anita):
        await grant(speaker, CREDIT)
    await link(ana, anna)
    await link(anita, ana)
    assert len({await member(one) for one in (ana, anna, anita)}) == 1
    assert value(await anna.say("/credits"), "Balance (credits)") == "3.00"
    assert await stage.count(members, members.c.merged_into == await member(ana)) == 2
    assert await clean(stage)


async def test_the_ledger_names_nobody(stage: Stage) -> None:
    ana, anna = here(stage, "anastasia"), there(stage, "annabella")
    await grant(anna, CREDIT)
    await link(ana, anna)
    rows = await stage.rows(select(transfers.c.key, transfers.c.purpose))
    assert not any("anastasia" in str(row) or "annabella" in str(row) for row in rows)


async def test_rights_are_not_joined(stage: Stage) -> None:
    boss = Speaker(stage, OPERATOR)
    other = there(stage, "boss")
    await link(boss, other)
    assert "whoever runs the bot" in said(await other.say("/grant 5 pool"))
    assert not said(await boss.say("/grant 5 pool"))


@pytest.mark.parametrize("at", ["first", "second"])
async def test_a_failure_in_the_middle_changes_nothing(
    stage: Stage, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, anna = here(stage, "ana"), there(stage, "anna")
    await paid_entry(stage, anna)
    shown = await show(ana, anna)
    before = await stage.rows(select(identities).order_by(identities.c.external_id))
    wallets = [await funds(stage, await member(one)) for one in (ana, anna)]
    name = "transfer" if at == "first" else "hold"

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as patched, capture_logs() as logged:
        patched.setattr(type(stage.app.book), name, broken)
        assert "on our side" in said(await anna.press(button(shown, "link")))
    assert [one["event"] for one in logged] == ["command_failed"]
    assert await stage.rows(select(identities).order_by(identities.c.external_id)) == before
    assert [await funds(stage, await member(one)) for one in (ana, anna)] == wallets
    assert await clean(stage)
    assert not said(await anna.press(button(shown, "link")))


async def test_a_text_entered_while_the_code_was_shown_stands_against_it(stage: Stage) -> None:
    ana = there(stage, "ana")
    private = Speaker(stage, "anna", platform="telegram", home=PRIVATE)
    opened = await ana.say(OPEN)
    await ana.say("/duel enter The lamp went out.")
    shown = await show(ana, private)
    form = (await private.press(f"enter:{opened.ref}")).form
    assert form is not None
    await private.press(f"submit:{form.ref}", {"text": "A gull knows the name."})
    assert "duel #1" in said(await private.press(button(shown, "link")))
    assert await member(ana) != await member(private)


async def test_no_more_rows_than_needed_remain(stage: Stage) -> None:
    ana = here(stage, "ana")
    for _ in range(5):
        await ana.say("/link")
    assert (await stage.rows(select(func.count().label("n")).select_from(link_codes)))[0]["n"] == 1
