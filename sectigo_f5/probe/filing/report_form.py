"""The form of a report: strict, with the findings and the words of the catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sectigo_f5.probe.catalogue.every import BY_NAME
from sectigo_f5.probe.catalogue.nouns import Finding, Question
from sectigo_f5.probe.filing.forms import (
    Defined,
    Either,
    Faults,
    Form,
    Listed,
    Named,
    Number,
    Record,
    Schema,
    Text,
    Word,
    shown,
)
from sectigo_f5.probe.nouns import Outcome

KIND = "sectigo-f5 probe"
VERSION = 1

_TYPES = ("string", "number", "boolean", "null", "bytes", "page", "too large", "unreadable", "…")
_DEEPEST, _MOST_PROPERTIES, _MOST_ITEMS = 40, 500, 20
_MESSAGE = Text(1000)
_PROPERTY = Text(300, r"<property>|[/$_A-Za-z0-9|][^\s]*")
_UNKNOWN_NAME = Text(60, "[a-z0-9]+(?:[-_][a-z0-9]+)*")
_WORD_OR_NUMBER = Either(Text(60, "[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"), Number(0, 10**9))
_MOST_TEXTS, _MOST_FINDINGS, _MOST_EXCHANGES, _MOST_QUESTIONS = 40, 60, 200, 200


class Shape:
    """The types in a JSON value."""

    def faults(self, value: object, place: str, depth: int = 0) -> Faults:
        """Yield what is wrong."""
        if depth > _DEEPEST:
            yield f"{place}: deeper than {_DEEPEST}"
        elif isinstance(value, dict):
            if len(value) > _MOST_PROPERTIES:
                yield f"{place}: more than {_MOST_PROPERTIES} properties"
            for name, each in list(value.items())[:_MOST_PROPERTIES]:
                wrong = list(_PROPERTY.faults(name, f"{place}, a property"))
                yield from wrong or self.faults(each, f"{place}.{name}", depth + 1)
        elif isinstance(value, list):
            if len(value) > _MOST_ITEMS:
                yield f"{place}: more than {_MOST_ITEMS} items"
            for number, each in enumerate(value[:_MOST_ITEMS]):
                yield from self.faults(each, f"{place}[{number}]", depth + 1)
        elif value not in _TYPES:
            yield f"{place}: {shown(value)} is none of {', '.join(_TYPES)}"

    def schema(self) -> Schema:
        """Return it as JSON Schema, which refers to itself."""
        inner = {"$ref": "#/$defs/shape"}
        named = {"type": "object", "propertyNames": _PROPERTY.schema(), "additionalProperties": inner}
        listed = {"type": "array", "items": inner, "maxItems": _MOST_ITEMS}
        return {"anyOf": [{"enum": list(_TYPES)}, {**named, "maxProperties": _MOST_PROPERTIES}, listed]}


@dataclass(frozen=True)
class Questions:
    """One entry: its form depends on the question. A reader takes questions that a newer connector asks, too."""

    known: Mapping[str, Record]
    unknown: Record

    def faults(self, value: object, place: str) -> Faults:
        """Yield what is wrong."""
        name = value.get("question") if isinstance(value, dict) else None
        return self.known.get(name, self.unknown).faults(value, place) if isinstance(name, str) else self._no(place)

    @staticmethod
    def _no(place: str) -> Faults:
        yield f"{place}: not an object with a question"

    def schema(self) -> Schema:
        """Return it as JSON Schema: what all have in common, and what each one may find."""
        common = Record({**self.unknown.properties, "question": Word(tuple(self.known))}).schema()
        return {**common, "allOf": [_special(name, form) for name, form in self.known.items()]}


def _special(name: str, form: Record) -> Schema:
    """Return what holds for one question alone."""
    own = {part: form.properties[part].schema() for part in ("findings", "texts")}
    then = {"description": form.description, "properties": own}
    return {"if": {"properties": {"question": {"const": name}}}, "then": then}


_SHAPE = Defined("shape", Shape())
_EXCHANGE = Defined(
    "exchange",
    Record(
        {
            "method": Word(("GET", "POST", "PUT", "PATCH", "DELETE")),
            "path": Text(600, "(?:/[^\\s?#]*)?"),
            "query": Named(Text(60, r"\$?[A-Za-z]+|<property>"), Text(1000), 30),
            "sent": Either(_SHAPE),
            "status": Number(0, 999),
            "message": _MESSAGE,
            "answered": Either(_SHAPE),
            "values": Named(Text(300, "[^\\s]+"), Either(_MESSAGE, Number(0, 10**9)), 100),
            "seconds": Number(0, 10**6, real=True),
        }
    ),
)
_TEXT = Defined("text", Record({"status": Number(0, 999), "message": _MESSAGE}))


def _entry(name: Form, findings: Form, texts: Form, asks: str = "") -> Record:
    return Record(
        description=asks,
        properties={
            "question": name,
            "outcome": Word(tuple(str(outcome) for outcome in Outcome)),
            "because": _MESSAGE,
            "findings": findings,
            "texts": texts,
            "exchanges": Listed(_EXCHANGE, _MOST_EXCHANGES),
        },
    )


def _of(question: Question) -> Record:
    """Return the form of an entry of the catalogue."""
    findings = {finding.name: _finding(finding) for finding in question.findings}
    newer = Named(_UNKNOWN_NAME, _WORD_OR_NUMBER, _MOST_FINDINGS)
    texts = Named(_UNKNOWN_NAME, _TEXT, _MOST_TEXTS)
    return _entry(
        Word((question.name,)),
        Record(findings, optional=findings, others=newer),
        Record(dict.fromkeys(question.texts, _TEXT), optional=question.texts, others=texts),
        question.asks,
    )


def _finding(finding: Finding) -> Form:
    return Word(finding.words) if finding.words else Number(0, 10**9)


_NEWER = _entry(
    _UNKNOWN_NAME,
    Named(_UNKNOWN_NAME, _WORD_OR_NUMBER, _MOST_FINDINGS),
    Named(_UNKNOWN_NAME, _TEXT, _MOST_TEXTS),
)
_RELEASE = Record(
    {
        "version": Text(40, r"(?:[0-9]{1,3}(?:\.[0-9]{1,4}){1,4})?"),
        "build": Text(40, "[0-9.]*"),
        "edition": Text(100),
        "date": Text(60, "[A-Za-z0-9: ]*"),
        "modules": Listed(Text(20, "[a-z0-9]+"), 60),
    }
)
_KNOWN = {name: _of(question) for name, question in BY_NAME.items()}
REPORT = Record(
    {
        "report": Word((KIND,)),
        "version": Number(VERSION, VERSION),
        "connector": Text(40, r"[0-9][0-9A-Za-z.+-]*"),
        "partition": Word(("Common", "other")),
        "release": _RELEASE,
        "questions": Listed(
            Questions({name: _of(question) for name, question in BY_NAME.items()}, _NEWER), _MOST_QUESTIONS
        ),
        "left": Listed(_MESSAGE, 500),
    }
)


def schema() -> Schema:
    """Return the whole JSON Schema."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What a BIG-IP answers: a report that `probe` has written",
        **REPORT.schema(),
        "$defs": {one.name: one.form.schema() for one in (_EXCHANGE, _TEXT, _SHAPE)},
    }
