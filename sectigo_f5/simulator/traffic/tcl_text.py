"""Where the commands, words, brackets and quotes of a Tcl script begin and end: Tcl(n), "the Dodekalogue"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sectigo_f5.simulator.traffic.tcl_scope import TclError

_NAME = re.compile(r"\$(?:\{([^}]*)\}|((?:\w|::)+))")
_CLOSING = {"{": "}", "[": "]"}
_REPLACED = "[$\\"


@dataclass(frozen=True)
class Word:
    """One word of a command, without its braces or quotes."""

    text: str
    braced: bool = False

    @property
    def literal(self) -> str | None:
        """Return its value, or None if something in it is replaced at run time."""
        return self.text if self.braced or not any(sign in self.text for sign in _REPLACED) else None


def split_commands(text: str) -> list[list[Word]]:
    """Split a script into commands and those into words, without comments."""
    commands: list[list[Word]] = []
    words: list[Word] = []
    at = 0
    while at < len(text):
        if text[at] in "\n;":
            commands += [words] if words else []
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
    return commands + ([words] if words else [])


def _read_word(text: str, at: int) -> tuple[Word, int]:
    if text[at] in '{"':
        end = closing_bracket(text, at) if text[at] == "{" else closing_quote(text, at)
        _expect_gap(text, end + 1, "close-brace" if text[at] == "{" else "close-quote")
        return Word(text[at + 1 : end], text[at] == "{"), end + 1
    end = at
    while end < len(text) and not (text[end].isspace() or text[end] == ";"):
        end = _skip(text, end)
    return Word(text[at:end]), end


def _skip(text: str, at: int) -> int:
    """Return where the character, escape or bracketed command at ``at`` ends."""
    if text[at] == "\\":
        return at + 2
    return closing_bracket(text, at) + 1 if text[at] == "[" else at + 1


def closing_quote(text: str, at: int) -> int:
    """Return the position of the quote that closes the one at ``at``."""
    end = at + 1
    while end < len(text) and text[end] != '"':
        end = _skip(text, end)
    if end >= len(text):
        raise TclError('missing "')
    return end


def closing_bracket(text: str, at: int) -> int:
    """Return the position of the bracket that closes the one at ``at``."""
    opening, closing, depth = text[at], _CLOSING[text[at]], 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == '"' and opening == "[":
            at = closing_quote(text, at)
        elif text[at] in (opening, closing):
            depth += 1 if text[at] == opening else -1
            if not depth:
                return at
        at += 1
    raise TclError(f"missing close-{'brace' if opening == '{' else 'bracket'}")


def _expect_gap(text: str, at: int, after: str) -> None:
    # `}{` is an error in Tcl, but BIG-IP reads it as two words: certbot-bigip's own rule has `]}{return}`.
    if at < len(text) and not text[at].isspace() and text[at] not in ";\\{":
        raise TclError(f"extra characters after {after}")


def variable(text: str, at: int) -> tuple[str, int] | None:
    """Return the name of the variable that is read at ``at``, and where it ends."""
    match = _NAME.match(text, at)
    return (match[1] or match[2], match.end()) if match else None
