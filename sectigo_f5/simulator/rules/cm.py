"""``cm``: what a unit reports about its group.

Shapes: answers of a 14.1.2.1; status words: DigiCert's F5 plugin, F5 Ansible bigip_configsync_action;
the parts of traffic groups that certbot-bigip reads: its source.
"""

from __future__ import annotations

from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.state.high_availability import DEVICE_GROUP, LOCAL_ONLY, Group, Unit
from sectigo_f5.simulator.state.work import Work

_TITLES = {"device": "device", "device-group": "Device Group", "traffic-group": "traffic group"}


# -- statistics --------------------------------------------------------------------------------


def stats(work: Work, url: str, entries: Json, kind: str = "") -> Json:
    """Return the envelope of statistics with one entry ``0``."""
    words = kind or f"tm:{url.replace('/', ':')}:{url.rpartition('/')[2]}stats"
    nested = {"nestedStats": {"entries": {name: _entry(value) for name, value in entries.items()}}}
    return {"kind": words, "selfLink": work.link(url), "entries": {f"https://localhost/mgmt/tm/{url}/0": nested}}


def _entry(value: object) -> object:
    return value if isinstance(value, dict) else {"description": value}


def _details(name: str, texts: list[str]) -> Json:
    base = f"https://localhost/mgmt/tm/cm/{name}/0/details"
    entries = {
        f"{base}/{number}": {"nestedStats": {"entries": {"details": {"description": text}}}}
        for number, text in enumerate(texts)
    }
    return {base: {"nestedStats": {"entries": entries}}}


def sync_status(work: Work, group: Group) -> Json:
    """Return ``cm sync-status``."""
    color = {"In Sync": "green", "Standalone": "green"}.get(group.status, "yellow")
    advice = {
        "Standalone": "Optional action: Add a device to the trust domain",
        "In Sync": f"{DEVICE_GROUP.rpartition('/')[2]} (In Sync): All devices in the device group are in sync",
    }
    pending = (
        f"{DEVICE_GROUP.rpartition('/')[2]} (Changes Pending): There is a possible change conflict between devices"
    )
    entries = {
        "color": color,
        **_details("syncStatus", [advice.get(group.status, pending)]),
        "mode": "high-availability" if group.is_pair else "standalone",
        "status": group.status,
        "summary": " " if not group.is_pair else advice.get(group.status, "There are changes that are not synced"),
    }
    return stats(work, "cm/sync-status", entries)


def failover_status(work: Work, group: Group) -> Json:
    """Return ``cm failover-status``."""
    carried = sorted(group.traffic_groups_on(work.world.hostname) - {LOCAL_ONLY})
    state = group.state(work.world.hostname)
    entries = {
        "color": "green" if state == "active" else "gray",
        **_details("failoverStatus", [f"active for {name}" for name in carried]),
        "status": state.upper(),
        "summary": f"{len(carried)}/{len(group.active)} {state}",
    }
    return stats(work, "cm/failover-status", entries)


def failover(work: Work, group: Group) -> Json:
    """Return ``sys failover``."""
    text = f"Failover {group.state(work.world.hostname)} for 0d 01:20:32\n"
    link = work.link("sys/failover")
    return {"kind": "tm:sys:failover:failoverstats", "selfLink": link, "apiRawValues": {"apiAnonymous": text}}


def shared_state(work: Work, group: Group) -> Json:
    """Return ``/mgmt/shared/bigip-failover-state``, which a device refreshes once per hour."""
    return {
        "isEnabled": True,
        "pollCyclePeriodMillis": 3600000,
        "nextPollTime": work.world.timestamp().replace("Z", ".000-0000"),
        "failoverState": group.state(work.world.hostname),
        "generation": 0,
        "lastUpdateMicros": 0,
    }


# -- collections -------------------------------------------------------------------------------


def list_all(work: Work, group: Group, what: str) -> list[Json]:
    """Return the devices, device groups or traffic groups."""
    if what == "device":
        return [_device(work, group, unit) for unit in group.units]
    if what == "device-group":
        groups = [_device_group(work, name, "sync-only") for name in ("/Common/device_trust_group", "/Common/gtm")]
        ours = _device_group(work, DEVICE_GROUP, "sync-failover", group.auto_sync)
        return [*groups, ours] if group.is_pair else groups
    names = sorted({*group.active, LOCAL_ONLY})
    return [_traffic_group(work, name, number) for number, name in enumerate(names, 1)]


def get(work: Work, group: Group, what: str, path: str) -> Json:
    """Return one of them."""
    item = next((one for one in list_all(work, group, what) if one["fullPath"] == path), None)
    if item is None:
        raise of_objects.not_found(_TITLES[what], path)
    return item


