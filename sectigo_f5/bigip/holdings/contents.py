"""Everything about certificates that a BIG-IP holds, as one login has seen it."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.holdings.shelf import Shelf
from sectigo_f5.device_objects import CertificateObject, ClientSslProfile, KeyObject
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.model import Generation, Job

CLIENT_SSL, CERTIFICATES, KEYS = "ltm/profile/client-ssl", "sys/file/ssl-cert", "sys/file/ssl-key"
VIRTUAL_SERVERS = "ltm/virtual"


class NamesOfOurs:
    """The names in one collection that the program has given, by certificate; sorted once per change."""

    def __init__(self) -> None:
        self._version = -1
        self._names = dict[tuple[str, str], dict[str, Generation]]()

    def of(self, shelf: Shelf[Any], job: Job) -> Mapping[str, Generation]:
        """Return those of one certificate among the names of the collection that are known by now."""
        if self._version != shelf.version:
            self._version, self._names = shelf.version, {}
            for path in shelf.names_at_hand:
                if issue := Generation.of(path):
                    self._names.setdefault((issue.partition, issue.base), {})[path] = issue
        return self.known_of(job)

    def known_of(self, job: Job) -> Mapping[str, Generation]:
        """Return what is known by now."""
        return self._names.get((job.partition, job.base), {})


class Holdings:
    """What was read, and what is still to be read; what we change is put into it as the BIG-IP then shows it."""

    def __init__(self, client: IControl) -> None:
        self._client = client
        self._jobs: tuple[Job, ...] = ()
        self._certificate_names, self._key_names = NamesOfOurs(), NamesOfOurs()
        self.profiles: Shelf[ClientSslProfile] = Shelf(
            client, CLIENT_SSL, readers.OF_PROFILES, readers.client_ssl_profile
        )
        self.certificates: Shelf[CertificateObject] = Shelf(
            client, CERTIFICATES, readers.OF_CERTIFICATES, readers.certificate_object
        )
        self.keys: Shelf[KeyObject] = Shelf(client, KEYS, readers.OF_KEYS, readers.key_object)
        self.servers: Shelf[Json] = Shelf(
            client, VIRTUAL_SERVERS, readers.OF_VIRTUAL_SERVERS, lambda item: item, expand=True
        )

    def expect(self, jobs: Iterable[Job]) -> None:
        """Know for which certificates the objects will be looked at; reads nothing."""
        self._jobs = jobs = tuple(jobs)
        self.servers.expect(path for job in jobs for path in job.virtual_servers)
        self.profiles.expect(path for job in jobs for path in (*job.profiles, job.parent_profile))
        self.certificates.expect((), len(jobs))
        self.keys.expect((), len(jobs))

    def places(self) -> dict[str, dict[str, int]]:
        """Return where in the lists of all the objects of this login's certificates are, by collection."""
        ours = [of for job in self._jobs for of in self._certificate_names.known_of(job).values()]
        wanted = {
            VIRTUAL_SERVERS: [path for job in self._jobs for path in job.virtual_servers],
            CLIENT_SSL: [path for job in self._jobs for path in job.profiles],
            CERTIFICATES: [path for issue in ours for path in (issue.certificate, issue.chain)],
            KEYS: [issue.key for issue in ours],
        }
        return {of: shelf.places_of(wanted[of]) for of, shelf in self._shelves.items()}

    def recall(self, places: Mapping[str, Mapping[str, int]]) -> None:
        """Know where objects were in an earlier login."""
        for of, shelf in self._shelves.items():
            shelf.places_before = places.get(of, {})

    @property
    def _shelves(self) -> Mapping[str, Shelf[Any]]:
        return {
            VIRTUAL_SERVERS: self.servers,
            CLIENT_SSL: self.profiles,
            CERTIFICATES: self.certificates,
            KEYS: self.keys,
        }

    def ours(self, job: Job) -> tuple[Generation, ...]:
        """Return the issues of a certificate of which the BIG-IP has the server certificate.

        These and their keys are read, together with those of the other certificates of this login.
        """
        own = self._issues_of(job)
        held, keys = self.certificates.at_hand, self.keys.at_hand
        if any(issue.certificate not in held or issue.key not in keys for issue in own):
            of_login = [issue for each in (job, *self._jobs) for issue in self._issues_of(each)]
            self.certificates.prefetch([path for issue in of_login for path in (issue.certificate, issue.chain)])
            self.keys.prefetch([issue.key for issue in of_login])
        return own

    def _issues_of(self, job: Job) -> tuple[Generation, ...]:
        return tuple(of for path, of in self.certificates_of(job).items() if path == of.certificate)

    def certificates_of(self, job: Job) -> Mapping[str, Generation]:
        """Return certificates and chains of a certificate, whatever their age, by full path; their names are read."""
        self.certificates.read_names()
        return self._certificate_names.of(self.certificates, job)

    def keys_of(self, job: Job) -> Mapping[str, Generation]:
        """Return the keys of a certificate by full path, as far as their names are known by now."""
        return self._key_names.of(self.keys, job)

    @functools.cached_property
    def http(self) -> frozenset[str]:
        """The HTTP profiles; needed only where the release does not tell the type of a profile."""
        return frozenset(map(readers.full_path, self._client.items("/mgmt/tm/ltm/profile/http", readers.NAMES_ALONE)))
