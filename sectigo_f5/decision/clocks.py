"""Whether the clocks of this machine, the CA and the BIG-IP agree: what is due depends on the time (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

TOLERANCE = timedelta(hours=1)  # CAs date a certificate back by about as much, so a smaller difference does no harm
REMEDY = "correct the clock of {} (NTP)"
THIS_MACHINE = "this machine"


@dataclass(frozen=True)
class Verdict:
    """What is wrong with the clocks: a reason to order nothing, or just something to look at."""

    refusal: str | None = None
    doubt: str | None = None


def agree(ahead: timedelta | None) -> bool:
    """Tell whether a clock that is this far ahead of ours is as good as ours; one that is not told is."""
    return ahead is None or abs(ahead) <= TOLERANCE


def compare_clocks(now: datetime, ca_ahead: timedelta | None, device_ahead: timedelta | None, host: str) -> Verdict:
    """Compare the clocks; ``ahead`` is how far one is ahead of ours, None if it is not told.

    The CA's counts: it dates the certificates. Only if it does not tell the time, the BIG-IP's counts instead.
    """
    if ca_ahead is not None and not agree(ca_ahead):
        return Verdict(refusal=_disagreement(now, ca_ahead, "the ACME server", THIS_MACHINE))
    if device_ahead is None or agree(device_ahead):
        return Verdict()
    if ca_ahead is None:
        whichever = "whichever is wrong"
        return Verdict(refusal=_disagreement(now, device_ahead, f"the BIG-IP {host}", whichever))
    return Verdict(
        doubt=f"the clock of the BIG-IP {host} shows {_minute(now + device_ahead)}, but it is {_minute(now)}: it may "
        f"take certificates for expired, or not valid yet; {REMEDY.format('the BIG-IP')}"
    )


def _disagreement(now: datetime, ahead: timedelta, whose: str, wrong: str) -> str:
    return (
        f"check the clock: on this machine it is {_minute(now)}, on {whose} {_minute(now + ahead)}, and what is due "
        f"depends on it, so no certificate is ordered; {REMEDY.format(wrong)}"
    )


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
