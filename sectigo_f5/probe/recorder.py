"""Notes each request and its answer while a question is asked, without anything that is the operator's."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import requests

from sectigo_f5.icontrol.answers import message, succeeded
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.transactions import FAILED
from sectigo_f5.probe.harmless import shapes, values
from sectigo_f5.probe.nouns import Exchange, Shape, Text
from sectigo_f5.probe.redaction import Redactor
from sectigo_f5.untrusted import NonsenseError, reading

logger = logging.getLogger(__name__)

MOST = 150  # exchanges of a question; what comes after them is not noted
MOST_QUERIES = 20
LARGEST = 32 << 20  # bytes of an answer that is looked into
PAGE, BYTES, TOO_LARGE, UNREADABLE = "page", "bytes", "too large", "unreadable"  # answers that are not JSON
RANGE = "Content-Range"
_RANGE = re.compile(r"(?:bytes )?([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})")


class Recorder:
    """What was sent and answered since the last :meth:`taken`; it watches a login session."""

    def __init__(self, redactor: Redactor) -> None:
        self.redactor = redactor
        self._exchanges = list[Exchange]()

    def note(self, call: Call, answer: requests.Response | None, seconds: float) -> None:
        """Note one exchange; ``answer`` is None if none came. Whatever the answer is, nothing is raised."""
        status = 0 if answer is None else answer.status_code
        nothing = Exchange(call.method, "", {}, None, status, "", UNREADABLE, {}, round(seconds, 3))
        try:
            with reading("an exchange cannot be noted"):
                noted = self._asked(nothing, call)
                noted = noted if answer is None else self._answered(noted, answer)
        except NonsenseError as error:
            logger.debug("%s: %s", call, error)
            noted = replace(nothing, path=self.redactor.path(call.shown_path))
        self._add(noted)

    def _asked(self, noted: Exchange, call: Call) -> Exchange:
        """Add what was sent."""
        self.redactor.learn_sent([call.shown_path, call.body])
        query = list(call.query.items())[:MOST_QUERIES]
        return replace(
            noted,
            path=self.redactor.path(call.shown_path),
            query={self.redactor.query_name(name): self.redactor.query(name, value) for name, value in query},
            sent=self.redactor.shape(call.raw if call.body is None else call.body) if _has_body(call) else None,
            answered=None,
        )

    def _answered(self, noted: Exchange, answer: requests.Response) -> Exchange:
        """Add what was answered."""
        content = _content(answer)
        self.redactor.learn(content)
        return replace(
            noted,
            message="" if succeeded(answer) else self.redactor.message(message(answer)),
            answered=content if isinstance(content, _Other) else self._shape(content),
            values=self.redactor.values(content) | _range(answer),
        )

    def _shape(self, content: object) -> Shape:
        return None if content == {} else self.redactor.shape(content)

    def _add(self, noted: Exchange) -> None:
        """Add an exchange; one that repeats the last one is merged with it: how often a thing is asked is not told."""
        last = self._exchanges[-1] if self._exchanges else None
        if last is not None and _question(last) == _question(noted):
            self._exchanges[-1] = _together(last, noted)
        elif len(self._exchanges) < MOST:
            self._exchanges.append(noted)

    def taken(self) -> list[Exchange]:
        """Return what was noted, and begin with nothing again."""
        taken, self._exchanges = self._exchanges, []
        return taken

    def text(self, status: int, words: str, names: Mapping[str, str]) -> Text:
        """Return a refusal's words with placeholders for names of ours: ``{path}`` for ``path``.

        That a transaction failed is not told with its reason, unless the ``reason`` is such a name itself.
        """
        told = words if "reason" in names else words.removeprefix(FAILED)
        return Text(status, self.redactor.text(told, names))


class _Other(str):
    """What an answer is that is not JSON."""

    __slots__ = ()


def _has_body(call: Call) -> bool:
    return call.body is not None or call.raw is not None


def _content(answer: requests.Response) -> Any:
    """Return the JSON of an answer; an empty one is ``{}``, any other is an :class:`_Other`."""
    content = answer.content
    if len(content) > LARGEST:
        return _Other(TOO_LARGE)
    try:
        return json.loads(content) if content.strip() else {}
    except (ValueError, RecursionError):
        return _Other(PAGE if content.lstrip()[:1] == b"<" else BYTES)


def _range(answer: requests.Response) -> dict[str, str]:
    """Return what kind of range a download says that it is; its numbers are lengths."""
    told = answer.headers.get(RANGE)
    if not told:
        return {}
    found = _RANGE.fullmatch(told)
    if not found:
        return {RANGE: "other"}
    first, last, total = map(int, found.groups())
    return {RANGE: f"{'0' if first == 0 else 'n'}-{'last' if last + 1 == total else 'other'}/total"}


def _question(noted: Exchange) -> tuple[Any, ...]:
    return noted.method, noted.path, noted.query, noted.status, noted.message


def _together(one: Exchange, other: Exchange) -> Exchange:
    return replace(
        one,
        sent=shapes.merged([one.sent, other.sent]) if one.sent != other.sent else one.sent,
        answered=_merged(one.answered, other.answered),
        values=values.together(one.values, other.values),
        seconds=round(one.seconds + other.seconds, 3),
    )


def _merged(one: Shape, other: Shape) -> Shape:
    """Return what was answered once or the other time; None: nothing."""
    if one == other or other is None:
        return one
    return other if one is None else shapes.merged([one, other])
