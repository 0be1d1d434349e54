"""A BIG-IP, or an HA group with a group of looks for each of its units."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

from sectigo_f5.bigip.ha_group import HaGroup, NoUnitError
from sectigo_f5.checkup import unit
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Device, Job
from sectigo_f5.report.looks import DEVICE, Group, Look, doubtful, well, wrong
from sectigo_f5.run import Run

ACTIVE, SYNC, SAVED = "active unit", "config sync", "saved configuration"
UNSAVED = "what an earlier run changed is not saved: a restart of the BIG-IP would undo it; the next run saves it"
NOT_ACTIVE = "no unit that answered is active"
LIST_EVERY = "list every unit of the group under host, and run again when the active one answers"


def groups(run: Run, jobs: Sequence[Job], found: HaGroup | Exception) -> list[Group]:
    """Return what was looked at on the BIG-IP of one login: one group, and one for each unit if there are several."""
    device = jobs[0].device
    name, *also = dict.fromkeys(job.device.name for job in jobs)
    known = partial(Group, DEVICE, name, also=tuple(also))
    units = dict(_units(run, device, found))
    whole = (*(_standing(found) if isinstance(found, HaGroup) else ()), *_saved(run, jobs))
    summary = _summary(found) if isinstance(found, HaGroup) else ""
    if len(units) == 1:
        (looks,) = units.values()
        return [known(looks=(*looks, *whole), summary=summary)]
    return [known(looks=whole, summary=summary), *(known(looks=looks, unit=host) for host, looks in units.items())]


def _units(run: Run, device: Device, found: HaGroup | Exception) -> Iterator[tuple[str, tuple[Look, ...]]]:
    answering = {each.client.host: each for each in found.answering} if isinstance(found, HaGroup) else {}
    failures = _failures(device, found)
    now, ca_ahead = run.clock(), run.authority.clock_ahead()
    for host in device.hosts:
        if host in answering:
            yield host, tuple(unit.answered(answering[host], now, ca_ahead))
        elif host in failures:
            yield host, tuple(unit.failed(device, host, failures[host]))


def _failures(device: Device, found: HaGroup | Exception) -> Mapping[str, BaseException]:
    if isinstance(found, HaGroup | NoUnitError):
        return found.failures
    return {device.hosts[0]: found}  # a refused login ends it: the others were not asked


def _standing(group: HaGroup) -> Iterator[Look]:
    at_work = ", ".join(f"{each.client.host} is active" for each in group.active)
    yield well(ACTIVE, at_work) if at_work else wrong(ACTIVE, NOT_ACTIVE, LIST_EVERY)
    try:
        status = group.at_work[0].sync_status()
        pending = group.at_work[0].changes_pending()
    except ConnectorError as error:
        yield doubtful(SYNC, f"could not determine whether the group is in sync: {error}")
        return
    if pending:
        yield doubtful(SYNC, f"the group says {pending}: the BIG-IP's own config sync has to carry the changes over")
    else:
        yield well(SYNC, status.get("status") or "the BIG-IP does not say how it stands")


def _saved(run: Run, jobs: Sequence[Job]) -> Iterator[Look]:
    marked = [name for name in {job.device.name for job in jobs} if run.state.unsaved.is_marked(name)]
    yield wrong(SAVED, UNSAVED) if marked else well(SAVED, "no change of an earlier run is left to be saved")


def _summary(group: HaGroup) -> str:
    releases = " and ".join(dict.fromkeys(each.release for each in group.answering))
    return f"TMOS {releases}, {' and '.join(each.client.host for each in group.active)} active"
