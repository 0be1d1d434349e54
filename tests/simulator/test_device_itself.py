"""Files, programs, units, faults, and what nobody has heard of."""

from __future__ import annotations

import contextlib
import json
import re
import time
from pathlib import Path

import pytest
import requests

from sectigo_f5.simulator import Exchange, Fault, SimulatedBigIP, Switches
from sectigo_f5.simulator.faults import read_scenario
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, free_port, served

UPLOADS = "/mgmt/shared/file-transfer/uploads"
BULK = "/mgmt/shared/file-transfer/bulk"


# -- files -------------------------------------------------------------------------------------


def chunk(rest: Rest, name: str, content: bytes, written: str) -> requests.Response:
    headers = {"Content-Type": "application/octet-stream", "Content-Range": written}
    return rest.call("POST", f"{UPLOADS}/{name}", headers=headers, data=content)


def test_a_file_comes_in_chunks(rest: Rest) -> None:
    first = chunk(rest, "f", b"0123", "0-3/6").json()
    assert (first["remainingByteCount"], first["usedChunks"], first["totalByteCount"]) == (2, {"0": 4}, 6)
    assert first["localFilePath"] == "/var/config/rest/downloads/f"
    assert rest.device.uploads == ["f"]
    assert chunk(rest, "f", b"45", "4-5/6").json()["remainingByteCount"] == 0
    assert rest.bash("cat /var/config/rest/downloads/f") == "012345"


@pytest.mark.parametrize("written", ["bytes 0-3/4", "0-2/4", "0-4/5", "4-7/8", "", "x"])
def test_ranges_must_be_right(rest: Rest, written: str) -> None:
    assert chunk(rest, "f", b"0123", written).status_code == 400


def test_a_new_upload_of_the_same_name_overwrites(rest: Rest) -> None:
    rest.upload("f", b"one and long")
    rest.upload("f", b"two")
    assert rest.bash("cat /var/config/rest/downloads/f") == "two"


@pytest.mark.parametrize("name", ["..", "%2e%2e", "a%2fb"])
def test_no_upload_leaves_the_folder(rest: Rest, name: str) -> None:
    rest.call("POST", f"{UPLOADS}/{name}", headers={"Content-Range": "0-0/1"}, data=b"x")
    assert rest.device.uploads == []
    rest.device.unknown.clear()


@pytest.mark.parametrize(
    ("switches", "status", "content"),
    [
        ({"tmos": "13.1.1"}, 400, b""),
        ({"tmos": "14.1.2"}, 206, b"0123456789"),
        ({"tmos": "16.1.4"}, 200, b"0123456789"),
        ({"bulk_download": "400"}, 400, b""),
    ],
)
def test_a_range_wider_than_the_file(make: Make, switches: dict[str, str], status: int, content: bytes) -> None:
    with contextlib.closing(Rest(make(**switches))) as rest:
        rest.login()
        rest.upload("f", b"0123456789")
        move = "/var/config/rest/downloads/f /var/config/rest/bulk/f"
        rest.post("util/unix-mv", {"command": "run", "utilCmdArgs": move})
        wide = rest.call("GET", f"{BULK}/f", headers={"Content-Range": "0-524287/0"})
        assert (wide.status_code, wide.content) == (status, content)
        assert wide.headers["Content-Range"] == "0-9/10"
        exact = rest.call("GET", f"{BULK}/f", headers={"Content-Range": "0-9/10"})
        assert (exact.status_code, exact.content) == (200, b"0123456789")
        part = rest.call("GET", f"{BULK}/f", headers={"Content-Range": "2-4/10"})
        assert (part.status_code, part.content) == (200, b"234")
        assert rest.call("GET", f"{BULK}/none").status_code == 404


# -- programs ----------------------------------------------------------------------------------


def test_bash_is_a_real_one_among_the_devices_own_paths(rest: Rest) -> None:
    said = rest.bash("umask 077; echo secret > /var/tmp/f && cat < /var/tmp/f; ls /var/tmp; stat -c %a /var/tmp/f; pwd")
    assert said == "secret\nf\n600\n/root\n"
    assert rest.bash('d=$(mktemp -d /shared/x.XXXXXX); echo "${d%.*}"; rm -r "$d"; ls /shared') == "/shared/x\n"
    assert rest.bash("cat /etc/passwd /config/../../../etc/passwd 2>&1 | wc -l") == "2\n"
    assert "No such file" in rest.bash("cat /nonexistent")


