"""The simulated BIG-IP as tests and the command line use it: it listens on HTTPS, and it has a direct door."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl

from sectigo_f5.simulator import management_tls, pairing
from sectigo_f5.simulator.certificates import csrs, files
from sectigo_f5.simulator.faults import Fault, Faults
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.rest import front
from sectigo_f5.simulator.rest.call import resolve
from sectigo_f5.simulator.rest.wire import Exchange, Server
from sectigo_f5.simulator.rules import objects
from sectigo_f5.simulator.rules.engine import Engine, Request
from sectigo_f5.simulator.rules.ltm import virtual_views
from sectigo_f5.simulator.state.configuration import Item, Json
from sectigo_f5.simulator.state.disk import BULK, DOWNLOADS, UPLOADING, Disk
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.switches import Switches
from sectigo_f5.simulator.traffic.dataplane import DataPlane, VirtualServerView


class SimulatedBigIP:
    """One BIG-IP, opened and closed by ``with``; leaving the block fails a test that used something unknown."""

    def __init__(
        self,
        switches: Switches | None = None,
        address: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.switches = switches or Switches()
        self.address, self.username, self.password = address, self.switches.username, self.switches.password
        self._folder = Path(tempfile.mkdtemp(prefix="bigip-"))
        self.engine = Engine(self.switches, Disk(self._folder / "disk"), clock, address)
        names = (address, self.switches.hostname)
        self.ca_file, context = management_tls.prepare(self._folder, names)
        self._faults = Faults()
        self.data_plane = DataPlane(self._views, self.switches.rule_delay)
        self.engine.on_change = self.data_plane.refresh
        self._server = Server((address, port), context, self.engine, self._faults)
        self.port = int(self._server.server_address[1])

    def __enter__(self) -> SimulatedBigIP:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()
        if error is None and self.unknown:
            raise AssertionError("calls that the simulated BIG-IP does not know: " + "; ".join(self.unknown))

    def close(self) -> None:
        """End every listener and remove the device's files."""
        self._server.end()
        self.data_plane.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _views(self) -> list[VirtualServerView]:
        with self.engine.lock:
            carries = self.engine.group.traffic_groups_on(self.engine.world.hostname)
            return virtual_views.views(self.engine.work("root"), carries)

    # -- arranging -----------------------------------------------------------------------------

    def add_partition(self, name: str, default_route_domain: int = 0) -> None:
        """Create a partition."""
        body = {"name": name, "defaultRouteDomain": default_route_domain}
        self._direct("POST", "/mgmt/tm/auth/partition", body)

    def add_folder(self, path: str) -> None:
        """Create a folder and those above it."""
        above = path.rpartition("/")[0]
        if above and not self._has("sys/folder", above):
            self.add_folder(above)
        self._put(Item("sys/folder", path, {}))

    def add_virtual_server(
        self,
        path: str,
        destination: str,
        profiles: tuple[str, ...] = ("/Common/tcp", "/Common/http"),
        **properties: Any,
    ) -> None:
        """Create a virtual server at ``127.0.0.5:8443``, ``10.0.0.1%2:443``, ``::1.8443`` or ``name:443``."""
        body = {"name": path, "destination": destination, "profiles": list(profiles), **properties}
        self._direct("POST", "/mgmt/tm/ltm/virtual", body)

    def add_virtual_address(self, path: str, address: str, **properties: Any) -> None:
        """Create a virtual address with a name of its own, for destinations like ``/Common/name:443``."""
        self._direct("POST", "/mgmt/tm/ltm/virtual-address", {"name": path, "address": address, **properties})

    def add_profile(self, kind: str, path: str, **properties: Any) -> None:
        """Create a profile of a type: ``client-ssl``, ``http``, … or ``access`` (APM)."""
        url = "apm/profile/access" if kind == "access" else f"ltm/profile/{kind}"
        self._direct("POST", f"/mgmt/tm/{url}", {"name": path, **properties})

    def add_certificate(
        self,
        path: str,
        cert_pem: str,
        key_pem: str | None = None,
        passphrase: str | None = None,
        key_path: str | None = None,
        security_type: str | None = None,
    ) -> None:
        """Create ``/Common/x.crt`` and, if a key is given, ``/Common/x.key`` or ``key_path``.

        ``security_type`` is what the key object shows, as in ``fips``: there is no such hardware here.
        """
        with self.engine.lock:
            work = self.engine.work("admin", arranged=True)
            files.arrange(work, path, cert_pem, key_pem, passphrase, key_path, security_type)
            self.engine.keep(work)

    def add_rule(self, path: str, text: str) -> None:
        """Create an iRule."""
        self._direct("POST", "/mgmt/tm/ltm/rule", {"name": path, "apiAnonymous": text})

    def add(self, kind: str, path: str, **properties: Any) -> None:
        """Create an object of any kind: ``ltm/pool``, ``ltm/policy``, …"""
        self._direct("POST", f"/mgmt/tm/{kind}", {"name": path, **properties})

    def add_application(self, path: str, strict_updates: bool | None = None) -> None:
        """Create an application service (iApp), ``/Common/x.app/x``; objects belong to it by their ``appService``."""
        self.add_folder(path.rpartition("/")[0])
        strict = self.switches.strict_updates if strict_updates is None else strict_updates
        words = {"strictUpdates": "enabled" if strict else "disabled"}
        self._put(Item("sys/application/service", path, words))

    def restrict(self, *calls: str) -> None:
        """Put the user into a custom REST role instead of the common one; calls: ``POST /mgmt/shared/…/uploads/**``."""
        words = [call.split(" ") for call in calls]
        resources = [{"restMethod": method, "resourceMask": mask} for method, mask in words]
        roles = self.engine.world.accounts.rest_roles
        users = {"userReferences": [{"link": f"https://localhost/mgmt/shared/authz/users/{self.username}"}]}
        with self.engine.lock:
            group = roles.create("resource-groups", {"name": "calls", "resources": resources})
            references = {"resourceGroupReferences": [{"link": group["selfLink"]}]}
            roles.create("roles", {"name": "custom", **users, **references})
            roles.replace("roles", "iControl_REST_API_User", {"userReferences": []})

    def fault(self, fault: Fault) -> None:
        """Add a fault; it counts calls from now on."""
        self._faults.add(fault)

    def heal(self) -> None:
        """Remove every fault."""
        self._faults.clear()

    @property
    def hook(self) -> Callable[[Exchange], None] | None:
        """The function that is called after a request is handled and before it is answered."""
        return self._server.hook

    @hook.setter
    def hook(self, hook: Callable[[Exchange], None] | None) -> None:
        self._server.hook = hook

    def show_time(self, clock: Callable[[], float]) -> None:
        """Let the device's clock show another time than the one by which its tokens expire."""
        self.engine.world.told = clock

    def save(self) -> None:
        """Save the running configuration past HTTP, without counting it in ``saved``: for what a test arranges."""
        with self.engine.lock:
            self.engine.remember()

    def reboot(self) -> None:
        """Start the device again with what was last saved; sessions, transactions and connections end.

        What the direct door arranged is lost, too, unless :meth:`save` was called. A pair does not fail over by itself.
        """
        self._server.drop_connections()
        self.data_plane.close()
        with self.engine.lock:
            self.engine.reboot()

    # -- the direct door -----------------------------------------------------------------------

    def get(self, path: str) -> Json:
        """Return an object as GET shows it, past HTTP and journal; raises :class:`KeyError` if there is none."""
        body = self._direct("GET", path)
        return dict(body) if isinstance(body, dict) else {}

    def exists(self, path: str) -> bool:
        """Tell whether an object exists."""
        try:
            self.get(path)
        except KeyError:
            return False
        return True

    def set(self, path: str, **properties: Any) -> None:
        """Change an object past all checks of permissions, including its read-only properties."""
        url, _, segment = path.removeprefix("/mgmt/tm/").rpartition("/")
        kind = KINDS[url]
        with self.engine.lock:
            work = self.engine.work("admin", arranged=True)
            item = work.configuration.find(url, resolve(segment, kind.bare)[0])
            if item is None:
                raise KeyError(path)
            writable = {name: value for name, value in properties.items() if kind.knows(name)}
            changed = objects.modify(work, item, writable, "PATCH") if writable else item
            read_only = {name: value for name, value in properties.items() if name not in writable}
            if read_only:
                work.configuration.put(changed.with_properties(**read_only))
            self.engine.keep(work)

    def delete(self, path: str) -> None:
        """Delete an object past all checks of permissions; raises :class:`KeyError` if there is none."""
        self._direct("DELETE", path)

    def _direct(self, method: str, path: str, body: Json | None = None) -> Any:
        place, _, query = path.partition("?")
        request = Request(method, place, dict(parse_qsl(query)), query, body=body, user="admin")
        try:
            return front.execute(self.engine, request, arranged=True).body
        except Refusal as refusal:
            if refusal.status == 404 and method in ("GET", "DELETE"):  # noqa: PLR2004
                raise KeyError(f"{method} {path}: {refusal.message}") from refusal
            raise

    def _has(self, kind: str, path: str) -> bool:
        return self.engine.configuration.find(kind, path) is not None

    def _put(self, item: Item) -> None:
        with self.engine.lock:
            work = self.engine.work("admin", arranged=True)
            work.configuration.put(item)
            self.engine.keep(work)

    # -- observing -----------------------------------------------------------------------------

    @property
    def journal(self) -> list[Exchange]:
        """Every request so far."""
        return list(self._server.journal)

    def writes(self) -> list[Exchange]:
        """Every request that is not a GET, except logins and the deletion of tokens."""
        tokens = "/mgmt/shared/authz/tokens"
        return [
            done
            for done in self.journal
            if done.method != "GET"
            and not done.path.startswith("/mgmt/shared/authn/login")
            and not (done.method == "DELETE" and done.path.startswith(tokens))
        ]

    @property
    def tokens(self) -> list[str]:
        """The login tokens that are still valid."""
        return [token.name for token in self.engine.world.accounts.live]

    @property
    def uploads(self) -> list[str]:
        """The files in the transfer folders."""
        disk = self.engine.world.disk
        return [name for folder in (DOWNLOADS, UPLOADING, BULK) for name in disk.names(folder)]

    @property
    def csrs(self) -> list[str]:
        """The full paths of the CSR objects."""
        return [item.path for item in csrs.list_all(self.engine.world)]

    @property
    def rules(self) -> list[str]:
        """The full paths of the iRules."""
        return [item.path for item in self.engine.configuration.of("ltm/rule")]

    @property
    def audit(self) -> list[str]:
        """Every command line that has run on the device."""
        return list(self.engine.audit)

    @property
    def audit_log(self) -> list[str]:
        """What ``/var/log/audit`` and ``/var/log/restjavad-audit.0.log`` of a device would hold of the requests."""
        with self.engine.lock:
            return list(self._server.audit)

    @property
    def unknown(self) -> list[str]:
        """Calls, properties and options that the simulator does not know."""
        return self.engine.unknown

    @property
    def saved(self) -> int:
        """How many times the configuration has been saved."""
        return self.engine.saved

    @property
    def saved_is_current(self) -> bool:
        """True if a reboot would bring back exactly what runs now."""
        return self.engine.saved_configuration.items == self.engine.configuration.items

    # -- high availability ---------------------------------------------------------------------

    @property
    def hostname(self) -> str:
        """The device's name for itself."""
        return self.engine.world.hostname

    def make_pair(self, other: SimulatedBigIP, auto_sync: bool = False) -> None:
        """Form an HA pair: this unit active, the other standby, with this unit's configuration and master key."""
        pairing.join(self.engine, other.engine, auto_sync)
        self._peer, other._peer = other, self

    def add_traffic_group(self, path: str, active: bool = True) -> None:
        """Create a traffic group, active on this unit or on the other one."""
        self.engine.group.active[path] = self.hostname if active else self.engine.group.other(self.hostname)
        self._refresh()

    def fail_over(self) -> None:
        """Hand every traffic group to the other unit."""
        group = self.engine.group
        other = group.other(self.hostname)
        with self.engine.lock:
            group.active.update(dict.fromkeys(group.active, other))
        self._refresh()

    def sync(self) -> None:
        """Push this unit's configuration to the group."""
        with self.engine.lock:
            self.engine.group.sync(self.hostname)

    def _refresh(self) -> None:
        """Release addresses first, then take others over; the engine's lock is taken before the data plane's."""
        with self.engine.lock:
            self.data_plane.refresh()
            if self._peer is not None:
                self._peer.data_plane.refresh()
                self.data_plane.refresh()

    _peer: SimulatedBigIP | None = None
