"""What ``check`` would say of an entry, asked of the same rules; reads only."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sectigo_f5.bigip.challenges import PLUGIN_PORT, challenge_servers
from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.obstacles import Outlook, keys_must_be_taken, outlook, profile_must_be_free
from sectigo_f5.bigip.surroundings import as3
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import Observation
from sectigo_f5.discovery.doubts import some
from sectigo_f5.discovery.nouns import Surroundings
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import OutcomeUnknownError, UnreachableError
from sectigo_f5.model import Job

HTTP_01 = "http-01"


@dataclass(frozen=True)
class Verdict:
    """What is in the way of an entry, what clients would notice, and whether http-01 could be answered."""

    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    answered: str = ""  # where http-01 is answered
    unanswered: str = ""  # why it is not


def judged(unit: Unit, job: Job, managed: Collection[str], around: Surroundings, *, may_lose: bool = False) -> Verdict:
    """Judge an entry; ``may_lose``: it says itself that names may go which are served today.

    Raises :class:`ConnectorError` only if the BIG-IP does not answer any more.
    """
    refused, notes, answers = list[str](), tuple[str, ...](), ("", "")
    try:
        seen = observe(unit, job, managed)
        ahead = outlook(unit, seen)
        refused += (*ahead.obstacles.values(), *(() if may_lose else _lost(ahead)))
        notes = (*ahead.notes(), *as3.warnings(job, seen.server_paths, dict(around.declared), around.as3))
        answers = _challenges(unit, seen)
        profile_must_be_free(unit, seen)
        keys_must_be_taken(unit, seen)
    except (UnreachableError, OutcomeUnknownError):
        raise
    except ConnectorError as error:
        refused.append(str(error))
    return Verdict(tuple(dict.fromkeys(refused)), notes, *answers)


def _lost(ahead: Outlook) -> Iterator[str]:
    """Say what a run would lose by a word of the file, which nobody has written."""
    for turnover in ahead.turnovers:
        for loss in turnover.losses:
            if not loss.refused:
                yield f"{turnover.server} would no longer serve {loss.whom}, as {some(loss.profiles)} does now"


def _challenges(unit: Unit, seen: Observation) -> tuple[str, str]:
    """Return where http-01 is answered, or else why it cannot be."""
    if seen.job.validation != HTTP_01:
        return "", ""
    if seen.job.device.port != PLUGIN_PORT:
        return "", f"the management port is not {PLUGIN_PORT}"
    try:
        answering, missing, _ = challenge_servers(unit, seen)
    except (UnreachableError, OutcomeUnknownError):
        raise
    except ConnectorError as error:
        return "", str(error).removeprefix("validation http-01: ")
    where = f"http-01 is answered on {some([server.path for server in answering])}"
    return "; ".join((where, *missing)), ""