def test_openssl_runs_on_the_device(rest: Rest) -> None:
    rest.upload("p", b"a passphrase")
    said = rest.bash(
        "cd /var/tmp; openssl genrsa -aes256 -passout file:/var/config/rest/downloads/p -out k.pem 2048 2>/dev/null; "
        "openssl req -new -key k.pem -passin file:/var/config/rest/downloads/p -subj /CN=x; head -n 1 /var/tmp/k.pem"
    )
    assert "BEGIN CERTIFICATE REQUEST" in said
    assert "BEGIN ENCRYPTED PRIVATE KEY" in said
    assert all("a passphrase" not in line for line in rest.device.audit)


def test_the_answer_has_a_result_only_when_something_was_printed(rest: Rest) -> None:
    found = rest.post("util/bash", {"command": "run", "utilCmdArgs": "-c 'true'"})
    assert found == {"kind": "tm:util:bash:runstate", "command": "run", "utilCmdArgs": "-c 'true'"}
    found = rest.post("util/bash", {"command": "run", "utilCmdArgs": "echo hello"})
    assert found["commandResult"] == 'Required format is "-c <bash command and arguments>"\n'
    status, message = rest.refused("POST", "util/bash", {"command": "run", "utilCmdArgs": "-c 'echo"})
    assert (status, "quotes are not balanced" in message) == (400, True)


def test_the_audit_log_has_every_command_line(rest: Rest) -> None:
    rest.bash("echo hello")
    rest.post("util/unix-ls", {"command": "run", "utilCmdArgs": "/shared"})
    assert rest.device.audit == ["bash -c 'echo hello'", "unix-ls /shared"]


