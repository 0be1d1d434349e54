"""What we do to a BIG-IP, in the words of the job: look, save. Making keys is
:mod:`sectigo_f5.bigip.keys`, changing what traffic sees is :mod:`sectigo_f5.bigip.activation`.
"""

from __future__ import annotations

import difflib
import functools
import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from sectigo_f5.bigip import readers
from sectigo_f5.device_objects import (
    COMMON,
    CertificateObject,
    ClientSslProfile,
    KeyObject,
    Observation,
    Pair,
    VirtualServer,
)
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Call, Json
from sectigo_f5.icontrol.client import IControl, object_url
from sectigo_f5.model import ALL_VIRTUAL_SERVERS, Device, Generation, Job, partition_of

logger = logging.getLogger(__name__)

SAVE_TIMEOUT = 180.0  # seconds; a big configuration takes more than 30


@dataclass(frozen=True)
class Inventory:
    """The collections of one device, read once and again after each change of ours."""

    profiles: dict[str, ClientSslProfile]
    http: frozenset[str]
    certificates: dict[str, CertificateObject]
    keys: dict[str, KeyObject]


@dataclass
class Unit:
    """The login session on one unit; one a unit and run."""

    device: Device
    client: IControl
    release: str
    changed: bool = field(default=False)  # something of ours is not saved yet
    answering: tuple[str, ...] = ()  # the hosts of its group that answered when the run began, itself among them
    traffic_groups: frozenset[str] = frozenset()  # in an active/active group: those that we work for
    pause: Callable[[float], None] = time.sleep

    # -- looking -------------------------------------------------------------------------------

    @functools.cached_property
    def inventory(self) -> Inventory:
        """Everything about certificates that the device holds; :meth:`forget` has it read again."""
        read = self.client.items
        profiles = map(readers.client_ssl_profile, read("/mgmt/tm/ltm/profile/client-ssl"))
        certificates = map(readers.certificate_object, read("/mgmt/tm/sys/file/ssl-cert"))
        keys = map(readers.key_object, read("/mgmt/tm/sys/file/ssl-key"))
        return Inventory(
            profiles={profile.path: profile for profile in profiles},
            http=frozenset(map(readers.full_path, read("/mgmt/tm/ltm/profile/http"))),
            certificates={found.path: found for found in certificates},
            keys={found.path: found for found in keys},
        )

    @functools.cached_property
    def fast_http(self) -> frozenset[str]:
        """The FastHTTP profiles; asked for only where a virtual server has no HTTP profile."""
        return frozenset(map(readers.full_path, self.client.items("/mgmt/tm/ltm/profile/fasthttp")))

    @functools.cached_property
    def access_profiles(self) -> frozenset[str]:
        """The APM access profiles; none where the device has no APM, which it says with an error.

        It may say "not registered", as a REST service does that is starting: nobody waits for that here.
        """
        answer = self.client.send(Call("GET", "/mgmt/tm/apm/profile/access", accepted=range(400, 600)))
        found = answer.json().get("items") if answer.ok else None
        return frozenset(map(readers.full_path, found or ()))

    def forget(self) -> None:
        """Have the inventory read again at the next look."""
        self.__dict__.pop("inventory", None)

    def observe(self, job: Job, managed: Collection[str] = ()) -> Observation:
        """Step 3: read everything that bears on one certificate.

        ``managed`` are the profiles of the other configured certificates. Raises
        :class:`ConnectorError` when partition or parent profile do not exist.
        """
        have = self.inventory
        if job.partition != COMMON:
            there = [str(found["name"]) for found in self.client.items("/mgmt/tm/auth/partition")]
            _must_exist("the partition", job.partition, there)
        _must_exist("the parent profile", job.parent_profile, have.profiles)
        if partition_of(job.parent_profile) not in (job.partition, COMMON):
            raise ConnectorError(
                f"the parent profile {job.parent_profile} is neither in partition {job.partition} nor in Common"
            )
        servers, unusable = self._listed_servers(job)
        return Observation(
            profile=have.profiles.get(job.profile),
            pairs=tuple(sorted(self._pairs(job), key=lambda pair: pair.generation)),
            virtual_servers=servers,
            profiles=have.profiles,
            certificates=have.certificates,
            managed=frozenset(managed) - {job.profile},
            unusable=unusable,
        )

    def _pairs(self, job: Job) -> Iterator[Pair]:
        have = self.inventory
        for path, certificate in have.certificates.items():
            generation = Generation.parse(path, job.base)
            if generation is None or path != generation.certificate or generation.partition != job.partition:
                continue
            key = have.keys.get(generation.key)
            if key is not None:
                yield Pair(generation, certificate, key, generation.chain in have.certificates)

    def virtual_servers(self, job: Job) -> tuple[VirtualServer, ...]:
        """Read the virtual servers of a certificate that can be used, fresh each time."""
        return self._listed_servers(job)[0]

    def _listed_servers(self, job: Job) -> tuple[tuple[VirtualServer, ...], dict[str, str]]:
        """Read the virtual servers of a certificate, and by path what keeps others from being used."""
        if job.every_virtual_server:
            servers = tuple(server for server in self.partition_servers(job.partition) if _wants_tls(server))
            none = (
                f"virtual_servers: all finds none in partition {job.partition}: none has an HTTP profile "
                "and either a client SSL profile or port 443; list them by name"
            )
            return servers, {} if servers else {ALL_VIRTUAL_SERVERS: none}
        found = {path: self.find_virtual_server(path) for path in job.virtual_servers}
        unusable = {path: self._missing(path) for path, server in found.items() if server is None}
        unusable |= {
            path: f"{path} has no HTTP profile; attach one (for example /Common/http) or take it out of virtual_servers"
            for path, server in found.items()
            if server and not server.http
        }
        return tuple(server for path, server in found.items() if server and path not in unusable), unusable

    def virtual_server(self, path: str) -> VirtualServer:
        """Read one virtual server with its profiles; raises :class:`ConnectorError` when there is none."""
        found = self.find_virtual_server(path)
        if found is None:
            raise ConnectorError(self._missing(path))
        return found

    def find_virtual_server(self, path: str) -> VirtualServer | None:
        """Read one virtual server with its profiles, or None where there is none."""
        found = self.client.find(object_url("ltm/virtual", path), {"expandSubcollections": "true"})
        return self._with_profiles(found) if found else None

    def _missing(self, path: str) -> str:
        there = [readers.full_path(item) for item in self.client.items("/mgmt/tm/ltm/virtual")]
        return _missing("the virtual server", path, there)

    def every_server(self) -> tuple[VirtualServer, ...]:
        """Read every virtual server that the user can see."""
        listed = self.client.items("/mgmt/tm/ltm/virtual", {"expandSubcollections": "true"})
        return tuple(self._with_profiles(found) for found in listed)

    def partition_servers(self, partition: str) -> tuple[VirtualServer, ...]:
        """Read the virtual servers of a partition, its folders included."""
        return tuple(server for server in self.every_server() if partition_of(server.path) == partition)

    def rule_text(self, path: str) -> str:
        """Read an iRule; empty where it is gone."""
        found = self.client.find(object_url("ltm/rule", path))
        return (readers.text(found, "apiAnonymous") if found else None) or ""

    def _with_profiles(self, found: Json) -> VirtualServer:
        reference = found.get("profilesReference") or {}
        profiles = reference.get("items")
        if profiles is None:
            profiles = self.client.items(object_url("ltm/virtual", readers.full_path(found)) + "/profiles")
        have = self.inventory
        read = readers.virtual_server(found, profiles, have.profiles, have.http)
        return read if read.http or not self.fast_http & set(read.profiles) else replace(read, http=True)

    # -- high availability ---------------------------------------------------------------------

    @functools.cached_property
    def name(self) -> str:
        """The unit's name in its group, ``/Common/host``."""
        devices = self.client.items("/mgmt/tm/cm/device")
        return next((readers.full_path(found) for found in devices if readers.flag(found, "selfDevice")), "unknown")

    def is_active(self) -> bool:
        """Tell whether the unit carries traffic now; it may fail over at any moment, so this is asked each time."""
        status = next(readers.statistics(self.client.get("/mgmt/tm/cm/failover-status")), {})
        return status.get("status", "").upper() == "ACTIVE"

    def holder(self, traffic_group: str) -> str | None:
        """Return the name of the unit on which a traffic group is active now, None where it is on none."""
        stats = self.client.get(f"{object_url('cm/traffic-group', traffic_group)}/stats")
        active = (found for found in readers.statistics(stats) if found.get("failoverState") == "active")
        return next((found.get("deviceName") for found in active), None)

    def must_be_active(self) -> None:
        """Refuse to write to a unit that does not carry the traffic, or does so no more."""
        lost = [group for group in self.traffic_groups if self.holder(group) != self.name]
        if lost or not self.is_active():
            what = f"active for {', '.join(lost)}" if lost else "the active unit"
            raise ConnectorError(
                f"{self.client.host} is not {what}: nothing in service was changed; list every unit of the group "
                "under host, and run again when the active one answers"
            )

    def sync_status(self) -> Mapping[str, str]:
        """Return ``mode`` and ``status`` of config sync in the device's words."""
        return next(readers.statistics(self.client.get("/mgmt/tm/cm/sync-status")), {})

    def changes_pending(self) -> str | None:
        """Return the group's sync status in words where it is not in sync; None for a lone unit."""
        status = self.sync_status().get("status", "")
        return None if status in ("In Sync", "Standalone", "") else status

    # -- saving --------------------------------------------------------------------------------

    def save(self) -> None:
        """Save the running configuration, once a device and run."""
        self.must_be_active()
        self.client.post("/mgmt/tm/sys/config", {"command": "save"}, SAVE_TIMEOUT, repeatable=True)
        self.changed = False
        logger.info("the configuration is saved")


def _must_exist(what: str, wanted: str, there: Collection[str]) -> None:
    if wanted not in there:
        raise ConnectorError(_missing(what, wanted, there))


def _missing(what: str, wanted: str, there: Collection[str]) -> str:
    near = difflib.get_close_matches(wanted, there, n=1)
    known = f"did you mean {near[0]}?" if near else f"there is {', '.join(sorted(there)[:10]) or 'none'}"
    return f"{what} {wanted} does not exist on the BIG-IP; {known}"


def _wants_tls(server: VirtualServer) -> bool:
    return server.http and (bool(server.client_ssl) or server.port == 443)  # noqa: PLR2004  # https
