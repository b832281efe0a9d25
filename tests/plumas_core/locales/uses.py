"""Where the code names a sentence, found in its syntax: which keys it may name, with which values.

A key is followed back through conditions, local names, loops over literals, tables of the module
and the parameters of functions of the same module. What cannot be followed (a key made from a
value at run time) must be declared in ``DYNAMIC``; without that it is listed in ``unknown``, and
a test fails.
"""

from __future__ import annotations

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

import plumas_core

ROOT = Path(plumas_core.__file__).parent.parent
PACKAGES = ("plumas_core", "adapters", "jobs", "bot")

Scope: TypeAlias = tuple[ast.AST, ...]
"""The nodes around one, from the module inwards."""


@dataclass(frozen=True, slots=True)
class Use:
    """One place that names a sentence. ``values`` is ``None`` where others decide on them."""

    where: str
    keys: frozenset[str]
    values: frozenset[str] | None


@dataclass(slots=True)
class Found:
    """What stands in the code.

    ``errors`` are the classes with a ``member_key``, by module and name, and that key. ``made``
    are the declared expressions that were met, ``purposes`` what the ledger is told.
    """

    uses: list[Use] = field(default_factory=list)
    errors: dict[tuple[str, str], str] = field(default_factory=dict)
    purposes: set[str] = field(default_factory=set)
    made: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    @property
    def keys(self) -> set[str]:
        """Every key that is named somewhere."""
        named = {key for use in self.uses for key in use.keys}
        return named | set(self.errors.values())


class Unfollowed(Exception):
    """An expression whose values cannot be told."""


def find_uses(dynamic: Mapping[str, Iterable[str]], spread: Mapping[str, Iterable[str]]) -> Found:
    """Return all that the packages name.

    ``dynamic``: what an expression that makes a key (as ``ast.unparse`` writes it) may make;
    nothing where it passes on a key that is named elsewhere. ``spread``: the names in what is
    passed on as ``**values``; nothing where they are checked elsewhere.
    """
    found = Found()
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            read_module(name, path.read_text(encoding="utf-8"), dynamic, spread, found)
    return found


def read_module(
    name: str,
    source: str,
    dynamic: Mapping[str, Iterable[str]],
    spread: Mapping[str, Iterable[str]],
    found: Found,
) -> None:
    """Add to ``found`` what one module names."""
    _Module(name, ast.parse(source), dynamic, spread, found).read()


