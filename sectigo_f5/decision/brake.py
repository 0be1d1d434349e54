"""When a certificate whose last runs failed may be ordered again; pure.

An order costs a certificate, and CAs limit how many. What has failed twice in a row fails again as a rule,
until somebody has mended the cause.
"""

from __future__ import annotations

from datetime import datetime, timedelta

PATIENCE = 2  # runs in a row that failed
BETWEEN = timedelta(hours=24)  # from the start of one order to the next
TOLERANCE = timedelta(minutes=5)  # a daily run does not begin at the same second each day


def next_order(failures: int, ordered_at: datetime | None, now: datetime) -> datetime | None:
    """Return when the next new order may be made; None: now.

    ``failures`` are the runs in a row that failed; ``ordered_at`` is the last order whose certificate is not in
    service, for the configuration as it is. A time in the future is of a clock that was put back, and means nothing.
    """
    if failures < PATIENCE or ordered_at is None or ordered_at > now:
        return None
    allowed = ordered_at + BETWEEN
    return allowed if now < allowed - TOLERANCE else None
