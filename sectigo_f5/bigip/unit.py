"""Step 2 onward: one unit of an HA group, or a lone BIG-IP, for one login: look, ask whether it is active, save."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.holdings.contents import VIRTUAL_SERVERS, Holdings
from sectigo_f5.bigip.holdings.memory import Memory
from sectigo_f5.bigip.holdings.standing import Standing
from sectigo_f5.bigip.made_change import MadeChange
from sectigo_f5.bigip.surroundings.reading import Surroundings
from sectigo_f5.bigip.virtual_servers.port_80 import Listeners
from sectigo_f5.bigip.virtual_servers.reader import possible_client_ssl, possible_http2, virtual_server
from sectigo_f5.bigip.virtual_servers.references import References
from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.saving import save_configuration
from sectigo_f5.model import Job
from sectigo_f5.progress import Step, doing

logger = logging.getLogger(__name__)

STILL_TRUE = timedelta(seconds=30)  # as long as a plan is carried out by what was read


@dataclass(frozen=True)
class Unit(Standing):
    """The login session on one unit; one per unit and run."""

    release: str
    answering: tuple[str, ...] = ()  # the hosts of its group that answered when the run began, itself among them
    traffic_groups: frozenset[str] = frozenset()  # in an active/active group: those of the certificate at work
    obstacle: str | None = None  # in an active/active group: why not all its virtual servers can be worked on
    memory: Memory = field(default_factory=Memory, repr=False, compare=False)

    # -- looking -------------------------------------------------------------------------------

    @property
    def holdings(self) -> Holdings:
        """Everything about certificates that the device holds; :meth:`forget` has it read again."""
        if self.memory.holdings is None:
            self.memory.holdings = Holdings(self.client)
            self.memory.holdings.expect(self.memory.expected)
            self.memory.holdings.recall(self.memory.places_before)
        return self.memory.holdings

    def expect(self, jobs: Iterable[Job]) -> None:
        """Know the certificates of this login, so that what they need is read together."""
        self.memory.expected = tuple(jobs)

    @property
    def references(self) -> References:
        """What the JSON of virtual servers refers to."""
        if self.memory.references is None:
            self.memory.references = References(self.client)
        return self.memory.references

    @property
    def surroundings(self) -> Surroundings:
        """What is read only to say more."""
        if self.memory.surroundings is None:
            self.memory.surroundings = Surroundings(self.client)
        return self.memory.surroundings

    def forget(self) -> None:
        """Have everything read again at the next look."""
        self.memory.holdings = self.memory.every_server = self.memory.looked_at = None
        self.memory.servers, self.memory.strict, self.memory.active = {}, {}, False

    def look(self, now: datetime) -> None:
        """Note when a look begins; what was read before in this login still counts."""
        self.memory.looked_at = self.memory.looked_at or now

    def forget_what_was_before_the_save(self) -> None:
        """Have everything read again, once after a save: a restart before it brings the former configuration back."""
        if not self.memory.read_since_save:
            self.forget()
            self.memory.read_since_save = True

    def forget_if_old(self, now: datetime) -> bool:
        """Have everything read again if others may have changed it since; returns whether that is so.

        What we change ourselves is known: it is read back, and kept.
        """
        looked_at = self.memory.looked_at
        if looked_at is None or abs(now - looked_at) <= STILL_TRUE:
            return False
        self.forget()
        self.look(now)
        return True

    # -- virtual servers -----------------------------------------------------------------------

    def virtual_server(self, path: str) -> VirtualServer:
        """Read one virtual server with its profiles, again; raises :class:`ConnectorError` if there is none."""
        server = self.find_virtual_server(path)
        if server is None:
            raise ConnectorError(self.missing_server(path))
        return server

    def find_virtual_server(self, path: str) -> VirtualServer | None:
        """Read one virtual server with its profiles, again, or None if there is none."""
        self.memory.every_server = None
        item = self.client.find(object_url(VIRTUAL_SERVERS, path), {"expandSubcollections": "true"})
        if item is None:
            self.holdings.servers.remove(path)
            self.memory.servers.pop(path, None)
            return None
        self.holdings.servers.put(item)
        return self._servers([item])[path]

    def servers_at(self, paths: Collection[str]) -> Mapping[str, VirtualServer | None]:
        """Return virtual servers by path, None for one that does not exist; :meth:`forget` has them read again."""
        shelf = self.holdings.servers
        shelf.prefetch(paths)
        new = [shelf[path] for path in paths if path not in self.memory.servers and path in shelf]
        self._servers(new)
        return {path: self.memory.servers.get(path) for path in paths}

    def every_server(self) -> tuple[VirtualServer, ...]:
        """Return every virtual server that the user can see; :meth:`forget` has them read again."""
        if self.memory.every_server is None:
            every = self.holdings.servers.every()
            self._servers([item for path, item in every.items() if path not in self.memory.servers])
            self.memory.every_server = tuple(self.memory.servers[path] for path in every)
        return self.memory.every_server

    def answering_80(self, address: str, route_domain: str) -> tuple[VirtualServer, ...]:
        """Return what answers port 80 of an address, see :class:`Listeners`."""
        every = self.every_server()
        if self.memory.listeners is None or self.memory.listeners.servers is not every:
            self.memory.listeners = Listeners(every)
        return self.memory.listeners.answering(address, route_domain)

    def rule_text(self, path: str) -> str:
        """Read an iRule; empty if it is gone."""
        rule = self.client.find(object_url("ltm/rule", path))
        return (readers.text(rule, "apiAnonymous") if rule else None) or ""

    def is_strict(self, service: str) -> bool:
        """Tell whether an iApp refuses changes of what it owns; :meth:`forget` has it read again."""
        if service not in self.memory.strict:
            application = self.client.find(object_url("sys/application/service", service))
            self.memory.strict[service] = bool(application and readers.flag(application, "strictUpdates"))
        return self.memory.strict[service]

    def missing_server(self, path: str) -> str:
        """Say that there is no such virtual server, and which name may be meant."""
        return missing("the virtual server", path, tuple(self.holdings.servers))

    def _servers(self, items: Collection[Json]) -> dict[str, VirtualServer]:
        """Take virtual servers as the BIG-IP shows them; their client SSL profiles are read together."""
        attached = {readers.full_path(item): self.attached(item) for item in items}
        self.holdings.profiles.prefetch({path for each in attached.values() for path in possible_client_ssl(each)})
        servers = [self._with_profiles(item, attached[readers.full_path(item)]) for item in items]
        self.memory.servers |= {server.path: server for server in servers}
        return self.memory.servers

    def attached(self, item: Json) -> list[Json]:
        """Return the profiles on a virtual server; they are asked for if the BIG-IP has not shown them with it."""
        profiles = (item.get("profilesReference") or {}).get("items")
        if profiles is None:
            profiles = self.client.items(object_url(VIRTUAL_SERVERS, readers.full_path(item)) + "/profiles")
        return list(profiles)

    def _with_profiles(self, item: Json, profiles: list[Json]) -> VirtualServer:
        have, refer = self.holdings, self.references
        server = virtual_server(item, lambda: refer.listens(item), profiles, have.profiles, lambda: have.http)
        fast = not server.http and bool(refer.fast_http & set(server.profiles))
        http2 = refer.enforcing_http2(possible_http2(server, profiles))
        return replace(server, http=server.http or fast, fast_http=fast, http2=http2)

    # -- high availability ---------------------------------------------------------------------

    def holds(self, server: VirtualServer) -> bool:
        """Tell whether a virtual server of the certificate at work is active here, not on another unit."""
        return not self.obstacle or server.listens.traffic_group in (None, *self.traffic_groups)

    def must_be_active(self) -> None:
        """Refuse to write to a unit that does not carry the traffic, or no longer does."""
        lost = [group for group in self.traffic_groups if self.holder(group) != self.name]
        self.memory.active = not lost and self.is_active()
        if not self.memory.active:
            what = f"active for {', '.join(lost)}" if lost else "the active unit"
            raise ConnectorError(
                f"{self.client.host} is not {what}: nothing in service was changed; list every unit of the group "
                "under host, and run again when the active one answers"
            )

    def must_still_be_active(self) -> None:
        """Refuse to plan for a unit that does not carry the traffic; it is not asked if it has just said so."""
        if self.traffic_groups or not self.memory.active:
            self.must_be_active()

    def sync_status(self) -> Mapping[str, str]:
        """Return ``mode`` and ``status`` of config sync in the device's words, as they were when first asked."""
        if self.memory.sync is None:
            self.memory.sync = super().sync_status()
        return self.memory.sync

    # -- saving --------------------------------------------------------------------------------

    @property
    def unsaved(self) -> bool:
        """True if the running configuration has changes that are not saved yet."""
        return self.memory.unsaved

    def note_change(self) -> None:
        """Remember that the running configuration has to be saved, and for which traffic groups."""
        self.memory.unsaved = True
        self.memory.unsaved_traffic_groups |= self.traffic_groups

    def note_made(self, made: MadeChange) -> None:
        """Remember what a change leaves on the device, so that it can be looked for after the save."""
        self.memory.made = {path: earlier.before(made) for path, earlier in self.memory.made.items()}
        self.memory.made[made.profile] = made

    def save_before_deleting(self) -> None:
        """Save, unless that was done since the login: what the saved configuration refers to must not be deleted.

        An earlier run may have died before its save. After a restart the BIG-IP would then load a profile whose
        key is gone.
        """
        if not self.memory.saved:
            self.save()

    def save(self) -> None:
        """Save the running configuration: once per device and run, and once before anything old is deleted."""
        replace(self, traffic_groups=self.memory.unsaved_traffic_groups).must_be_active()
        doing("saving the configuration", Step.SAVE)
        save_configuration(self.client)
        self.memory.read_since_save = False
        self.memory.saved, self.memory.unsaved, self.memory.unsaved_traffic_groups = True, False, frozenset()
        logger.info("the configuration is saved")


def missing(what: str, wanted: str, present: Collection[str]) -> str:
    """Say that the YAML names something that the device does not have, and what it may have meant."""
    near = difflib.get_close_matches(wanted, present, n=1)
    known = f"did you mean {near[0]}?" if near else f"there is {', '.join(sorted(present)[:10]) or 'none'}"
    return f"{what} {wanted} does not exist on the BIG-IP; {known}"