# -- units -------------------------------------------------------------------------------------


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
def test_what_a_unit_says_of_itself(
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


def test_a_pair_shares_and_drifts_and_syncs(make: Make) -> None:
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
        nobody = {"command": "run", "utilCmdArgs": "config-sync to-group nobody"}
        assert (
            rest.refused("POST", "cm", nobody)[1]
            == "01020036:3: The requested Device Group (/Common/nobody) was not found."
        )
        rest.post("cm", {"command": "run", "utilCmdArgs": "config-sync to-group sync-failover force-full-load-push"})
    assert (two.rules, status_of(two, "sync-status")) == (["/Common/r"], "In Sync")


def one_certificate(device: SimulatedBigIP) -> str:
    return device.engine.configuration.items["sys/file/ssl-cert", "/Common/default.crt"].content.decode()


def test_auto_sync_leaves_nothing_pending(make: Make) -> None:
    one, two = make(), make()
    one.make_pair(two, auto_sync=True)
    two.add_rule("/Common/r", "")
    assert (one.rules, status_of(one, "sync-status")) == (["/Common/r"], "In Sync")


def test_traffic_follows_its_group(make: Make) -> None:
    one, two, port = make(), make(), free_port()
    one.add_virtual_server("/Common/vs", f"127.0.0.1:{port}", ("/Common/tcp", "/Common/clientssl"))
    one.make_pair(two)
    assert [set(device.data_plane.addresses) for device in (one, two)] == [{("127.0.0.1", port)}, set()]
    served("127.0.0.1", port, None)
    one.fail_over()
    assert [set(device.data_plane.addresses) for device in (one, two)] == [set(), {("127.0.0.1", port)}]
    served("127.0.0.1", port, None)
    assert [status_of(device, "failover-status") for device in (one, two)] == ["STANDBY", "ACTIVE"]


def test_active_active_by_traffic_group(make: Make) -> None:
    one, two = make(), make()
    one.add_virtual_server("/Common/vs", "192.0.2.1:443")
    one.make_pair(two)
    one.add_traffic_group("/Common/traffic-group-2", active=False)
    one.set("/mgmt/tm/ltm/virtual-address/~Common~192.0.2.1", trafficGroup="/Common/traffic-group-2")
    assert [item["failoverState"] for item in one.get("/mgmt/tm/cm/device")["items"]] == ["active", "active"]
    stats = one.get("/mgmt/tm/cm/traffic-group/~Common~traffic-group-2/stats")
    assert stats["kind"] == "tm:cm:traffic-group:traffic-groupstats"
    said = [entry["nestedStats"]["entries"] for entry in stats["entries"].values()]
    words = {one["deviceName"]["description"]: one["failoverState"]["description"] for one in said}
    assert words == {f"/Common/{one.hostname}": "standby", f"/Common/{two.hostname}": "active"}


# -- saving, the journal, faults ----------------------------------------------------------------


def test_saved_and_not_saved(rest: Rest, device: SimulatedBigIP) -> None:
    assert device.saved_is_current
    rest.post("ltm/rule", {"name": "r", "apiAnonymous": ""})
    assert not device.saved_is_current
    assert rest.post("sys/config", {"command": "save"})["kind"] == "tm:sys:config:savestate"
    assert (device.saved, device.saved_is_current) == (1, True)


def test_the_journal_knows_who_did_what_and_writes_are_told_apart(rest: Rest, device: SimulatedBigIP) -> None:
    rest.get("ltm/virtual", **{"$select": "name"})
    rest.post("ltm/rule", {"name": "r"})
    rest.call("DELETE", f"/mgmt/shared/authz/tokens/{rest.token}")
    login, read, write, logout = device.journal
    assert (login.method, login.status, login.user) == ("POST", 200, "")
    assert (read.path, read.query, read.user) == ("/mgmt/tm/ltm/virtual", "%24select=name", "admin")
    assert device.writes() == [write]
    assert (write.number, logout.method) == (3, "DELETE")


def test_a_hook_changes_things_between_two_calls(rest: Rest, device: SimulatedBigIP) -> None:
    seen: list[Exchange] = []

    def hook(done: Exchange) -> None:
        seen.append(done)
        device.hook = None
        device.add_rule("/Common/r", "")

    device.hook = hook
    assert rest.get("ltm/rule")["items"] == []
    assert [item["name"] for item in rest.get("ltm/rule")["items"]] == ["r"]
    assert [done.path for done in seen] == ["/mgmt/tm/ltm/rule"]


def test_faults_happen_when_they_are_due(rest: Rest, device: SimulatedBigIP) -> None:
    device.fault(Fault("GET", r"/ltm/rule$", nth=2, action="status:503", times=2))
    assert [rest.call("GET", "ltm/rule").status_code for _ in range(4)] == [200, 503, 503, 200]
    device.fault(Fault("GET", "/sys/version", action="html:502"))
    answer = rest.call("GET", "sys/version")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    device.fault(Fault("GET", "/sys/version", action="error:400:01070712:3: something"))
    assert rest.refused("GET", "sys/version") == (400, "01070712:3: something")
    device.fault(Fault("GET", "/sys/version", action="delay:0.3"))
    begun = time.monotonic()
    assert rest.get("sys/version")
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize(("action", "made"), [("drop", []), ("drop-after", ["/Common/r"])])
def test_a_lost_answer_and_a_lost_request_look_alike(
    rest: Rest, device: SimulatedBigIP, action: str, made: list[str]
) -> None:
    device.fault(Fault("POST", "/ltm/rule", action=action))
    with pytest.raises(requests.ConnectionError):
        rest.call("POST", "ltm/rule", {"name": "r"})
    assert device.rules == made
    assert device.journal[-1].status == 0


def test_a_fault_is_checked_when_it_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be one of status"):
        Fault("GET", "x", action="explode")
    with pytest.raises(ValueError, match="whole numbers, 1 or more"):
        Fault("GET", "x", nth=0)
    scenario = tmp_path / "scenario.json"
    for wrong in ("{}", "[{}]", "[", '[{"method": "GET", "path": "("}]'):
        scenario.write_text(wrong)
        with pytest.raises(ValueError, match=re.escape(str(scenario))):
            read_scenario(scenario)
    scenario.write_text(json.dumps([{"method": "GET", "path": "x", "action": "status:503"}]))
    assert read_scenario(scenario) == [Fault("GET", "x")]


def test_latency(make: Make) -> None:
    with contextlib.closing(Rest(make(latency=0.2))) as rest:
        begun = time.monotonic()
        rest.login()
        assert time.monotonic() - begun >= 0.2


# -- the unknown --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "told"),
    [
        ("GET", "sys/dns", None, "GET /mgmt/tm/sys/dns"),
        ("GET", "sys/file/ssl-crl", None, "GET /mgmt/tm/sys/file/ssl-crl"),
        ("HEAD", "sys/version", None, "HEAD /mgmt/tm/sys/version"),
        ("POST", "sys/version", {}, "POST /mgmt/tm/sys/version"),
        ("POST", "sys/crypto/crl", {"command": "install"}, "POST /mgmt/tm/sys/crypto/crl"),
        ("POST", "sys/crypto/key", {"name": "x", "securityType": "fips"}, "the securityType fips"),
        ("POST", "ltm/profile/client-ssl", {"name": "x", "sniDefalt": "true"}, "the property sniDefalt"),
        ("POST", "sys/crypto/key", {"name": "x.key", "genCsr": True}, "the property genCsr"),
        ("PATCH", "ltm/virtual/~Common~vs", {"profile": []}, "the property profile"),
        ("GET", "ltm/virtual?$orderby=name", None, "the query option $orderby"),
        ("GET", "ltm/virtual?$filter=name%20eq%20x", None, "the filter name eq x"),
        ("POST", "util/bash", {"command": "run", "utilCmdArgs": "-c 'tmsh show sys cpu'"}, "tmsh show sys cpu"),
    ],
)
def test_what_nobody_has_heard_of_fails_the_test_that_used_it(
    method: str, path: str, body: dict[str, object] | None, told: str
) -> None:
    def use() -> None:
        with SimulatedBigIP(Switches()) as device, contextlib.closing(Rest(device)) as rest:
            device.add_virtual_server("/Common/vs", "192.0.2.1:443")
            rest.login()
            assert rest.call(method, path, body).status_code == 501

    with pytest.raises(AssertionError, match="does not know") as caught:
        use()
    assert told in str(caught.value)


