"""The reader of the code, on code of its own: what it follows, and that it owns up to the rest."""

from __future__ import annotations

from textwrap import dedent

from tests.plumas_core.locales.uses import Found, Use, read_module


def read(source: str, **dynamic: tuple[str, ...]) -> Found:
    found = Found()
    declared = {name.replace("__", "."): keys for name, keys in dynamic.items()}
    read_module("a", dedent(source), declared, {}, found)
    return found


def keys(source: str) -> set[str]:
    found = read(source)
    assert not found.unknown
    return found.keys


def test_a_key_is_found_with_its_values() -> None:
    found = read('t.text(locale, "one", name=1, count=2)')
    assert found.uses == [Use("a:1", frozenset({"one"}), frozenset({"name", "count"}))]


def test_a_rich_sentence_and_a_problem_are_found() -> None:
    assert keys('t.rich(locale, "one")\nraise Problem("two", name=1)') == {"one", "two"}


def test_what_only_looks_like_a_sentence_is_passed_over() -> None:
    assert keys('agent.text("es")\ntext("SELECT 1")\nconsole.print("x", "y")') == set()


def test_a_key_is_followed_through_conditions_and_names() -> None:
    source = """
        def say(t, locale, yes):
            match yes:
                case 1:
                    key = "one"
                case _:
                    key = "two" if yes else "three"
            return t.text(locale, key)
        """
    assert keys(source) == {"one", "two", "three"}


def test_a_key_is_followed_through_a_table_and_a_loop() -> None:
    source = """
        DENIED = {1: "one", 2: "two"}
        def say(t, locale, which):
            for key, why in (("three", "four"), ("five", "six")):
                t.text(locale, key)
                t.text(locale, why)
            raise Problem(DENIED[which])
        """
    assert keys(source) == {"one", "two", "three", "four", "five", "six"}


def test_a_key_made_from_literals_is_followed() -> None:
    assert keys('x = [t.text(a, f"column-{name}") for name in ("id", "who")]') == {
        "column-id",
        "column-who",
    }


def test_a_key_that_is_passed_on_is_followed_to_its_callers() -> None:
    source = """
        class Screen:
            def first(self):
                self._words("one", name=1)
            def second(self):
                self._words(key="two", count=2)
            def _words(self, key, **values):
                return self.texts.text(self.locale, key, **values)
        """
    uses = {(min(use.keys), use.values) for use in read(source).uses}
    assert uses == {("one", frozenset({"name"})), ("two", frozenset({"count"}))}


def test_an_errors_own_key_is_found() -> None:
    source = """
        class Bad(Problem):
            def __init__(self):
                super().__init__("one")
        class Other(Exception):
            def __init__(self):
                super().__init__("not-a-key")
        class Provider(Exception):
            member_key: ClassVar[str] = "two"
        """
    found = read(source)
    assert found.keys == {"one", "two"}
    assert found.errors == {("a", "Provider"): "two"}


def test_a_key_made_at_run_time_must_be_declared() -> None:
    source = "t.text(locale, other.key)"
    assert read(source).unknown == {"a:1: other.key"}
    declared = read(source, other__key=("one", "two"))
    assert declared.keys == {"one", "two"}
    assert declared.made == {"other.key"}


def test_a_formatted_key_that_is_not_declared_is_named_whole() -> None:
    assert read('t.text(locale, f"state-{duel.state}")').unknown == {"a:1: f'state-{duel.state}'"}


def test_values_that_cannot_be_told_must_be_declared() -> None:
    assert read('t.text(locale, "one", **more)').unknown == {"a: **more"}


def test_a_key_from_callers_that_are_not_seen_must_be_declared() -> None:
    found = read("def say(t, locale, key):\n    return t.text(locale, key)")
    assert found.unknown == {"a:2: key of say, which nothing here calls"}


def test_a_wrapper_that_nothing_calls_must_be_declared() -> None:
    found = read("def say(t, a, key, **values):\n    return t.text(a, key, **values)")
    assert found.unknown
