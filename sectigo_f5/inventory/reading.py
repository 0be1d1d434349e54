"""Everything that a BIG-IP holds of certificates and keys, whoever put it there: only read, page by page.

Held are what joins the objects (profiles, the names that they refer to, virtual servers, keys in a few words), a page,
and the names of one collection; certificates are yielded as they come.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from cryptography import x509

from sectigo_f5.bigip.permissions import partitions_of
from sectigo_f5.bigip.readers import certificate_end, full_path, major_release
from sectigo_f5.bigip.surroundings.references import MODULES, TITLES
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import COMMON
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.inventory import certificates, ciphers, keys, listeners, uses
from sectigo_f5.inventory.asking import Asking
from sectigo_f5.inventory.certificates import Where
from sectigo_f5.inventory.findings import findings
from sectigo_f5.inventory.keys import Key
from sectigo_f5.inventory.nouns import Holds, Item, Use
from sectigo_f5.inventory.profiles import COLLECTIONS, SELECT, Profiles
from sectigo_f5.inventory.uses import Uses
from sectigo_f5.model import Generation, Job, partition_of
from sectigo_f5.state.certificate_store import CertificateStore
from sectigo_f5.untrusted import NonsenseError, reading
from sectigo_f5.x509.certificates import read_certificate, read_chain
from sectigo_f5.x509.remarks import first_end

OTHERS = ("ltm/monitor/https", *MODULES)  # what besides profiles refers to certificates and keys
OF_USES = frozenset({*COLLECTIONS.values(), listeners.VIRTUAL_SERVERS, *OTHERS})


@dataclass
class Survey:
    """The inventory of one BIG-IP, or of one unit of an HA group, which is like the others but for its management."""

    unit: Unit
    now: datetime
    jobs: tuple[Job, ...] = ()  # all that are configured for the device
    copies: CertificateStore | None = None  # of what the program has issued
    others: tuple[Unit, ...] = ()  # the other units of its group that answered
    asking: Asking = field(init=False)

    def __post_init__(self) -> None:
        self.asking = Asking(self.unit)

    @property
    def notes(self) -> tuple[str, ...]:
        """What could not be read, and what is not known therefore; complete when every item is read."""
        return tuple(self.asking.notes)

    def items(self) -> Iterator[Item]:
        """Yield every certificate and key; raises :class:`ConnectorError` if the BIG-IP does not show certificates."""
        joined, held = self._uses(), self._keys()
        exported = keys.exportable(self.asking.one(keys.EXPORT, "whether keys may be exported is not known"))
        paired = set[str]()
        for item in self._certificates(certificates.SELECT):
            found = self._described(item, joined)
            key = self._key_of(found, joined, held)
            if key:
                paired.add(key)
            yield self._complete(found, key, held, joined, exported)
        for path in held:
            if path not in paired:
                yield self._complete(self._bare(path, Holds.KEY), path, held, joined, exported)
        yield from self._management()

    # -- what joins the objects ----------------------------------------------------------------

    def _uses(self) -> Uses:
        found, release = Uses(), major_release(self.unit.release)
        kinds = [Profiles(kind, release) for kind in COLLECTIONS]
        for profiles in kinds:
            collection = COLLECTIONS[profiles.kind]
            for item in self.asking.each(
                collection, SELECT[profiles.kind], f"uses in {profiles.kind} profiles are not known"
            ):
                profiles.add(item)
        groups = self._cipher_groups(any(profiles.groups() for profiles in kinds))
        servers = self.asking.each(
            listeners.VIRTUAL_SERVERS,
            (*listeners.SELECT, listeners.EXPANDED),
            "on which virtual servers profiles are is not known",
            expand=True,
        )
        known = {profiles.kind: profiles.shown for profiles in kinds}
        attached = listeners.attached(servers, self.unit.attached, self.unit.references.listens, known)
        for profiles in kinds:
            for profile in profiles.in_effect(groups.strings):
                found.add_profile(profile, attached)
        self._add_others(found)
        for item in self._certificates(certificates.OF_ENDS):
            found.add_certificate(item, certificate_end(item))
        return found

    def _cipher_groups(self, any_named: bool) -> ciphers.CipherGroups:
        if not any_named:
            return ciphers.CipherGroups()
        unknown = "what is in cipher groups is not known"
        groups = self.asking.each(ciphers.GROUPS, ciphers.OF_GROUPS, unknown)
        return ciphers.cipher_groups(groups, self.asking.each(ciphers.RULES, ciphers.OF_RULES, unknown))

    def _add_others(self, found: Uses) -> None:
        for collection in OTHERS:
            items = self.unit.surroundings.items(f"/mgmt/tm/{collection}")
            if items is None:
                self.asking.hide(collection, f"the {TITLES[collection]}s cannot be read: uses in them are not known")
            found.add_others(collection, items or ())
        found.add_others("sys/httpd", [self._httpd] if self._httpd else ())

    def _keys(self) -> dict[str, Key]:
        """Return what is known of each key, by full path."""
        unknown = "custody of keys, and keys without a certificate, are not known"
        return {full_path(item): keys.key(item) for item in self.asking.each(keys.COLLECTION, keys.SELECT, unknown)}

    def _certificates(self, select: Iterable[str]) -> Iterator[Json]:
        return self.unit.client.collections.stream(f"/mgmt/tm/{certificates.COLLECTION}", tuple(select))

    # -- one item ------------------------------------------------------------------------------

    def _described(self, item: Json, joined: Uses) -> Item:
        """Return what a certificate object says; of one that cannot be read, its name."""
        path = full_path(item)
        try:
            with reading(f"{path} cannot be read"):
                found = certificates.item_of(item, self._where)
        except NonsenseError as error:
            self.asking.notes[str(error)] = None
            return self._bare(path, Holds.CERTIFICATE)
        chain_ends = joined.chain_ends(path)
        return self._as_kept(replace(found, chain_not_after=chain_ends) if chain_ends else found)

    def _as_kept(self, item: Item) -> Item:
        """Add what our copy tells, if there is one."""
        issue = Generation.of(item.certificate or "")
        job = self._configured.get((issue.partition, issue.base)) if issue else None
        if issue is None or job is None or self.copies is None or item.certificate != issue.certificate:
            return item
        copy = self.copies.kept(job, issue)
        if copy is None:
            return item
        first = first_end(read_chain(copy.chain))
        with reading("a copy under STATE_DIR/certificates cannot be read"):
            signature = certificates.signature_of(x509.load_pem_x509_certificate(copy.certificate.encode()))
        ends = first.not_after if first else None
        return certificates.with_copy(item, read_certificate(copy.certificate), ends, signature)

    def _key_of(self, item: Item, joined: Uses, held: dict[str, Key]) -> str | None:
        """Return the key of a certificate: that of a profile's entry, else one of the same name and shape."""
        path = item.certificate or ""
        if key := joined.keys.get(path):
            return key
        shape = (item.key_type, item.key_size, item.curve)
        return next((each for each in uses.names_of_key(path) if each in held and held[each].is_like(*shape)), None)

    def _complete(
        self, item: Item, key: str | None, held: dict[str, Key], joined: Uses, exportable: bool | None
    ) -> Item:
        of_key, path = held.get(key or ""), item.certificate
        changes: dict[str, Any] = {"key": key, "uses": joined.of_item(path, key)}
        if key and item.holds is Holds.CERTIFICATE:
            changes["holds"] = Holds.PAIR
        if of_key:
            changes |= {
                "custody": of_key.custody(exportable),
                "key_type": item.key_type or of_key.type,
                "key_size": item.key_size or of_key.size,
                "curve": item.curve or of_key.curve,
                "is_the_devices_own": item.is_the_devices_own or of_key.is_the_devices_own,
            }
        found = replace(item, configured_as=self._label(path or key or "", changes["uses"]), **changes)
        known = self.asking.hidden.isdisjoint(OF_USES) and not (self._only and found.partition == COMMON)
        return replace(found, findings=findings(found, self.now, every_use_is_known=known))

    def _label(self, path: str, used: Iterable[Use]) -> str | None:
        """Return the certificate of the YAML that it was made for, or that has a profile which refers to it."""
        issue = Generation.of(path)
        job = self._configured.get((issue.partition, issue.base)) if issue else None
        if job is None:
            job = next((self._serving[use.path] for use in used if use.path in self._serving), None)
        return job.label if job else None

    def _bare(self, path: str, holds: Holds) -> Item:
        where, ours = self._where, Generation.of(path) is not None
        bare = Item(where.device, where.unit, holds, partition_of(path), is_ours=ours)
        return replace(bare, key=path) if holds is Holds.KEY else replace(bare, certificate=path)

    def _management(self) -> Iterator[Item]:
        """Yield the certificate of the management interface of each unit that answered."""
        for unit in (self.unit, *self.others):
            if unit.client.certificate is None:
                continue
            try:
                found = certificates.of_management(unit.client.certificate, Where(unit.device.name, _name(unit)))
            except NonsenseError as error:
                self.asking.notes[f"{unit.client.host}: {error}"] = None
                continue
            httpd = self._httpd if unit is self.unit else {}
            found = replace(found, uses=(uses.of_management(found.unit, httpd),))
            yield replace(found, findings=findings(found, self.now))

    @cached_property
    def _httpd(self) -> Json:
        return self.asking.one("sys/httpd", "what the management interface negotiates is not known")

    @cached_property
    def _where(self) -> Where:
        return Where(self.unit.device.name, _name(self.unit))

    @cached_property
    def _only(self) -> tuple[str, ...] | None:
        """The only partitions that the user sees besides Common; what uses objects of Common may be in others."""
        only = partitions_of(self.unit)
        if only:
            where, user = ", ".join(only), self.unit.device.username
            self.asking.notes[
                f"{user} has a role in {where} alone: what is in other partitions is not listed, and what uses the "
                "objects of Common there is not known"
            ] = None
        return only

    @cached_property
    def _configured(self) -> dict[tuple[str, str], Job]:
        return {(job.partition, job.base): job for job in self.jobs}

    @cached_property
    def _serving(self) -> dict[str, Job]:
        return {path: job for job in self.jobs for path in job.profiles}


def _name(unit: Unit) -> str:
    """Return a unit's own name, or its address if it does not tell its name."""
    try:
        return unit.name
    except DeviceError:
        return unit.client.host
