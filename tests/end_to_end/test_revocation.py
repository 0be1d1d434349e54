"""A certificate's bad end with real Certbot and real CAs: asked for by ``revoke``, or found by OCSP."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from tests.support.authorities import Acme2Certifier, Pebble
from tests.support.installation import Installation
from tests.support.ocsp_responder import Responder, responder
from tests.support.world import free_port

WWW = {"common_name": "www.example.com", "virtual_servers": ["vs_www"], "key_type": "ecdsa"}
# Pebble passes every challenge here, so the authenticator may do nothing.
BY_DNS = {"validation": "dns-01", "dns_authenticator": "manual", "dns_options": {"auth-hook": "true"}}


@pytest.fixture
def asked() -> Iterator[Responder]:
    with responder() as made:
        yield made


@pytest.fixture
def pebble(tmp_path: Path, asked: Responder) -> Iterator[Pebble]:
    with Pebble(tmp_path / "ca", ocsp_url=asked.url, always_valid=True, nonce_reject=0) as made:
        asked.pebble = made
        yield made


@pytest.fixture
def device() -> Iterator[SimulatedBigIP]:
    with SimulatedBigIP() as made:
        profiles = ("/Common/tcp", "/Common/http")
        made.add_virtual_server("/Common/vs_www", f"127.0.0.1:{free_port()}", profiles=profiles)
        yield made


def test_what_ocsp_calls_revoked_is_replaced_by_a_new_key(
    tmp_path: Path, pebble: Pebble, asked: Responder, device: SimulatedBigIP
) -> None:
    """Revoked by somebody else: nothing here knows of it but the responder."""
    here = Installation(tmp_path / "connector", device, pebble)
    here.write_config({**WWW, **BY_DNS})
    first = here.run_json()
    assert (first["exit_code"], first["summary"]) == (0, {"enrolled": 1}), first["log"]
    kept = here.run_json()
    assert (kept["summary"], asked.asked) == ({"kept": 1}, 1), kept["log"]
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
    asked.shutdown()
    asked.server_close()
    unknown = here.run_json()
    assert (unknown["exit_code"], unknown["summary"]) == (0, {"kept": 1}), unknown["log"]
    assert unknown["log"].count("could not determine whether the certificate is revoked") == 1


def test_revoke_asks_on_a_terminal_and_twice_is_no_failure(tmp_path: Path, device: SimulatedBigIP) -> None:
    with Acme2Certifier(tmp_path / "ca", ["www.example.com"]) as ca:
        here = Installation(tmp_path / "connector", device, ca)
        here.write_config({**WWW, "validation": "prevalidated"})
        first = here.run_json()
        assert first["summary"] == {"enrolled": 1}, first["log"]
        assert "nothing was revoked" in typed(here, "n")
        assert "is revoked (unspecified)" in typed(here, "y")
        again = here.run("revoke", "--only", "www.example.com", "--yes")
        assert (again.returncode, "revoked     www.example.com@bigip-sim" in again.stdout) == (0, True), again.stderr
        assert here.run_json("plan")["summary"] == {"replaced": 1}


def typed(here: Installation, answer: str) -> str:
    """Run ``revoke`` on a terminal, wait for its question, and answer; returns what it said."""
    master, slave = pty.openpty()
    with os.fdopen(master, "wb", buffering=0) as keyboard:
        process = subprocess.Popen(
            here.command("revoke", "--only", "www.example.com"),
            stdin=slave,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        os.close(slave)
        assert process.stdout is not None
        said = b""
        while not said.endswith(b"[y/N] "):
            piece = process.stdout.read(1)
            assert piece, said
            said += piece
        assert b"Really revoke the certificate in service of www.example.com@bigip-sim? This cannot be undone." in said
        keyboard.write(f"{answer}\n".encode())
        rest, _ = process.communicate(timeout=120)
    assert process.returncode == (0 if answer == "y" else 2), rest
    return rest.decode()
