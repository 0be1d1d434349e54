"""Which certificate comes first: what the last run did not reach, then what ends first."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from sectigo_f5.model import Job
from sectigo_f5.run import Run
from sectigo_f5.state.history import LastResult
from sectigo_f5.timestamps import from_iso

NEW = timedelta(days=7)  # a certificate that does not exist yet comes after those that end sooner than this


def by_urgency(run: Run, jobs: Iterable[Job]) -> list[Job]:
    """Return the certificates, the most urgent first, by what earlier runs have recorded; else in their order."""
    history, now = run.state.history.results(), run.beginning
    return sorted(jobs, key=lambda job: urgency(history.get(job.label), now))


def urgency(last: LastResult | None, now: datetime) -> tuple[bool, datetime]:
    """Return by what certificates are sorted; ``last`` None: no run has come to it yet."""
    ends = last.not_after if last else None
    return not (last and last.skipped), from_iso(ends) if ends else now + NEW
