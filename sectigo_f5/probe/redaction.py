"""What a report may tell: words of F5's and names of ours; everything else is replaced.

It is built from what is known to be harmless, not by looking for what is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from sectigo_f5.probe.harmless import shapes, values
from sectigo_f5.probe.harmless.names import COMMON, OTHER, SCRATCH, Names
from sectigo_f5.probe.harmless.texts import LONGEST, MARKS, NUMBERS, PROPERTY, TEXT, Texts, with_marks
from sectigo_f5.probe.harmless.vocabulary import MODULES, SEGMENTS
from sectigo_f5.probe.harmless.words import is_term
from sectigo_f5.probe.nouns import Release, Shape
from sectigo_f5.secret import mask

__all__ = ["OTHER", "SCRATCH", "Redactor"]

MOST_LEARNT, DEEPEST = 5000, 8  # names of a device that are remembered; how deep they are looked for
_NAME_LIKE = ("name", "fullPath", "partition", "hostname", "user", "userName", "description", "destination")
_PARAMETER = re.compile(r"\$?[A-Za-z]{1,50}")
_VERSION = re.compile(r"[0-9]{1,2}(\.[0-9]{1,3}){1,3}")
_BUILD = re.compile(r"[0-9]{1,5}(\.[0-9]{1,5}){0,4}")
_DATE = re.compile(r"[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9]?[0-9] [0-9]{2}:[0-9]{2}:[0-9]{2} [A-Z]{3,4} 20[0-9]{2}")


class Redactor:
    """Redacts for one probe of one device; ``stem`` is what its names begin with."""

    def __init__(self, stem: str, partition: str) -> None:
        self._stem, self._names = stem, Names(partition)
        self._texts = Texts(self._names)

    # -- learning ------------------------------------------------------------------------------

    def learn(self, body: object) -> None:
        """Take note of names in an answer that consist of known words, so that no later message tells them."""
        for name in _names_in(body, 0):
            if len(self._texts.learnt) >= MOST_LEARNT:
                return
            if not is_term(name) or any(mark in name for mark in "-_."):
                known = name in SEGMENTS or self._names.is_own(name) or self._names.is_own(name.rpartition("/")[2])
                self._texts.learnt |= set() if known else {name}

    def learn_sent(self, body: object) -> None:
        """Take note of the numbers, and of names of ours, in what we have sent: a refusal may quote them."""
        if isinstance(body, dict | list):
            for each in body.values() if isinstance(body, dict) else body:
                self.learn_sent(each)
        if isinstance(body, str):
            self._names.learn_sent(body)
        elif isinstance(body, int) and not isinstance(body, bool):  # a text may be a password
            self._texts.numbers.add(body)

    # -- what is shown -------------------------------------------------------------------------

    def path(self, path: str) -> str:
        """Return a URL's path with words of F5's and names of ours alone."""
        return self._names.path(path)

    def query(self, name: str, value: str) -> str:
        """Return the value of a query's parameter; of numbers, those alone that everybody has."""
        if value.isdigit():
            return value if int(value[:6]) in NUMBERS else self._texts.shown(value)
        return ",".join(each if is_term(each) else self._texts.shown(each) for each in value[:LONGEST].split(","))[
            :LONGEST
        ]

    def query_name(self, name: str) -> str:
        """Return the name of a query's parameter."""
        return name if _PARAMETER.fullmatch(name) and is_term(name.lstrip("$")) else PROPERTY

    def message(self, text: str) -> str:
        """Return a refusal's text, or why a question is not answered."""
        return self._texts.shown(mask(text))

    def text(self, words: str, names: Mapping[str, str]) -> str:
        """Return a refusal's text with placeholders for names of ours: ``{path}`` for ``path``."""
        shown = self._texts.read(with_marks(mask(words), list(names.values())))
        for number, name in enumerate(names):
            shown = shown.replace(chr(MARKS[number]), f"{{{name}}}")
        return shown

    def shape(self, value: object) -> Shape:
        """Return the types in a JSON value: of properties by name, of items each kind once."""
        return shapes.shape(value, self._names)

    def values(self, body: object) -> dict[str, str | int]:
        """Return what an answer says in F5's own words, or with names of ours."""
        return values.values(body, self._names, self._texts)

    def release(self, told: Release) -> Release:
        """Return a release in F5's words alone; what is not spelt as F5 does is left out."""
        return replace(
            told,
            version=told.version if _VERSION.fullmatch(told.version) else "",
            build=told.build if _BUILD.fullmatch(told.build) else "",
            edition="" if TEXT in (edition := self.message(told.edition)) else edition[:80],
            date=told.date if _DATE.fullmatch(told.date) else "",
            modules=sorted({name for name in told.modules if name in MODULES}),
        )


def partition_shown(partition: str) -> str:
    """Return how a report names the partition of its probe."""
    return COMMON if partition == COMMON else "other"


def _names_in(body: object, depth: int) -> Iterator[str]:
    """Yield what stands under properties that name something."""
    if depth > DEEPEST:
        return
    if isinstance(body, dict):
        for name, value in body.items():
            if isinstance(value, str):
                if name in _NAME_LIKE and value.strip():
                    yield value
            else:
                yield from _names_in(value, depth + 1)
    elif isinstance(body, list):
        for each in body:
            yield from _names_in(each, depth + 1)
