"""The fraction of Tcl that iRules for challenges and redirects are written in.

A script is compiled once into closures and run many times. What is outside the fraction raises
:class:`UnsupportedTclError` and is never guessed at; what Tcl itself would refuse raises :class:`TclError`.
Grammar: Tcl(n) "the Dodekalogue"; operators: F5 iRules reference, "Operators".
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


class TclError(Exception):
    """An error of the script itself: on a BIG-IP it resets the connection."""


class UnsupportedTclError(Exception):
    """The script may be right, but it is outside what is simulated."""


class Return(Exception):  # noqa: N818  the script's `return`, no error
    """Carry the value of ``return`` to whoever runs the script."""


@dataclass
class Scope:
    """What a running script can see: its variables, and the commands of its host."""

    commands: dict[str, Callable[[Sequence[str]], str]]
    variables: dict[str, str] = field(default_factory=dict)

    def call(self, words: Sequence[str]) -> str:
        """Run one command of the host; raises :class:`UnsupportedTclError` for one it does not have."""
        command = self.commands.get(words[0])
        if command is None:
            raise UnsupportedTclError(f"the command {words[0]} is not simulated")
        return command(words[1:])

    def read(self, name: str) -> str:
        """Return a variable's value, or raise Tcl's own error."""
        if name not in self.variables:
            raise TclError(f'can\'t read "{name}": no such variable')
        return self.variables[name]


Thunk = Callable[[Scope], str]
Operator = Callable[[str, str], bool]

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}
_NAME = re.compile(r"\$(?:\{([^}]*)\}|((?:\w|::)+))")
_CLOSING = {"{": "}", "[": "]"}
_TRUE, _FALSE = ("true", "yes", "on"), ("false", "no", "off")


@dataclass(frozen=True)
class Word:
    """One word of a command: its value at run time, and its text when nothing in it is replaced then."""

    value: Thunk
    literal: str | None = None


def compile_script(text: str) -> Thunk:
    """Compile commands; the closure returns the value of the last one."""
    commands = [_compile_command(words) for words in split_commands(text)]

    def run(scope: Scope) -> str:
        result = ""
        for command in commands:
            result = command(scope)
        return result

    return run


def split_commands(text: str) -> list[list[Word]]:
    """Split a script into commands and those into words, comments left out."""
    found: list[list[Word]] = []
    words: list[Word] = []
    at = 0
    while at < len(text):
        if text[at] in "\n;":
            found += [words] if words else []
            words, at = [], at + 1
        elif text.startswith("\\\n", at):
            at += 2
        elif text[at].isspace():
            at += 1
        elif text[at] == "#" and not words:
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        else:
            word, at = _read_word(text, at)
            words.append(word)
    return found + ([words] if words else [])


def _read_word(text: str, at: int) -> tuple[Word, int]:
    if text[at] == "{":
        end = _matching(text, at)
        body = text[at + 1 : end]
        _expect_gap(text, end + 1, "close-brace")
        return Word(lambda _: body, body), end + 1
    if text[at] == '"':
        end = _closing_quote(text, at)
        _expect_gap(text, end + 1, "close-quote")
        return _substituted(text[at + 1 : end]), end + 1
    end = at
    while end < len(text) and not (text[end].isspace() or text[end] == ";"):
        end = _skip(text, end)
    return _substituted(text[at:end]), end


def _substituted(text: str) -> Word:
    return Word(compile_text(text), None if any(sign in text for sign in "[$\\") else text)


def _skip(text: str, at: int) -> int:
    """Return where the character, escape or bracketed command at ``at`` ends."""
    if text[at] == "\\":
        return at + 2
    return _matching(text, at) + 1 if text[at] == "[" else at + 1


def _closing_quote(text: str, at: int) -> int:
    end = at + 1
    while end < len(text) and text[end] != '"':
        end = _skip(text, end)
    if end >= len(text):
        raise TclError('missing "')
    return end


def _matching(text: str, at: int) -> int:
    """Return the place of the bracket that closes the one at ``at``."""
    opening, closing, depth = text[at], _CLOSING[text[at]], 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == '"' and opening == "[":
            at = _closing_quote(text, at)
        elif text[at] in (opening, closing):
            depth += 1 if text[at] == opening else -1
            if not depth:
                return at
        at += 1
    raise TclError(f"missing close-{'brace' if opening == '{' else 'bracket'}")


def _expect_gap(text: str, at: int, after: str) -> None:
    # `}{` is an error in Tcl, but BIG-IP takes it for two words: certbot-bigip's own rule has `]}{return}`.
    if at < len(text) and not text[at].isspace() and text[at] not in ";\\{":
        raise TclError(f"extra characters after {after}")


def compile_text(text: str) -> Thunk:
    """Compile a word outside braces: variables, commands and escapes are replaced at run time."""
    parts: list[Thunk] = []
    at = 0
    while at < len(text):
        part, at = _read_part(text, at)
        parts.append(part)
    return lambda scope: "".join(part(scope) for part in parts)


def _read_part(text: str, at: int) -> tuple[Thunk, int]:
    if text[at] == "[":
        end = _matching(text, at)
        return compile_script(text[at + 1 : end]), end + 1
    name = _NAME.match(text, at)
    if name:
        variable = name[1] or name[2]
        return lambda scope: scope.read(variable), name.end()
    if text[at] == "\\" and at + 1 < len(text):
        escaped = text[at + 1]
        return lambda _: _ESCAPES.get(escaped, escaped), at + 2
    end = at + 1
    while end < len(text) and text[end] not in "[$\\":
        end += 1
    plain = text[at:end]
    return lambda _: plain, end


def _compile_command(words: list[Word]) -> Thunk:
    special = {"if": _compile_if, "catch": _compile_catch, "set": _compile_set, "return": _compile_return}
    if words[0].literal in special:
        return special[words[0].literal](words[1:])
    return lambda scope: scope.call([word.value(scope) for word in words])


def _literal(word: Word) -> str:
    if word.literal is None:
        raise UnsupportedTclError("a script or condition outside braces is not simulated")
    return word.literal


def _compile_if(words: list[Word]) -> Thunk:
    branches: list[tuple[Thunk, Thunk]] = []
    rest = [_literal(word) for word in words]
    more = True
    while more:
        rest = [text for place, text in enumerate(rest) if (place, text) != (1, "then")]
        if len(rest) < 2:  # noqa: PLR2004  a condition and its script
            raise TclError('wrong # args: no script following the condition of "if"')
        branches.append((compile_expression(rest[0]), compile_script(rest[1])))
        more, rest = rest[2:3] == ["elseif"], rest[2:] if rest[2:3] != ["elseif"] else rest[3:]
    rest = rest[1:] if rest[:1] == ["else"] else rest
    if len(rest) > 1:
        raise TclError('wrong # args: extra words after "else" clause in "if" command')
    otherwise = compile_script("".join(rest))

    def run(scope: Scope) -> str:
        chosen = next((body for condition, body in branches if truth(condition(scope))), otherwise)
        return chosen(scope)

    return run


def _compile_catch(words: list[Word]) -> Thunk:
    body = compile_script(_literal(words[0]))

    def run(scope: Scope) -> str:
        try:
            body(scope)
        except TclError:
            return "1"
        return "0"

    return run


def _compile_set(words: list[Word]) -> Thunk:
    def run(scope: Scope) -> str:
        name, *value = (word.value(scope) for word in words)
        if value:
            scope.variables[name] = value[0]
        return scope.read(name)

    return run


def _compile_return(words: list[Word]) -> Thunk:
    def run(scope: Scope) -> str:
        raise Return(words[0].value(scope) if words else "")

    return run


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


def _same(left: str, right: str) -> bool:
    numbers = (_number(left), _number(right))
    return numbers[0] == numbers[1] if None not in numbers else left == right


_OPERATORS: dict[str, Operator] = {
    "equals": _same,
    "==": _same,
    "eq": lambda left, right: left == right,
    "!=": lambda left, right: not _same(left, right),
    "ne": lambda left, right: left != right,
    "contains": lambda left, right: right in left,
    "starts_with": lambda left, right: left.startswith(right),
    "ends_with": lambda left, right: left.endswith(right),
    "matches_glob": fnmatch.fnmatchcase,
}
_TOKEN = re.compile(r"\s*(==|!=|&&|\|\||[!()]|[A-Za-z_][\w:]*|-?\d+(?:\.\d+)?)")


def compile_expression(text: str) -> Thunk:
    """Compile the condition of an ``if``; the closure returns ``1``, ``0`` or the operand's value."""
    parser = _Expression(text)
    found = parser.alternatives()
    if parser.peek():
        raise UnsupportedTclError(f"the expression {{{text}}} is not simulated from {parser.peek()!r} on")
    return found


