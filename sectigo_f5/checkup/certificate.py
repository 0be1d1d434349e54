"""One certificate on its BIG-IP: everything that would keep an enrolment or a renewal from being made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sectigo_f5.bigip.challenges import doubts, faults
from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.obstacles import outlook, outlook_of_pair
from sectigo_f5.bigip.permissions import missing_permissions, standing
from sectigo_f5.bigip.surroundings import notes
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import believed
from sectigo_f5.device_objects import Observation
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, Job
from sectigo_f5.preparation import Needs, needs_of, plugin_problem
from sectigo_f5.progress import doing
from sectigo_f5.report.looks import Level, Look, doubtful, well, wrong
from sectigo_f5.run import Run
from sectigo_f5.unfinished import unfinished_order
from sectigo_f5.validation import arithmetic

ROLE, SERVERS, HTTP_PROFILE, CHALLENGE = "role and shell", "virtual servers", "HTTP profile", "challenge path"
READING = "reading"  # the BIG-IP; only if that failed


@dataclass(frozen=True)
class Examination:
    """What ``check`` finds out about one certificate."""

    virtual_servers: tuple[str, ...]  # full paths
    looks: tuple[Look, ...]

    @property
    def is_complete(self) -> bool:
        """False if the BIG-IP could not be read to the end."""
        return all(look.what != READING for look in self.looks)

    @property
    def problems(self) -> tuple[str, ...]:
        """What a run would fail for."""
        return tuple(dict.fromkeys(look.text for look in self.looks if look.level is Level.FAILED))

    @property
    def notes(self) -> tuple[str, ...]:
        """What an operator should know."""
        return tuple(look.text for look in self.looks if look.level is Level.WARNING)


def examine(run: Run, f5: Unit, job: Job) -> Examination:
    """Look for everything that would keep an enrolment or a renewal from being made, whatever is due today."""
    doing("reading the BIG-IP")
    looks = list(_user(f5, job))
    try:
        seen = believed(run, observe(f5, job, run.managed))
        looks += _in_the_way(f5, seen)
        looks += [doubtful("surroundings", note) for note in notes.of_check(f5, seen)]
        needs = needs_of(run, f5, seen, issues=True, ordered=unfinished_order(run, f5, seen))
    except ConnectorError as error:  # the device, or something that the YAML names there, cannot be read
        return Examination((), (*looks, wrong(READING, str(error))))
    return Examination(seen.server_paths, (*looks, *_needed(f5, seen, needs), *_validation(run, job, needs)))


def _user(f5: Unit, job: Job) -> Iterator[Look]:
    problems, doubted = missing_permissions(f5, job)
    yield from (wrong(ROLE, problem) for problem in problems)
    yield from (doubtful(ROLE, note) for note in doubted)
    if not (problems or doubted):
        yield well(ROLE, standing(f5, job))


def _in_the_way(f5: Unit, seen: Observation) -> Iterator[Look]:
    """Look at what the change needs, and at what clients would notice of it."""
    job, foreseen = seen.job, outlook(f5, seen)
    obstacles = dict.fromkeys(foreseen.obstacles.values())
    found = {sentence: _kind(seen, path) for path, sentence in foreseen.obstacles.items()}
    if obstacles and seen.in_service():
        alone = outlook_of_pair(f5, seen, seen.names_to_come).obstacles
        found |= {sentence: "obstacles" for sentence in alone.values() if sentence not in found}
    kinds = set(found.values())
    yield from (well(what, text) for what, text in _as_it_should_be(seen).items() if what not in kinds)
    yield from (wrong(kind, sentence) for sentence, kind in found.items())
    yield from (doubtful("clients", note) for note in foreseen.notes())
    if serving := seen.in_service():
        ends = (f"until {pair.certificate.not_after:%Y-%m-%d}" for pair in serving if pair.certificate.not_after)
        yield well("in service", f"{job.profile} serves a certificate of ours {' and '.join(ends) or 'without an end'}")


def _as_it_should_be(seen: Observation) -> Mapping[str, str]:
    """Say of each kind of obstacle that there is none."""
    job, servers = seen.job, ", ".join(seen.server_paths) or "none"
    return {
        "partition": job.partition,
        "parent profile": job.parent_profile,
        SERVERS: servers,
        HTTP_PROFILE: f"attached to {servers}",
        "obstacles": "none",
    }


def _kind(seen: Observation, path: str) -> str:
    """Return what an obstacle is about, by the path that is in the way."""
    if path == seen.job.partition:
        return "partition"
    if path == seen.job.parent_profile:
        return "parent profile"
    listed = next((server for server in seen.listed if server.path == path), None)
    if listed is None:
        return SERVERS if path in (*seen.job.virtual_servers, ALL_VIRTUAL_SERVERS) else "obstacles"
    return "obstacles" if listed.http else HTTP_PROFILE


def _needed(f5: Unit, seen: Observation, needs: Needs) -> Iterator[Look]:
    fine = {
        "active unit": f"{f5.client.host} is active",
        "client SSL profile": f"{seen.job.profile} {'is there' if seen.profile else 'will be created'}",
        "handshake": f"verify_handshake is {seen.job.verify_handshake}",
        "order": "nothing keeps a new one from being made",
        "key type": f"TMOS {f5.release} takes {' and '.join(map(str, seen.job.keys))}",
        "clock": "those of this host, the CA and the BIG-IP do not keep an order from being made",
        CHALLENGE: str(needs.validation),
    }
    for what, problem in needs.found.items():
        yield wrong(what, str(problem)) if problem else well(what, fine[what])


def _validation(run: Run, job: Job, needs: Needs) -> Iterator[Look]:
    validation = needs.validation
    if validation is None:
        return
    yield from (wrong(CHALLENGE, fault) for fault in faults(validation))
    yield from (doubtful(CHALLENGE, doubt) for doubt in doubts(validation))
    if slow := arithmetic(validation, len(job.names)):
        yield doubtful(CHALLENGE, slow)
    lacking = plugin_problem(run, validation)
    yield from (wrong("plugin", problem) for problem in lacking)
    if not lacking:
        yield well("plugin", "Certbot has what the validation needs")
