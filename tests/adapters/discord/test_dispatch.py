"""What members do on Discord, from Discord's own payloads to what they see."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from plumas_core.commands.catalogue import ACTIONS, COMMANDS
from plumas_core.commands.spec import (
    AnyCommand,
    AttachmentParam,
    ChoiceParam,
    CreditsParam,
    FlagParam,
    IntegerParam,
    RefParam,
    WhenParam,
)
from tests.standins.discord_rest import Refusal
from tests.support.discord import DiscordStage, codes, said, words


def some_values(spec: AnyCommand) -> dict[str, Any]:
    """Return a value of each option's type."""
    values: dict[str, Any] = {}
    for param in spec.params:
        match param:
            case IntegerParam():
                values[param.name] = param.least
            case FlagParam():
                values[param.name] = True
            case ChoiceParam():
                values[param.name] = param.choices[0]
            case AttachmentParam():
                values[param.name] = ("poema.txt", b"uno\ndos")
            case WhenParam():
                values[param.name] = "3d"
            case CreditsParam():
                values[param.name] = "1.50"
            case RefParam():
                values[param.name] = "pool"
            case _:
                values[param.name] = "unas palabras"
    return values


@pytest.mark.parametrize("spec", COMMANDS, ids=lambda spec: " ".join(spec.path))
async def test_every_command_answers(stage: DiscordStage, spec: AnyCommand) -> None:
    path = " ".join(spec.path)
    required = {one.name for one in spec.params if one.required}
    values = some_values(spec)
    bare = await stage.command("op", path, **{name: values[name] for name in required})
    full = await stage.command("op", path, **values)
    for asked in (bare, full):
        assert asked.answered is not None
        assert asked.modal or said(asked).strip()
        assert "Something went wrong" not in said(asked)


@pytest.mark.parametrize("action", ACTIONS)
async def test_every_button_answers_even_about_nothing(stage: DiscordStage, action: str) -> None:
    asked = await stage.press("ana", f"{action}:0")
    assert said(asked).strip()
    assert "Something went wrong" not in said(asked)


async def test_a_new_duel_ends_in_a_live_card_with_its_buttons(stage: DiscordStage) -> None:
    told = await stage.command("ana", "duel new", theme="El faro *apagado*", ends="2d")
    assert told.ephemeral
    assert "El faro *apagado*" in said(told)
    await stage.work()
    (card,) = stage.posted()
    assert "El faro *apagado*" in words(card)
    assert "<t:" in words(card)
    assert [code.partition(":")[0] for code in codes(card)] == [
        "enter", "invite", "withdraw", "close", "status",
    ]  # fmt: skip


async def test_entering_opens_one_modal_and_is_confirmed_privately(stage: DiscordStage) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    await stage.work()
    enter = codes(stage.posted()[0])[0]
    opened = await stage.press("bruno", enter)
    assert opened.answered == 9
    assert opened.modal is not None
    kinds = [label["component"]["type"] for label in opened.modal["components"]]
    assert kinds == [4, 4, 19]
    poem = "    la luz\n  se va"
    asked = await stage.ask(stage.person("bruno").submit(opened.modal, text=poem, title="Adiós"))
    assert asked.ephemeral
    assert poem in said(asked)


async def test_a_file_may_stand_in_for_the_text(stage: DiscordStage) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    opened = await stage.command("bruno", "duel enter")
    assert opened.modal is not None
    file = ("poema.md", "Ñandú\r\n  y mar".encode("utf-16"), "text/markdown")
    asked = await stage.ask(stage.person("bruno").submit(opened.modal, text_file=file))
    assert "Ñandú\n  y mar" in said(asked)


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (("foto.png", b"\x89PNG\x00", "image/png"), "no plain text"),
        (("poema.txt", b"a" * 64_001, "text/plain"), "64,001 bytes"),
        (("poema.txt", b"a\x00b", "text/plain"), "no plain text"),
    ],
)
async def test_a_file_that_is_no_text_is_refused(
    stage: DiscordStage, file: tuple[str, bytes, str], why: str
) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    asked = await stage.command("bruno", "duel enter", file=file)
    assert asked.ephemeral
    assert why in said(asked)


