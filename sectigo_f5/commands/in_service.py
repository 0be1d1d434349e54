"""The pairs that our profile holds: what ``revoke`` and ``rollback`` are about."""

from __future__ import annotations

from collections.abc import Sequence

from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.circumstances import believed
from sectigo_f5.device_objects import Observation, Pair
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.run import Run


def pairs_in_service(run: Run, f5: Unit, job: Job) -> tuple[Observation, tuple[Pair, ...]]:
    """Return what is on the BIG-IP, and our pairs in service; raises :class:`ConnectorError` if there is none."""
    seen = believed(run, observe(f5, job, run.managed))
    pairs = seen.in_service()
    if not pairs:
        raise ConnectorError(f"{seen.job.profile} serves no certificate of ours; run `start_acme.py run` first")
    return seen, pairs


def result_of_pairs(seen: Observation, pairs: Sequence[Pair], outcome: Outcome, reason: str) -> Result:
    """Return the result of a command about ``pairs``; a note names what they do not serve."""
    certificate = min((pair.certificate for pair in pairs), key=lambda each: str(each.not_after))
    names = certificate.names
    lost = sorted(set(seen.job.names) - names) if names is not None and not certificate.cut else []
    return Result.of(
        seen.job,
        outcome,
        reason,
        seen.server_paths,
        not_after=certificate.not_after,
        serial=certificate.serial,
        notes=(f"it does not serve {', '.join(lost)}",) if lost else (),
    )
