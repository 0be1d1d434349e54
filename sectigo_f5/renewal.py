"""When a certificate is due for renewal; pure.

The CA's renewal information (RFC 9773) if there is any; else ``renew_before_days``; else a third
of the lifetime left, half of it for certificates of under ten days (the rule of Certbot and of
Let's Encrypt's integration guide).
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from sectigo_f5.model import RenewalInformation

SHORT_LIVED = timedelta(days=10)
LATEST = 0.1  # of the lifetime: never planned later than this before the end, whatever the CA suggests


def due_at(
    not_before: datetime,
    not_after: datetime,
    renew_before_days: int | None,
    information: RenewalInformation | None,
    seed: str,
) -> tuple[datetime, str]:
    """Return the planned time of renewal and the rule behind it as a sentence.

    ``seed`` (the certificate's fingerprint) picks a time in the CA's window that is the same in
    every run and different for each certificate (RFC 9773 section 4.2). ``renew_before_days`` is
    capped at two thirds of the lifetime, so that a certificate is never due as soon as it is issued.
    """
    lifetime = not_after - not_before
    if renew_before_days is not None:
        before = min(timedelta(days=renew_before_days), lifetime * 2 / 3)
        return not_after - before, f"it ends on {not_after:%Y-%m-%d}, within {_days(before)} (renew_before_days)"
    if information is not None and information.start < information.end:
        return _in_window(information, not_after - lifetime * LATEST, seed)
    part, told = (lifetime / 2, "half") if lifetime < SHORT_LIVED else (lifetime / 3, "a third")
    return not_after - part, f"it ends on {not_after:%Y-%m-%d}, less than {told} of its lifetime is left"


def _in_window(information: RenewalInformation, latest: datetime, seed: str) -> tuple[datetime, str]:
    share = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big") / 2**64
    picked = information.start + (information.end - information.start) * share
    if picked > latest:
        return latest, f"the CA's renewal window ends on {information.end:%Y-%m-%d}, too near the end to wait for"
    told = f"the CA suggests renewal between {information.start:%Y-%m-%d} and {information.end:%Y-%m-%d} (ARI)"
    return picked, f"{told}; {information.explanation}" if information.explanation else told


def _days(span: timedelta) -> str:
    return f"{span.total_seconds() / 86400:.0f} days"
