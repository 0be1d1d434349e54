"""Whether scratch objects would be copied to other units: a group that syncs by itself is not probed unasked."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.ha_group import LONE
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.errors import ConfigurationError
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError

logger = logging.getLogger(__name__)

GROUPS = "cm/device-group"
FAILOVER = "sync-failover"
OF_THE_SYSTEM = ("device_trust_group", "gtm", "datasync-")  # beginnings of names; they sync no such configuration


def must_not_sync(unit: Unit, allowed: bool) -> None:
    """Refuse a unit of a group that syncs by itself, or may do so, unless that is ``allowed``.

    Raises :class:`ConfigurationError`. In a group that is synced by hand it warns of what will be seen.
    """
    host = unit.client.host
    try:
        groups = [] if unit.sync_status().get("mode") == LONE else _groups(unit)
    except OutcomeUnknownError:
        raise
    except DeviceError as error:
        _refuse(f"{unit.device.username} may not read whether {host} belongs to a group that syncs: {error}", allowed)
        return
    names = ", ".join(map(readers.full_path, groups))
    if any(group.get("autoSync") != "disabled" for group in groups):
        _refuse(f"{host} belongs to {names}, which syncs by itself: scratch objects would be copied", allowed)
    elif groups:
        logger.warning(
            "%s belongs to %s, which is synced by hand: it will show Changes Pending, and a sync during the probe "
            "would copy scratch objects",
            host,
            names,
        )


def _refuse(why: str, allowed: bool) -> None:
    if not allowed:
        raise ConfigurationError(f"{why}; add --allow-sync if that does no harm, or probe a BIG-IP that stands alone")
    logger.warning("%s (--allow-sync)", why)


def _groups(unit: Unit) -> Sequence[Json]:
    """Return the groups to which the unit's configuration is synced."""
    every = unit.client.items(f"/mgmt/tm/{GROUPS}")
    ours = [group for group in every if not readers.full_path(group).rpartition("/")[2].startswith(OF_THE_SYSTEM)]
    return [group for group in ours if _is_member(unit, group)]


def _is_member(unit: Unit, group: Json) -> bool:
    members = unit.client.items(f"{object_url(GROUPS, readers.full_path(group))}/devices")
    names = {str(member.get("name", "")).rpartition("/")[2] for member in members}
    return unit.name.rpartition("/")[2] in names or not names
