"""Pairs that the BIG-IP has already, to stand in for one that is not issued yet when a change is rehearsed (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from sectigo_f5.bigip.profile_change import old_entry
from sectigo_f5.device_objects import COMMON, STOCK_PROFILE, Entry, KeyObject, Observation
from sectigo_f5.icontrol.call import Json
from sectigo_f5.model import partition_of

OTHERS = 20  # profiles of other people that are looked at: there may be thousands
NAMES = ("default", "ecdsa")  # of the entries of a profile, see ``Generation.entry_name``


def stand_ins(seen: Observation, keys: Mapping[str, KeyObject], unprotected: bool = False) -> tuple[Json, ...]:
    """Return profile entries of pairs on the device, of the kinds that the YAML asks for as far as there are such.

    ``keys`` are the key objects of the device by path; ``unprotected`` leaves those with a passphrase out.
    """
    kinds = [spec.type for spec in seen.job.keys]
    first = dict[str | None, Entry]()  # of each kind, in the order in which they are found
    for entry in _usable(seen, keys, unprotected):
        first.setdefault(_kind(seen, entry), entry)
        if first.keys() >= set(kinds):  # others need not be read
            break
    found = [first[kind] for kind in kinds if kind in first] or list(first.values())[:1]
    return tuple(old_entry(replace(entry, name=name)) for entry, name in zip(found, NAMES, strict=False))


def _usable(seen: Observation, keys: Mapping[str, KeyObject], unprotected: bool) -> Iterator[Entry]:
    """Yield the pairs that our profile can hold, each with what opens it: those nearest to ours first."""
    for entry in _nearest_first(seen):
        key, certificate = keys.get(entry.key or ""), seen.certificates.get(entry.certificate or "")
        if key is None or certificate is None or (unprotected and key.protected):
            continue
        opened = replace(entry, ciphertext=entry.ciphertext or key.ciphertext)
        if (opened.ciphertext or not key.protected) and _is_within_reach(seen, (key.path, certificate.path)):
            yield opened


def _nearest_first(seen: Observation) -> Iterator[Entry]:
    """Yield the pair in service, then our newest, the parent's, the device's own, and those of some other profiles."""
    yield from seen.profile.entries if seen.profile else ()
    yield from (pair.entry for pair in seen.newest())
    for path in (seen.job.parent_profile, STOCK_PROFILE):
        yield from seen.profiles[path].entries if path in seen.profiles else ()
    for path in sorted(seen.profiles)[:OTHERS]:
        yield from seen.profiles[path].entries


def _is_within_reach(seen: Observation, paths: Iterable[str]) -> bool:
    return all(partition_of(path) in (seen.job.partition, COMMON) for path in paths)


def _kind(seen: Observation, entry: Entry) -> str | None:
    key = seen.certificates[entry.certificate or ""].key
    return key.type if key else None
