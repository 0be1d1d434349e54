"""The syntax of ``tmsh``: words and blocks become properties, objects are printed as by ``tmsh list``."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.state.kinds import ENVELOPE
from sectigo_f5.simulator.state.work import hyphenated

_FLAGS = ("gen-certificate", "gen-csr", "prompt-for-password")
_OPERATIONS = ("add", "delete", "modify", "replace-all-with")


@dataclass(frozen=True)
class Change:
    """A list of named entries, and the operation on it: ``cert-key-chain replace-all-with { … }``."""

    operation: str
    entries: dict[str, Json]


def commands(words: list[str]) -> list[list[str]]:
    """Split ``-c 'cd /Common; list …'`` into its commands; without ``-c`` there is only one."""
    while words and words[0] in ("-a", "-q"):
        words = words[1:]
    if words[:1] != ["-c"]:
        return [words] if words else []
    lexer = shlex.shlex(words[1], posix=True, punctuation_chars=";")
    lexer.whitespace_split = True
    split: list[list[str]] = [[]]
    for word in lexer:
        if set(word) == {";"}:
            split.append([])
        else:
            split[-1].append(word)
    return [command for command in split if command]


def properties(words: list[str]) -> Json:
    """Read properties; raises :class:`IndexError` if a block or value has no end."""
    tokens = list(_tokens(words))
    result = _properties(tokens)
    if tokens:
        raise IndexError(tokens[0])
    return result


def _tokens(words: list[str]) -> Iterator[str]:
    """Yield words and braces; a word with a space in it was quoted, unless it is a block."""
    for word in words:
        if re.search(r"\s", word) and not word.startswith("{"):
            yield word
        else:
            yield from re.findall(r"[{}]|[^{}\s]+", word)


def _properties(tokens: list[str]) -> Json:
    """Read properties up to the end of their block."""
    result: Json = {}
    while tokens and tokens[0] != "}":
        name = tokens.pop(0)
        if name in _FLAGS:
            result[name] = True
        elif tokens[0] in _OPERATIONS:
            result[name] = Change(tokens.pop(0), _block(tokens))
        elif tokens[0] == "{":
            result[name] = Change("replace-all-with", _block(tokens))
        elif tokens[0] == "}":
            raise IndexError(name)
        else:
            result[name] = tokens.pop(0)
    return result


def _block(tokens: list[str]) -> dict[str, Json]:
    """Read ``{ name { property value } name }``."""
    tokens.pop(0)
    entries: dict[str, Json] = {}
    while tokens[0] != "}":
        name = tokens.pop(0)
        entries[name] = {}
        if tokens[0] == "{":
            tokens.pop(0)
            entries[name] = _properties(tokens)
            tokens.pop(0)
    tokens.pop(0)
    return entries


# -- printing ----------------------------------------------------------------------------------


def format_object(url: str, shown: Json, only: list[str]) -> str:
    """Print an object, or only some of its properties; a CSR's PEM comes first."""
    lines: list[str] = []
    for name, value in sorted({**shown.get("apiRawValues", {}), **shown}.items()):
        if name not in (*ENVELOPE, "PEM") and not name.endswith("Reference") and (not only or hyphenated(name) in only):
            lines += _property(hyphenated(name), value)
    block = "".join(f"    {line}\n" for line in lines)
    return f"{shown.get('PEM', '')}{url.replace('/', ' ')} {_word(shown['fullPath'])} {{\n{block}}}\n"


def _property(name: str, value: Any) -> list[str]:
    if isinstance(value, bool):
        return [name]
    if isinstance(value, dict):
        return [f"{name} {{", *_inside(value), "}"]
    if isinstance(value, list) and value and isinstance(value[0], dict):
        entries = [line for one in value for line in _property(_word(one.get("name", "")), {**one, "name": None})]
        return [f"{name} {{", *(f"    {line}" for line in entries), "}"]
    if isinstance(value, list):
        return [f"{name} {{ {' '.join(map(_word, value))} }}" if value else f"{name} none"]
    return [f"{name} {_word(value)}"]


def _inside(block: Json) -> list[str]:
    properties = {name: value for name, value in block.items() if value is not None and not name.endswith("Reference")}
    return [f"    {line}" for name, value in sorted(properties.items()) for line in _property(hyphenated(name), value)]


def _word(value: object) -> str:
    """Return a value as tmsh writes it: names in /Common without their folder, text with spaces in quotes."""
    text = str(value).removeprefix("/Common/")
    return f'"{text}"' if re.search(r"\s", text) or not text else text