class _Module:
    """Reads one module."""

    def __init__(
        self,
        name: str,
        tree: ast.Module,
        dynamic: Mapping[str, Iterable[str]],
        spread: Mapping[str, Iterable[str]],
        found: Found,
    ) -> None:
        self._name = name
        self._dynamic = dynamic
        self._spread = spread
        self._found = found
        self._nodes = list(_with_scope(tree, ()))
        self._calls: dict[str, list[tuple[ast.Call, Scope]]] = defaultdict(list)
        for node, scope in self._nodes:
            if isinstance(node, ast.Call):
                self._calls[_called(node)].append((node, scope))

    def read(self) -> None:
        for node, scope in self._nodes:
            if isinstance(node, ast.ClassDef):
                self._error_class(node)
            elif isinstance(node, ast.Call):
                key = _key_of(node, scope)
                if key is not None:
                    self._use(node, key, scope)
                self._purpose(node, scope)

    def _error_class(self, node: ast.ClassDef) -> None:
        for line in node.body:
            match line:
                case (
                    ast.AnnAssign(target=ast.Name("member_key"), value=ast.Constant(str(key)))
                    | ast.Assign(targets=[ast.Name("member_key")], value=ast.Constant(str(key)))
                ):
                    self._found.errors[self._name, node.name] = key

    def _purpose(self, node: ast.Call, scope: Scope) -> None:
        """Note what a transfer or a hold in the ledger is said to be for."""
        for keyword in node.keywords:
            if keyword.arg == "purpose" and _called(node) in ("transfer", "hold"):
                self._found.purposes |= self._follow(keyword.value, scope)

    def _use(self, node: ast.Call, key: ast.expr, scope: Scope) -> None:
        where = f"{self._name}:{node.lineno}"
        given = {keyword.arg for keyword in node.keywords if keyword.arg is not None}
        spread = [keyword.value for keyword in node.keywords if keyword.arg is None]
        for keys_of, more in self._callers(key, spread, scope):
            try:
                keys = frozenset(keys_of())
                values = more if more is None else frozenset(given | more)
            except Unfollowed as reason:
                self._found.unknown.add(f"{where}: {reason}")
                continue
            if keys:
                self._found.uses.append(Use(where, keys, values))

    def _callers(
        self, key: ast.expr, spread: list[ast.expr], scope: Scope
    ) -> Iterator[tuple[_Keys, frozenset[str] | None]]:
        """Yield the keys with their values, apart for each caller that passes both on."""
        function = _function(scope)
        passed_on = (
            function is not None
            and function.args.kwarg is not None
            and any(
                isinstance(one, ast.Name) and one.id == function.args.kwarg.arg for one in spread
            )
        )
        if function is None or not passed_on:
            yield _Keys(self, key, scope), self._spread_values(spread)
            return
        own = {argument.arg for argument in _parameters(function)}
        if not self._calls[function.name]:
            self._found.unknown.add(f"{self._name}: {function.name}, which nothing here calls")
        for call, around in self._calls[function.name]:
            given = {keyword.arg for keyword in call.keywords if keyword.arg is not None}
            more = self._spread_values([one.value for one in call.keywords if one.arg is None])
            passed, place = key, scope
            if isinstance(key, ast.Name) and key.id in own:
                passed, place = _argument(function, key.id, call) or key, around
            yield (
                _Keys(self, passed, place),
                None if more is None else frozenset(given - own) | more,
            )

    def _spread_values(self, spread: list[ast.expr]) -> frozenset[str] | None:
        names: set[str] = set()
        for one in spread:
            text = ast.unparse(one)
            if text not in self._spread:
                self._found.unknown.add(f"{self._name}: **{text}")
            self._found.made.add(text)
            declared = set(self._spread.get(text, ()))
            if not declared:
                return None
            names |= declared
        return frozenset(names)

    def follow(self, node: ast.expr, scope: Scope) -> set[str]:
        """Return the texts that an expression may be.

        Raises:
            Unfollowed: that cannot be told, and is not declared.
        """
        try:
            return self._follow(node, scope)
        except Unfollowed:
            text = ast.unparse(node)
            if text in self._dynamic:
                self._found.made.add(text)
                return set(self._dynamic[text])
            if isinstance(node, ast.JoinedStr):
                raise Unfollowed(text) from None
            raise

    def _follow(self, node: ast.expr, scope: Scope) -> set[str]:
        match node:
            case ast.Constant(str(text)):
                return {text}
            case ast.IfExp():
                return self.follow(node.body, scope) | self.follow(node.orelse, scope)
            case ast.Tuple() | ast.List():
                return {text for one in node.elts for text in self.follow(one, scope)}
            case ast.Dict():
                return {text for one in node.values for text in self.follow(one, scope)}
            case ast.Subscript(value=ast.Name()):
                return self.follow(node.value, scope)
            case ast.JoinedStr():
                pieces = [sorted(self._piece(one, scope)) for one in node.values]
                return {"".join(chosen) for chosen in itertools.product(*pieces)}
            case ast.Name():
                return self._name_of(node.id, scope)
        raise Unfollowed(ast.unparse(node))

    def _piece(self, node: ast.expr, scope: Scope) -> set[str]:
        if isinstance(node, ast.FormattedValue):
            return self._follow(node.value, scope)
        return self._follow(node, scope)

    def _name_of(self, name: str, scope: Scope) -> set[str]:
        """Return what a name may stand for, in the innermost place that gives it a value."""
        for depth in range(len(scope) - 1, -1, -1):
            place, around = scope[depth], scope[: depth + 1]
            if isinstance(place, ast.FunctionDef | ast.AsyncFunctionDef):
                bound = [*_bindings(place, name)]
                if bound:
                    return {text for one in bound for text in self.follow(one, around)}
                if name in {argument.arg for argument in _parameters(place)}:
                    return self._passed(place, name)
            elif isinstance(place, ast.Module | ast.GeneratorExp | ast.ListComp | ast.SetComp):
                bound = [*_bindings(place, name)]
                if bound:
                    return {text for one in bound for text in self.follow(one, around)}
        raise Unfollowed(name)

    def _passed(self, function: _Function, name: str) -> set[str]:
        """Return what the callers of a function, in this module, pass as a parameter."""
        calls = self._calls[function.name]
        if not calls:
            raise Unfollowed(f"{name} of {function.name}, which nothing here calls")
        texts: set[str] = set()
        for call, around in calls:
            value = _argument(function, name, call)
            if value is None:
                raise Unfollowed(f"{name} of {function.name}")
            texts |= self.follow(value, around)
        return texts


