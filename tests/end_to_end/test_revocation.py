"""A certificate that somebody else had revoked, found by OCSP, with real Certbot and Pebble."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from tests.support.authorities import Pebble
from tests.support.installation import Installation
from tests.support.ocsp_responder import Responder, responder
from tests.support.world import free_port

WWW = {"common_name": "www.example.com", "virtual_servers": ["vs_www"], "key_type": "ecdsa"}
# Pebble accepts every challenge here, so the authenticator need not do anything.
BY_DNS = {"validation": "dns-01", "dns_authenticator": "manual", "dns_options": {"auth-hook": "true"}}


@pytest.fixture
def ocsp() -> Iterator[Responder]:
    with responder() as server:
        yield server


@pytest.fixture
def pebble(tmp_path: Path, ocsp: Responder) -> Iterator[Pebble]:
    with Pebble(tmp_path / "ca", ocsp_url=ocsp.url, always_valid=True, nonce_reject=0) as server:
        ocsp.pebble = server
        yield server


@pytest.fixture
def device() -> Iterator[SimulatedBigIP]:
    with SimulatedBigIP() as bigip:
        profiles = ("/Common/tcp", "/Common/http")
        bigip.add_virtual_server("/Common/vs_www", f"127.0.0.1:{free_port()}", profiles=profiles)
        yield bigip


def test_a_certificate_revoked_by_ocsp_is_replaced_with_a_new_key(
    tmp_path: Path, pebble: Pebble, ocsp: Responder, device: SimulatedBigIP
) -> None:
    """Revoked by somebody else: only the responder knows of it."""
    here = Installation(tmp_path / "connector", device, pebble)
    here.write_config({**WWW, **BY_DNS})
    first = here.run_json()
    assert (first["exit_code"], first["summary"]) == (0, {"enrolled": 1}), first["log"]
    kept = here.run_json()
    assert (kept["summary"], ocsp.asked) == ({"kept": 1}, 1), kept["log"]
    revoked = here.run("revoke", "--only", "www.example.com", "--reason", "superseded", "--yes")
    assert revoked.returncode == 0, revoked.stderr
    (note,) = (here.state / "certificates").rglob("*.revoked")
    note.unlink()
    replaced = here.run_json()
    assert (replaced["exit_code"], replaced["summary"]) == (0, {"replaced": 1}), replaced["log"]
    assert replaced["results"][0]["reason"] == "the certificate was revoked: superseded (OCSP)"
    assert replaced["results"][0]["serial"] != first["results"][0]["serial"]
    checksums = {item["checksum"] for item in device.get("/mgmt/tm/sys/file/ssl-key")["items"]}
    assert len(checksums) >= 2, "the new certificate has the old key"
    ocsp.shutdown()
    ocsp.server_close()
    unknown = here.run_json()
    assert (unknown["exit_code"], unknown["summary"]) == (0, {"kept": 1}), unknown["log"]
    assert unknown["log"].count("could not determine whether the certificate is revoked") == 1
