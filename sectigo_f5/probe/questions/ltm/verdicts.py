"""Whether the device did what was tried; a refusal that judges it is an answer, another is none."""

from __future__ import annotations

from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.seen import Seen


def verdict(bench: Bench, seen: Seen, what: str) -> str:
    """Return ``works`` or ``rejected``; raises :class:`RefusedError` if nobody can tell.

    That is so if it refused this user, whatever was asked for, or failed at judging it.
    """
    if seen.ok:
        return WORKS
    if not seen.judges:
        bench.must(seen, what)
    return REJECTED
