"""``METRICS_FILE`` at the end of a command: what it, the state directory and the configuration have to say."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sectigo_f5.configuration.shards import Shard, in_shard
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Configuration, Job, Result
from sectigo_f5.report.metrics.known import Devices, End, Known, Open
from sectigo_f5.report.metrics.writing import write_metrics
from sectigo_f5.run import Run
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.state.history import LastResult
from sectigo_f5.state.remembered import from_history, pending_since
from sectigo_f5.timestamps import from_iso
from sectigo_f5.trail import reading
from sectigo_f5.unfinished import next_order_at

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Command:
    """What a command that acts has done, or could not begin."""

    configuration: Configuration | None  # None: it could not be read
    state: StateDirectory
    shard: Shard | None = None
    results: Sequence[Result] = ()
    run: Run | None = None  # None: it could not begin

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The configured certificates, those of the shard if there is one."""
        every = self.configuration.jobs if self.configuration else ()
        return in_shard(self.shard, every, every)


def note_in_metrics(file: Path | None, command: Command, history: Mapping[str, LastResult], end: End | None) -> None:
    """Write the file, if there is to be one; if that fails, it is a warning: monitoring never costs a certificate.

    ``end`` is that of a complete run. A certificate that now belongs to another shard is left out.
    """
    if file is None:
        return
    shard = str(command.shard.index) if command.shard else ""
    try:
        write_metrics(file, _known(command, history), end, shard)
    except ConnectorError as error:
        logger.warning("METRICS_FILE: %s", error)


def _known(command: Command, history: Mapping[str, LastResult]) -> Known:
    configuration, jobs, run = command.configuration, command.jobs, command.run
    configured = frozenset(job.label for job in jobs)
    return Known(
        results=command.results,
        history=from_history(history),
        configured=configured,
        complete=configuration is not None and not configuration.mistakes,
        elsewhere=frozenset(job.label for job in configuration.jobs) - configured if configuration else frozenset(),
        failing_since={label: from_iso(last.since) for label, last in history.items() if last.error},
        planned=run.figures.planned if run else {},
        unfinished={job.label: _open(run, job, history.get(job.label)) for job in jobs} if run else {},
        orders=run.figures.orders if run else {},
        trail=_trail(run.state) if run else None,  # another directory than usual, perhaps
        devices=_devices(command, jobs),
    )


def _trail(state: StateDirectory) -> tuple[int, str] | None:
    try:
        head = reading.head(state.path)
    except (OSError, EOFError):
        return None
    return (head.number, head.sha256) if head else None


def _open(run: Run, job: Job, last: LastResult | None) -> Open:
    has_failed = last is not None and last.error is not None
    return Open(pending_since(run.state.orders, job, last), next_order_at(run, job) if has_failed else None)


def _devices(command: Command, jobs: Iterable[Job]) -> Devices:
    of = {job.device.name: job.device for job in jobs}
    unsaved = {name: command.state.unsaved.is_marked(name) for name in of}
    hosts = frozenset((name, host) for name, device in of.items() for host in device.hosts)
    if command.run is None:
        return Devices(hosts, unsaved)
    figures = command.run.figures
    unseen = {job.device.name for job in jobs if job.label not in figures.planned}
    return Devices(hosts, unsaved, figures.units, figures.management, figures.unmanaged, frozenset(of) - unseen)
