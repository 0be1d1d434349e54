"""When a certificate is due for renewal; pure.

``renew_before_days`` if it is set; else the CA's renewal information (RFC 9773) if there is any;
else a third of the lifetime left, half of it for certificates of under ten days (the rule of
Certbot and of Let's Encrypt's integration guide). Whoever says it, two daily runs still fit
between the planned time and the end, and a certificate is left alone for its first day.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sectigo_f5.model import RenewalInformation

SHORT_LIVED = timedelta(days=10)
EARLIEST = 1 / 2  # of the lifetime: `renew_before_days` is capped here, or short certificates renew all the time
LATEST = 1 / 10  # of the lifetime: the CA's window is not waited for beyond this ...
MARGIN = timedelta(days=2)  # ... and nothing is planned later than this: cron runs once a day, and one run may fail
# A run so little ahead of the planned time does not leave it to the next one, which comes a day nearer to the end
# (RFC 9773 section 4.2): orders take their minutes, but cron starts at the same time, and in spring an hour early.
HEAD_START = timedelta(hours=2)
FIRST_DAY = timedelta(days=1) + HEAD_START  # of a certificate: a CA that always says "now" gets one order a day


def due_at(
    not_before: datetime,
    not_after: datetime,
    renew_before_days: int | None,
    information: RenewalInformation | None,
    seed: str,
    what: str = "it",
) -> tuple[datetime, str]:
    """Return the planned time of renewal and the rule behind it as a sentence.

    ``seed`` (the certificate's fingerprint) picks a time in the CA's window that is the same in
    every run and different for each certificate (RFC 9773 section 4.2). A window that ends before
    it starts, or before the certificate began, is nonsense and as good as none; one in the past is
    how a CA says "now". ``what`` is the subject of the sentence.
    """
    lifetime = not_after - not_before
    margin = min(MARGIN, lifetime * EARLIEST)
    if renew_before_days is not None:
        before = min(max(timedelta(days=renew_before_days), margin), lifetime * EARLIEST)
        reason = f"{what} ends on {not_after:%Y-%m-%d}, within {_describe(before)} (renew_before_days)"
        return not_after - before, reason
    if information is not None and information.end > max(information.start, not_before):
        return _in_window(information, not_after - max(lifetime * LATEST, margin), seed)
    part, share = (lifetime / 2, "half") if lifetime < SHORT_LIVED else (lifetime / 3, "a third")
    return not_after - part, f"{what} ends on {not_after:%Y-%m-%d}, less than {share} of its lifetime is left"


def not_too_soon(planned: datetime, issued_at: datetime, not_after: datetime) -> datetime:
    """Leave a certificate alone for a day, or half of the time that it had left when it was issued.

    Whatever the reason is: ordered again at once the next one would be due at once, too. ``issued_at`` is the time
    of the order, since CAs begin certificates earlier.
    """
    return max(planned, issued_at + min(FIRST_DAY, max((not_after - issued_at) / 2, timedelta())))


def is_due(planned: datetime, now: datetime) -> bool:
    """Tell whether a run at ``now`` renews what is planned for ``planned``."""
    return planned <= now + HEAD_START


def _in_window(information: RenewalInformation, latest: datetime, seed: str) -> tuple[datetime, str]:
    """Pick from the part of the window before ``latest``, so that picks do not pile up there."""
    start, end = information.start, min(information.end, latest)
    if start >= latest:
        return latest, f"the CA's renewal window begins on {start:%Y-%m-%d}, too near the end to wait for"
    share = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") / 2**64
    reason = f"the CA suggests renewal between {start:%Y-%m-%d} and {information.end:%Y-%m-%d} (ARI)"
    return start + (end - start) * share, f"{reason}; {information.explanation}" if information.explanation else reason


def _describe(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return f"{days:.0f} days" if days >= MARGIN.days else f"{days * 24:.0f} hours"
