"""Everything about certificates that a BIG-IP holds, as one login has seen it."""

from __future__ import annotations

import functools
from collections.abc import Iterable

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.inventory.shelf import Shelf
from sectigo_f5.device_objects import CertificateObject, ClientSslProfile, KeyObject
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.model import Job

CLIENT_SSL, CERTIFICATES, KEYS = "ltm/profile/client-ssl", "sys/file/ssl-cert", "sys/file/ssl-key"
VIRTUAL_SERVERS = "ltm/virtual"


class Inventory:
    """What was read, and what is still to be read; what we change is put into it as the BIG-IP then shows it."""

    def __init__(self, client: IControl) -> None:
        self._client = client
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
        """Know for what the objects will be looked at; reads nothing."""
        jobs = tuple(jobs)
        self.servers.expect(path for job in jobs for path in job.virtual_servers)
        self.profiles.expect(path for job in jobs for path in (*job.profiles, job.parent_profile))
        self.certificates.expect((), len(jobs))
        self.keys.expect((), len(jobs))

    @functools.cached_property
    def http(self) -> frozenset[str]:
        """The HTTP profiles; needed only where the release does not tell the type of a profile."""
        return frozenset(map(readers.full_path, self._client.items("/mgmt/tm/ltm/profile/http", readers.NAMES_ALONE)))