class _Expression:
    """Recursive descent over one expression: or, and, not, comparison, operand."""

    def __init__(self, text: str) -> None:
        self._text, self._at = text.replace("\\\n", " "), 0

    def peek(self) -> str:
        found = _TOKEN.match(self._text, self._at)
        return found[1] if found else self._text[self._at :].strip()[:1]

    def _take(self, *wanted: str) -> bool:
        found = _TOKEN.match(self._text, self._at)
        if not found or found[1] not in wanted:
            return False
        self._at = found.end()
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
        if text[start] in '"{':
            word, self._at = _delimited(text, start)
            return word
        if text[start] in "[$":
            part, self._at = _read_part(text, start)
            return part
        bare = _TOKEN.match(text, start)
        if not bare or not (_number(bare[1]) is not None or bare[1].lower() in _TRUE + _FALSE):
            raise TclError(f'syntax error in expression "{text}"')
        self._at = bare.end()
        return lambda _: bare[1]


def _delimited(text: str, at: int) -> tuple[Thunk, int]:
    if text[at] == "{":
        end = _matching(text, at)
        return (lambda _: text[at + 1 : end]), end + 1
    end = _closing_quote(text, at)
    return compile_text(text[at + 1 : end]), end + 1


def _flag(value: bool) -> str:
    return "1" if value else "0"
