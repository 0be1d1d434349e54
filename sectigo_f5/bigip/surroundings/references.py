"""What besides our profile refers to keys and certificates of ours: it does not follow a renewal by itself; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sectigo_f5.bigip.holdings.contents import Holdings
from sectigo_f5.bigip.readers import full_path
from sectigo_f5.device_objects import ClientSslProfile, Observation
from sectigo_f5.icontrol.call import Json
from sectigo_f5.model import Generation, Job

CLIENT_SSL, SERVER_SSL = "ltm/profile/client-ssl", "ltm/profile/server-ssl"
TITLES = {  # of what is looked into, by collection
    CLIENT_SSL: "client SSL profile",
    SERVER_SSL: "server SSL profile",
    "apm/sso/saml": "SAML identity provider",
    "apm/aaa/saml": "SAML service provider",
    "apm/oauth/jwk-config": "OAuth key",
    "ltm/monitor/https": "HTTPS monitor",
    "sys/httpd": "management interface",
}
MODULES = ("apm/sso/saml", "apm/aaa/saml", "apm/oauth/jwk-config")  # there if APM is provisioned
SELDOM = ("ltm/monitor/https", "sys/httpd")  # so only `check` asks for them
FOLLOWING = (CLIENT_SSL, SERVER_SSL)  # what can be pointed at another pair
SHOWN = 5  # references in one sentence

Objects = Mapping[str, Iterable[Json]]  # by collection
Known = Callable[[str], str | None]  # from a file to the certificate of its pair; None for one that is not looked for


@dataclass(frozen=True)
class Reference:
    """An object that refers to a key or certificate that is looked for."""

    certificate: str  # of the pair, full path
    collection: str
    path: str  # full path of the object; empty if there is but one
    parent: str | None = None  # from which it may inherit the reference

    def __str__(self) -> str:
        return f"{TITLES[self.collection]} {self.path}".rstrip()


def find(known: Known, profiles: Iterable[ClientSslProfile], others: Objects) -> tuple[Reference, ...]:
    """Return what refers to known pairs: of client SSL profiles those with entries of their own, and ``others``."""
    found = set(_in_profiles(known, profiles))
    for collection, items in others.items():
        for item in items:
            path, parent = full_path(item) if "name" in item else "", str(item.get("defaultsFrom") or "") or None
            found |= {Reference(each, collection, path, parent) for each in named(known, item)}
    return tuple(sorted(found, key=lambda each: (each.certificate, each.collection, each.path)))


def _in_profiles(known: Known, profiles: Iterable[ClientSslProfile]) -> Iterator[Reference]:
    for profile in profiles:
        for entry in () if profile.inherits_pair else profile.entries:
            for file in (entry.certificate, entry.key):
                if of := known(file or ""):
                    yield Reference(of, CLIENT_SSL, profile.path, profile.parent)


def named(known: Known, value: Any) -> Iterator[str]:
    """Yield the pairs that any property names, by full path or by its file in the file store."""
    if isinstance(value, dict):
        for below in value.values():
            yield from named(known, below)
    elif isinstance(value, list):
        for below in value:
            yield from named(known, below)
    elif isinstance(value, str):
        stored = re.fullmatch(r"/config/filestore/.*/:([^:/]+):([^:/]+?)_\d+_\d+", value)
        of = known(f"/{stored[1]}/{stored[2]}" if stored else value)
        yield from [of] if of else []


# -- pairs of ours, and those that ours replaces ------------------------------------------------------


def ours(job: Job) -> Known:
    """Know the pairs of a certificate, whatever their age; their chains are for anybody."""

    def known(file: str) -> str | None:
        of = Generation.parse(file, job.base)
        return of.certificate if of and of.partition == job.partition and file in (of.key, of.certificate) else None

    return known


def of_profiles(seen: Observation, paths: Iterable[str]) -> dict[str, str]:
    """Return the files in profiles that ours replaces, each with its certificate, but for the device's own."""
    entries = [entry for path in paths if path in seen.profiles for entry in seen.profiles[path].entries]
    pairs = [(entry.certificate, entry.key) for entry in entries if entry.certificate]
    known = {file: certificate for certificate, key in pairs for file in (certificate, key) if file}
    return {file: of for file, of in known.items() if not seen.is_the_devices_own(of)}


def serving(job: Job, have: Holdings) -> tuple[str, ...]:
    """Return the certificates of ours that our profile holds, in its order."""
    profile, known = have.profiles.get(job.profile), ours(job)
    held = (known(entry.certificate or "") for entry in profile.entries) if profile else ()
    return tuple(filter(None, held))


# -- sentences ---------------------------------------------------------------------------------------


def sentences(job: Job, found: Iterable[Reference], in_service: Container[str], after: bool) -> tuple[str, ...]:
    """Return a sentence for each pair to which something refers.

    What will follow by itself is not mentioned, unless that was tried: ``after`` a run.
    """
    follows = FOLLOWING if job.update_other_references else ()
    stay = (e for e in found if e.collection not in follows or (after and e.certificate not in in_service))
    return tuple(_sentence(job, of, each, of in in_service) for of, each in _by_pair(stay).items())


def sentences_on_replaced(found: Iterable[Reference]) -> tuple[str, ...]:
    """Return a sentence for each pair that ours replaces and something else uses."""
    return tuple(
        f"{of}, which ours replaces, is also used by {_names(each)}; that is not renewed there"
        for of, each in _by_pair(found).items()
    )


def _by_pair(found: Iterable[Reference]) -> dict[str, list[Reference]]:
    pairs = dict[str, list[Reference]]()
    for each in found:
        pairs.setdefault(each.certificate, []).append(each)
    return pairs


def _names(found: list[Reference]) -> str:
    return ", ".join(map(str, found[:SHOWN])) + (f" and {len(found) - SHOWN} more" if found[SHOWN:] else "")


def _sentence(job: Job, of: str, found: list[Reference], is_served: bool) -> str:
    may_follow = any(each.collection in FOLLOWING for each in found) and not job.update_other_references
    setting = ", or write update_other_references: true" if may_follow else ""
    if is_served:
        sentence = f"{of} is also used by {_names(found)}, which will keep it when it is replaced"
    else:
        sentence = f"{of}, which is not in service, is still used by {_names(found)}"
    return f"{sentence}; change that there{setting}"