def test_a_hook_that_fails_fails_the_test_too() -> None:
    def hook(done: Exchange) -> None:
        raise RuntimeError(done.path)

    def use() -> None:
        with SimulatedBigIP(Switches()) as device, contextlib.closing(Rest(device)) as rest:
            device.hook = hook
            with pytest.raises(requests.ConnectionError):
                rest.login()

    with pytest.raises(AssertionError, match="RuntimeError"):
        use()


def test_workers_say_whether_they_are_up(rest: Rest) -> None:
    for path in (
        "/mgmt/shared/iapp/package-management-tasks/available",
        "/mgmt/tm/sys/available",
        "/mgmt/tm/ltm/virtual/available",
        "/mgmt/shared/echo-query/available",
    ):
        assert rest.call("GET", path).status_code == 200


def test_bodies_must_be_json(rest: Rest) -> None:
    for content, kind, status in ((b"{", "application/json", 400), (b"{}", "text/plain", 415)):
        answer = rest.call("POST", "ltm/rule", headers={"Content-Type": kind}, data=content)
        assert answer.status_code == status


def test_a_body_may_come_in_chunks(rest: Rest) -> None:
    body = json.dumps({"name": "r", "apiAnonymous": "x"}).encode()
    headers = {"Content-Type": "application/json"}
    assert rest.call("POST", "ltm/rule", headers=headers, data=iter([body[:5], body[5:]])).json()["name"] == "r"
    assert rest.call("GET", "ltm/rule/r").status_code == 200  # and nothing of it is left in the connection


def test_json_is_written_without_blanks(rest: Rest) -> None:
    assert '"name":"tcp","fullPath":"tcp"' in rest.call("GET", "ltm/profile/tcp/tcp").text


def test_a_partitions_own_folder_is_an_object_like_others(rest: Rest) -> None:
    rest.call("POST", "auth/partition", {"name": "Shop"})
    assert rest.call("PATCH", "sys/folder/~Shop", {"description": "x"}).json()["description"] == "x"
    assert rest.call("GET", "sys/folder/~Shop").json()["fullPath"] == "/Shop"


def test_modules_say_whether_they_are_provisioned(rest: Rest) -> None:
    """F5's Ansible modules for virtual servers and facts ask first."""
    items = rest.call("GET", "sys/provision").json()["items"]
    assert {item["name"]: item["level"] for item in items}["ltm"] == "nominal"
    assert items[0]["kind"] == "tm:sys:provision:provisionstate"


def test_a_device_tells_what_it_is(rest: Rest) -> None:
    """F5's cloud libraries ask before anything else."""
    found = rest.call("GET", "/mgmt/shared/identified-devices/config/device-info").json()
    assert (found["product"], found["version"], found["build"]) == ("BIG-IP", "16.1.4", "0.0.10")
    (state,) = rest.call("GET", "sys/mcp-state").json()["entries"].values()
    assert state["nestedStats"]["entries"]["phase"]["description"] == "running"
