"""dns-01 with real Certbot and Pebble: a hook of the operator writes the record that Pebble looks up."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.trust.stores import store_of_requests
from tests.support.authorities import ChallengeTestServer, Pebble
from tests.support.installation import Installation, verified_names
from tests.support.world import free_port

HOOK = """\
import json, os, shutil, sys, urllib.request
body = {"host": "_acme-challenge." + os.environ["CERTBOT_DOMAIN"] + "."}
if sys.argv[1] == "set-txt":
    body["value"] = os.environ["CERTBOT_VALIDATION"]
urllib.request.urlopen("%s/" + sys.argv[1], json.dumps(body).encode())
with open("%s", "a") as notes:
    print(sys.argv[1], body["host"], file=notes)
shutil.copy(os.environ["REQUESTS_CA_BUNDLE"], notes.name + ".pem")
"""


@pytest.fixture(scope="module")
def dns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChallengeTestServer]:
    with ChallengeTestServer(tmp_path_factory.mktemp("dns")) as server:
        yield server


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory, dns: ChallengeTestServer) -> Iterator[Pebble]:
    with Pebble(tmp_path_factory.mktemp("ca"), dns_server=dns.dns_address) as server:
        yield server


@pytest.fixture
def here(tmp_path: Path, ca: Pebble) -> Iterator[Installation]:
    with SimulatedBigIP(Switches(tmos="15.1.5")) as device:
        port = free_port()
        device.add_virtual_server("/Common/vs_www", f"127.0.0.1:{port}")
        yield Installation(tmp_path / "connector", device, ca, port=port)


@pytest.fixture
def notes(here: Installation, dns: ChallengeTestServer) -> Path:
    """Write the hook next to the configuration; return the file in which it notes its calls."""
    notes = here.folder / "notes"
    (here.folder / "hook.py").write_text(HOOK % (dns.management_url, notes))
    return notes


def certificate(here: Installation, *names: str, **changes: Any) -> dict[str, Any]:
    hook = f"{sys.executable} {here.folder / 'hook.py'}"
    return {
        "common_name": names[0],
        "sans": list(names[1:]),
        "key_type": "ecdsa",
        "virtual_servers": ["vs_www"],
        "validation": "dns-01",
        "dns_authenticator": "manual",
        "dns_options": {"auth-hook": f"{hook} set-txt", "manual-cleanup-hook": f"{hook} clear-txt"},
        **changes,
    }


CERTIFICATES = (  # names, and one to ask for
    (("www.example.com", "api.example.com"), "api.example.com"),
    (("*.example.com",), "shop.example.com"),
    (("*.example.net", "example.net"), "example.net"),  # two records of one name
)


def test_names_are_validated_by_records_that_a_hook_writes(here: Installation, ca: Pebble, notes: Path) -> None:
    ports = [here.port, free_port(), free_port()]
    for number, port in enumerate(ports[1:], 1):
        here.device.add_virtual_server(f"/Common/vs_{number}", f"127.0.0.1:{port}")
    servers = ["vs_www", "vs_1", "vs_2"]
    wanted = zip(CERTIFICATES, servers, strict=True)
    here.write_config(*(certificate(here, *names, virtual_servers=[server]) for (names, _), server in wanted))
    check = here.run("check")
    assert (check.returncode, here.device.writes()) == (0, []), check.stdout
    first = here.run_json()
    assert (first["exit_code"], first["summary"]) == (0, {"enrolled": 3}), first["log"]
    for (names, asked), port in zip(CERTIFICATES, ports, strict=True):
        assert verified_names("127.0.0.1", port, asked, ca.root) == set(names)
    hosts = [f"_acme-challenge.{name.removeprefix('*.')}." for names, _ in CERTIFICATES for name in names]
    noted = notes.read_text().splitlines()
    assert sorted(noted) == sorted(f"{verb} {host}" for verb in ("set-txt", "clear-txt") for host in hosts)
    trusted = Path(f"{notes}.pem").read_text()  # by what the hook asks: as outside, and the private CA too
    assert Path(store_of_requests()).read_text() + "\n" + ca.ca_bundle.read_text() == trusted
    assert len([call for call in here.device.journal if "authn/login" in call.path]) == 2  # check, and this run
    assert [call.path for call in here.device.journal if "*" in call.path] == []
    assert here.run_json()["summary"] == {"kept": 3}
    assert notes.read_text().splitlines() == noted


def test_a_missing_record_fails_and_leaves_nothing_behind(here: Installation) -> None:
    here.write_config(certificate(here, "www.example.com", dns_options={"auth-hook": "true"}))
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (1, {"failed": 1})
    error = found["results"][0]["error"]
    assert "the CA could not see that the names are ours (www.example.com: " in error
    assert "or its TXT record (dns-01)" in error
    left = [*here.device.tokens, *here.device.uploads, *here.device.csrs]
    assert (left, here.device.saved) == ([], 0)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"dns_authenticator": "dns-nowhere", "dns_options": {}},
            "Certbot has no plugin dns-nowhere: pip install certbot-dns-nowhere, or correct dns_authenticator",
        ),
        ({"dns_options": {}}, "dns_authenticator: manual asks a program for the DNS record; name it: dns_options"),
    ],
)
def test_a_missing_plugin_or_hook_is_reported_by_check(
    here: Installation, changes: dict[str, Any], problem: str
) -> None:
    here.write_config(certificate(here, "www.example.com", **changes))
    check = here.run("check")
    assert (check.returncode, problem in check.stdout) == (1, True), check.stdout
    assert here.device.writes() == []
