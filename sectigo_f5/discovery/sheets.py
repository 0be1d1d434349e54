"""From a BIG-IP to the text of a YAML file: what is served, the entries for it, and what the rules say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sectigo_f5.bigip.challenges import PLUGIN_PORT
from sectigo_f5.bigip.ha_group import HaGroup
from sectigo_f5.bigip.permissions import missing_permissions
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.configuration.conflicts import conflicts
from sectigo_f5.configuration.files import jobs_in
from sectigo_f5.configuration.findings import Findings
from sectigo_f5.discovery.doubts import doubts, facts
from sectigo_f5.discovery.drafting import has_wildcard, parents, partition_for, settings_of, shown
from sectigo_f5.discovery.grouping import grouped
from sectigo_f5.discovery.judging import Verdict, judged
from sectigo_f5.discovery.nouns import Draft, Found, Group, Surroundings
from sectigo_f5.discovery.writing import Sheet, document_of, placeholder
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import OutcomeUnknownError, UnreachableError
from sectigo_f5.model import Job, Place

PREVALIDATED = {"validation": "prevalidated"}
INSTEAD = (
    "prevalidated needs the domains validated at the CA beforehand; or write validation: dns-01 and a dns_authenticator"
)
READ_AS = Path("discovered")  # the file that the entries are read from, before there is one


@dataclass(frozen=True)
class Session:
    """What the entries are made of."""

    unit: Unit  # that was read
    have: Found
    around: Surroundings
    now: datetime
    group: HaGroup | None = None  # all the units that answered; None: this one alone

    def judge(self, job: Job, managed: Collection[str], *, may_lose: bool = False) -> Verdict:
        """Judge an entry on the unit that carries its virtual servers."""
        try:
            unit = self.group.carrying(job) if self.group else self.unit
        except (UnreachableError, OutcomeUnknownError):
            raise
        except ConnectorError as error:
            return Verdict((str(error),))
        return judged(unit, job, managed, self.around, may_lose=may_lose)


@dataclass(frozen=True)
class _Read:
    """An entry as a run would read it."""

    draft: Draft
    job: Job | None


def sheet(of: Session, connection: Mapping[str, object], typed: bool) -> Sheet:
    """Return everything that the file says; ``typed``: there is no credentials file yet."""
    groups, bare = grouped(of.have)
    read = _without_conflicts([_read(of, group, number) for number, group in enumerate(groups)])
    managed = {path for each in read if each.job for path in each.job.profiles}
    entries = tuple(_judged(of, each, managed) for each in read)
    nameless = tuple(Draft(placeholder(each.server.path), refused=(each.why,)) for each in bare if each.nameless)
    left_out = tuple(f"left out: {each.server.path}: {each.why}" for each in bare if not each.nameless)
    roles = _of_the_role(of.unit, [each.job for each in read if each.job])
    device = {"name": of.around.name, **connection}
    return Sheet(_head(of, roles), device, tuple(_of_the_device(of, typed)), (*entries, *nameless), left_out)


def _read(of: Session, group: Group, number: int) -> _Read:
    """Read an entry as a file of its own; what is wrong with it is why it cannot be used."""
    settings = settings_of(group, of.have.profiles, of.around)
    looked_at = doubts(group, settings, of.have.profiles, of.around, of.now)
    draft = Draft(
        settings,
        tuple(facts(group)),
        tuple(looked_at),
        profiles=tuple(profile.path for profile in group.profiles),
        parents=parents(group, of.have.profiles, partition_for(group, of.around)),
    )
    findings = Findings(READ_AS)
    login = {"name": "bigip", "host": "192.0.2.1", "username": "user", "password": "nobody's"}
    jobs = findings.attempt(jobs_in, document_of(login, draft.settings), findings)
    if findings.mistakes or not jobs:
        wrong = tuple(mistake.partition(": ")[2] for mistake in findings.mistakes)
        return _Read(replace(draft, refused=wrong), None)
    return _Read(draft, replace(jobs[0], device=of.unit.device, place=Place(READ_AS, number)))


def _without_conflicts(read: list[_Read]) -> list[_Read]:
    """Let an entry that excludes an earlier one be a comment."""
    jobs = [each.job for each in read if each.job]
    found = {conflict.later.line: conflict for conflict in conflicts(jobs)}
    kept = []
    for each in read:
        conflict = found.get(each.job.place.line) if each.job else None
        if conflict:
            earlier = next(job.common_name for job in jobs if job.place == conflict.earlier)
            reason = f"{conflict.problem.removesuffix(' at')} {earlier}; {conflict.remedy}"
            each = _Read(replace(each.draft, refused=(reason,)), None)  # noqa: PLW2901
        kept.append(each)
    return kept


def _judged(of: Session, read: _Read, managed: Collection[str]) -> Draft:
    draft, job = read.draft, read.job
    if job is None:
        return draft
    found = of.judge(job, managed)
    if not found.refused:
        return _with(of, draft, found)
    other = _with_other_parent(of, draft, job, managed) or _replacing(of, draft, job, managed, found)
    return other or _with(of, draft, found)


def _with_other_parent(of: Session, draft: Draft, job: Job, managed: Collection[str]) -> Draft | None:
    """Return an entry with another parent that a virtual server needs, if the rules take that one."""
    for parent in draft.parents[1:]:
        found = of.judge(replace(job, parent_profile=parent), managed)
        if not found.refused:
            return _with(of, replace(draft, settings={**draft.settings, "parent_profile": parent}), found)
    return None


def _replacing(of: Session, draft: Draft, job: Job, managed: Collection[str], found: Verdict) -> Draft | None:
    """Return an entry that replaces the profiles in service whatever they serve, if that is all that is in the way."""
    profiles = [path for path in draft.profiles if path not in managed and path != job.parent_profile]
    if not profiles:
        return None
    allowing = replace(job, replace_profiles=tuple(profiles))
    replacing = of.judge(allowing, managed, may_lose=True)
    if replacing.refused:
        return None
    why = tuple(f"without replace_profiles, which is written here: {reason}" for reason in found.refused)
    return _with(of, replace(draft, settings={**draft.settings, "replace_profiles": profiles}), replacing, why)


def _with(of: Session, draft: Draft, found: Verdict, refused: tuple[str, ...] = ()) -> Draft:
    """Add to an entry what the rules say of it."""
    settings = {**draft.settings, **(PREVALIDATED if found.unanswered else {})}
    known = (*draft.facts, *filter(None, [found.answered]))
    open_matters = [*draft.doubts, *(f"a run: {note}" for note in found.notes)]
    if found.unanswered and of.unit.device.port == PLUGIN_PORT:  # else it is said of the device
        open_matters.append(f"http-01 is not possible: {found.unanswered}; {INSTEAD}")
    elif has_wildcard(tuple(shown(settings))):
        open_matters.append(f"http-01 proves no wildcard; {INSTEAD}")
    return replace(draft, settings=settings, facts=known, doubts=tuple(open_matters), refused=refused or found.refused)


def _of_the_role(unit: Unit, jobs: Iterable[Job]) -> tuple[str, ...]:
    """Say what a run may not do as this user; asked once for each partition."""
    one_of_each = {job.partition: job for job in jobs}
    problems = (problem for job in one_of_each.values() for problem in missing_permissions(unit, job)[0])
    return tuple(dict.fromkeys(f"a run would fail: {problem}" for problem in problems))


def _head(of: Session, roles: Iterable[str]) -> tuple[str, ...]:
    around, user = of.around, of.unit.device.username
    lines = [
        f"What {around.name} (TMOS {around.release}) served on {of.now:%Y-%m-%d}, as {user} sees it; only read",
        "Read each comment, correct what is not meant, then: ./start_acme.py check",
        *roles,
    ]
    if around.partitions is not None:
        where = ", ".join(around.partitions)
        lines.append(f"{user} has a role in {where} alone: virtual servers of other partitions are not here")
    return tuple(lines)


def _of_the_device(of: Session, typed: bool) -> Iterator[str]:
    hosts, units = of.unit.device.hosts, of.around.units
    if len(units) > len(hosts):
        named = " and ".join(f"{name} ({address})" for name, address in units.items())
        yield f"the units of its HA group are {named}: write under host the management address of each, in brackets"
    if of.group and not of.group.active:
        yield "no unit that answered is active: check refuses that until the active one is under host"
    if of.unit.device.port != PLUGIN_PORT:
        yield f"http-01 is not possible: certbot-bigip reaches a BIG-IP on port {PLUGIN_PORT} only; {INSTEAD}"
    if typed:
        yield "write username: and password: into the credentials file, and chmod 600 it"
    if of.unit.device.verify_tls is False:
        yield "verify_tls: false lets anyone between here and the BIG-IP read the password; name the file of its CA"
