"""The results of a run, for machines: an entry of JSON, how many of each, the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sectigo_f5.model import Outcome, Result
from sectigo_f5.printable import one_line
from sectigo_f5.timestamps import days_left, to_iso

EXIT_FAILED, EXIT_CONFIGURATION, EXIT_BUG, EXIT_LOCKED = 1, 2, 3, 75


def exit_code(results: Sequence[Result], mistakes: Sequence[str]) -> int:
    """Return the highest that applies of 3 (a bug), 2 (a mistake in a file), 1 (a failure), 0."""
    if any(result.bug for result in results):
        return EXIT_BUG
    if mistakes or any(result.misconfigured for result in results):
        return EXIT_CONFIGURATION
    failed = any(result.error or result.outcome in (Outcome.FAILED, Outcome.SKIPPED) for result in results)
    return EXIT_FAILED if failed else 0


@dataclass(frozen=True)
class Finding:
    """What was found out about something that several certificates need."""

    what: str
    problem: str | None
    text: str = "can be written"  # if there is no problem

    @property
    def sentence(self) -> str:
        """What is wrong, or else what is right."""
        return one_line(self.problem or self.text)

    def as_json(self) -> dict[str, object]:
        """Return an entry of ``checks``."""
        word = Outcome.FAILED if self.problem else Outcome.OK
        return {"what": self.what, "result": word.value, "text": self.sentence}


def count_words(results: Sequence[Result]) -> dict[str, int]:
    """Count the results by outcome."""
    return dict(Counter(result.outcome.value for result in results))


def as_json(result: Result, now: datetime) -> dict[str, object]:
    """Return a certificate's entry in the object that ``--json`` prints."""
    return {
        "common_name": result.common_name,
        "device": result.device,
        "virtual_servers": list(result.virtual_servers),
        "result": result.outcome.value,
        "reason": "; ".join((result.reason, *result.notes)),
        "not_after": to_iso(result.not_after) if result.not_after else None,
        "days_left": days_left(result.not_after, now),
        "serial": result.serial,
        "error": result.error,
        "last_success": to_iso(result.last_success) if result.last_success else None,
        "failures": result.failures,
    }
