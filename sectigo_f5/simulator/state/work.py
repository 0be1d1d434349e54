"""What a request works with: the device, a draft of its configuration, and the spelling of requests."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from sectigo_f5.simulator.refusals.of_objects import bad_request, owned_by_application
from sectigo_f5.simulator.refusals.refusal import UnknownCallError
from sectigo_f5.simulator.state.accounts import Accounts
from sectigo_f5.simulator.state.configuration import Configuration, Item, Json, split_path
from sectigo_f5.simulator.state.disk import Disk
from sectigo_f5.simulator.state.kinds import KINDS, Kind
from sectigo_f5.simulator.state.vault import Vault
from sectigo_f5.simulator.switches import Switches

# "Present or absent" properties of a virtual server: JSON true under one of two names.
_PRESENCE = ("enabled", "disabled", "vlansEnabled", "vlansDisabled")


@dataclass
class World:
    """The parts of a device that are not its configuration."""

    switches: Switches
    clock: Callable[[], float]
    disk: Disk
    accounts: Accounts
    vault: Vault = field(default_factory=Vault)
    csrs: dict[str, Item] = field(default_factory=dict)  # by full path; they belong to the unit, not to its group
    hostname: str = ""
    told: Callable[[], float] | None = None  # what its clock shows, if that is not the time by which it works

    @property
    def time_told(self) -> float:
        """Return the time that the device tells, in Unix seconds."""
        return (self.told or self.clock)()

    def timestamp(self) -> str:
        """Return the device's time as objects show it."""
        return datetime.fromtimestamp(self.clock(), timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass(frozen=True)
class Work:
    """One request, or one transaction, on a draft of the configuration."""

    world: World
    configuration: Configuration
    user: str
    arranged: bool = False  # from a test, through the direct door: neither roles nor iApps restrict it

    @property
    def switches(self) -> Switches:
        """The device's switches."""
        return self.world.switches

    def link(self, url: str, path: str = "", below: str = "", query: str = "") -> str:
        """Return a link; it always has the host localhost and the release."""
        place = f"/{'~'.join(path.split('/')) if path.startswith('/') else path}" if path else ""
        options = f"{query}&" if query else ""
        return f"https://localhost/mgmt/tm/{url}{place}{below}?{options}ver={self.switches.tmos}"

    def reference(self, url: str, path: str) -> Json:
        """Return the reference that accompanies a property with another object's name."""
        return {"link": self.link(url, path)}

    def subcollection(self, item: Item, below: str) -> Json:
        """Return the reference to a sub-collection."""
        return {"link": self.link(item.kind, item.path, f"/{below}"), "isSubcollection": True}

    def check_may_change(self, item: Item) -> None:
        """Refuse a change that the role's partition or an iApp's strict updates forbid."""
        if self.arranged:
            return
        kind = KINDS[item.kind]
        if not kind.bare:
            self.world.accounts.authorize_partition(self.user, kind.title, split_path(item.path)[0])
        service = item.get("appService")
        owner = self.configuration.find("sys/application/service", service) if service else None
        if owner is not None and owner.get("strictUpdates") == "enabled":
            raise owned_by_application(owner.path)

    def remove(self, item: Item) -> None:
        """Remove an object, if it may be changed; whether another one needs it is checked with the complete change."""
        self.check_may_change(item)
        self.configuration.remove(item)


def camel(name: str) -> str:
    """Return a property in the answers' spelling; requests may also use tmsh's hyphens."""
    return re.sub(r"-([a-z0-9])", lambda match: match[1].upper(), name)


def hyphenated(name: str) -> str:
    """Return a property in tmsh's spelling."""
    return re.sub(r"[A-Z]", lambda match: f"-{match[0].lower()}", name)


def normalize(body: object) -> Json:
    """Return a request's body with its properties in the answers' spelling; ``null`` means that nothing is set.

    Keyfactor's orchestrator sends every property that it knows, most of them ``null``.
    """
    if not isinstance(body, dict):
        raise bad_request("Found invalid JSON body in the request.")
    return {camel(str(name)): value for name, value in body.items() if value is not None}


def known_properties(kind: Kind, body: Json) -> Json:
    """Return what a request wants to set; raises :class:`UnknownCallError` for an unknown property."""
    strangers = sorted(name for name in body if not kind.knows(name) and not kind.ignores(name))
    if strangers:
        raise UnknownCallError(f"the property {', '.join(strangers)} of {kind.url}")
    return {name: _value(name, value) for name, value in body.items() if kind.knows(name)}


def _value(name: str, value: Any) -> Any:
    """Return a value as the device stores it: booleans as words."""
    if isinstance(value, bool) and name not in _PRESENCE:
        return "true" if value else "false"
    return value


def words(value: object) -> list[str]:
    """Return the words of a list, which may be spelled as tmsh does: ``{ a b }``."""
    if isinstance(value, str):
        return [] if value == "none" else value.strip("{} ").split()
    return [str(word) for word in value] if isinstance(value, list) else []


def is_unset(value: object) -> bool:
    """Tell whether a value is one of the spellings of "not set"."""
    return value in (None, "", "none", [])