async def test_a_text_and_a_file_together_are_refused(stage: DiscordStage) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    opened = await stage.command("bruno", "duel enter")
    assert opened.modal is not None
    file = ("poema.txt", b"uno")
    asked = await stage.ask(stage.person("bruno").submit(opened.modal, text="dos", text_file=file))
    assert "Send one of them" in said(asked)


async def test_a_public_answer_that_fails_is_told_privately(stage: DiscordStage) -> None:
    asked = await stage.command("ana", "write", prompt="un faro", model="no-such-model")
    assert asked.deleted
    assert [message["flags"] & 64 for message in asked.shown] == [64]


async def test_a_private_text_stays_private(stage: DiscordStage) -> None:
    await stage.command("op", "grant", amount="5", wallet="pool")
    asked = await stage.command("ana", "write", prompt="un faro", private=True)
    assert asked.ephemeral
    assert not asked.deleted
    assert codes(asked.shown[0])


async def test_an_admin_command_is_refused_to_others_whatever_discord_showed(
    stage: DiscordStage,
) -> None:
    asked = await stage.command("ana", "model disable", model="offline-pluma")
    assert "admins" in said(asked)
    asked = await stage.command("admin", "model disable", model="offline-pluma")
    assert "admins" not in said(asked)


async def test_the_same_interaction_does_its_work_once(stage: DiscordStage) -> None:
    await stage.command("op", "grant", amount="5", wallet="pool")
    payload = stage.person("op").command("grant", amount="1", wallet="pool")
    await stage.ask(payload)
    stage.server.asked[payload["token"]].answered = None
    asked = await stage.ask(payload)
    assert "6" in said(asked)


async def test_nothing_is_done_for_an_interaction_that_discord_gave_up(
    stage: DiscordStage,
) -> None:
    payload = stage.person("op").command("grant", amount="1", wallet="pool")
    stage.server.asked[payload["token"]].began -= 4
    await stage.ask(payload)
    asked = await stage.command("op", "credits", member="pool")
    assert "0.00" in said(asked)


async def test_credits_go_to_a_member_who_never_spoke_by_a_mention(stage: DiscordStage) -> None:
    carla = stage.person("carla")
    stage.server.members[carla.id] = carla.member
    stage.service.client._connection._add_guild_from_data(guild_data())  # type: ignore[arg-type]  # as Discord sends it
    asked = await stage.command("op", "grant", amount="2", wallet=f"<@{carla.id}>")
    assert "carla" in said(asked)
    assert "2.00" in said(await stage.command("carla", "credits"))


async def test_a_forgotten_button_says_so(stage: DiscordStage) -> None:
    asked = await stage.press("ana", "form:0123")
    assert "does nothing any more" in said(asked)
    assert "does nothing any more" in said(await stage.press("ana", "nothing:1"))


async def test_a_command_of_another_version_is_answered(stage: DiscordStage) -> None:
    payload = stage.person("ana").command("help")
    payload["data"]["name"] = "gone"
    assert "older form" in said(await stage.ask(payload))


async def test_a_menu_does_what_its_button_would(stage: DiscordStage) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    await stage.work()
    status = codes(stage.posted()[0])[4]
    asked = await stage.ask(stage.person("ana").choose("pick:0", status))
    assert "El faro" in said(asked)


async def test_models_are_offered_with_their_prices(stage: DiscordStage) -> None:
    asked = await stage.ask(stage.person("ana").typing("write", "model", "plu"))
    assert asked.choices
    assert "offline-pluma" in [choice["value"] for choice in asked.choices]
    assert all("USD" in choice["name"] for choice in asked.choices)


async def test_duels_agents_panels_and_wallets_are_offered(stage: DiscordStage) -> None:
    await stage.command("ana", "duel new", theme="El faro apagado")
    for path, option, typed, value in (
        ("duel status", "duel", "faro", "1"),
        ("duel invite", "writer", "keeper", "writer-keeper"),
        ("duel new", "panel", "offline-3", "offline-3"),
        ("give", "wallet", "", "pool"),
        ("give", "wallet", "ana", stage.person("ana").id),
    ):
        asked = await stage.ask(stage.person("ana").typing(path, option, typed))
        assert value in [choice["value"] for choice in asked.choices or ()], path


async def test_a_stranger_is_offered_what_all_may_use_and_is_not_written_down(
    stage: DiscordStage,
) -> None:
    asked = await stage.ask(stage.person("zoe").typing("duel invite", "writer", ""))
    assert asked.choices
    asked = await stage.ask(stage.person("ana").typing("give", "wallet", "zoe"))
    assert asked.choices == []


