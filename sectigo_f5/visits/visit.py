"""One visit to a BIG-IP: one login, the certificates one after the other, or side by side, and one save at the end.

Whoever calls anything here has the turn at the BIG-IP; a certificate that waits for the CA has given it back.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sectigo_f5 import log, stopping
from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.bigip.holdings.learned import learned, recall
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.model import Device, Job, Outcome, Result
from sectigo_f5.run import STOPPED, Run
from sectigo_f5.visits import saving
from sectigo_f5.visits.same_device import SameDevice

logger = logging.getLogger(__name__)

Work = Callable[[Run, Unit, Job], Result]
Met = Callable[[Run, Sequence[Job], "HaGroup | Exception"], None]  # is told how the login of certificates went


@dataclass(eq=False)
class Visit:
    """The certificates of one login; if the BIG-IP does not answer, or no longer, all that have not begun fail."""

    same: SameDevice
    jobs: list[Job]
    work: Work
    met: Met | None = None
    waiting: list[Job] = field(init=False)  # those that have not begun
    _results: dict[str, Result] = field(default_factory=dict)  # by certificate
    _ended: int = 0  # how many have a result
    _session: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)
    _group: HaGroup | None = None  # while it is open
    _failure: Exception | None = None  # of the login, or of a BIG-IP that stopped answering
    _mistakes: Mapping[str, str] = field(default_factory=dict)  # that only showed there, by certificate
    _marked: bool = False  # an earlier run has left changes that are not saved

    def __post_init__(self) -> None:
        self.waiting = list(self.jobs)

    @property
    def device(self) -> Device:
        """Where it goes."""
        return self.jobs[0].device

    @property
    def results(self) -> list[Result]:
        """The results of the certificates that have ended."""
        return list(self._results.values())

    @property
    def is_over(self) -> bool:
        """True if each certificate has its result."""
        return self._ended == len(self.jobs)

    def make(self, job: Job, put_off: Callable[[Iterable[str]], bool]) -> None:
        """Bring one certificate to its result, logging in for the first, and saving after the last.

        ``put_off`` is told who has answered, and returns True if the visit is to be made later: then nothing is done.
        """
        run = self.same.run
        with log.about(self.device.name), stopping.obeying(run.stop):
            try:
                over = run.why_over()
                if not (over or self._is_open or self._open(put_off)):
                    return
                result = self._result_of(job, over)
            except Exception as error:  # noqa: BLE001  # a bug met with one certificate must not let the others expire
                _log(error)
                result = failed(job, error)
            self._add(result)
            self._ended += 1
            if self.is_over:
                self._close()

    def _add(self, *results: Result) -> None:
        """Add results, or put them in the place of earlier ones."""
        for result in results:
            self._results[result.label] = result
            self.same.run.progress.done(result)

    @property
    def _is_open(self) -> bool:
        """True as well if it could not be opened."""
        return bool(self._group or self._failure)

    def _open(self, put_off: Callable[[Iterable[str]], bool]) -> bool:
        """Step 2: log in; False if the visit is put off."""
        run, same = self.same.run, self.same
        answered: Mapping[str, datetime | None] = {}
        try:
            same.must_not_have_failed(self.device)
            with contextlib.ExitStack() as session, run.progress.at_work(self.device.name):
                group = session.enter_context(
                    ha_group.connected(self.device, run.pause, run.unreachable, identify=same.can_matter)
                )
                answered = group.management_certificates()
                if same.can_matter:
                    if put_off(same.note(self.device, group).values()):
                        return False
                    self._mistakes = same.mistakes()
                group.expect(self.jobs)
                self._recall(group)
                self._marked = saving.save_earlier_changes(run, group, self.jobs)
                self._group, self._session = group, session.pop_all()
        except InterruptedRunError:  # before the first certificate; each says so
            return True
        except Exception as error:  # noqa: BLE001  # what no certificate gets past is met once
            _log(error)
            self._failure = error
        run.figures.note_units(self.device, answered)
        if self.met and (found := self._group or self._failure):
            self.met(run, self.jobs, found)
        return True

    def _result_of(self, job: Job, over: str | None) -> Result:
        run, group = self.same.run, self._group
        with log.about(job.label), run.progress.at_work(job.label):
            if self._failure and not over:
                return failed(job, self._failure)
            if over or group is None or run.stop.is_set():
                return _skipped(job, over or STOPPED)
            if job.label in self._mistakes:
                mistake = ConnectorError(self._mistakes[job.label])
                _log(mistake)
                return replace(failed(job, mistake), misconfigured=True)
            try:
                return self.work(run, group.carrying(job), job)
            except (Exception, InterruptedRunError) as error:  # noqa: BLE001  # a bug must not let others expire
                _log(error)
                self._note_silence(group, error)
                for unit in group.answering:
                    unit.forget()
                return failed(job, error)

    def _note_silence(self, group: HaGroup, error: BaseException) -> None:
        """Have what has not begun fail at once, here and by other logins, if the BIG-IP answers no longer."""
        silent = [unit for unit in group.at_work if unit.client.has_given_up]
        if isinstance(error, ConnectorError) and len(silent) == len(group.at_work):
            self._failure = error
            self.same.run.figures.note_units(self.device, {})
            self.same.run.unreachable.update({(unit.client.host, self.device.port): str(error) for unit in silent})

    def _recall(self, group: HaGroup) -> None:
        known = self.same.run.state.learned.of(self.device.name)
        for unit in group.answering:
            recall(unit, known.get(unit.client.host))

    def _close(self) -> None:
        run, group = self.same.run, self._group
        with run.progress.at_work(self.device.name), self._session:
            if group is None:
                return
            try:
                self._add(*saving.saved(run, group, self.jobs, self.results, self._marked))
                for unit in group.answering:
                    saving.tidy_up(run, unit)
                run.state.learned.note(self.device.name, {unit.client.host: learned(unit) for unit in group.answering})
            except Exception as error:  # noqa: BLE001  # what was changed is marked, and the next run saves it
                _log(error)
                self._add(*(failed(job, error) for job in self.jobs))


def failed(job: Job, error: BaseException) -> Result:
    """Turn an error into the result of its certificate; one that we did not foresee is a bug."""
    foreseen = isinstance(error, ConnectorError | InterruptedRunError)
    text = str(error) if foreseen else f"bug: {type(error).__name__}"
    return replace(Result.of(job, Outcome.FAILED, text, error=text), bug=not foreseen)


def _skipped(job: Job, why: str) -> Result:
    logger.warning("skipped: %s", why)
    return Result.of(job, Outcome.SKIPPED, why, error=why)


def _log(error: BaseException) -> None:
    if isinstance(error, ConnectorError | InterruptedRunError):
        logger.error("%s", error)
    else:
        logger.error("this is a bug; the other certificates continue", exc_info=error)
