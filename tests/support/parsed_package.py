"""The modules of a folder, parsed: what each name, attribute and function of them may stand for, by name alone."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ADDING = ("append", "add", "extend", "update")  # methods that make their argument a part of a variable
CARRYING = ("of", "replace")  # functions whose keywords become attributes, as those of classes do

Expressions = dict[str, list[ast.expr]]


@dataclass
class Scope:
    """A module or a function, and what its names are bound to."""

    module: str
    outer: Scope | None = None
    function: str = ""
    parameters: dict[str, int] = field(default_factory=dict)  # to their positions; -1: by name only
    bound: Expressions = field(default_factory=lambda: defaultdict(list))


class ParsedPackage:
    """What the modules of a folder say, except those of the folders ``without`` in it."""

    def __init__(self, folder: Path, *without: str) -> None:
        self.scopes: dict[ast.AST, Scope] = {}
        self.calls: dict[str, list[ast.Call]] = defaultdict(list)
        self.results: Expressions = defaultdict(list)  # of functions
        self.attributes: Expressions = defaultdict(list)
        self.constants: Expressions = defaultdict(list)  # of modules
        self.bases: dict[str, list[str]] = {}  # of classes
        self.fields: dict[str, list[tuple[str, int]]] = defaultdict(list)  # to the classes that have them, and where
        files = [file for file in sorted(folder.rglob("*.py")) if not {*without} & {*file.relative_to(folder).parts}]
        for file in files:
            self._enter(ast.parse(file.read_text(encoding="utf-8")), Scope(file.relative_to(folder).as_posix()))

    def given(self, name: str, scope: Scope) -> list[ast.expr]:
        """Return what a parameter may be: what is given for it in every call of its function."""
        place, calls = scope.parameters[name], self.calls[scope.function]
        return [value for call in calls for value in _given(call, name, place)] + scope.bound.get(name, [])

    def of_attribute(self, attribute: ast.Attribute) -> list[ast.expr]:
        """Return what an attribute may be: also a constant of a module, but not one of a class (``Outcome.FAILED``)."""
        name, of_class = attribute.attr, name_of(attribute.value)[:1].isupper()
        positions = [(call, place) for owner, place in self.fields[name] for call in self.calls[owner]]
        positional = [call.args[place] for call, place in positions if len(call.args) > place]
        return [*self.attributes[name], *([] if of_class else self.constants[name]), *positional]

    def classes_below(self, roots: Iterable[str]) -> set[str]:
        """Return the roots, and every class that derives from one of them."""
        found = set(roots)
        while more := {name for name, bases in self.bases.items() if found & set(bases)} - found:
            found |= more
        return found

    def _enter(self, node: ast.AST, scope: Scope) -> None:
        for child in ast.iter_child_nodes(node):
            self.scopes[child] = scope
            if isinstance(child, ast.FunctionDef):
                self._enter(child, _inner(child, scope))
                continue
            self._note_use(child, scope)
            for target, value in _bindings(child):
                self._bind(target, value, scope)
            self._enter(child, scope)

    def _note_use(self, node: ast.AST, scope: Scope) -> None:
        if isinstance(node, ast.Return | ast.Yield | ast.YieldFrom) and node.value:
            self.results[scope.function].append(node.value)
        elif isinstance(node, ast.ClassDef):
            self.bases[node.name] = list(map(name_of, node.bases))
            fields = [each.target for each in node.body if isinstance(each, ast.AnnAssign)]
            for place, target in enumerate(fields):
                self.fields[name_of(target)].append((node.name, place))
        elif isinstance(node, ast.Call):
            name = name_of(node.func)
            self.calls[name].append(node)
            for keyword in node.keywords if name[:1].isupper() or name in CARRYING else ():
                self.attributes[keyword.arg or ""].append(keyword.value)

    def _bind(self, target: ast.expr, value: ast.expr, scope: Scope) -> None:
        if isinstance(target, ast.Name):
            scope.bound[target.id].append(value)
            if scope.outer is None:
                self.constants[target.id].append(value)
        elif isinstance(target, ast.Attribute):
            self.attributes[target.attr].append(value)
        elif isinstance(target, ast.Starred | ast.Subscript):
            self._bind(target.value, value, scope)
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value.elts if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts) else []
            for each, part in zip(target.elts, parts or [value] * len(target.elts), strict=True):
                self._bind(each, part, scope)


def name_of(node: ast.expr) -> str:
    """Return the last name of ``a.b.c``, or nothing."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _inner(function: ast.FunctionDef, scope: Scope) -> Scope:
    arguments = function.args.posonlyargs + function.args.args
    names = [each.arg for each in arguments if each.arg not in ("self", "cls")]
    parameters = {name: place for place, name in enumerate(names)}
    parameters |= {each.arg: -1 for each in function.args.kwonlyargs}
    if function.args.vararg:
        parameters[function.args.vararg.arg] = len(names)
    inner = Scope(scope.module, scope, function.name, parameters)
    for each, default in zip(reversed(arguments), reversed(function.args.defaults), strict=False):
        inner.bound[each.arg].append(default)
    return inner


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what a statement binds, and to what."""
    if isinstance(node, ast.Assign):
        yield from ((target, node.value) for target in node.targets)
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value:
        yield node.target, node.value
    elif isinstance(node, ast.For | ast.comprehension):
        yield node.target, node.iter
    elif isinstance(node, ast.withitem) and node.optional_vars:
        yield node.optional_vars, node.context_expr
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ADDING:
        yield from ((node.func.value, each) for each in node.args)


def _given(call: ast.Call, name: str, place: int) -> Iterator[ast.expr]:
    yield from (each.value for each in call.keywords if each.arg == name)
    if place >= 0:
        yield from call.args[place : place + 1]
        yield from (each for each in call.args[:place] if isinstance(each, ast.Starred))