async def test_a_failing_discord_does_not_lose_what_was_done(stage: DiscordStage) -> None:
    stage.server.fail("PATCH /webhooks", Refusal(404, 10008, "Unknown Message"))
    asked = await stage.command("ana", "duel new", theme="El faro")
    assert asked.original is not None
    await stage.work()
    assert len(stage.posted()) == 1


def guild_data() -> dict[str, Any]:
    from tests.standins.discord_people import GUILD

    return {"id": GUILD, "name": "La Tertulia", "unavailable": False, "members": [], "channels": []}


OPTIONAL = (
    "app_permissions",
    "authorizing_integration_owners",
    "channel",
    "entitlements",
    "guild",
    "guild_locale",
    "locale",
)
"""What a server may leave out of an interaction without discord.py itself giving up on it."""


async def test_an_interaction_of_the_barest_kind_is_answered(stage: DiscordStage) -> None:
    ana = stage.person("ana")
    bare = ana.command("duel new", theme="El faro", ends="2d")
    for name in OPTIONAL:
        bare.pop(name)
    bare["member"] = {"user": {"id": ana.id, "username": "ana"}, "roles": [], "permissions": "0"}
    bare["member"] |= {"joined_at": None, "deaf": False, "mute": False, "flags": 0}
    bare["member"]["user"] |= {"discriminator": "0", "avatar": None}
    bare["data"].pop("resolved")
    asked = await stage.ask(bare)
    assert "El faro" in said(asked)


async def test_an_interaction_with_more_than_is_known_is_answered(stage: DiscordStage) -> None:
    more = stage.person("ana").command("duel list")
    more |= {"context": 0, "flags": 7, "a_new_field": {"a": [1]}, "entitlements": [{"id": "1"}]}
    more["member"] |= {"avatar": None, "banner": None, "collectibles": None, "pending": False}
    more["locale"] = more["guild_locale"] = "tlh"
    more["entitlements"] = []
    assert said(await stage.ask(more)).strip()


async def test_commands_work_in_a_private_chat_for_the_community_of_the_member(
    stage: DiscordStage,
) -> None:
    stranger = replace(stage.person("zoe"), guild=None)
    assert "server" in said(await stage.ask(stranger.command("duel list")))
    await stage.command("ana", "duel new", theme="El faro")
    private = replace(stage.person("ana"), guild=None, channel=stage.server.add_channel(1))
    assert "El faro" in said(await stage.ask(private.command("duel list")))
    assert "El faro" in said(await stage.ask(private.command("duel status")))
    asked = await stage.ask(private.typing("duel status", "duel", ""))
    assert [one["value"] for one in asked.choices or ()] == ["1"]
    assert "admins" in said(await stage.ask(private.command("settings", results="thread")))


async def test_an_earlier_text_is_chosen_from_the_forms_menu(stage: DiscordStage) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    await stage.command("bruno", "duel enter", text="la luz\n  se va", title="Adiós")
    opened = await stage.command("bruno", "duel enter")
    assert opened.modal is not None
    menu = opened.modal["components"][-1]["component"]
    assert menu["type"] == 3
    assert menu["required"] is False
    (option,) = menu["options"]
    assert option["label"].startswith("Adiós")
    asked = await stage.ask(stage.person("bruno").submit(opened.modal, earlier=[option["value"]]))
    assert "la luz\n  se va" in said(asked)
    suggested = await stage.ask(stage.person("bruno").typing("duel enter", "earlier", "adi"))
    assert [one["value"] for one in suggested.choices or ()] != []


async def test_an_earlier_text_beside_a_typed_one_is_refused_and_nothing_is_lost(
    stage: DiscordStage,
) -> None:
    await stage.command("ana", "duel new", theme="El faro")
    await stage.command("bruno", "duel enter", text="la luz se va")
    opened = await stage.command("bruno", "duel enter")
    assert opened.modal is not None
    (option,) = opened.modal["components"][-1]["component"]["options"]
    sent = stage.person("bruno").submit(opened.modal, text="otra luz", earlier=[option["value"]])
    asked = await stage.ask(sent)
    assert "Send one of them" in said(asked)
    assert "otra luz" in said(asked)
