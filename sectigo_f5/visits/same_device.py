"""Which logins lead to one BIG-IP, under whatever names the YAML files know it; and what excludes each other there.

Two files that own one profile would put their certificates in service in turn, for ever.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace

from sectigo_f5 import log, stopping
from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.configuration.conflicts import conflicts
from sectigo_f5.errors import ConnectorError, InterruptedRunError
from sectigo_f5.model import Device, Job
from sectigo_f5.run import Run

Login = list[Job]  # certificates that one login session does


@dataclass(frozen=True)
class SameDevice:
    """What is known about the BIG-IPs of one run: who answers where, and who did not answer."""

    run: Run
    configured: Sequence[Job]  # every job of the configuration, in its order, whichever of them is selected
    found: dict[str, str] = field(default_factory=dict)  # who answered in this run, by ``host:port``
    failures: list[tuple[Device, ConnectorError]] = field(default_factory=list)  # logins that failed while it was asked
    _mistakes: dict[frozenset[tuple[str, str]], Mapping[str, str]] = field(default_factory=dict)  # by who answers where

    @property
    def can_matter(self) -> bool:
        """True if two logins of the configuration could lead to one BIG-IP."""
        return len({(job.device.hosts, job.device.port, job.device.username) for job in self.configured}) > 1

    def ask(self, logins: Sequence[Login], parallel: int) -> None:
        """Log in once to whatever is not known yet, so that the order of the work never depends on chance.

        A login that fails is not repeated in this run: wrong passwords would lock the user out.
        """
        known = self._known()
        unknown = [login for login in logins if not all(at in known for at in _addresses(login[0].device))]
        if not self.can_matter or len(logins) == 1 or not unknown:
            return
        try:
            with ThreadPoolExecutor(max_workers=parallel) as pool:
                for asked in [pool.submit(copy_context().run, self._ask, queue) for queue in self.in_turn(unknown)]:
                    asked.result()
        except InterruptedRunError:  # nothing is begun, and each certificate says so
            return

    def _ask(self, queue: Sequence[Login]) -> None:
        """Log in to one BIG-IP, by each of the ways in turn: if it does not answer, it is asked once."""
        for login in queue:
            device = login[0].device
            if self.run.why_over():
                return
            with log.about(device.name), self.run.progress.at_work(device.name), stopping.obeying(self.run.stop):
                try:
                    with ha_group.connected(device, self.run.pause, self.run.unreachable, identify=True) as group:
                        self.note(device, group)
                except ConnectorError as error:
                    self.failures.append((device, error))

    def note(self, device: Device, group: HaGroup) -> dict[str, str]:
        """Remember who has answered, by ``host:port``; returns it."""
        found = {f"{unit.client.host}:{device.port}": unit.identity for unit in group.answering}
        if not found.items() <= self._known().items():
            self.run.state.devices.note(found)
        self.found.update(found)
        return found

    @functools.cached_property
    def _before(self) -> Mapping[str, str]:
        """Who answered where in earlier runs."""
        return self.run.state.devices.identities()

    def _known(self) -> dict[str, str]:
        return {**self._before, **self.found}

    def must_not_have_failed(self, device: Device) -> None:
        """Raise the :class:`ConnectorError` of a login that failed while it was asked."""
        for failed, error in self.failures:
            if failed.is_reached_like(device):
                raise error

    def in_turn(self, logins: Sequence[Login]) -> list[list[Login]]:
        """Group logins that meet at one BIG-IP, in their order: nothing is done twice at once to it.

        (Parallel transactions and uploads were seen to mix up on 14.1.5: terraform-provider-bigip #968.)
        """
        known, queues = self._known(), dict[str, list[int]]()  # by who answers there
        places = [_by_identity(login[0].device, known).hosts for login in logins]
        for number, answering in enumerate(places):
            meeting = sorted({number, *(of for place in answering for of in queues.get(place, ()))})
            queues |= {place: meeting for of in meeting for place in places[of]}
        return [[logins[of] for of in queue] for queue in sorted({tuple(queue) for queue in queues.values()})]

    def mistakes(self) -> Mapping[str, str]:
        """Return what excludes each other, by certificate; what is written first in the configuration stays."""
        known = self._known()
        facts = frozenset(known.items())
        if facts not in self._mistakes:
            self._mistakes[facts] = dict(self._excluding(known))
        return self._mistakes[facts]

    def _excluding(self, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        jobs = [replace(job, device=_by_identity(job.device, known)) for job in self.configured]
        for conflict in conflicts(jobs):
            problem = f"{conflict.problem} {conflict.earlier}, and both lead to one BIG-IP"
            yield conflict.label, f"{conflict.later}: {problem}; {conflict.remedy}"


def logins_of(jobs: Iterable[Job]) -> list[Login]:
    """Group certificates by login, in the order of the first of each."""
    logins, alike = list[Login](), dict[object, list[Login]]()
    for job in jobs:
        device = job.device
        candidates = alike.setdefault((device.hosts, device.port, device.username), [])
        login = next((of for of in candidates if of[0].device.is_reached_like(device)), None)
        if login is None:
            login = list[Job]()
            candidates.append(login)
            logins.append(login)
        login.append(job)
    return logins


def _addresses(device: Device) -> list[str]:
    return [f"{host}:{device.port}" for host in device.hosts]


def _by_identity(device: Device, known: Mapping[str, str]) -> Device:
    """Return a device whose hosts are who answers there, as far as that is known."""
    return replace(device, hosts=tuple(known.get(at, at) for at in _addresses(device)), port=0)
