"""Keys, certificates and CSRs of ours that are not needed any more.

Only names of our own pattern for one certificate; what anything on the BIG-IP still refers to stays.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from sectigo_f5 import recording
from sectigo_f5.bigip import readers
from sectigo_f5.bigip.holdings.contents import Holdings
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.icontrol.shell import quietly
from sectigo_f5.model import Generation, Job
from sectigo_f5.recording import What

logger = logging.getLogger(__name__)

KEYS, CERTIFICATES, REQUESTS = "sys/file/ssl-key", "sys/file/ssl-cert", "sys/crypto/csr"


@dataclass(frozen=True)
class Keep:
    """Which generations stay."""

    stamps: Collection[str]  # these, as far as they are there
    from_stamp: str  # and every complete pair from this one on; "" for every complete pair
    paths: Collection[str] = ()  # and what is known to be in use

    def keeps(self, path: str, generation: Generation, complete: Collection[Generation]) -> bool:
        """Tell whether an object of a generation stays; ``complete`` are the pairs of key and certificate."""
        is_current = generation in complete and generation.stamp >= self.from_stamp
        return is_current or generation.stamp in self.stamps or path in self.paths


@dataclass
class Deleted:
    """What came of a clean-up; full paths."""

    gone: list[str] = field(default_factory=list)
    in_use: set[str] = field(default_factory=set)  # something else than a profile refers to them


def not_needed(f5: Unit, job: Job, keep: Keep) -> Iterator[tuple[str, str]]:
    """Yield collection and full path of what need not stay, certificates first; what a profile holds is in use."""
    have = f5.holdings
    certificates, keys = have.certificates_of(job), have.keys_of(job)
    complete = {generation for path, generation in keys.items() if generation.certificate in certificates}
    chains_last = sorted(certificates, key=lambda path: path.endswith("_chain.crt"))  # they may be issuers of others
    candidates = [
        (collection, path)
        for collection, paths, of in ((CERTIFICATES, chains_last, certificates), (KEYS, keys, keys))
        for path in paths
        if not keep.keeps(path, of[path], complete)
    ]
    used = _used(have) if candidates else ()
    yield from ((collection, path) for collection, path in candidates if path not in used)


def delete_objects(f5: Unit, job: Job, keep: Keep) -> Deleted:
    """Delete the keys, certificates and chains that need not stay.

    Raises :class:`~sectigo_f5.errors.ConnectorError` if the configuration cannot be saved before: a saved profile
    may still refer to them.
    """
    deleted, have = Deleted(), f5.holdings
    with recording.change(What.DELETED) as gone:
        gone.objects = deleted.gone
        for collection, path in list(not_needed(f5, job, keep)):
            f5.save_before_deleting()
            f5.note_change()  # before: a signal may hide that it was made
            if _delete_unused(f5, collection, path, deleted):
                (have.keys if collection == KEYS else have.certificates).remove(path)
    return deleted


def delete_requests(f5: Unit, job: Job) -> list[str]:
    """Delete the CSRs: each has been read by now, or its run has died; returns their full paths."""
    requests = list[str]()
    for request in f5.client.items(f"/mgmt/tm/{REQUESTS}", readers.NAMES_ALONE):
        path = readers.full_path(request)
        key = re.sub(r"\.csr$", ".key", path)
        of = Generation.parse(key, job.base)
        if of is not None and key == of.key and of.partition == job.partition:
            requests.append(path)
    deleted = Deleted()
    with recording.change(What.REQUESTS, requests):
        for path in requests:
            _delete_unused(f5, REQUESTS, path, deleted)
    return deleted.gone


def delete_own_requests(f5: Unit) -> None:
    """Delete the CSRs of this login; one that stays is noted, as a file is."""
    paths, f5.memory.requests = f5.memory.requests, []
    with recording.change(What.REQUESTS, paths):
        for path in paths:
            if not quietly(f"the CSR {path}", f5.client.delete, object_url(REQUESTS, path)):
                f5.client.files_left = True


def _used(have: Holdings) -> frozenset[str | None]:
    entries = (entry for profile in have.profiles.values() for entry in profile.entries)
    used = frozenset(path for entry in entries for path in (entry.certificate, entry.key, entry.chain))
    held = (have.certificates.get(path or "") for path in used)
    return used | {certificate.issuer_certificate for certificate in held if certificate}


def _delete_unused(f5: Unit, collection: str, path: str, deleted: Deleted) -> bool:
    try:
        f5.client.delete(object_url(collection, path))
    except DeviceError as error:
        if error.in_use:
            deleted.in_use.add(path)
        else:
            logger.warning("%s is not needed any more and could not be deleted: %s", path, error)
        return False
    deleted.gone.append(path)
    return True
