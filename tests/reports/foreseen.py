"""How an operation must end on the BIG-IP of a report, by what ``probe --explain`` says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sectigo_f5.model import KeySpec
from sectigo_f5.probe.explaining.doings import doings
from sectigo_f5.probe.explaining.findings import Findings
from sectigo_f5.probe.explaining.nouns import Means
from sectigo_f5.probe.explaining.routes import Route
from sectigo_f5.probe.nouns import Report

# The beginning of what the explanation says, and a regular expression for the error of the connector.
REFUSALS = {
    str(Route.NONE): "makes no password-protected key",
    str(Route.UNREADABLE): "CSR",
    "not stored": "upload",
    "refused by the connector": "does not take an ECDSA certificate alone",
    "refused by the BIG-IP": "010717e3|RSA",
    "refused": "does not take an ECDSA certificate alone",
    "not put back": "[Pp]assphrase|ciphertext",
    "not at all by this user": "sav",
}
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Ending:
    """How an operation ends: by an error that one of ``errors`` matches, or in service; if ``open`` either is right."""

    errors: tuple[str, ...] = ()
    open: bool = False


def ending(report: Report, keys: Collection[KeySpec], *, goes_back: bool = False) -> Ending:
    """Foresee the ending of an operation with keys; ``goes_back``: it puts a former pair in service."""
    said = list(_said(report, keys, goes_back))
    errors = tuple(error for error in map(_error, said) if error)
    unknown = any(means.text.startswith(NOT_KNOWN) for means in said)
    others = any(means.unforeseen and not _error(means) for means in said)
    return Ending(errors, unknown or others)


def _error(means: Means) -> str | None:
    return next((error for words, error in REFUSALS.items() if means.text.startswith(words)), None)


def _said(report: Report, keys: Collection[KeySpec], goes_back: bool) -> Iterator[Means]:
    said = dict(doings(Findings(report)))
    for key in keys:
        yield said[f"keys of {key}"]
    yield said["certificates"]
    yield said["saving"] if report_saves(report) else Means("by any way")
    if all(key.type != "rsa" for key in keys):
        yield said["an ECDSA certificate alone"]
    if goes_back:
        yield said["a former pair"]


def report_saves(report: Report) -> bool:
    """Tell whether the probe was allowed to save, so that its report tells how that goes."""
    entry = report.entry("save")
    return entry is not None and bool(entry.findings)
