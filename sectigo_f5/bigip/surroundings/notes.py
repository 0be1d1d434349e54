"""What an operator should know of the surroundings of a pair, in sentences."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sectigo_f5.bigip.surroundings import as3, references, stapling
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import Observation
from sectigo_f5.icontrol.call import Json
from sectigo_f5.model import Job

ACCESS = "apm/profile/access"  # every BIG-IP with APM has one


def of_check(f5: Unit, seen: Observation) -> tuple[str, ...]:
    """Say everything, whatever is due."""
    collections = (*of_a_change(f5), *references.SELDOM)
    return (
        *_of_as3(f5, seen, (server.path for server in seen.listed)),
        *of_references(f5, seen.job, collections),
        *filter(None, [stapling.missing(seen)]),
    )


def of_change(f5: Unit, seen: Observation, attachments: Iterable[Attachment]) -> tuple[str, ...]:
    """Say what bears on a change that is about to be made."""
    attachments = tuple(attachments)
    return (
        *_of_as3(f5, seen, (plan.virtual_server for plan in attachments if plan.changes)),
        *of_replaced(f5, seen, attachments),
    )


def of_references(f5: Unit, job: Job, collections: Collection[str] = (), *, after: bool = False) -> tuple[str, ...]:
    """Name what refers to a pair of a certificate, besides client SSL profiles in these collections.

    Without any it costs no request. ``after`` a run what could follow has.
    """
    found = references_to_ours(f5, job, collections)
    in_service = references.serving(job, f5.holdings)
    if not collections:  # what is still in service is no news every night
        found = tuple(each for each in found if each.certificate not in in_service)
    return references.sentences(job, found, in_service, after)


def has_earlier_pairs(f5: Unit, job: Job) -> bool:
    """Tell whether the BIG-IP has pairs of a certificate that are not in service: nothing refers to one just made."""
    in_service = references.serving(job, f5.holdings)
    ours = map(references.ours(job), f5.holdings.certificates)
    return any(of not in in_service for of in ours if of)


def references_to_ours(f5: Unit, job: Job, collections: Collection[str]) -> tuple[references.Reference, ...]:
    """Return what refers to a pair of a certificate besides its own profile."""
    profiles = f5.holdings.profiles
    profiles.prefetch([job.profile])
    looked_at = profiles.every() if collections else profiles.at_hand  # nothing is read for it every night
    others = [profile for path, profile in looked_at.items() if path != job.profile]
    return references.find(references.ours(job), others, {each: look(f5, each) for each in collections})


def of_replaced(f5: Unit, seen: Observation, attachments: Iterable[Attachment]) -> tuple[str, ...]:
    """Name what else uses a pair of a profile that ours replaces: nobody renews it there."""
    taken = {path for attachment in attachments for path in attachment.remove}
    pairs = references.of_profiles(seen, taken)
    if not pairs:
        return ()
    others = [profile for path, profile in seen.profiles.items() if path not in {*taken, seen.job.profile}]
    looked = {each: look(f5, each) for each in of_a_change(f5)}
    return references.sentences_on_replaced(references.find(pairs.get, others, looked))


def of_a_change(f5: Unit) -> tuple[str, ...]:
    """Return the collections in which references are looked for when a pair changes."""
    return (references.SERVER_SSL, *(references.MODULES if look(f5, ACCESS) else ()))


def look(f5: Unit, collection: str) -> tuple[Json, ...]:
    """Read a collection once per login; empty if it cannot be read."""
    select = ("defaultsFrom", "cert", "key", "chain") if collection == references.SERVER_SSL else ()
    return f5.surroundings.items(f"/mgmt/tm/{collection}", select) or ()


def _of_as3(f5: Unit, seen: Observation, servers: Iterable[str]) -> tuple[str, ...]:
    """Ask for AS3 only if something looks as if it had been declared."""
    have, servers = f5.holdings, tuple(servers)
    declared = as3.tenants((*have.profiles, *have.certificates, *have.keys, *servers))
    if seen.job.partition not in declared and not any(map(as3.is_declared, servers)):
        return ()
    return as3.warnings(seen.job, servers, declared, f5.surroundings.as3)
