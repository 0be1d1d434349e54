"""Whole runs with real Certbot and certbot-bigip against Pebble.

Pebble fetches http-01 from port 80 of the simulated virtual server, asks pebble-challtestsrv for
addresses, and rejects nonces at its default rate. certbot-bigip knows only port 443 of a BIG-IP,
so these tests bind ports 80 and 443 of loopback addresses of their own: as root, or if
``net.ipv4.ip_unprivileged_port_start`` allows it.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.simulator import Exchange, SimulatedBigIP, Switches
from tests.support.authorities import ChallengeTestServer, Pebble
from tests.support.canaries import Canaries
from tests.support.installation import Installation, verified_names
from tests.support.loopback import own_address
from tests.support.watch import Watch, collect_secrets, must_not_be_kept

PASSWORD = 'pa ss #that "only the plugin knows'
HTTP = ("/Common/tcp", "/Common/http")
REDIRECT = 'when HTTP_REQUEST {\n  HTTP::redirect "https://[getfield [HTTP::host] ":" 1][HTTP::uri]"\n}'


SITE, MANAGEMENT = own_address(1), own_address(2)


@pytest.fixture(scope="module")
def dns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChallengeTestServer]:
    with ChallengeTestServer(tmp_path_factory.mktemp("dns")) as server:
        server.add_a("www.example.com", SITE)
        yield server


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory, dns: ChallengeTestServer) -> Iterator[Pebble]:
    with Pebble(tmp_path_factory.mktemp("ca"), http_port=80, dns_server=dns.dns_address) as server:
        yield server


@pytest.fixture
def here(tmp_path: Path, ca: Pebble) -> Iterator[Installation]:
    with SimulatedBigIP(
        Switches(tmos="16.1.4", password=PASSWORD, rule_delay=3), address=MANAGEMENT, port=443
    ) as device:
        device.add_virtual_server("/Common/vs_www_https", f"{SITE}:443", profiles=HTTP)
        device.add_rule("/Common/to_https", REDIRECT)
        device.add_virtual_server("/Common/vs_www_http", f"{SITE}:80", profiles=HTTP, rules=["/Common/to_https"])
        yield Installation(tmp_path / "connector", device, ca)


PORT_80 = "/mgmt/tm/ltm/virtual/~Common~vs_www_http"
COUNTERS = ("generation", "lastModifiedTime")  # which the device changes by itself


def test_http_01_is_answered_by_the_virtual_server(here: Installation, ca: Pebble) -> None:
    here.write_config({"common_name": "www.example.com", "virtual_servers": ["vs_www_https"]})
    before = here.device.get(PORT_80)
    hidden = collect_secrets(here.device, Canaries())
    with Watch(here.state) as watch:
        first = here.run_json()
    assert (first["exit_code"], first["summary"]) == (0, {"enrolled": 1}), first["log"]
    answered = r"waited \d\.\d s for the challenge of www\.example\.com on /Common/vs_www_http: it is answered"
    assert re.search(answered, first["log"])  # certbot-bigip alone sleeps for ten, whatever the data plane takes
    hidden.add("password", PASSWORD)
    hidden.add("HMAC key", ca.eab_hmac_key)
    watch.must_not_have_seen(hidden)
    assert ("certbot.ini", 0o600) in watch.modes
    must_not_be_kept(hidden, here.state, first["log"], here.log.read_text())
    assert verified_names(SITE, 443, "www.example.com", ca.root) == {"www.example.com"}
    after = here.device.get(PORT_80)
    assert {k: v for k, v in after.items() if k not in COUNTERS} == {
        k: v for k, v in before.items() if k not in COUNTERS
    }
    left = [*here.device.tokens, *here.device.uploads, *here.device.csrs]
    assert left + [name for name in here.device.rules if "Certbot" in name] == []
    second = here.run_json()
    assert (second["exit_code"], second["summary"]) == (0, {"kept": 1}), second["log"]


def children_of(process: int) -> list[int]:
    """Return the processes that a process has started."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            if f"\nPPid:\t{process}\n" in status.read_text():
                found.append(int(status.parent.name))
    return found


