"""What a unit says of itself: who it is, and whether it carries traffic."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from sectigo_f5.bigip import readers
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl, object_url
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.model import Device

FAILOVER_STATUS = "/mgmt/tm/cm/failover-status"


@dataclass(frozen=True)
class Standing:
    """One unit of an HA group, or a lone BIG-IP."""

    device: Device
    client: IControl
    own: Json | None = field(default=None, kw_only=True, repr=False, compare=False)  # if it was read

    @functools.cached_property
    def _itself(self) -> Json:
        return itself(self.client) if self.own is None else self.own

    @functools.cached_property
    def name(self) -> str:
        """The unit's name in its group, ``/Common/host``."""
        return readers.full_path(self._itself) if self._itself else "unknown"

    @functools.cached_property
    def identity(self) -> str:
        """What the unit says that it is, the same under each of its addresses; its own host if it does not say.

        Several facts together: the tenants of one chassis share its serial number.
        """
        try:
            own = self._itself
        except DeviceError:
            own = {}
        hardware = [readers.text(own, "chassisId"), readers.text(own, "baseMac")]
        place = [readers.text(own, "name"), readers.text(own, "managementIp")]
        if any(hardware) or all(place):
            return " ".join(fact for fact in (*hardware, *place) if fact)
        return f"{self.client.host}:{self.device.port}"

    def is_active(self) -> bool:
        """Tell whether the unit carries traffic now; it may fail over at any moment, so this is asked each time."""
        return is_active(self.client.get(FAILOVER_STATUS))

    def holder(self, traffic_group: str) -> str | None:
        """Return the name of the unit on which a traffic group is active now, or None if it is on none."""
        stats = self.client.get(f"{object_url('cm/traffic-group', traffic_group)}/stats")
        active = (entry for entry in readers.statistics(stats) if entry.get("failoverState") == "active")
        return next((entry.get("deviceName") for entry in active), None)

    def sync_status(self) -> Mapping[str, str]:
        """Return ``mode`` and ``status`` of config sync in the device's words."""
        return next(readers.statistics(self.client.get("/mgmt/tm/cm/sync-status")), {})

    def changes_pending(self) -> str | None:
        """Return the group's sync status in words if it is not in sync; None for a lone unit."""
        status = self.sync_status().get("status", "")
        return None if status in ("In Sync", "Standalone", "") else status


def itself(client: IControl) -> Json:
    """Return a unit's own ``cm device`` object; empty if none is marked so."""
    return next((item for item in client.items("/mgmt/tm/cm/device") if readers.flag(item, "selfDevice")), {})


def is_active(status: Json) -> bool:
    """Tell from its ``cm failover-status`` whether a unit carries traffic."""
    return next(readers.statistics(status), {}).get("status", "").upper() == "ACTIVE"
