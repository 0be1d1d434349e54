"""What has become of a certificate over time: the runs that ended otherwise than the run before them, newest last."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sectigo_f5.model import Change, Outcome, Result
from sectigo_f5.printable import one_line
from sectigo_f5.timestamps import from_iso

MOST = 20  # changes that are remembered of one certificate
LONGEST = 400  # characters of a text in them; the whole of the last error is beside them
QUIET = (Outcome.KEPT, Outcome.FAILED, Outcome.PENDING)  # of these a second in a row is nothing new


FIELDS = tuple(field.name for field in fields(Change))


def following(before: Sequence[Change], result: Result, at: str) -> tuple[Change, ...]:
    """Return the changes with a result, if it is one: another word, another error, or something that was done.

    An error that differs in its numbers alone is the same. A certificate that was skipped has no result.
    """
    if result.outcome is Outcome.SKIPPED:
        return tuple(before)
    reason = "" if result.error and result.reason == result.error else one_line(result.reason, LONGEST)
    new = Change(at, result.outcome.value, reason, one_line(result.error, LONGEST) if result.error else None)
    if before and result.outcome in QUIET and _kind(before[-1]) == _kind(new):
        return tuple(before)
    return (*before, new)[-MOST:]


def as_json(changes: Sequence[Change]) -> list[dict[str, object]]:
    """Return what a file holds of them."""
    return [dict(vars(change)) for change in changes]


def read(entries: object) -> tuple[Change, ...]:
    """Read what a file holds; what is not a change, of another release perhaps, is left out."""
    found = [_read(entry) for entry in entries] if isinstance(entries, list) else []
    return tuple(change for change in found if change)[-MOST:]


def _kind(change: Change) -> tuple[str, str]:
    return change.result, re.sub(r"\d+", "", change.error or "")


def _read(entry: object) -> Change | None:
    if not isinstance(entry, dict):
        return None
    texts: list[Any] = [entry.get(name) for name in FIELDS]
    change = Change(*texts)
    try:
        from_iso(change.at)
        "".join((change.result, change.reason, change.error or "")).encode()
    except (TypeError, ValueError):
        return None
    return change