def test_a_challenge_of_a_killed_run_is_removed_and_its_order_continued(here: Installation, ca: Pebble) -> None:
    here.write_config({"common_name": "www.example.com", "virtual_servers": ["vs_www_https"]})
    before, attached = here.device.get(PORT_80)["rules"], threading.Event()

    def hold(exchange: Exchange) -> None:
        """Keep certbot-bigip from going on once its iRule is on the virtual server."""
        if exchange.method == "PATCH" and exchange.path.startswith(PORT_80):
            attached.set()
            killed.wait(60)

    killed, here.device.hook = threading.Event(), hold
    nowhere = subprocess.DEVNULL
    run = subprocess.Popen(here.command("run"), stdin=nowhere, stdout=nowhere, stderr=nowhere)
    assert attached.wait(60)
    run.send_signal(signal.SIGSTOP)  # it must not notice that Certbot has ended
    for certbot in children_of(run.pid):
        os.kill(certbot, signal.SIGKILL)
    run.kill()
    run.wait()
    killed.set()
    here.device.hook = None
    assert len(here.device.get(PORT_80)["rules"]) == len(before) + 1
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (0, {"enrolled": 1}), found["log"]
    assert "is continued" in found["results"][0]["reason"]
    assert "deleted what is not needed any more: /Common/Certbot-Letsencrypt-" in found["log"]
    assert here.device.get(PORT_80)["rules"] == before
    assert [name for name in here.device.rules if "Certbot" in name] == []


DOUBTS = (
    "the iRule /Common/first of /Common/vs_www_http may answer before the challenge's does",
    "the policy /Common/to_https of /Common/vs_www_http is evaluated before the challenge's iRule",
)


def test_rules_that_intercept_the_challenge_are_warned_of(here: Installation) -> None:
    here.device.add_rule("/Common/first", REDIRECT.replace("HTTP_REQUEST", "HTTP_REQUEST priority 50"))
    rule = {"name": "all", "actions": [{"httpReply": True, "redirect": True, "location": f"https://{SITE}/"}]}
    here.device.add("ltm/policy", "/Common/to_https", rules=[rule])
    here.device.set(PORT_80, rules=["/Common/first", "/Common/to_https"], policies=["/Common/to_https"])
    here.write_config({"common_name": "www.example.com", "key_type": "ecdsa", "virtual_servers": ["vs_www_https"]})
    check = here.run("check")
    assert (check.returncode, [doubt for doubt in DOUBTS if doubt not in check.stdout]) == (0, []), check.stdout
    assert here.device.writes() == []
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (1, {"failed": 1})
    assert "the CA could not see that the names are ours (www.example.com: " in found["results"][0]["error"]
    warned = [doubt for doubt in DOUBTS if f"WARNING www.example.com@bigip-sim: {doubt}" in found["log"]]
    assert warned == [*DOUBTS]
    assert [name for name in here.device.rules if "Certbot" in name] == []


def test_a_challenge_in_another_partition_is_answered(here: Installation, ca: Pebble) -> None:
    """The virtual server of port 80 is in Common: an iRule of partition Shop would be refused there."""
    here.device.delete("/mgmt/tm/ltm/virtual/~Common~vs_www_https")
    here.device.add_partition("Shop")
    here.device.add_virtual_server("/Shop/vs_https", f"{SITE}:443", profiles=HTTP)
    certificate = {"common_name": "www.example.com", "key_type": "ecdsa", "virtual_servers": ["vs_https"]}
    here.write_config({**certificate, "partition": "Shop"})
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (0, {"enrolled": 1}), found["log"]
    assert verified_names(SITE, 443, "www.example.com", ca.root) == {"www.example.com"}


def test_a_missing_virtual_server_on_port_80_is_an_error(here: Installation) -> None:
    here.device.delete(PORT_80)
    here.write_config({"common_name": "www.example.com", "virtual_servers": ["vs_www_https"]})
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (1, {"failed": 1})
    assert (
        f"no virtual server with an HTTP profile answers port 80 of {SITE}; create one" in found["results"][0]["error"]
    )
    assert here.device.writes() == []


def test_failed_challenges_leave_nothing_behind(here: Installation, dns: ChallengeTestServer) -> None:
    dns.add_a("api.example.com", own_address(3))  # nothing answers there
    here.write_config(
        {"common_name": "api.example.com", "virtual_servers": ["vs_www_https"]},
        {"common_name": "www.example.com", "virtual_servers": ["vs_www_https"], "validation": "prevalidated"},
        sni=True,
    )
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (1, {"failed": 2})
    errors = {result["common_name"]: result["error"] for result in found["results"]}
    assert "the CA could not see that the names are ours (api.example.com: " in errors["api.example.com"]
    assert "validate the domain in SCM" in errors["www.example.com"]
    left = [*here.device.tokens, *here.device.uploads, *here.device.csrs]
    assert left + [name for name in here.device.rules if "Certbot" in name] == []
    keys = here.device.get("/mgmt/tm/sys/file/ssl-key")["items"]
    assert [item["name"] for item in keys if "example.com" in item["name"]] == []
