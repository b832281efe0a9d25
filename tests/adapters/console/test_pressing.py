"""Which button a typed number or name means."""

from __future__ import annotations

from adapters.console.pressing import Buttons
from plumas_core.commands.reply import Button

ENTER = Button("enter", "d1", "Entrar")
CLOSE = Button("close", "d1", "Cerrar")
GIVE = Button("give", "w1", "Dar")


def shown() -> Buttons:
    buttons = Buttons()
    buttons.remember("main", [ENTER, CLOSE])
    buttons.remember("m2", [GIVE])
    return buttons


def test_a_number_means_the_last_reply_shown_to_whoever_presses() -> None:
    assert shown().find("1", "m2", "main") == ("give", "w1")
    assert shown().find("1", "m1", "main") == ("enter", "d1")
    assert shown().find("2", "m1", "main") == ("close", "d1")


def test_a_number_that_no_button_has_means_nothing() -> None:
    assert shown().find("3", "m1", "main") is None
    assert shown().find("0", "m1", "main") is None
    assert shown().find("1", "m1", "elsewhere") is None
    assert shown().find("²", "m1", "main") is None


def test_a_reply_without_buttons_leaves_the_ones_before_in_reach() -> None:
    buttons = shown()
    buttons.remember("main", [])
    assert buttons.find("1", "m1", "main") == ("enter", "d1")


def test_a_button_is_found_by_its_action_or_its_label() -> None:
    assert shown().find("close", "m2", "main") == ("close", "d1")
    assert shown().find("cerrar", "m2", "main") == ("close", "d1")


def test_a_private_button_is_not_found_for_another_member() -> None:
    assert shown().find("give", "m1", "main") is None


def test_a_code_is_pressed_whether_it_was_shown_or_not() -> None:
    assert shown().find("enter:d9", "m1", "main") == ("enter", "d9")
