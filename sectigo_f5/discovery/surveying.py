"""Reading a BIG-IP for ``discover``: each collection once, and nothing by the object."""

from __future__ import annotations

import logging
import re

from sectigo_f5.bigip.holdings.standing import Standing
from sectigo_f5.bigip.permissions import partitions_of
from sectigo_f5.bigip.surroundings import as3
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.discovery.nouns import Surroundings
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError

LONGEST_NAME = 200  # characters, as in configuration/files
LONE = "standalone"

logger = logging.getLogger(__name__)


def surroundings(unit: Unit) -> Surroundings:
    """Read what bears on every certificate."""
    have = unit.holdings
    servers = (server.path for server in unit.every_server())
    declared = as3.tenants((*have.profiles.every(), *have.certificates.every(), *servers))
    return Surroundings(
        name=_device_name(unit),
        release=unit.release,
        declared=declared,
        as3=unit.surroundings.as3 if declared else None,
        partitions=partitions_of(unit),
        units=_units(unit),
    )


def _device_name(unit: Standing) -> str:
    """Return the unit's own name as the YAML takes it, or its address if it does not tell its name."""
    path = unit.name if unit.own else unit.client.host
    name = re.sub(r"[^A-Za-z0-9_.-]+", "-", path.rpartition("/")[2]).lstrip("_.-")
    return name[:LONGEST_NAME] or "bigip"


def _units(unit: Standing) -> dict[str, str]:
    """Return the management addresses of the units with which this one fails over; none if that is not known."""
    try:
        if unit.sync_status().get("mode") in (None, LONE):
            return {}
        groups = unit.client.items("/mgmt/tm/cm/device-group")
        paths = [str(group["fullPath"]) for group in groups if group.get("type") == "sync-failover"]
        members = [m for path in paths for m in unit.client.items(f"{object_url('cm/device-group', path)}/devices")]
        names = {str(member.get("name", "")).rpartition("/")[2] for member in members}
        devices = {
            str(each.get("name")): str(each.get("managementIp")) for each in unit.client.items("/mgmt/tm/cm/device")
        }
    except OutcomeUnknownError:
        raise
    except DeviceError as error:
        logger.warning("%s; the other units of its HA group, if any, are not known", error)
        return {}
    return {name: address for name, address in sorted(devices.items()) if name in names and len(names) > 1}
