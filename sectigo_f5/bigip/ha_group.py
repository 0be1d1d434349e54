"""Step 2: the units of one HA group: which of them answers, and which carries a certificate's virtual servers.

Active/standby is one active unit. In an active/active group each unit is active for some traffic
groups, and work on a virtual server is done on the unit that holds the traffic group of its address.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sectigo_f5 import stopping
from sectigo_f5.bigip import readers
from sectigo_f5.bigip.holdings.memory import Memory
from sectigo_f5.bigip.holdings.standing import FAILOVER_STATUS, is_active, itself
from sectigo_f5.bigip.observation import listed_servers
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError, UnreachableError, UntrustedDeviceError
from sectigo_f5.icontrol.management_certificate import end_of, remark
from sectigo_f5.model import Device, Job
from sectigo_f5.progress import Step, doing

logger = logging.getLogger(__name__)

Unreachable = dict[tuple[str, int], str]  # why, by host and port


class NoUnitError(ConnectorError):
    """No unit can be used; ``failures`` says why, by host."""

    def __init__(self, failures: Mapping[str, ConnectorError]) -> None:
        super().__init__("; ".join(map(str, failures.values())))
        self.failures = failures


LONE = "standalone"  # the sync status's mode of a unit that is in no group


@dataclass(frozen=True)
class HaGroup:
    """The units that answered, each with its login session; at least one."""

    answering: tuple[Unit, ...]
    active: tuple[Unit, ...]
    failures: Mapping[str, ConnectorError] = field(default_factory=dict)  # why others did not answer, by host

    def expect(self, jobs: Iterable[Job]) -> None:
        """Let each unit know the certificates of this login, so that what they need is read together."""
        jobs = tuple(jobs)
        for unit in self.answering:
            unit.expect(jobs)

    def carrying(self, job: Job) -> Unit:
        """Return the unit that carries a certificate's virtual servers, an active one if there is any.

        If they are active on different units, it has an obstacle: only one can be worked on, and clients of the
        other would see nothing of it until somebody syncs. Raises :class:`ConnectorError` if one of those units
        did not answer.
        """
        any_of_them = next(iter((*self.active, *self.answering)))
        everybody = len(self.answering) == len(any_of_them.device.hosts)
        if not self.active or (everybody and len(self.active) == 1):  # active/standby
            return any_of_them
        servers = _floating(any_of_them, job)
        groups = dict.fromkeys(filter(None, map(_traffic_group, servers)))
        holders = {group: self._holder(group) for group in groups}
        chosen = next((holders[group] for group in _by_preference(servers, job)), any_of_them)
        held = frozenset(group for group, holder in holders.items() if holder.name == chosen.name)
        return replace(chosen, traffic_groups=held, obstacle=_obstacle(holders))

    @property
    def at_work(self) -> tuple[Unit, ...]:
        """The units that work is done on; any of them if none is active."""
        return self.active or self.answering[:1]

    def remarks(self, now: datetime, reads_only: bool) -> tuple[str, ...]:
        """Return what is to be said of the management certificates; in a run only if it stands for what is to come."""
        units = [unit for unit in self.answering if reads_only or unit.device.verify_tls is not False]
        said = (remark(unit.client.host, unit.client.certificate, unit.device.verify_tls, now) for unit in units)
        return tuple(filter(None, said))

    def management_certificates(self) -> dict[str, datetime | None]:
        """Return when the management certificates of the units that answered end, by host."""
        return {unit.client.host: end_of(unit.client.certificate) for unit in self.answering}

    def _holder(self, traffic_group: str) -> Unit:
        name = self.active[0].holder(traffic_group)
        unit = next((unit for unit in self.active if unit.name == name), None)
        if unit is None:
            raise ConnectorError(
                f"{traffic_group} is active on {name or 'no unit'}, which is not among the units that answered; "
                "list every unit of the group under host"
            )
        return unit


def _floating(unit: Unit, job: Job) -> tuple[VirtualServer, ...]:
    """Return the virtual servers of a certificate whose address floats; if there is none, those of its profile."""
    if unit.references.addresses is None:
        raise ConnectorError(
            f"{unit.device.username} may not read the virtual addresses of {unit.client.host}, so it "
            "cannot be told on which unit they are active: see docs/permissions.md"
        )
    listed = tuple(filter(_traffic_group, filter(None, listed_servers(unit, job).values())))
    return listed or tuple(s for s in unit.every_server() if _has_ours(s, job) and _traffic_group(s))


def _traffic_group(server: VirtualServer) -> str | None:
    return server.listens.traffic_group


def _by_preference(servers: Iterable[VirtualServer], job: Job) -> list[str]:
    """Return the traffic groups of virtual servers: first of those that have our profile, which must not expire."""
    ordered = sorted(servers, key=lambda server: not _has_ours(server, job))
    return list(filter(None, map(_traffic_group, ordered)))


def _has_ours(server: VirtualServer, job: Job) -> bool:
    return not set(job.profiles).isdisjoint(server.client_ssl)


def _obstacle(holders: Mapping[str, Unit]) -> str | None:
    if len({holder.name for holder in holders.values()}) < 2:  # noqa: PLR2004
        return None
    places = " and ".join(f"{group} on {holder.name}" for group, holder in holders.items())
    return (
        f"the addresses of the virtual servers are active on different units ({places}); put them into one "
        "traffic group, or give the virtual servers certificates of their own"
    )


@contextlib.contextmanager
def connected(
    device: Device,
    pause: Callable[[float], None] = stopping.pause,
    unreachable: Unreachable | None = None,
    *,
    identify: bool = False,
) -> Iterator[HaGroup]:
    """Step 2: log in to every unit of the group; one that is down does not matter while an active one answers.

    One token per unit, deleted when the block ends, whatever happened in it. A refused login ends
    it at once: the same user, refused by each unit in turn, is soon locked out.
    Units that are ``unreachable`` are not asked again; those that turn out to be are added. ``identify``: who they
    are will be asked, so that tells whether they are active, too.
    Raises :class:`ConnectorError` if no unit can be used, or nobody knows the credentials.
    """
    if device.no_login:
        raise ConnectorError(device.no_login)
    with contextlib.ExitStack() as sessions:
        units, failures = list[tuple[Unit, bool]](), dict[str, ConnectorError]()
        unreachable = {} if unreachable is None else unreachable
        for host in device.hosts:
            if known := unreachable.get((host, device.port)):
                failures[host] = UnreachableError(known)
                continue
            doing(f"logging in to {host}", Step.CONNECT)
            try:
                units.append(_log_in(sessions, device, host, pause, identify))
            except (UnreachableError, DeviceError) as error:
                failures[host] = error
                if isinstance(error, UnreachableError) and not isinstance(error, UntrustedDeviceError):
                    unreachable[host, device.port] = str(error)
        if not units:
            raise NoUnitError(failures)
        group = _group(units, failures)
        at_work = _describe(group.active or group.answering)
        for failure in failures.values():
            logger.warning("%s; continuing with %s", failure, at_work)
        _must_be_one_group(group.active)
        if device.verify_tls is False:
            logger.warning("verify_tls is false: anyone between here and the BIG-IP can read the password")
        logger.info("2 connected to %s", at_work)
        yield group


def _group(units: Sequence[tuple[Unit, bool]], failures: Mapping[str, ConnectorError]) -> HaGroup:
    """Let each unit know which hosts of its group answered."""
    hosts = tuple(unit.client.host for unit, _ in units)
    answering = [(replace(unit, answering=hosts), active) for unit, active in units]
    active = tuple(unit for unit, active in answering if active)
    return HaGroup(tuple(unit for unit, _ in answering), active, failures)


def _log_in(
    sessions: contextlib.ExitStack, device: Device, host: str, pause: Callable[[float], None], identify: bool
) -> tuple[Unit, bool]:
    """Log in, and return the unit and whether it is active."""
    client = IControl(host, device.port, device.username, device.password, device.verify_tls, pause)
    sessions.enter_context(client)
    own = _own(client) if identify else None
    release, state = readers.release(own or {}), str((own or {}).get("failoverState", "")).lower()
    active = state == "active"
    if not (release and state):
        status = client.get(FAILOVER_STATUS)
        release, active = readers.release(status) or _release(client), is_active(status)
    return Unit(device, client, release, memory=Memory(active=active), own=own), active


def _own(client: IControl) -> Json | None:
    """Read what a unit says that it is, state and release included (so Cisco's genieparser shows it)."""
    try:
        return itself(client)
    except DeviceError:  # it is asked otherwise
        return None


def _release(client: IControl) -> str:
    """Ask for the release, where answers do not tell it."""
    version = next(readers.statistics(client.get("/mgmt/tm/sys/version")), {})
    return version.get("Version", "unknown")


def _must_be_one_group(active: Sequence[Unit]) -> None:
    """Refuse units that merely share a list in the YAML: what one of them gets, the others never would."""
    if len(active) < 2:  # noqa: PLR2004
        return
    lone = [unit.client.host for unit in active if unit.sync_status().get("mode") == LONE]
    if lone:
        raise ConnectorError(
            f"{' and '.join(lone)} belongs to no group of units; host lists the units of one HA group, "
            "so write another device for each BIG-IP that stands alone"
        )


def _describe(units: Iterable[Unit]) -> str:
    return " and ".join(f"{unit.client.host} (TMOS {unit.release})" for unit in units)
