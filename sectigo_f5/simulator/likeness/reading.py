"""A probe's report, which comes from strangers: of bounded size, and what is not understood is named, not believed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KIND, VERSION = "sectigo-f5 probe", 1
LARGEST = 8 * 1024 * 1024  # bytes of a file
LARGEST_NUMBER = 10**15
LONGEST_TEXT, LONGEST_WORD = 1000, 100  # characters of a refusal, and of anything else
COMMON = "Common"

Value = str | int


@dataclass(frozen=True)
class Told:
    """What a report tells."""

    partition: str  # where it was asked: ``Common``, or another one
    release: Mapping[str, str]  # version, build, date, edition
    modules: tuple[str, ...]
    findings: Mapping[str, Mapping[str, Value]]  # by name, and by question
    texts: Mapping[str, tuple[int, str]]  # by kind
    odd: tuple[str, ...]  # what was not understood, a sentence each

    def first(self, name: str, *questions: str) -> Value | None:
        """Return what was found: by the first of these questions that found it, by any if none is named."""
        found = self.findings.get(name, {})
        return next((found[one] for one in questions or found if one in found), None)


def read(file: Path) -> Any:
    """Return the JSON of a file; raises :class:`ValueError`, :class:`OSError` if it cannot be read."""
    with file.open("rb") as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise ValueError(f"{file}: a report has at most {LARGEST // 1024 // 1024} MiB")
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{file} is not JSON") from error


def told(report: object) -> Told:
    """Return what a report tells; raises :class:`ValueError` for anything that is not one, or not of this version."""
    if not isinstance(report, Mapping) or report.get("report") != KIND:
        raise ValueError('this is not the report of a probe: it does not say `"report": "sectigo-f5 probe"`')
    if report.get("version") != VERSION or isinstance(report.get("version"), bool):
        raise ValueError(f"this report has another version than {VERSION}, which is the one that is known here")
    odd: list[str] = []
    findings: dict[str, dict[str, Value]] = {}
    texts: dict[str, tuple[int, str]] = {}
    for question, name, value in _pairs(report, "findings"):
        if isinstance(value, bool) or not isinstance(value, str | int) or not _is_word(value):
            odd.append(f"{shown(question)}: the finding {shown(name)} is neither a word nor a number")
        else:
            findings.setdefault(name, {}).setdefault(question, value)
    for question, kind, text in _pairs(report, "texts"):
        refusal = _text(text)
        if refusal is None:
            odd.append(f"{shown(question)}: the text {shown(kind)} is not a refusal")
        else:
            texts.setdefault(kind, refusal)
    release = _object(report.get("release"))
    words = {name: value for name, value in release.items() if isinstance(value, str) and _is_word(value)}
    modules = _list(release.get("modules"))
    partition = COMMON if report.get("partition") == COMMON else "other"
    return Told(partition, words, tuple(filter(_is_module, modules)), findings, texts, tuple(odd))


def _pairs(report: Mapping[str, Any], what: str) -> Iterator[tuple[str, str, Any]]:
    """Yield the findings or texts of every question."""
    for entry in map(_object, _list(report.get("questions"))):
        question = entry.get("question")
        for name, value in _object(entry.get(what)).items():
            yield question if isinstance(question, str) else "", name, value


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_word(value: Value) -> bool:
    if isinstance(value, int):
        return abs(value) <= LARGEST_NUMBER
    return len(value) <= LONGEST_WORD and value.isprintable()


def _is_module(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"[a-z0-9_-]{1,30}", value) is not None


def _text(value: Any) -> tuple[int, str] | None:
    """Return status and message of a refusal; None for anything else, and for what JSON of UTF-8 cannot hold."""
    status, message = _object(value).get("status"), _object(value).get("message")
    if isinstance(status, bool) or not isinstance(status, int) or not 400 <= status < 600:  # noqa: PLR2004  refusals
        return None
    if not isinstance(message, str) or len(message) > LONGEST_TEXT or re.search("[\ud800-\udfff]", message):
        return None
    return status, message


def shown(word: object) -> str:
    """Return a stranger's word as a sentence may quote it."""
    text = ascii(word)
    return text if len(text) <= LONGEST_WORD // 2 else text[: LONGEST_WORD // 2] + "…"
