"""Conditions in iRules; operators as in the F5 iRules reference, "Operators"."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable

from sectigo_f5.simulator.traffic.tcl_scope import TclError, Thunk, UnsupportedTclError
from sectigo_f5.simulator.traffic.tcl_text import closing_bracket, closing_quote, variable

Compile = Callable[[str], Thunk]  # compiles a text in which variables and commands are replaced at run time

_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")
_TOKEN = re.compile(r"\s*(==|!=|&&|\|\||[!()]|[A-Za-z_][\w:]*|-?\d+(?:\.\d+)?)")


def truth(value: str) -> bool:
    """Read a boolean as Tcl does."""
    if value.lower() in _TRUE or value.lower() in _FALSE:
        return value.lower() in _TRUE
    number = _number(value)
    if number is None:
        raise TclError(f'expected boolean value but got "{value}"')
    return number != 0


def _number(value: str) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _equal(left: str, right: str) -> bool:
    numbers = (_number(left), _number(right))
    return numbers[0] == numbers[1] if None not in numbers else left == right


_OPERATORS: dict[str, Callable[[str, str], bool]] = {
    "equals": _equal,
    "==": _equal,
    "eq": lambda left, right: left == right,
    "!=": lambda left, right: not _equal(left, right),
    "ne": lambda left, right: left != right,
    "contains": lambda left, right: right in left,
    "starts_with": lambda left, right: left.startswith(right),
    "ends_with": lambda left, right: left.endswith(right),
    "matches_glob": fnmatch.fnmatchcase,
}


def compile_expression(text: str, compile_text: Compile) -> Thunk:
    """Compile the condition of an ``if``; the closure returns ``1``, ``0`` or the operand's value."""
    parser = _Expression(text, compile_text)
    condition = parser.alternatives()
    if parser.peek():
        raise UnsupportedTclError(f"the expression {{{text}}} is not simulated from {parser.peek()!r} on")
    return condition


class _Expression:
    """Recursive descent over one expression: or, and, not, comparison, operand."""

    def __init__(self, text: str, compile_text: Compile) -> None:
        self._text, self._at, self._compile = text.replace("\\\n", " "), 0, compile_text

    def peek(self) -> str:
        match = _TOKEN.match(self._text, self._at)
        return match[1] if match else self._text[self._at :].strip()[:1]

    def _take(self, *tokens: str) -> bool:
        match = _TOKEN.match(self._text, self._at)
        if not match or match[1] not in tokens:
            return False
        self._at = match.end()
        return True

    def alternatives(self) -> Thunk:
        terms = [self._conjunction()]
        while self._take("||", "or"):
            terms.append(self._conjunction())
        return terms[0] if len(terms) == 1 else lambda scope: _flag(any(truth(term(scope)) for term in terms))

    def _conjunction(self) -> Thunk:
        terms = [self._comparison()]
        while self._take("&&", "and"):
            terms.append(self._comparison())
        return terms[0] if len(terms) == 1 else lambda scope: _flag(all(truth(term(scope)) for term in terms))

    def _comparison(self) -> Thunk:
        left = self._operand()
        name = self.peek()
        if name not in _OPERATORS:
            return left
        self._take(name)
        compare, right = _OPERATORS[name], self._operand()
        return lambda scope: _flag(compare(left(scope), right(scope)))

    def _operand(self) -> Thunk:
        if self._take("!", "not"):
            inner = self._operand()
            return lambda scope: _flag(not truth(inner(scope)))
        if self._take("("):
            grouped = self.alternatives()
            if not self._take(")"):
                raise TclError(f'looking for close parenthesis in expression "{self._text}"')
            return grouped
        return self._value()

    def _value(self) -> Thunk:
        text = self._text
        while self._at < len(text) and text[self._at].isspace():
            self._at += 1
        start = self._at
        if start == len(text):
            raise TclError(f'premature end of expression "{text}"')
        if text[start] == "{":
            self._at = closing_bracket(text, start) + 1
            braced = text[start + 1 : self._at - 1]
            return lambda _: braced
        if text[start] == '"':
            self._at = closing_quote(text, start) + 1
            return self._compile(text[start + 1 : self._at - 1])
        name = variable(text, start)
        if name or text[start] == "[":
            self._at = name[1] if name else closing_bracket(text, start) + 1
            return self._compile(text[start : self._at])
        bare = _TOKEN.match(text, start)
        if not bare or not (_number(bare[1]) is not None or bare[1].lower() in _TRUE + _FALSE):
            raise TclError(f'syntax error in expression "{text}"')
        self._at = bare.end()
        return lambda _: bare[1]


def _flag(value: bool) -> str:
    return "1" if value else "0"
