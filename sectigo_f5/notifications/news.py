"""What there is to tell after a run, as values; each once (pure)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sectigo_f5.model import Outcome, Result
from sectigo_f5.report.summary import block, has_failed, line
from sectigo_f5.timestamps import days_left

CHANGED = (
    Outcome.ENROLLED,
    Outcome.RENEWED,
    Outcome.REKEYED,
    Outcome.REPLACED,
    Outcome.REPAIRED,
    Outcome.REVOKED,
    Outcome.ROLLED_BACK,
)
UNDECIDED = (Outcome.SKIPPED, Outcome.PENDING)
STAGES = (0, 1, 3, 7, 14)  # days left of what serves, at which a failure is told once more
NO_STAGE = 99
MOST = 30  # events in one message
KINDS = ("run", "failed", "recovered", "changed")  # in this order


@dataclass(frozen=True)
class Event:
    """One thing to tell; ``kind`` is one of ``KINDS``."""

    kind: str
    text: str


@dataclass(frozen=True)
class Ended:
    """How a command ended that may have something to tell."""

    code: int
    finished: datetime
    results: Sequence[Result] = ()
    problems: Sequence[str] = ()  # what concerns no single certificate
    configured: frozenset[str] | None = None  # labels; None if not every file could be read
    of_run: bool = True  # a failure of another command is in front of whoever typed it
    complete: bool = True  # a run over everything


@dataclass(frozen=True)
class Told:
    """What was told before: certificates that fail, with the stage that was told; problems of the run."""

    failing: dict[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def news(told: Told, ended: Ended) -> tuple[list[Event], Told]:
    """Return what there is to tell, and what is told when it is."""
    failing, events = dict(told.failing), list[Event]()
    for result in ended.results:
        event = _of_certificate(failing, result, ended)
        events += [event] if event else []
    if ended.configured is not None and ended.complete:
        failing = {label: stage for label, stage in failing.items() if label in ended.configured}
    if not (ended.of_run and ended.complete):
        return events, Told(failing, told.problems)
    keys = tuple(map(_key, ended.problems))
    new = [text for text, key in zip(ended.problems, keys, strict=True) if key not in told.problems]
    events += [Event("run", f"exit code {ended.code}: {text}") for text in new]
    if told.problems and not keys:
        events.append(Event("recovered", "the run is complete again"))
    return events, Told(failing, keys)


def _of_certificate(failing: dict[str, int], result: Result, ended: Ended) -> Event | None:
    """Return what there is to tell of one certificate, and note it in ``failing``."""
    label = result.label
    if ended.of_run and has_failed(result):
        before, stage = failing.get(label), _stage(result, ended.finished)
        failing[label] = stage if before is None else min(stage, before)
        if before is None or stage < before:
            return Event("failed", "\n".join(block(result, ended.finished)))
    elif ended.of_run and label in failing and result.outcome not in UNDECIDED:
        del failing[label]
        return Event("recovered", line(result))
    return Event("changed", line(result)) if result.outcome in CHANGED else None


def _stage(result: Result, now: datetime) -> int:
    left = days_left(result.not_after, now)
    return NO_STAGE if left is None else next((stage for stage in STAGES if left < stage or left < 0), NO_STAGE)


def _key(text: str) -> str:
    """Return what stays of a problem from run to run: numbers in it may not."""
    return re.sub(r"\d+", "", text)[:400]


def message(events: Sequence[Event], host: str, total: int) -> tuple[str, str]:
    """Return the title and the text that tell of all events; ``total`` certificates were looked at."""
    counts = Counter(event.kind for event in events)
    said = {
        "run": "the run itself has failed",
        "failed": f"{counts['failed']} of {total} failed"
        if total >= counts["failed"]
        else f"{counts['failed']} failed",
        "recovered": f"{counts['recovered']} recovered",
        "changed": f"{counts['changed']} changed",
    }
    ordered = sorted(events, key=lambda event: KINDS.index(event.kind))
    more = [f"... and {len(events) - MOST} more: see the log"] if len(events) > MOST else []
    title = ", ".join(said[kind] for kind in KINDS if counts[kind])
    return f"sectigo-f5 on {host}: {title}", "\n\n".join([*(event.text for event in ordered[:MOST]), *more])
