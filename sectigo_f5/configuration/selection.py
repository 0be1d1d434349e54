"""``--only``: to which of the configured certificates a command applies."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence

from sectigo_f5.configuration.findings import did_you_mean, quote
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.model import Job

EVERY = "*"
LISTED = 20  # certificates in a message, before the number of the others


def select(jobs: Sequence[Job], patterns: Sequence[str]) -> tuple[Job, ...]:
    """Return the jobs that ``--only`` names: by common name, device, or ``common_name@device``.

    Shell wildcards are allowed; but an exact common name or device means that one alone,
    because ``*.example.com`` is the name of a certificate. Without a pattern: every job.
    Raises :class:`ConfigurationError` if a pattern matches nothing.
    """
    if not patterns:
        return tuple(jobs)
    chosen: set[str] = set()
    for pattern in patterns:
        labels = _labels(jobs, pattern)
        if not labels:
            raise ConfigurationError(_nothing_matches(jobs, pattern))
        chosen |= labels
    return tuple(job for job in jobs if job.label in chosen)


def _labels(jobs: Sequence[Job], pattern: str) -> set[str]:
    names, devices = {job.common_name for job in jobs}, {job.device.name for job in jobs}
    if "@" in pattern:
        name, _, device = pattern.rpartition("@")
        names, devices = _matching(name.lower(), names), _matching(device, devices)
        return {job.label for job in jobs if job.common_name in names and job.device.name in devices}
    exact = {job.label for job in jobs if pattern.lower() == job.common_name or pattern == job.device.name}
    if exact:
        return exact
    names, devices = _matching(pattern.lower(), names), _matching(pattern, devices)
    return {job.label for job in jobs if job.common_name in names or job.device.name in devices}


def whole_devices(jobs: Sequence[Job], patterns: Sequence[str]) -> frozenset[str]:
    """Return the devices of which ``--only`` names everything, and not single certificates; all without a pattern."""
    names, devices = {job.common_name for job in jobs}, {job.device.name for job in jobs}
    whole = set[str]() if patterns else devices
    for pattern in patterns:
        name, at, device = pattern.rpartition("@")
        if at:
            whole |= _matching(device, devices) if name == EVERY else set()
        elif pattern.lower() not in names:
            whole |= _matching(pattern, devices)
    return frozenset(whole)


def _matching(pattern: str, candidates: Iterable[str]) -> set[str]:
    candidates = set(candidates)
    return {pattern} if pattern in candidates else {text for text in candidates if fnmatch.fnmatchcase(text, pattern)}


def _nothing_matches(jobs: Sequence[Job], pattern: str) -> str:
    labels = [job.label for job in jobs]
    guess = did_you_mean(pattern, [*labels, *(job.common_name for job in jobs), *(job.device.name for job in jobs)])
    more = f" and {len(labels) - LISTED} more" if len(labels) > LISTED else ""
    configured = ", ".join(labels[:LISTED]) or "none"
    return f"--only {quote(pattern)} matches no certificate{guess}; configured: {configured}{more}"