def _envelope(work: Work, what: str, path: str) -> Json:
    name = path.rpartition("/")[2]
    place = {"name": name, "partition": "Common", "fullPath": path, "generation": 1}
    return {"kind": f"tm:cm:{what}:{what}state", **place, "selfLink": work.link(f"cm/{what}", path)}


def _device(work: Work, group: Group, unit: Unit) -> Json:
    return {
        **_envelope(work, "device", f"/Common/{unit.hostname}"),
        **dict.fromkeys(("mirrorIp", "mirrorSecondaryIp", "multicastIp"), "any6"),
        **dict.fromkeys(("haCapacity", "multicastPort"), 0),
        "activeModules": ["LTM, VE|GSMORBH-FRIQHYL|Rate Shaping|SSL, VE"],
        "alternateIp": "none",
        "baseMac": "02:00:5e:00:53:01",
        "build": work.switches.release.build,
        "cert": "/Common/dtdi.crt",
        "certReference": work.reference("cm/cert", "/Common/dtdi.crt"),
        "chassisId": unit.chassis_id,
        "chassisType": "individual",
        "configsyncIp": unit.address if group.is_pair else "none",
        "edition": work.switches.release.edition,
        "failoverState": group.state(unit.hostname),
        "hostname": unit.hostname,
        "key": "/Common/dtdi.key",
        "keyReference": work.reference("cm/key", "/Common/dtdi.key"),
        "managementIp": unit.address,
        "marketingName": "BIG-IP Virtual Edition",
        "mgmtUnicastMode": "both",
        "optionalModules": ["App Mode (TMSH Only, No Root/Bash)"],
        "platformId": "Z100",
        "product": "BIG-IP",
        "selfDevice": "true" if unit.hostname == work.world.hostname else "false",
        "timeZone": "UTC",
        "version": work.switches.tmos,
    }


def _device_group(work: Work, path: str, kind: str, auto_sync: bool = False) -> Json:
    below = {"link": work.link("cm/device-group", path, "/devices"), "isSubcollection": True}
    trust = path.endswith("device_trust_group")
    return {
        **_envelope(work, "device-group", path),
        "asmSync": "disabled",
        "autoSync": "enabled" if auto_sync or trust else "disabled",
        "fullLoadOnSync": "false",
        "incrementalConfigSyncSizeMax": 1024,
        "networkFailover": "enabled" if kind == "sync-failover" else "disabled",
        "saveOnAutoSync": "false",
        "type": kind,
        "devicesReference": below,
    }


def devices_of(work: Work, group: Group, path: str) -> list[Json]:
    """Return the ``devices`` sub-collection of a device group."""
    get(work, group, "device-group", path)
    paths = [f"/Common/{unit.hostname}" for unit in group.units]
    kind = "tm:cm:device-group:devices:devicesstate"
    link = "cm/device-group"
    return [
        {
            **_envelope(work, "device", name),
            "kind": kind,
            "selfLink": work.link(link, path, f"/devices/{name.replace('/', '~')}"),
            "setSyncLeader": False,
        }
        for name in paths
    ]


def _traffic_group(work: Work, path: str, number: int) -> Json:
    floating = path != LOCAL_ONLY
    return {
        **_envelope(work, "traffic-group", path),
        "autoFailbackEnabled": "false",
        "autoFailbackTime": 60,
        "failoverMethod": "ha-order",
        "haLoadFactor": 1,
        "isFloating": "true" if floating else "false",
        "mac": "none",
        "monitor": {},
        "unitId": number if floating else 0,
    }


def traffic_group_stats(work: Work, group: Group, path: str) -> Json:
    """Return where a traffic group is active: one entry per unit."""
    get(work, group, "traffic-group", path)
    base = f"https://localhost/mgmt/tm/cm/traffic-group/{path.replace('/', '~')}"
    entries = {}
    for unit in group.units:
        holds = group.active.get(path) == unit.hostname
        words = {"deviceName": f"/Common/{unit.hostname}", "failoverState": "active" if holds else "standby"}
        words |= {"nextActive": "false" if holds else "true", "trafficGroup": path}
        nested = {name: {"description": value} for name, value in words.items()}
        place = f"{base}:~Common~{unit.hostname}/stats"
        entries[place] = {"nestedStats": {"entries": nested}}
    link = work.link("cm/traffic-group", path, "/stats")
    return {"kind": "tm:cm:traffic-group:traffic-groupstats", "generation": 1, "selfLink": link, "entries": entries}