_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class _Keys:
    module: _Module
    node: ast.expr
    scope: Scope

    def __call__(self) -> set[str]:
        return self.module.follow(self.node, self.scope)


def _with_scope(node: ast.AST, scope: Scope) -> Iterator[tuple[ast.AST, Scope]]:
    yield node, scope
    for child in ast.iter_child_nodes(node):
        yield from _with_scope(child, (*scope, node))


def _called(node: ast.Call) -> str:
    match node.func:
        case ast.Name(name) | ast.Attribute(attr=name):
            return name
    return ""


def _key_of(node: ast.Call, scope: Scope) -> ast.expr | None:
    """Return the expression that names a sentence, if the call does that at all."""
    match node:
        case ast.Call(func=ast.Attribute(attr="text" | "rich"), args=[_, key, *_]):
            return key
        case ast.Call(func=ast.Name("Problem"), args=[key, *_]):
            return key
        case ast.Call(
            func=ast.Attribute(value=ast.Call(func=ast.Name("super")), attr="__init__"),
            args=[key, *_],
        ):
            classes = [one for one in scope if isinstance(one, ast.ClassDef)]
            bases = [base.id for base in classes[-1].bases if isinstance(base, ast.Name)]
            return key if "Problem" in bases else None
    return None


def _function(scope: Scope) -> _Function | None:
    functions = [one for one in scope if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
    return functions[-1] if functions else None


def _parameters(function: _Function) -> list[ast.arg]:
    return [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]


def _argument(function: _Function, name: str, call: ast.Call) -> ast.expr | None:
    """Return what a call passes as a parameter."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    order = [argument.arg for argument in (*function.args.posonlyargs, *function.args.args)]
    if order[:1] in (["self"], ["cls"]):
        order = order[1:]
    if name in order and order.index(name) < len(call.args):
        return call.args[order.index(name)]
    return None


def _bindings(place: ast.AST, name: str) -> Iterator[ast.expr]:
    """Yield what is assigned to a name, or looped over by it, within a place."""
    for node in ast.walk(place):
        match node:
            case ast.Assign(targets=[target]) | ast.AnnAssign(target=target):
                if isinstance(target, ast.Name) and target.id == name and node.value is not None:
                    yield node.value
            case (
                ast.For(target=target, iter=source) | ast.comprehension(target=target, iter=source)
            ):
                yield from _looped(target, source, name)


def _looped(target: ast.expr, source: ast.expr, name: str) -> Iterator[ast.expr]:
    if isinstance(target, ast.Name) and target.id == name:
        yield source
    if isinstance(target, ast.Tuple) and isinstance(source, ast.Tuple | ast.List):
        for n, part in enumerate(target.elts):
            if isinstance(part, ast.Name) and part.id == name:
                for row in source.elts:
                    if isinstance(row, ast.Tuple | ast.List) and len(row.elts) == len(target.elts):
                        yield row.elts[n]
