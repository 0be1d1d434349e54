"""The looks at the devices: each is read once as a whole, and its certificates of ours as ``status`` does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import believed
from sectigo_f5.commands.inventory.rows import identity, row_of
from sectigo_f5.commands.inventory.spool import Spool
from sectigo_f5.commands.status import rows as status_rows
from sectigo_f5.errors import ConnectorError
from sectigo_f5.inventory.reading import Survey
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report.inventory.rows import Row
from sectigo_f5.report.status.rows import Row as StatusRow
from sectigo_f5.report.status.rows import iso_or_none
from sectigo_f5.run import Run
from sectigo_f5.state.history import LastResult
from sectigo_f5.state.inventory import LastInventory


@dataclass(frozen=True)
class Look:
    """How the look at one device went."""

    device: str
    items: int = 0  # that were selected
    before: LastInventory | None = None
    notes: tuple[str, ...] = ()  # what could not be read, and what is not known therefore
    error: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return an entry of ``devices``."""
        at = iso_or_none(self.before.at if self.before else None)
        return {
            "device": self.device,
            "items": self.items,
            "last_inventory": at,
            "notes": list(self.notes),
            "error": self.error,
        }


@dataclass(frozen=True)
class Looking:
    """What is gathered from all devices; one thread at a time works on one of them."""

    run: Run
    spool: Spool
    whole: frozenset[str]  # devices of which everything was asked for
    selected: frozenset[str]  # labels of certificates
    units: dict[str, tuple[Unit, ...]] = field(default_factory=dict)  # that answered, by device
    looks: dict[str, Look] = field(default_factory=dict)  # by device
    certificates: list[StatusRow] = field(default_factory=list)  # ours
    planned: dict[tuple[str, str], str] = field(default_factory=dict)  # renewals, by device and path of a certificate

    def work(self, run: Run, f5: Unit, job: Job, last: LastResult | None) -> Result:
        """Look at a certificate of ours, and at its whole device if that has not been done."""
        self._device(f5, job)
        seen = believed(run, observe(f5, job, run.managed))
        row = status_rows.managed(run, seen, last)
        self.certificates.append(row)
        if row.planned_renewal:
            paths = (pair.certificate.path for pair in seen.in_service())
            self.planned.update(((job.device.name, path), row.planned_renewal) for path in paths)
        return Result.of(job, Outcome.KEPT, "read")

    def met(self, run: Run, jobs: Sequence[Job], found: HaGroup | Exception) -> None:
        """Remember which units of a group have answered."""
        if isinstance(found, HaGroup):
            self.units.update((job.device.name, tuple(found.answering)) for job in jobs)

    def _device(self, f5: Unit, job: Job) -> None:
        """Read a device; what failed once fails for each of its certificates."""
        device, state = job.device.name, self.run.state.inventory
        look = self.looks.get(device)
        if look is None:
            before, identities = state.of(device), set[str]()
            survey = self._survey(f5, device)
            try:
                items = self.spool.add(self._rows(survey, device, before, identities))
            except ConnectorError as error:
                self.looks[device] = Look(device, before=before, error=str(error))
                raise
            notes = (*survey.notes, *self._silent(job))
            self.looks[device] = Look(device, items, before, notes)
            if device in self.whole:
                also = before.items if before and notes else frozenset[str]()
                state.note(device, identities, self.run.clock(), also)
        elif look.error:
            raise ConnectorError(look.error)

    def _silent(self, job: Job) -> Iterator[str]:
        """Say which units of a group did not answer: they hold what the others hold, but for one certificate."""
        answering = {unit.client.host for unit in self.units.get(job.device.name, ())}
        for host in job.device.hosts:
            if answering and host not in answering:
                yield f"{host} did not answer: the certificate of its management interface is not known"

    def _survey(self, f5: Unit, device: str) -> Survey:
        others = (unit for unit in self.units.get(device, ()) if unit.client.host != f5.client.host)
        jobs = (job for job in self.run.configured if job.device.name == device)
        return Survey(f5, self.run.clock(), tuple(jobs), self.run.state.certificates, tuple(others))

    def _rows(self, survey: Survey, device: str, before: LastInventory | None, identities: set[str]) -> Iterator[Row]:
        jobs = {job.label: job for job in survey.jobs}
        for item in survey.items():
            identities.add(identity(item))
            if device in self.whole or item.configured_as in self.selected:
                job = jobs.get(item.configured_as or "")
                yield row_of(replace(item, device=device), job, before, survey.now)
