"""The subset of Tcl in which iRules for challenges and redirects are written.

A script is compiled once into closures and run many times. Anything outside the subset raises
:class:`UnsupportedTclError` and is never guessed at; what Tcl itself would refuse raises :class:`TclError`.
"""

from __future__ import annotations

from sectigo_f5.simulator.traffic.tcl_expressions import compile_expression, truth
from sectigo_f5.simulator.traffic.tcl_scope import Return, Scope, TclError, Thunk, UnsupportedTclError
from sectigo_f5.simulator.traffic.tcl_text import Word, closing_bracket, split_commands, variable

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"}


def compile_script(text: str) -> Thunk:
    """Compile commands; the closure returns the value of the last one."""
    commands = [_compile_command(words) for words in split_commands(text)]

    def run(scope: Scope) -> str:
        result = ""
        for command in commands:
            result = command(scope)
        return result

    return run


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
        end = closing_bracket(text, at)
        return compile_script(text[at + 1 : end]), end + 1
    name = variable(text, at)
    if name:
        return lambda scope: scope.read(name[0]), name[1]
    if text[at] == "\\" and at + 1 < len(text):
        escaped = text[at + 1]
        return lambda _: _ESCAPES.get(escaped, escaped), at + 2
    end = at + 1
    while end < len(text) and text[end] not in "[$\\":
        end += 1
    plain = text[at:end]
    return lambda _: plain, end


def _compile_word(word: Word) -> Thunk:
    text = word.literal
    return compile_text(word.text) if text is None else lambda _: text


def _compile_command(words: list[Word]) -> Thunk:
    special = {"if": _compile_if, "catch": _compile_catch, "set": _compile_set, "return": _compile_return}
    if words[0].literal in special:
        return special[words[0].literal](words[1:])
    values = [_compile_word(word) for word in words]
    return lambda scope: scope.call([value(scope) for value in values])


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
        branches.append((compile_expression(rest[0], compile_text), compile_script(rest[1])))
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
    values = [_compile_word(word) for word in words]

    def run(scope: Scope) -> str:
        name, *value = (value(scope) for value in values)
        if value:
            scope.variables[name] = value[0]
        return scope.read(name)

    return run


def _compile_return(words: list[Word]) -> Thunk:
    values = [_compile_word(word) for word in words]

    def run(scope: Scope) -> str:
        raise Return(values[0](scope) if values else "")

    return run
