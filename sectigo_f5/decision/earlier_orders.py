"""What orders of earlier runs mean for this one: one that can be continued, or one too many; pure.

An order costs a certificate, and CAs limit how many. What has failed twice in a row fails again as a rule,
until somebody has mended the cause.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sectigo_f5.model import Outcome

PATIENCE = 2  # runs in a row that failed
BETWEEN = timedelta(hours=24)  # from the start of one order to the next
TOLERANCE = timedelta(minutes=5)  # a daily run does not begin at the same second each day


@dataclass(frozen=True)
class Ordered:
    """What an earlier run has ordered, that is not in service yet and can be continued."""

    outcome: Outcome  # what that run was to do
    reason: str
    progress: str  # how far it has come

    def after(self, due: tuple[Outcome, str] | None) -> tuple[Outcome, str]:
        """Return what is due by now, or else was due then, with how it is continued."""
        outcome, reason = due or (self.outcome, self.reason)
        return outcome, f"{reason}; {self.progress}"


def next_order(failures: int, ordered_at: datetime | None, now: datetime) -> datetime | None:
    """Return when the next new order may be made; None: now.

    ``failures`` are the runs in a row that failed; ``ordered_at`` is the last order whose certificate is not in
    service, for the configuration as it is. A time in the future is of a clock that was put back, and means nothing.
    """
    if failures < PATIENCE or ordered_at is None or ordered_at > now:
        return None
    allowed = ordered_at + BETWEEN
    return allowed if now < allowed - TOLERANCE else None
