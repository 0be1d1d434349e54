"""HA groups: states of units, config sync, failover."""

from __future__ import annotations

import contextlib

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, free_port, served


def status_of(device: SimulatedBigIP, url: str) -> str:
    entries = device.get(f"/mgmt/tm/cm/{url}")["entries"][f"https://localhost/mgmt/tm/cm/{url}/0"]
    return str(entries["nestedStats"]["entries"]["status"]["description"])


@pytest.mark.parametrize(
    ("ha", "failover", "sync", "mode", "devices"),
    [
        ("standalone", "ACTIVE", "Standalone", "standalone", ["active"]),
        ("active", "ACTIVE", "In Sync", "high-availability", ["active", "standby"]),
        ("standby", "STANDBY", "In Sync", "high-availability", ["standby", "active"]),
    ],
)
def test_unit_reports_its_state_and_its_group(
    make: Make, ha: str, failover: str, sync: str, mode: str, devices: list[str]
) -> None:
    device = make(ha=ha)
    assert (status_of(device, "failover-status"), status_of(device, "sync-status")) == (failover, sync)
    assert f"{{'description': '{mode}'}}" in str(device.get("/mgmt/tm/cm/sync-status"))
    listed = device.get("/mgmt/tm/cm/device")["items"]
    assert [item["failoverState"] for item in listed] == devices
    assert [item["selfDevice"] for item in listed] == ["true", "false"][: len(devices)]
    assert listed[0]["hostname"] == device.get("/mgmt/tm/sys/global-settings")["hostname"]
    assert device.get("/mgmt/shared/bigip-failover-state")["failoverState"] == failover.lower()
    groups = {item["name"]: item["type"] for item in device.get("/mgmt/tm/cm/device-group")["items"]}
    assert groups.get("sync-failover") == ("sync-failover" if ha != "standalone" else None)


def test_pair_shares_its_configuration_and_syncs_changes(make: Make) -> None:
    one, two = make(), make()
    one.add_certificate("/Common/ca.crt", one_certificate(one))
    one.make_pair(two)
    assert two.exists("/mgmt/tm/sys/file/ssl-cert/~Common~ca.crt")
    assert [status_of(device, "failover-status") for device in (one, two)] == ["ACTIVE", "STANDBY"]
    one.add_rule("/Common/r", "")
    assert [status_of(device, "sync-status") for device in (one, two)] == ["Changes Pending"] * 2
    assert two.rules == []
    with contextlib.closing(Rest(one)) as rest:
        rest.login()
        unknown = {"command": "run", "utilCmdArgs": "config-sync to-group nobody"}
        expected = "01020036:3: The requested Device Group (/Common/nobody) was not found."
        assert rest.refusal("POST", "cm", unknown)[1] == expected
        rest.post("cm", {"command": "run", "utilCmdArgs": "config-sync to-group sync-failover force-full-load-push"})
    assert (two.rules, status_of(two, "sync-status")) == (["/Common/r"], "In Sync")


def one_certificate(device: SimulatedBigIP) -> str:
    return device.engine.configuration.items["sys/file/ssl-cert", "/Common/default.crt"].content.decode()


def test_auto_sync_leaves_nothing_pending(make: Make) -> None:
    one, two = make(), make()
    one.make_pair(two, auto_sync=True)
    two.add_rule("/Common/r", "")
    assert (one.rules, status_of(one, "sync-status")) == (["/Common/r"], "In Sync")


def test_traffic_follows_its_traffic_group(make: Make) -> None:
    one, two, port = make(), make(), free_port()
    one.add_virtual_server("/Common/vs", f"127.0.0.1:{port}", ("/Common/tcp", "/Common/clientssl"))
    one.make_pair(two)
    assert [set(device.data_plane.addresses) for device in (one, two)] == [{("127.0.0.1", port)}, set()]
    served("127.0.0.1", port, None)
    one.fail_over()
    assert [set(device.data_plane.addresses) for device in (one, two)] == [set(), {("127.0.0.1", port)}]
    served("127.0.0.1", port, None)
    assert [status_of(device, "failover-status") for device in (one, two)] == ["STANDBY", "ACTIVE"]


def test_both_units_are_active_with_one_traffic_group_each(make: Make) -> None:
    one, two = make(), make()
    one.add_virtual_server("/Common/vs", "192.0.2.1:443")
    one.make_pair(two)
    one.add_traffic_group("/Common/traffic-group-2", active=False)
    one.set("/mgmt/tm/ltm/virtual-address/~Common~192.0.2.1", trafficGroup="/Common/traffic-group-2")
    assert [item["failoverState"] for item in one.get("/mgmt/tm/cm/device")["items"]] == ["active", "active"]
    stats = one.get("/mgmt/tm/cm/traffic-group/~Common~traffic-group-2/stats")
    assert stats["kind"] == "tm:cm:traffic-group:traffic-groupstats"
    entries = [entry["nestedStats"]["entries"] for entry in stats["entries"].values()]
    words = {one["deviceName"]["description"]: one["failoverState"]["description"] for one in entries}
    assert words == {f"/Common/{one.hostname}": "standby", f"/Common/{two.hostname}": "active"}
