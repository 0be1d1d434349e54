"""The device as a whole: saving, the journal, faults, and calls that are not simulated."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import time
from pathlib import Path

import pytest
import requests

from sectigo_f5.simulator import Exchange, Fault, SimulatedBigIP, Switches
from sectigo_f5.simulator.faults import read_scenario
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, certificate_pem, free_port, rsa_key


def test_saving_makes_the_saved_configuration_current(rest: Rest, device: SimulatedBigIP) -> None:
    assert device.saved_is_current
    rest.post("ltm/rule", {"name": "r", "apiAnonymous": ""})
    assert not device.saved_is_current
    assert rest.post("sys/config", {"command": "save"})["kind"] == "tm:sys:config:savestate"
    assert (device.saved, device.saved_is_current) == (1, True)


def test_reboot_returns_to_what_was_last_saved(rest: Rest, device: SimulatedBigIP) -> None:
    device.add_rule("/Common/kept", "")
    device.add_certificate("/Common/k.crt", certificate_pem(rsa_key().public_key(), "k.example.com"))
    rest.post("sys/config", {"command": "save"})
    rest.post("sys/crypto/key", {"name": "new.key", "keyType": "ec-private", "options": [{"gen-csr": "x"}]})
    rest.patch("ltm/rule/kept", {"apiAnonymous": "when HTTP_REQUEST {}"})
    rest.call("DELETE", "sys/file/ssl-cert/k.crt")
    generation = device.engine.configuration.generation
    device.reboot()
    assert (device.rules, device.csrs, device.saved, device.saved_is_current) == (["/Common/kept"], [], 1, True)
    assert not device.exists("/mgmt/tm/sys/file/ssl-key/~Common~new.key")
    assert device.get("/mgmt/tm/sys/file/ssl-cert/~Common~k.crt")["revision"] == 1
    assert "apiAnonymous" not in device.get("/mgmt/tm/ltm/rule/~Common~kept")
    assert device.engine.configuration.generation > generation


def test_reboot_ends_sessions_transactions_and_connections(rest: Rest, device: SimulatedBigIP) -> None:
    port = free_port("127.0.0.9")
    device.add_virtual_server("/Common/vs", f"127.0.0.9:{port}")
    device.save()
    number, token = rest.begin(), rest.token
    rest.post("ltm/rule", {"name": "r"}, number)
    with socket.create_connection(("127.0.0.9", port), 10) as client:
        device.reboot()
        with contextlib.suppress(ConnectionResetError):
            assert client.recv(1) == b""
    with contextlib.suppress(requests.ConnectionError):  # the kept connection has ended
        rest.call("GET", "sys/version")
    assert rest.refusal("GET", "sys/version") == (401, "X-F5-Auth-Token does not exist.")
    rest.token = ""
    rest.login()
    assert (rest.token != token, device.saved) == (True, 0)
    assert rest.refusal("GET", f"transaction/{number}")[0] == 404
    assert device.data_plane.addresses == {("127.0.0.9", port)}


def test_reboot_of_one_unit_leaves_changes_pending(make: Make) -> None:
    first, second = make(), make(hostname="bigip2.example.net")
    first.make_pair(second, auto_sync=True)
    first.add_rule("/Common/r", "")
    first.reboot()
    assert (first.rules, second.rules, first.engine.group.status) == ([], ["/Common/r"], "Changes Pending")


def test_journal_shows_users_and_separates_writes(rest: Rest, device: SimulatedBigIP) -> None:
    rest.get("ltm/virtual", **{"$select": "name"})
    rest.post("ltm/rule", {"name": "r"})
    rest.call("DELETE", f"/mgmt/shared/authz/tokens/{rest.token}")
    login, read, write, logout = device.journal
    assert (login.method, login.status, login.user) == ("POST", 200, "")
    assert (read.path, read.query, read.user) == ("/mgmt/tm/ltm/virtual", "%24select=name", "admin")
    assert device.writes() == [write]
    assert (write.number, logout.method) == (3, "DELETE")


def test_journal_counts_the_bytes_of_answers_and_names_clients(rest: Rest, device: SimulatedBigIP) -> None:
    answer = rest.call("GET", "ltm/rule", headers={"User-Agent": "probe/1"})
    seen = device.journal[-1]
    assert (seen.size, seen.agent) == (len(answer.content), "probe/1")
    assert seen.size > 0


def test_hook_can_change_the_device_between_two_calls(rest: Rest, device: SimulatedBigIP) -> None:
    seen: list[Exchange] = []

    def hook(exchange: Exchange) -> None:
        seen.append(exchange)
        device.hook = None
        device.add_rule("/Common/r", "")

    device.hook = hook
    assert rest.get("ltm/rule")["items"] == []
    assert [item["name"] for item in rest.get("ltm/rule")["items"]] == ["r"]
    assert [exchange.path for exchange in seen] == ["/mgmt/tm/ltm/rule"]


def test_faults_affect_the_calls_that_they_name(rest: Rest, device: SimulatedBigIP) -> None:
    device.fault(Fault("GET", r"/ltm/rule$", nth=2, action="status:503", times=2))
    assert [rest.call("GET", "ltm/rule").status_code for _ in range(4)] == [200, 503, 503, 200]
    device.fault(Fault("GET", "/sys/version", action="html:502"))
    answer = rest.call("GET", "sys/version")
    assert (answer.status_code, answer.headers["Content-Type"]) == (502, "text/html")
    device.fault(Fault("GET", "/sys/version", action="error:400:01070712:3: something"))
    assert rest.refusal("GET", "sys/version") == (400, "01070712:3: something")
    device.fault(Fault("GET", "/sys/version", action="delay:0.3"))
    begun = time.monotonic()
    assert rest.get("sys/version")
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize(("action", "rules"), [("drop", []), ("drop-after", ["/Common/r"])])
def test_lost_answer_and_lost_request_look_the_same(
    rest: Rest, device: SimulatedBigIP, action: str, rules: list[str]
) -> None:
    device.fault(Fault("POST", "/ltm/rule", action=action))
    with pytest.raises(requests.ConnectionError):
        rest.call("POST", "ltm/rule", {"name": "r"})
    assert device.rules == rules
    assert device.journal[-1].status == 0


@pytest.mark.parametrize(
    ("action", "status", "body"),
    [
        ("error-after:400:remoteSender:10.0.2.2, method:POST ", 400, '"message":"remoteSender:10.0.2.2, method:POST "'),
        ("html-after:503", 503, "Configuration Utility restarting..."),
        ("garbage", 200, '{"kind":"tm:sys:global-sett'),
        ("empty", 200, ""),
    ],
)
def test_an_executed_call_is_answered_as_its_fault_has_it(
    rest: Rest, device: SimulatedBigIP, action: str, status: int, body: str
) -> None:
    device.fault(Fault("POST", "/ltm/rule", action=action))
    answer = rest.call("POST", "ltm/rule", {"name": "r"})
    assert (answer.status_code, body in answer.text, bool(answer.text)) == (status, True, bool(body))
    assert device.rules == ["/Common/r"]


def test_a_token_that_ended_is_refused_and_stays_so(rest: Rest, device: SimulatedBigIP) -> None:
    device.fault(Fault("GET", "/sys/version", action="token-ended"))
    assert [rest.refusal("GET", "sys/version") for _ in range(2)] == [(401, "X-F5-Auth-Token does not exist.")] * 2
    assert device.tokens == []


def test_a_slow_call_is_executed_and_answers_nothing(rest: Rest, device: SimulatedBigIP) -> None:
    device.fault(Fault("POST", "/ltm/rule", action="slow"))
    with pytest.raises(requests.ReadTimeout):
        rest.call("POST", "ltm/rule", {"name": "r"}, timeout=0.2)
    assert (device.rules, device.journal[-1].status) == (["/Common/r"], 0)


def test_invalid_faults_and_scenarios_are_refused(tmp_path: Path) -> None:
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


def test_latency_delays_every_answer(make: Make) -> None:
    with contextlib.closing(Rest(make(latency=0.2))) as rest:
        begun = time.monotonic()
        rest.login()
        assert time.monotonic() - begun >= 0.2


# -- unknown calls -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
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
def test_unknown_calls_fail_the_test_that_makes_them(
    method: str, path: str, body: dict[str, object] | None, message: str
) -> None:
    def use() -> None:
        with SimulatedBigIP(Switches()) as device, contextlib.closing(Rest(device)) as rest:
            device.add_virtual_server("/Common/vs", "192.0.2.1:443")
            rest.login()
            assert rest.call(method, path, body).status_code == 501

    with pytest.raises(AssertionError, match="does not know") as caught:
        use()
    assert message in str(caught.value)


def test_failing_hook_fails_the_test() -> None:
    def hook(exchange: Exchange) -> None:
        raise RuntimeError(exchange.path)

    def use() -> None:
        with SimulatedBigIP(Switches()) as device, contextlib.closing(Rest(device)) as rest:
            device.hook = hook
            with pytest.raises(requests.ConnectionError):
                rest.login()

    with pytest.raises(AssertionError, match="RuntimeError"):
        use()


def test_workers_report_that_they_are_available(rest: Rest) -> None:
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


def test_body_can_be_sent_in_chunks(rest: Rest) -> None:
    body = json.dumps({"name": "r", "apiAnonymous": "x"}).encode()
    headers = {"Content-Type": "application/json"}
    assert rest.call("POST", "ltm/rule", headers=headers, data=iter([body[:5], body[5:]])).json()["name"] == "r"
    assert rest.call("GET", "ltm/rule/r").status_code == 200  # and nothing of it is left in the connection


def test_json_is_written_without_spaces(rest: Rest) -> None:
    assert '"name":"tcp","fullPath":"tcp"' in rest.call("GET", "ltm/profile/tcp/tcp").text


def test_folder_of_a_partition_is_an_ordinary_object(rest: Rest) -> None:
    rest.call("POST", "auth/partition", {"name": "Shop"})
    assert rest.call("PATCH", "sys/folder/~Shop", {"description": "x"}).json()["description"] == "x"
    assert rest.call("GET", "sys/folder/~Shop").json()["fullPath"] == "/Shop"


def test_modules_report_whether_they_are_provisioned(rest: Rest) -> None:
    """F5's Ansible modules for virtual servers and facts ask first."""
    items = rest.call("GET", "sys/provision").json()["items"]
    assert {item["name"]: item["level"] for item in items}["ltm"] == "nominal"
    assert items[0]["kind"] == "tm:sys:provision:provisionstate"


def test_device_info_names_product_and_release(rest: Rest) -> None:
    """F5's cloud libraries ask before anything else."""
    answer = rest.call("GET", "/mgmt/shared/identified-devices/config/device-info").json()
    assert (answer["product"], answer["version"], answer["build"]) == ("BIG-IP", "16.1.4", "0.0.10")
    (state,) = rest.call("GET", "sys/mcp-state").json()["entries"].values()
    assert state["nestedStats"]["entries"]["phase"]["description"] == "running"
