"""What the file tells of each BIG-IP, and of the certificates of others beside ours."""

from __future__ import annotations

from collections.abc import Mapping

from sectigo_f5.report.metrics import names
from sectigo_f5.report.metrics.known import Devices
from sectigo_f5.report.metrics.textfile import Content, Samples, as_label

MOST = 100  # certificates of others, for each BIG-IP: each is a time series


def of_devices(before: Content, devices: Devices, complete: bool) -> Content:
    """Return the samples of every BIG-IP that is configured; if not ``complete``, of those that the file knew, too."""
    told = {metric: before.get(metric, {}) for metric in names.METRICS if metric.labels[:1] == ("device",)}
    now = {metric: {**told[metric], **samples} for metric, samples in _now(devices).items()}
    configured = {name for name, _ in devices.hosts}

    def is_shown(labels: tuple[str, ...]) -> bool:
        return not complete or (labels in devices.hosts if len(labels) > 1 else labels[0] in configured)

    shown = {metric: {of: value for of, value in samples.items() if is_shown(of)} for metric, samples in now.items()}
    return {**shown, **_of_others(told, devices, configured, complete)}


def _now(devices: Devices) -> Mapping[names.Metric, Samples]:
    return {
        names.REACHABLE: {unit: float(answered) for unit, answered in devices.answered.items()},
        names.MANAGEMENT: {unit: end.timestamp() for unit, end in devices.management.items()},
        names.UNSAVED: {(name,): float(unsaved) for name, unsaved in devices.unsaved.items()},
    }


def _of_others(told: Content, devices: Devices, configured: set[str], complete: bool) -> Content:
    """Return how many certificates of others there are, and the ends of those that end first."""
    counts, ends = dict[tuple[str, ...], float](), dict[tuple[str, ...], float]()
    before = {name for name, *_ in told[names.UNMANAGED]}
    for name in sorted(configured if complete else configured | before):
        known = {path: end for (of, path), end in told[names.UNMANAGED_ENDS].items() if of == name}
        if name in devices.looked_at:
            known = {}
        seen = {as_label(path): end for path, end in devices.unmanaged.get(name, {}).items()}
        known |= {path: end.timestamp() for path, end in seen.items() if end}
        count = len(seen.keys() | known.keys())
        if name not in devices.looked_at:
            count = max(count, int(told[names.UNMANAGED].get((name,), 0)))
        if name in devices.unmanaged or name in before:
            counts[name,] = count
        ends |= {(name, path): end for path, end in sorted(known.items(), key=lambda item: item[1])[:MOST]}
    return {names.UNMANAGED: counts, names.UNMANAGED_ENDS: ends}
