"""The texts that can become an ERROR, found in the source by following, backwards, what errors are made of.

An error begins where the class of one is called, a mistake is noted, ``logger.error`` is called or a result gets its
``error``. From there every expression is followed to the texts that it may be: through variables, constants,
parameters (to every call of a function of that name), what functions of that name return, and the attributes that
carry what is wrong. Names are enough, so that rather too much is found than too little.

An error is looked up by the first of its texts that has :data:`ENOUGH` words: what fills its gaps, and the remedy
behind a semicolon, need no row of their own.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests.support.parsed_package import ParsedPackage, name_of
from tests.support.texts import VARIABLE, with_variables

ROOTS = ("ConnectorError", "InvalidValueError", "UnreadableFileError", "ArgumentTypeError")
NOTING = ("Mistake", "mistake", "wrong")  # calls that note what is wrong, besides those of a class of errors
LOGGING = ("error", "critical", "exception")  # of a logger
CARRIERS = re.compile(  # attributes that hold what is wrong; others are names, paths and numbers
    r"_?(?:errors?|mistakes?|problems?|faults?|failures?|obstacles?|refusals?|refused|uploads_refused|unusable"
    r"|unreachable|sentences?|wrong|message)|[a-z_]+_fault|[A-Z][A-Z_0-9]+"
)
# What hands its arguments on; and what is given to these is not told.
HANDING = {"join", "fromkeys", "map", "filter", "next", "tuple", "list", "sorted", "dict", "str", "set", "format"}
HANDING |= {"values", "items", "get", "strip", "removesuffix", "cast", "chain", "zip", "enumerate", "capitalize"}
SILENT = {"compile", "search", "match", "fullmatch", "findall", "sub", "doing"}

ENOUGH = 3  # words
WORD = re.compile(r"(?<![^\s(:,;'`…])[A-Za-z][a-z']+(?![^\s).:,;'`?…])")  # of a sentence: no path, no variable
REMEDY = re.compile(r"remed(?:y|ies)", re.IGNORECASE)  # names of what is to be done
IMPERATIVE = re.compile(r"(?:and |if [^,]*, )?(?:set|write|name|correct|check|let|leave|ask|make|give|quote|indent) ")
PATTERN = re.compile(r"\\|\w\|\w|\.\*|\(\?|\^|%\(")

# What an expression chooses from, or is put together of.
PARTS: dict[type[ast.expr], tuple[str, ...]] = {
    ast.IfExp: ("body", "orelse"),
    ast.BinOp: ("left", "right"),
    **dict.fromkeys((ast.BoolOp, ast.Dict), ("values",)),
    **dict.fromkeys((ast.Tuple, ast.List, ast.Set), ("elts",)),
    **dict.fromkeys((ast.ListComp, ast.SetComp, ast.GeneratorExp), ("elt",)),
    **dict.fromkeys((ast.DictComp, ast.Subscript, ast.Starred, ast.NamedExpr), ("value",)),
}


@dataclass(frozen=True)
class Told:
    """A text, and where it is written."""

    text: str
    place: str  # MODULE:LINE


def error_texts(package: ParsedPackage) -> set[Told]:
    """Return every text by which an operator looks an error up."""
    return {told for told in _Following(package).every() if is_sentence(told.text)}


def is_sentence(text: str) -> bool:
    """Return whether a text has enough words of its own, and neither continues another nor is a remedy or pattern."""
    if text[:1] in ";,( " or IMPERATIVE.match(text) or PATTERN.search(text):
        return False
    return len(WORD.findall(text)) >= ENOUGH


class _Following:
    """One walk from the errors of a package to their texts."""

    def __init__(self, package: ParsedPackage) -> None:
        self.package = package
        self.errors = package.classes_below(ROOTS)

    def every(self) -> set[Told]:
        """Return every text that is met.

        What a function returns is what *this* call makes it return: so its parameters are not followed from there to
        other calls; the arguments of this one are followed instead.
        """
        found: set[Told] = set()
        queue = [(begin, False) for begin in self._begins()]
        visited = set(queue)
        while queue:
            expression, supplied = queue.pop()
            if text := _text(expression):
                found.add(Told(text, f"{self.package.scopes[expression].module}:{expression.lineno}"))
            steps = [*((each, supplied) for each in self._parts(expression, supplied=supplied))]
            steps += [(each, True) for each in self._returned(expression)]
            queue += [step for step in dict.fromkeys(steps) if step not in visited]
            visited.update(steps)
        return found

    def _begins(self) -> Iterator[ast.expr]:
        for name, calls in self.package.calls.items():
            for call in calls:
                logged = (
                    name in LOGGING and isinstance(call.func, ast.Attribute) and name_of(call.func.value) == "logger"
                )
                if logged or name in self.errors or name in NOTING:
                    yield from (*call.args, *(each.value for each in call.keywords if each.arg != "exc_info"))
        yield from self.package.attributes["error"]

    def _parts(self, expression: ast.expr, *, supplied: bool) -> list[ast.expr]:
        if isinstance(expression, ast.Name):
            return self._named(expression, supplied=supplied)
        if isinstance(expression, ast.Attribute):
            return self.package.of_attribute(expression) if CARRIERS.fullmatch(expression.attr) else []
        if isinstance(expression, ast.Call):
            return self._arguments(expression)
        if isinstance(expression, ast.JoinedStr):
            enough = len(WORD.findall(_text(expression))) >= ENOUGH
            return [] if enough else _before_the_remedy(expression.values)
        return _inner(expression)

    def _named(self, expression: ast.Name, *, supplied: bool) -> list[ast.expr]:
        name, scope = expression.id, self.package.scopes[expression]
        if REMEDY.search(name):
            return []
        while True:
            if name in scope.parameters:
                return scope.bound.get(name, []) if supplied else self.package.given(name, scope)
            if name in scope.bound:
                return scope.bound[name]
            if scope.outer is None:
                return self.package.constants.get(name, []) if name.isupper() else []
            scope = scope.outer

    def _arguments(self, call: ast.Call) -> list[ast.expr]:
        name = name_of(call.func)
        if name in self.errors or name in SILENT:
            return []
        if name not in HANDING and name not in self.package.results:
            return [call.func]
        on = [call.func.value] if isinstance(call.func, ast.Attribute) else []
        return [*on, *call.args, *(each.value for each in call.keywords)]

    def _returned(self, expression: ast.expr) -> list[ast.expr]:
        if isinstance(expression, ast.Call):
            name = name_of(expression.func)
            return [] if name in self.errors or name in SILENT else self.package.results.get(name, [])
        if isinstance(expression, ast.Attribute) and CARRIERS.fullmatch(expression.attr):
            return self.package.results.get(expression.attr, [])
        return []


def _text(expression: ast.expr) -> str:
    if isinstance(expression, ast.Constant) and isinstance(expression.value, str):
        return with_variables(expression.value)
    if isinstance(expression, ast.JoinedStr):
        parts = (str(part.value) if isinstance(part, ast.Constant) else VARIABLE for part in expression.values)
        return with_variables("".join(parts))
    return ""


def _inner(expression: ast.expr) -> list[ast.expr]:
    """Return the expressions that another one chooses from, or is put together of."""
    fields = next((names for kind, names in PARTS.items() if isinstance(expression, kind)), ())
    parts = [getattr(expression, name) for name in fields]
    return [each for part in parts for each in (part if isinstance(part, list) else [part])]


def _before_the_remedy(parts: list[ast.expr]) -> list[ast.expr]:
    """Return what fills a text, up to a semicolon behind it."""
    found: list[ast.expr] = []
    for part in parts:
        if isinstance(part, ast.FormattedValue):
            found.append(part.value)
        elif found and isinstance(part, ast.Constant) and ";" in str(part.value):
            break
    return found
