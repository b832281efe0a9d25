"""The Fluent files as data: every sentence of a language, and the values that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fluent.syntax import FluentParser, FluentSerializer, ast

import plumas_core.locales

FOLDER = Path(plumas_core.locales.__file__).parent


@dataclass(frozen=True, slots=True)
class Sentence:
    """A message's value, or one of its attributes (``key`` is then ``message.attribute``).

    ``values`` are all names that it takes, ``numbers`` those of them that it counts with or
    formats as numbers. ``words`` is what stands there without any value, ``source`` the whole.
    """

    key: str
    file: str
    values: frozenset[str]
    numbers: frozenset[str]
    words: str
    source: str


def read_language(locale: str) -> dict[str, Sentence]:
    """Return every sentence of a language by its key; the first one where a key comes twice."""
    found: dict[str, Sentence] = {}
    for file, message in messages(locale):
        for sentence in _sentences(file, message):
            found.setdefault(sentence.key, sentence)
    return found


def messages(locale: str) -> Iterator[tuple[str, ast.Message]]:
    """Yield every message of a language, with its file's name."""
    for file, entry in entries(locale):
        if isinstance(entry, ast.Message):
            yield file, entry


def entries(locale: str) -> Iterator[tuple[str, ast.EntryType]]:
    """Yield all that stands in a language's files, comments and what cannot be read included."""
    for path in sorted((FOLDER / locale).glob("*.ftl")):
        for entry in FluentParser().parse(path.read_text(encoding="utf-8")).body:
            yield path.name, entry


def _sentences(file: str, message: ast.Message) -> Iterator[Sentence]:
    name = message.id.name
    if message.value is not None:
        yield _sentence(name, file, message.value)
    for attribute in message.attributes:
        yield _sentence(f"{name}.{attribute.id.name}", file, attribute.value)


def _sentence(key: str, file: str, pattern: ast.Pattern) -> Sentence:
    nodes = list(_walk(pattern))
    counted: list[object] = [
        node.selector for node in nodes if isinstance(node, ast.SelectExpression)
    ]
    counted += [
        argument
        for node in nodes
        if isinstance(node, ast.FunctionReference)
        for argument in node.arguments.positional
    ]
    return Sentence(
        key,
        file,
        _names(nodes),
        _names(counted),
        " ".join(node.value for node in nodes if isinstance(node, ast.TextElement)),
        FluentSerializer().serialize_entry(ast.Message(ast.Identifier("x"), pattern)),
    )


def _names(nodes: list[object]) -> frozenset[str]:
    return frozenset(node.id.name for node in nodes if isinstance(node, ast.VariableReference))


def _walk(node: object) -> Iterator[object]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item)
    elif isinstance(node, ast.BaseNode):
        yield node
        for value in vars(node).values():
            yield from _walk(value)
