"""Forms of JSON values: each knows what is wrong with a value, and how JSON Schema (2020-12) says the same."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from sectigo_f5.printable import one_line

Schema = dict[str, Any]
Faults = Iterator[str]

SHOWN = 60  # characters of a wrong value


class Form(Protocol):
    """What a value has to be."""

    @abstractmethod
    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong with a value, and where."""

    @abstractmethod
    def schema(self) -> Schema:
        """Return the same as JSON Schema."""


def shown(value: object) -> str:
    """Return a wrong value for an error: short, printable, and without what is in it."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "a list"
    return one_line(repr(value)[: SHOWN + 1], SHOWN)


@dataclass(frozen=True)
class Text:
    """A text of one printable line; ``pattern`` is one of all of it."""

    longest: int  # characters
    pattern: str = ""

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        if not isinstance(value, str):
            yield f"{place}: {shown(value)} is not a text"
        elif len(value) > self.longest:
            yield f"{place}: longer than {self.longest} characters"
        elif not value.isprintable():
            yield f"{place}: {shown(value)} is not one printable line"
        elif self.pattern and not re.fullmatch(self.pattern, value):
            yield f"{place}: {shown(value)} is not spelt as it has to be"

    def schema(self) -> Schema:
        """Return it as JSON Schema."""
        pattern = {"pattern": f"^(?:{self.pattern})$"} if self.pattern else {}
        return {"type": "string", "maxLength": self.longest, **pattern}


@dataclass(frozen=True)
class Word:
    """One of some words."""

    words: tuple[str, ...]

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        if not isinstance(value, str) or value not in self.words:
            yield f"{place}: {shown(value)} is none of {', '.join(self.words)}"

    def schema(self) -> Schema:
        """Return it as JSON Schema."""
        return {"const": self.words[0]} if len(self.words) == 1 else {"enum": list(self.words)}


@dataclass(frozen=True)
class Number:
    """A number; a whole one unless ``real``."""

    least: int
    most: int
    real: bool = False

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        kinds = (int, float) if self.real else (int,)
        if isinstance(value, bool) or not isinstance(value, kinds):
            yield f"{place}: {shown(value)} is not a {'' if self.real else 'whole '}number"
        elif not self.least <= value <= self.most:  # nor is NaN
            yield f"{place}: {shown(value)} is not between {self.least} and {self.most}"

    def schema(self) -> Schema:
        """Return it as JSON Schema."""
        return {"type": "number" if self.real else "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True)
class Either:
    """Null, or a value of another form; or one of two forms, by the type."""

    form: Form
    other: Form | None = None  # None: null

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong, as the first form sees it."""
        if self.other is None:
            yield from () if value is None else self.form.faults(value, place)
        elif any(True for _ in self.other.faults(value, place)):
            yield from self.form.faults(value, place)

    def schema(self) -> Schema:
        """Return it as JSON Schema."""
        return {"anyOf": [self.form.schema(), {"type": "null"} if self.other is None else self.other.schema()]}


@dataclass(frozen=True)
class Defined:
    """A form that a schema defines once, under a name."""

    name: str
    form: Form

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        return self.form.faults(value, place)

    def schema(self) -> Schema:
        """Return the reference to it."""
        return {"$ref": f"#/$defs/{self.name}"}


@dataclass(frozen=True)
class Listed:
    """A list."""

    item: Form
    most: int

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        if not isinstance(value, list):
            yield f"{place}: {shown(value)} is not a list"
        elif len(value) > self.most:
            yield f"{place}: more than {self.most} items"
        else:
            for number, each in enumerate(value):
                yield from self.item.faults(each, f"{place}[{number}]")

    def schema(self) -> Schema:
        """Return it as JSON Schema."""
        return {"type": "array", "items": self.item.schema(), "maxItems": self.most}


@dataclass(frozen=True)
class Named:
    """An object whose properties are named by those who write it, all of one form."""

    name: Text
    value: Form
    most: int

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        if not isinstance(value, dict):
            yield f"{place}: {shown(value)} is not an object"
        elif len(value) > self.most:
            yield f"{place}: more than {self.most} properties"
        else:
            for name, each in value.items():
                wrong = list(self.name.faults(name, f"{place}, a property"))
                yield from wrong or self.value.faults(each, f"{place}.{name}")

    def schema(self) -> Schema:
        """Return it as JSON Schema."""
        names = self.name.schema()
        return {
            "type": "object",
            "propertyNames": names,
            "additionalProperties": self.value.schema(),
            "maxProperties": self.most,
        }


@dataclass(frozen=True)
class Record:
    """An object with properties that are known; ``others`` is the form of those that are not, if there may be any."""

    properties: Mapping[str, Form]
    optional: Collection[str] = ()
    others: Named | None = None  # which a reader takes, and a schema does not know
    description: str = ""  # what the object is about

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        if not isinstance(value, dict):
            yield f"{place or 'the report'}: {shown(value)} is not an object"
            return
        dot = f"{place}." if place else ""
        for name, form in self.properties.items():
            if name in value:
                yield from form.faults(value[name], dot + name)
            elif name not in self.optional:
                yield f"{dot}{name} is missing"
        unknown = {name: each for name, each in value.items() if name not in self.properties}
        if self.others is not None:
            yield from self.others.faults(unknown, place)
        elif unknown:
            yield f"{place or 'the report'}: the property {shown(min(unknown))} is unknown"

    def schema(self) -> Schema:
        """Return it as JSON Schema."""
        return {
            "type": "object",
            "properties": {name: form.schema() for name, form in self.properties.items()},
            "required": [name for name in self.properties if name not in self.optional],
            "additionalProperties": False,
        }
