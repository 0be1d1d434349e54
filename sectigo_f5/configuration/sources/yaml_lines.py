"""YAML as values that know their line; duplicate keys are reported instead of silently lost.

PyYAML's node tree has the lines; its constructor would drop them. The values also keep the text of
a scalar as written, because YAML 1.1 reads ``off`` as false and ``10:20`` as 620.
No message repeats a part of the file: it might be a password that YAML reads as an anchor or a tag.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from sectigo_f5.configuration.findings import Findings, InvalidValueError, Mistake
from sectigo_f5.configuration.sources.yaml_nodes import composed

MOST_VALUES = 500_000  # in a file, those of an alias counted each time; a megabyte can hold 350,000 without any
MERGE_TAG = "tag:yaml.org,2002:merge"
PLAIN_TAG = re.compile(r"tag:yaml\.org,2002:(str|int|float|bool|null|timestamp|map|seq)")
REMEDIES = {
    "cannot start any token": "indent with spaces, not tabs; quote text that begins with a special character",
    "undefined alias": "quote text that begins with *",
    "mapping values are not allowed": "quote text that contains a colon and a space; check the indentation",
    "could not find expected ':'": "write a colon and a space after the key",
    "expected <block end>": "check the indentation",
    "but found another document": "one file holds one configuration: split it at the line ---",
}


@dataclass(frozen=True)
class Value:
    """A scalar, list or mapping, the line it begins on, and, for a scalar, its text as written."""

    line: int
    data: object  # str, int, float, bool, date, None; tuple of Values; mapping of Entries
    text: str = ""
    size: int = 1  # values, itself and all that is in it

    @property
    def items(self) -> tuple[Value, ...] | None:
        """The values of a list; None for anything else."""
        return self.data if isinstance(self.data, tuple) else None

    @property
    def entries(self) -> Mapping[str, Entry] | None:
        """The keys of a mapping; None for anything else."""
        return self.data if isinstance(self.data, dict) else None

    @property
    def is_scalar(self) -> bool:
        """True for a single value: text, a number, a date, a truth value; not for an empty one."""
        return self.data is not None and not isinstance(self.data, (tuple, dict))

    @property
    def kind(self) -> str:
        """What it is, in an operator's words."""
        kinds = {str: "text", bool: "a truth value", int: "a number", float: "a number"}
        kinds |= {tuple: "a list", dict: "a mapping", type(None): "an empty value"}
        return kinds.get(type(self.data), "a date")


@dataclass(frozen=True)
class Entry:
    """One key of a mapping: the line of the key, and its value."""

    line: int
    value: Value


def parse(content: bytes, findings: Findings) -> Value:
    """Parse the content of the file that ``findings`` is about; raises :class:`InvalidValueError`.

    Duplicate keys and the like are only noted: the rest of the file can still be checked.
    """
    text = _decode(content)
    try:
        loader, node = composed(text)
        value = _NodeReader(loader, findings).value(node) if node is not None else None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise InvalidValueError(Mistake(line, None, "contains a control character; remove it")) from error
    except yaml.MarkedYAMLError as error:
        raise InvalidValueError(_broken_yaml(error)) from error
    except RecursionError as error:
        raise InvalidValueError(Mistake(None, None, "is nested too deeply; a configuration has four levels")) from error
    if value is None:
        raise InvalidValueError(Mistake(None, None, "is empty; write a configuration, or delete the file"))
    if value.size > MOST_VALUES:
        raise InvalidValueError(_expanded(None, None))
    return value


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InvalidValueError(Mistake(line, None, "is not UTF-8 text; save the file as UTF-8")) from error


def _expanded(line: int | None, key: str | None) -> Mistake:
    return Mistake(line, key, f"has more than {MOST_VALUES} values where anchors are used; write what is meant")


