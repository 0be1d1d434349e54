"""The HA group: its units, which of them is active for which traffic group, and whether they are in sync."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

DEVICE_GROUP = "/Common/sync-failover"
FLOATING = "/Common/traffic-group-1"
LOCAL_ONLY = "/Common/traffic-group-local-only"


@dataclass(frozen=True)
class Unit:
    """One BIG-IP of a group."""

    hostname: str
    address: str
    chassis_id: str = field(default_factory=lambda: str(uuid.uuid4()), compare=False)


@dataclass
class Group:
    """What the units of a group know about each other; a lone unit is a group of one."""

    units: list[Unit]
    active: dict[str, str]  # floating traffic group: hostname
    auto_sync: bool = False
    pending: set[str] = field(default_factory=set)  # units with changes that the others lack
    pushes: list[Callable[[str], None]] = field(default_factory=list)  # called with the pushing unit's name

    @property
    def is_pair(self) -> bool:
        """True if there is more than one unit."""
        return len(self.units) > 1

    def other(self, hostname: str) -> str:
        """Return the other unit of a pair."""
        names = [unit.hostname for unit in self.units if unit.hostname != hostname]
        if not names:
            raise ValueError("a lone unit has no other unit to fail over to")
        return names[0]

    def state(self, hostname: str) -> str:
        """Return a unit's failover state."""
        return "active" if hostname in self.active.values() else "standby"

    def traffic_groups_on(self, hostname: str) -> frozenset[str]:
        """Return the traffic groups that are active on a unit."""
        return frozenset({LOCAL_ONLY, *(group for group, unit in self.active.items() if unit == hostname)})

    def note_change(self, hostname: str) -> None:
        """Note a change of a unit's configuration."""
        if not self.is_pair:
            return
        self.pending.add(hostname)
        if self.auto_sync:
            self.sync(hostname)

    def note_restart(self, hostname: str, changed: bool) -> None:
        """Note that a unit has started again; its older configuration is not pushed to the others by itself."""
        if self.is_pair and changed:
            self.pending.add(hostname)

    def sync(self, hostname: str) -> None:
        """Push one unit's configuration to the others."""
        for push in self.pushes:
            push(hostname)
        self.pending.clear()

    @property
    def status(self) -> str:
        """The sync status in the device's words."""
        if not self.is_pair:
            return "Standalone"
        return "Changes Pending" if self.pending else "In Sync"
