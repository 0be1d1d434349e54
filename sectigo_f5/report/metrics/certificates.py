"""What the file tells of each certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timezone

from sectigo_f5.model import Outcome, Result
from sectigo_f5.report.metrics import names
from sectigo_f5.report.metrics.known import Known, Open
from sectigo_f5.report.metrics.names import Metric
from sectigo_f5.report.metrics.textfile import Content, Samples

NEW_CERTIFICATE = (Outcome.ENROLLED, Outcome.RENEWED, Outcome.REKEYED, Outcome.REPLACED)


@dataclass(frozen=True)
class Line:
    """What is known of one certificate."""

    result: Result
    failing_since: datetime | None = None
    planned: datetime | None = None
    open: Open = Open()


def of_certificates(before: Content, known: Known) -> Content:
    """Return the samples of every certificate that the file is to tell of."""
    return _samples(_lines(known, _read(before)))


def _lines(known: Known, before: Mapping[str, Line]) -> list[Line]:
    """Return one line per certificate."""
    history = {result.label: result for result in known.history}
    merged = {label: line.result for label, line in before.items()}
    for result in (*history.values(), *known.results):
        merged[result.label] = _filled(result, merged.get(result.label))
    shown = known.configured | {result.label for result in known.results}
    if not known.complete:
        shown |= before.keys() or history.keys()
    shown -= known.elsewhere
    new = {result.label for result in known.results if result.outcome in NEW_CERTIFICATE}
    told = ((label, result) for label, result in sorted(merged.items()) if label in shown)
    return [_line(known, result, before.get(label), label in new) for label, result in told]


def _filled(result: Result, before: Result | None) -> Result:
    """Add what the result does not say, unless it is about another certificate."""
    if before is None:
        return result
    ends = before.not_after if result.serial in (None, before.serial) else None
    return replace(result, not_after=result.not_after or ends, last_success=result.last_success or before.last_success)


def _line(known: Known, result: Result, before: Line | None, is_new: bool) -> Line:
    label, before = result.label, before or Line(result)
    planned = known.planned.get(label, before.planned)
    since = filter(None, (before.failing_since, known.failing_since.get(label)))
    return Line(
        result,
        min(since, default=None) if _has_failed(result) else None,
        None if is_new else planned,  # that was of the one before
        known.unfinished.get(label, before.open),
    )


def _has_failed(result: Result) -> bool:
    return result.outcome is Outcome.FAILED or result.error is not None


# -- as samples --------------------------------------------------------------------------------


def _samples(lines: Iterable[Line]) -> Content:
    content: dict[Metric, dict[tuple[str, ...], float]] = {}
    for line in lines:
        result, labels = line.result, (line.result.common_name, line.result.device)
        of_result = (*labels, result.outcome.value)
        content.setdefault(names.FAILED, {})[labels] = _has_failed(result)
        content.setdefault(names.FAILURES, {})[labels] = result.failures
        content.setdefault(names.RESULT, {})[of_result] = 1
        for metric, moment in _moments(line).items():
            if moment:
                content.setdefault(metric, {})[labels] = moment.timestamp()
    return content


def _moments(line: Line) -> Mapping[Metric, datetime | None]:
    return {
        names.NOT_AFTER: line.result.not_after,
        names.SUCCEEDED: line.result.last_success,
        names.FAILING_SINCE: line.failing_since,
        names.PLANNED: line.planned,
        names.PENDING_SINCE: line.open.pending_since,
        names.NEXT_ORDER: line.open.next_order,
    }


def _read(before: Content) -> dict[str, Line]:
    """Return what the file said; a certificate that has no known result there is left out."""
    failed, failures = before.get(names.FAILED, {}), before.get(names.FAILURES, {})
    lines = dict[str, Line]()
    for common_name, device, word in before.get(names.RESULT, {}):
        labels = (common_name, device)
        result = Result(
            common_name,
            device,
            (),
            Outcome(word),
            "",
            error="an earlier run failed" if failed.get(labels) else None,
            not_after=_moment(before.get(names.NOT_AFTER, {}), labels),
            last_success=_moment(before.get(names.SUCCEEDED, {}), labels),
            failures=int(failures.get(labels, 0)),
        )
        unfinished = Open(*(_moment(before.get(each, {}), labels) for each in (names.PENDING_SINCE, names.NEXT_ORDER)))
        since, planned = (_moment(before.get(each, {}), labels) for each in (names.FAILING_SINCE, names.PLANNED))
        lines[result.label] = Line(result, since, planned, unfinished)
    return lines


def _moment(samples: Samples, labels: tuple[str, ...]) -> datetime | None:
    value = samples.get(labels)
    return None if value is None else datetime.fromtimestamp(value, timezone.utc)
