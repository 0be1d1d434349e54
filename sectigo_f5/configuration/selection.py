"""``--only``: to which of the configured certificates a command applies."""

from __future__ import annotations

import fnmatch
from collections.abc import Collection, Iterable, Mapping, Sequence

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
    chosen = labels_that_match(list(dict.fromkeys(job.label for job in jobs)), patterns)
    return tuple(job for job in jobs if job.label in chosen)


def labels_that_match(labels: Collection[str], patterns: Sequence[str], where: str = "configured") -> set[str]:
    """Return which of ``common_name@device`` the patterns name; of what belongs to a device alone the name is empty.

    ``where`` they are is said by the :class:`ConfigurationError` if a pattern matches none.
    """
    parts = {label: (label.rpartition("@")[0], label.rpartition("@")[2]) for label in labels}
    chosen = set[str]()
    for pattern in patterns:
        found = _labels(parts, pattern)
        if not found:
            raise ConfigurationError(_nothing_matches(parts, pattern, where))
        chosen |= found
    return chosen


def _labels(parts: Mapping[str, tuple[str, str]], pattern: str) -> set[str]:
    names, devices = {name for name, _ in parts.values()}, {device for _, device in parts.values()}
    if "@" in pattern:
        name, _, device = pattern.rpartition("@")
        names, devices = _matching(name.lower(), names), _matching(device, devices)
        return {label for label, (name, device) in parts.items() if name in names and device in devices}
    exact = {label for label, (name, device) in parts.items() if pattern.lower() == name or pattern == device}
    if exact:
        return exact
    names, devices = _matching(pattern.lower(), names), _matching(pattern, devices)
    return {label for label, (name, device) in parts.items() if name in names or device in devices}


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


def _nothing_matches(parts: Mapping[str, tuple[str, str]], pattern: str, where: str) -> str:
    labels = list(parts)
    guess = did_you_mean(pattern, [*labels, *(name for name, _ in parts.values()), *(of for _, of in parts.values())])
    more = f" and {len(labels) - LISTED} more" if len(labels) > LISTED else ""
    return (
        f"--only {quote(pattern)} matches no certificate{guess}; {where}: {', '.join(labels[:LISTED]) or 'none'}{more}"
    )
