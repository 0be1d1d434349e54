"""Many certificates on many devices: several at once, and with one BIG-IP in turn.

A certificate or device that fails is a result, and the rest continues.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial

from sectigo_f5.model import Job, Result
from sectigo_f5.run import Run
from sectigo_f5.visits.lines import Lines
from sectigo_f5.visits.same_device import SameDevice, logins_of
from sectigo_f5.visits.urgency import by_urgency
from sectigo_f5.visits.visit import Met, Visit, Work


def on_every_device(run: Run, jobs: Iterable[Job], work: Work, parallel: int, met: Met | None = None) -> list[Result]:
    """Do ``work`` for certificates, ``parallel`` of them at a time; returns one result for each, in their order.

    ``met`` is told how each login went, before its first certificate.
    """
    jobs = tuple(jobs)
    run.progress.begin(jobs)
    same, logins = SameDevice(run, run.configured or jobs), logins_of(by_urgency(run, jobs))
    same.ask(logins, parallel)
    queues = [[Visit(same, login, work, met) for login in queue] for queue in same.in_turn(logins)]
    lines = Lines(queues)
    workers = min(parallel, len(jobs))
    if workers <= 1:
        _work_through(lines)
    else:
        with ThreadPoolExecutor(max_workers=workers) as pool:
            for worker in [pool.submit(copy_context().run, _work_through, lines) for _ in range(workers)]:
                worker.result()
    places = {job.label: place for place, job in enumerate(jobs)}
    results = (result for queue in queues for visit in queue for result in visit.results)
    return sorted(results, key=lambda result: places[result.label])


def _work_through(lines: Lines) -> None:
    """Do one certificate after the other until none is left."""
    while errand := lines.take():
        line, visit, job = errand
        with line.turn.held():
            try:
                visit.make(job, partial(lines.put_off, line, visit, job))
            finally:
                lines.end(line, visit)
