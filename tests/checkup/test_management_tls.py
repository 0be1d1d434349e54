"""Which certificate a BIG-IP presents, and how it is pinned."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.checkup.management_tls import Presented, ask, how_to_pin, presented
from sectigo_f5.model import Place
from tests.support import builders
from tests.support.hierarchy import Identity, new_authority, new_server
from tests.support.properties import generated
from tests.support.tls_server import tls_server

FETCH = "-showcerts </dev/null | openssl x509"
NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)
DEVICE = builders.device(name="bigip-fra", hosts=("192.0.2.10",), port=443, place=Place(Path("/etc/sectigo/a.yaml"), 3))


def der(made: Identity) -> bytes:
    return ssl.PEM_cert_to_DER_cert(made.certificate_pem)


def shell(command: str) -> str:
    done = subprocess.run(["/bin/bash", "-c", command], capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def test_a_certificate_is_told_with_its_issuer_end_and_names() -> None:
    authority = new_authority("Private CA", NOW)
    found = presented(der(new_server(["F5.example.net", "192.0.2.10"], NOW, authority)))
    assert (found.is_self_signed, found.is_for("192.0.2.10"), found.is_for("f5.example.net")) == (False, True, True)
    assert not found.is_for("192.0.2.11")
    assert "issued by CN=Private CA, valid until " in str(found)
    assert "for f5.example.net, 192.0.2.10; SHA-256 " in str(found)


def test_one_without_names_cannot_just_be_trusted() -> None:
    found = presented(der(new_authority("localhost.localdomain", NOW)))
    assert "issued by itself" in str(found)
    assert "for no name in its subjectAltName" in str(found)
    line = how_to_pin(DEVICE, "192.0.2.10", found)[1]
    assert line == "it is not for 192.0.2.10: give the BIG-IP a certificate for 192.0.2.10 (AskF5 K6353)"


def test_one_for_other_names_wants_another_host() -> None:
    found = presented(der(new_server(["f5.example.net"], NOW, new_authority("Private CA", NOW))))
    line = how_to_pin(DEVICE, "192.0.2.10", found)[1]
    assert line.startswith("it is not for 192.0.2.10: write host as it names it, or give the BIG-IP")
    assert len(how_to_pin(DEVICE, "f5.example.net", found)) == len(how_to_pin(DEVICE, "192.0.2.10", found)) - 1


@generated(200)
@given(st.binary(max_size=60))
def test_bytes_that_are_no_certificate_have_a_fingerprint(content: bytes) -> None:
    found = presented(content)
    assert len(found.fingerprint) == len("AA:") * 32 - 1
    assert "a subject that cannot be read" in str(found)


@pytest.mark.parametrize(
    ("host", "name", "command"),
    [
        ("192.0.2.10", "bigip-fra", f"192.0.2.10:443 {FETCH} > /etc/sectigo/bigip-fra.pem"),
        ("2001:db8::1", "a b", f"'[2001:db8::1]:443' {FETCH} > '/etc/sectigo/a b.pem'"),
    ],
)
def test_the_command_can_be_pasted(host: str, name: str, command: str) -> None:
    lines = how_to_pin(replace(DEVICE, hosts=(host,), name=name), host, None)
    assert lines[0] == f"openssl s_client -connect {command}"
    assert lines[-1] == f"write verify_tls: /etc/sectigo/{name}.pem in /etc/sectigo/a.yaml"


def test_the_file_of_a_group_has_the_certificate_of_each_unit() -> None:
    lines = how_to_pin(replace(DEVICE, hosts=("192.0.2.10", "192.0.2.11")), "192.0.2.11", None)
    assert lines[0].endswith(" >> /etc/sectigo/bigip-fra.pem")


def test_the_command_fetches_the_certificate_that_is_presented(tmp_path: Path) -> None:
    now, file = datetime.now(timezone.utc), tmp_path / "bigip-fra.pem"
    with tls_server(tmp_path, new_server(["127.0.0.1"], now, new_authority("Private CA", now))) as url:
        port = int(url.rstrip("/").rpartition(":")[2])
        device = replace(DEVICE, hosts=("127.0.0.1",), port=port, place=Place(tmp_path / "shop.yaml", 1))
        found = ask("127.0.0.1", port)
        shell(next(line for line in how_to_pin(device, "127.0.0.1", found) if line.startswith("openssl s_client")))
    assert found is not None
    assert presented(ssl.PEM_cert_to_DER_cert(file.read_text())) == found
    assert shell(f"openssl x509 -noout -fingerprint -sha256 -in {file}").endswith(f"={found.fingerprint}")


def test_nothing_is_presented_where_nobody_listens() -> None:
    assert ask("127.0.0.1", 1) is None


def test_a_wildcard_covers_its_hosts() -> None:
    found = Presented("AA", names=("*.example.net",))
    assert (found.is_for("f5.example.net"), found.is_for("example.net")) == (True, False)
