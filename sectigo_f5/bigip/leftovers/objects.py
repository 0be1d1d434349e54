"""Keys, certificates and CSRs of ours that are not needed any more.

Only names of our own pattern for one certificate; what anything on the BIG-IP still refers to stays.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.unit import Inventory, Unit
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.model import Generation, Job

logger = logging.getLogger(__name__)

KEYS, CERTIFICATES, REQUESTS = "sys/file/ssl-key", "sys/file/ssl-cert", "sys/crypto/csr"


@dataclass(frozen=True)
class Keep:
    """Which generations stay."""

    stamps: Collection[str]  # these, as far as they are there
    from_stamp: str  # and every complete pair from this one on; "" for every complete pair

    def keeps(self, generation: Generation, complete: Collection[Generation]) -> bool:
        """Tell whether the objects of a generation stay; ``complete`` are the pairs of key and certificate."""
        return generation.stamp in self.stamps or (generation in complete and generation.stamp >= self.from_stamp)


def delete_objects(f5: Unit, job: Job, keep: Keep) -> list[str]:
    """Delete the keys, certificates and chains that do not stay; returns their full paths.

    Raises :class:`~sectigo_f5.errors.ConnectorError` if the configuration cannot be saved before: a saved profile
    may still refer to them.
    """
    deleted = list[str]()
    have = f5.inventory
    used, complete = _used(have), frozenset(_complete(have, job))
    for collection, objects in ((CERTIFICATES, have.certificates), (KEYS, have.keys)):
        for path, generation in list(_ours(objects, job)):
            if path not in used and not keep.keeps(generation, complete):
                f5.save_before_deleting()
                f5.note_change()
                if _delete_unused(f5, collection, path):
                    del objects[path]  # the next certificate need not read all again
                    deleted.append(path)
    return deleted


def has_litter(f5: Unit, job: Job, spared: Collection[str]) -> bool:
    """Tell whether there is a key without a certificate, or the reverse, that is of none of the ``spared`` stamps."""
    have = f5.inventory
    complete = frozenset(_complete(have, job))
    ours = (*_ours(have.keys, job), *_ours(have.certificates, job))
    return any(generation not in complete and generation.stamp not in spared for _, generation in ours)


def delete_requests(f5: Unit, job: Job, newest: str) -> list[str]:
    """Delete the CSRs up to a stamp; returns their full paths."""
    deleted = list[str]()
    for request in f5.client.items(f"/mgmt/tm/{REQUESTS}"):
        path = readers.full_path(request)
        key = re.sub(r"\.csr$", ".key", path)
        of = Generation.parse(key, job.base)
        is_ours = of is not None and key == of.key and of.partition == job.partition and of.stamp <= newest
        if is_ours and _delete_unused(f5, REQUESTS, path):
            deleted.append(path)
    return deleted


def _ours(paths: Iterable[str], job: Job) -> Iterator[tuple[str, Generation]]:
    for path in paths:
        generation = Generation.parse(path, job.base)
        if generation and generation.partition == job.partition:
            yield path, generation


def _complete(have: Inventory, job: Job) -> Iterator[Generation]:
    for path, generation in _ours(have.keys, job):
        if path == generation.key and generation.certificate in have.certificates:
            yield generation


def _used(have: Inventory) -> frozenset[str | None]:
    entries = (entry for profile in have.profiles.values() for entry in profile.entries)
    return frozenset(path for entry in entries for path in (entry.certificate, entry.key, entry.chain))


def _delete_unused(f5: Unit, collection: str, path: str) -> bool:
    try:
        f5.client.delete(object_url(collection, path))
    except DeviceError as error:
        if not error.in_use:
            logger.warning("%s is not needed any more and could not be deleted: %s", path, error)
        return False
    return True
