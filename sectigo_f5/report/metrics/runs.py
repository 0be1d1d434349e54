"""What the file tells of complete runs, and its counters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from sectigo_f5.figures import ORDERS
from sectigo_f5.model import Outcome
from sectigo_f5.progress import Step
from sectigo_f5.report.metrics import names
from sectigo_f5.report.metrics.known import End, Known, Work
from sectigo_f5.report.metrics.textfile import Content, Samples
from sectigo_f5.report.results import EXIT_BUG, EXIT_CONFIGURATION, EXIT_FAILED, EXIT_LOCKED

CODES = tuple((str(code),) for code in (0, EXIT_FAILED, EXIT_CONFIGURATION, EXIT_BUG, EXIT_LOCKED))
OF_OTHER_COMMANDS = (Outcome.REVOKED, Outcome.ROLLED_BACK, Outcome.OK)
WORDS = tuple((word.value,) for word in Outcome if word not in OF_OTHER_COMMANDS)


def of_runs(before: Content, end: End | None, known: Known) -> Content:
    """Return the samples after one more run; without ``end`` it was over a part, and nothing is said of it."""
    content = {metric: samples for metric, samples in before.items() if metric.of_run}
    if known.trail:
        lines, head = known.trail
        content |= {names.TRAIL_LINES: {(): lines}, names.TRAIL_HEAD: {(head,): 1}}
    content[names.LAST_SUCCESS] = content.get(names.LAST_SUCCESS) or {(): 0}  # an alert on its age fires without
    content[names.ORDERS_TOTAL] = _added(ORDERS, content.get(names.ORDERS_TOTAL, {}), known.orders)
    return {**content, **_of_end(content, end)} if end else content


def _of_end(before: Content, end: End) -> Content:
    now, code = end.finished.timestamp(), (str(end.code),)
    return {
        names.LAST_RUN: {(): now},
        names.EXIT_CODE: {(): end.code},
        names.LAST_SUCCESS: {(): now} if end.code == 0 else before[names.LAST_SUCCESS],
        names.RUNS_TOTAL: _added(CODES, before.get(names.RUNS_TOTAL, {}), {code: 1}),
        **(_of_work(before, end.work) if end.work else {}),
    }


def _of_work(before: Content, work: Work) -> Content:
    counted = Counter[tuple[str, ...]]((result.outcome.value,) for result in work.results)
    return {
        names.DURATION: {(): max(work.took.total_seconds(), 0)},
        names.STEPS: {step.value: work.durations.get(step, 0) for step in Step},
        names.RESULTS: _added(WORDS, {}, counted),
        names.RESULTS_TOTAL: _added(WORDS, before.get(names.RESULTS_TOTAL, {}), counted),
    }


def _added(always: Collection[tuple[str, ...]], before: Samples, more: Samples) -> Samples:
    """Add to counters, some of which are ``always`` there: Prometheus sees no increase of one that appears."""
    return {key: before.get(key, 0) + more.get(key, 0) for key in dict.fromkeys((*always, *before, *more))}