def _broken_yaml(error: yaml.MarkedYAMLError) -> Mistake:
    """Return ``LINE: COLUMN: problem`` without what the parser quotes from the file."""
    problem = error.problem or "is not valid YAML"
    if problem == "second occurrence" and error.context:
        problem = error.context.split(";")[0]
    whole = f"{problem} {error.context}"
    remedy = next((text for pattern, text in REMEDIES.items() if pattern in whole), "correct the line")
    mark = error.problem_mark or error.context_mark
    column = f"column {mark.column + 1}" if mark else None
    hidden = re.sub(r"(alias|anchor|tag|handle|directive) ['\"].*['\"]", r"\1", problem)
    return Mistake(mark.line + 1 if mark else None, column, f"broken YAML: {hidden}; {remedy}")


class _NodeReader:
    """One pass over a node tree; it remembers the values so far, so that aliases cost nothing."""

    def __init__(self, loader: yaml.SafeLoader, findings: Findings) -> None:
        self._loader = loader
        self._findings = findings
        self._values: dict[int, Value] = {}
        self._open: set[int] = set()
        self._merged_keys = 0

    def value(self, node: yaml.Node) -> Value:
        """Return the node as a value."""
        if id(node) in self._values:
            return self._values[id(node)]
        line = node.start_mark.line + 1
        if id(node) in self._open:
            self._findings.mistake(line, None, "an anchor is used inside itself; write the settings out")
            return Value(line, None)
        self._open.add(id(node))
        data = self._data(node, line)
        value = Value(line, data, node.value if isinstance(node, yaml.ScalarNode) else "", 1 + _size_of_parts(data))
        self._open.discard(id(node))
        self._values[id(node)] = value
        return value

    def _data(self, node: yaml.Node, line: int) -> object:
        if not PLAIN_TAG.fullmatch(node.tag):
            self._findings.mistake(line, None, "has a YAML tag; quote text that begins with ! or =")
            return None
        if isinstance(node, yaml.SequenceNode):
            return tuple(self.value(item) for item in node.value)
        if isinstance(node, yaml.MappingNode):
            return self._entries(node)
        return self._scalar(node, line)

    def _scalar(self, node: yaml.Node, line: int) -> object:
        try:
            data: object = self._loader.construct_object(node)
        except (ValueError, LookupError, ArithmeticError, AttributeError, TypeError, yaml.YAMLError):
            # PyYAML lets out what it runs into: `!!int ''` is an IndexError, `!!timestamp 5` an AttributeError
            self._findings.mistake(line, None, "looks like a date or a number but is neither; quote it")
            return None
        return data

    def _entries(self, node: yaml.MappingNode) -> dict[str, Entry]:
        own: dict[str, Entry] = {}
        merged: dict[str, Entry] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.tag == MERGE_TAG:
                for entries in self._merged(value, line):
                    merged = {**entries, **merged}  # of several, the first named wins (yaml.org/type/merge)
            elif not isinstance(key, yaml.ScalarNode):
                self._findings.mistake(line, None, "a key must be one word; check the brackets and the indentation")
            elif key.value in own:
                first = own[key.value].line
                self._findings.mistake(line, key.value, f"is set twice, first at line {first}; keep one of them")
            else:
                own[key.value] = Entry(line, self.value(value))
        return {**merged, **own}

    def _merged(self, node: yaml.Node, line: int) -> Iterator[Mapping[str, Entry]]:
        for part in node.value if isinstance(node, yaml.SequenceNode) else [node]:
            entries = self.value(part).entries
            if entries is None:
                self._findings.mistake(line, "<<", "must name a mapping; write <<: *anchor")
                continue
            self._merged_keys += len(entries)
            if self._merged_keys > MOST_VALUES:
                raise InvalidValueError(_expanded(line, "<<"))
            yield entries


def _size_of_parts(data: object) -> int:
    if isinstance(data, tuple):
        return sum(item.size for item in data)
    return sum(entry.value.size for entry in data.values()) if isinstance(data, dict) else 0
