"""Which names a change of the pair alone brings: those of the YAML, or if they must not come those in service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sectigo_f5.decision.rules import Decision
from sectigo_f5.device_objects import Observation, Pair


def names_after(seen: Observation, decided: Decision) -> frozenset[str]:
    """Return the names that clients are served with once the pair has changed."""
    return seen.names_to_come if decided.issues else names_of(decided.pairs)


def names_of(pairs: Sequence[Pair]) -> frozenset[str]:
    """Return the names for which clients accept the certificates of pairs."""
    return frozenset[str]().union(*(pair.certificate.served_names() for pair in pairs))


def with_names_in_service(seen: Observation) -> Observation:
    """Return the observation with a job for the names that are in service now.

    So a renewal that is due is made, although the names that the YAML asks for would take something from
    somebody else. A list that the device cuts off is not known: it stays what the YAML asks for. What the CA added
    is not asked for.
    """
    held, job = [pair.certificate for pair in seen.in_service()], seen.job
    if any(each.cut for each in held):
        return seen
    more = frozenset[str]().union(*(each.asked or each.served_names() for each in held)) - {job.common_name}
    return replace(seen, job=replace(job, names=(job.common_name, *sorted(more))))
