"""Settings of client SSL profiles besides their pairs: shown, inherited, and followed by handshakes."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from sectigo_f5.simulator.traffic import client_hello
from sectigo_f5.simulator.traffic.tls_settings import openssl_ciphers
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, add_pair, certificate_pem, ec_key, entry, free_port, key_pem, rsa_key

URL = "ltm/profile/client-ssl"
HOST = "127.0.0.7"
REFUSED = ("", "")


@pytest.fixture
def vs(rest: Rest) -> Iterator[int]:
    """Serve two profiles: /Common/a by default, and /Common/b, a child of /Common/parent, for b.example.com."""
    port = free_port(HOST)
    for name in ("a", "b"):
        add_pair(rest.device, name, key=ec_key() if name == "b" else None)
    rest.post(URL, {"name": "parent"})
    rest.post(URL, {"name": "a", "certKeyChain": [entry("a")], "sniDefault": "true"})
    b = {"name": "b", "certKeyChain": [entry("b")], "serverName": "b.example.com", "defaultsFrom": "/Common/parent"}
    rest.post(URL, b)
    profiles = ("/Common/tcp", "/Common/http", "/Common/a", "/Common/b")
    rest.device.add_virtual_server("/Common/vs", f"{HOST}:{port}", profiles)
    yield port
    assert rest.device.data_plane.problems == ()


def trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def answer(port: int, name: str, context: ssl.SSLContext | None = None) -> tuple[str, str]:
    """Return the TLS version, and the profile that the pool names; both empty if the client is refused."""
    with (
        contextlib.suppress(OSError),
        socket.create_connection((HOST, port), 5) as plain,
        (context or trusting()).wrap_socket(plain, server_hostname=name) as secured,
    ):
        secured.sendall(b"GET / HTTP/1.0\r\n\r\n")
        text = secured.recv(4096)
        if text:
            return str(secured.version()), text.decode().rpartition("profile: ")[2].strip()
    return REFUSED


def self_signed(folder: Path) -> tuple[str, ssl.SSLContext]:
    """Return a client certificate that signs itself, and the context of its client."""
    key, name = rsa_key(), x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "client")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()
    file = folder / "client.pem"
    file.write_text(certificate + key_pem(key))
    context = trusting()
    context.load_cert_chain(file)
    return certificate, context


# -- client certificates -----------------------------------------------------------------------


@pytest.mark.parametrize("where", ["b", "parent"])
def test_required_client_certificate_is_demanded_for_its_name_only(rest: Rest, vs: int, where: str) -> None:
    rest.patch(f"{URL}/{where}", {"peerCertMode": "require"})
    assert answer(vs, "a.example.com")[1] == "/Common/a"
    assert answer(vs, "b.example.com") == REFUSED
    rest.patch(f"{URL}/b", {"peerCertMode": "ignore"})
    assert answer(vs, "b.example.com")[1] == "/Common/b"


def test_requested_client_certificate_may_be_missing(rest: Rest, vs: int) -> None:
    rest.patch(f"{URL}/b", {"peerCertMode": "request"})
    assert answer(vs, "b.example.com")[1] == "/Common/b"


def test_client_certificate_must_come_from_the_ca_file(rest: Rest, vs: int, tmp_path: Path) -> None:
    certificate, context = self_signed(tmp_path)
    rest.device.add_certificate("/Common/clients.crt", certificate)
    rest.device.add_certificate("/Common/others.crt", certificate_pem(ec_key().public_key(), "other.example.com"))
    rest.patch(f"{URL}/parent", {"peerCertMode": "require", "caFile": "others.crt"})
    assert answer(vs, "b.example.com", context) == REFUSED
    rest.patch(f"{URL}/b", {"caFile": "/Common/clients.crt"})
    assert answer(vs, "b.example.com", context)[1] == "/Common/b"
    shown = rest.get(f"{URL}/b")
    assert shown["caFileReference"]["link"].startswith("https://localhost/mgmt/tm/sys/file/ssl-cert/~Common~clients")


def test_ca_file_must_exist_and_stay(rest: Rest) -> None:
    missing = "01070277:3: The requested certificate (/Common/no.crt) was not found."
    assert rest.refusal("POST", URL, {"name": "x", "caFile": "/Common/no.crt"}) == (400, missing)
    add_pair(rest.device, "clients")
    rest.post(URL, {"name": "x", "caFile": "/Common/clients.crt"})
    assert rest.refusal("DELETE", "sys/file/ssl-cert/clients.crt")[0] == 400


# -- plain text, versions, ciphers -------------------------------------------------------------


def test_plain_text_is_answered_if_the_default_profile_allows_it(rest: Rest, vs: int) -> None:
    def ask() -> str:
        with contextlib.closing(http.client.HTTPConnection(HOST, vs, timeout=5)) as client:
            client.request("GET", "/")
            return client.getresponse().read().decode()

    rest.patch(f"{URL}/b", {"allowNonSsl": "enabled"})
    with pytest.raises((OSError, http.client.HTTPException)):
        ask()
    rest.patch(f"{URL}/a", {"allowNonSsl": "enabled"})
    assert ask() == "virtual server: /Common/vs\n"
    assert answer(vs, "a.example.com")[1] == "/Common/a"


@pytest.mark.parametrize(
    ("settings", "version"),
    [
        ({}, "TLSv1.2"),
        ({"tmOptions": ["dont-insert-empty-fragments"]}, "TLSv1.3"),
        ({"tmOptions": "{ no-ssl no-tlsv1.2 }"}, "TLSv1.3"),
        ({"tmOptions": ["no-tlsv1.3"], "ciphers": "DEFAULT:!TLSv1_3"}, "TLSv1.2"),
        ({"tmOptions": "none", "ciphers": "DEFAULT:!TLSv1_2"}, "TLSv1.3"),
        ({"tmOptions": ["no-tlsv1.2", "no-tlsv1.3"]}, None),
    ],
)
@pytest.mark.parametrize("where", ["b", "parent"])
def test_options_and_ciphers_decide_the_version(
    rest: Rest, vs: int, where: str, settings: dict[str, Any], version: str | None
) -> None:
    rest.patch(f"{URL}/{where}", {"description": "x", **settings})
    assert answer(vs, "b.example.com") == ((version, "/Common/b") if version else REFUSED)
    assert answer(vs, "a.example.com") == ("TLSv1.2", "/Common/a")


def test_tmos_13_has_no_tls_1_3(make: Make) -> None:
    port = free_port(HOST)
    device = make(tmos="13.1.1")
    device.add_profile("client-ssl", "/Common/x", tmOptions=[])
    device.add_virtual_server("/Common/vs", f"{HOST}:{port}", ("/Common/tcp", "/Common/http", "/Common/x"))
    assert answer(port, "x.example.com")[0] == "TLSv1.2"


def test_ciphers_decide_which_clients_are_served(rest: Rest, vs: int) -> None:
    rest.patch(f"{URL}/parent", {"ciphers": "ecdhe_ecdsa:!sslv3"})
    context = trusting()
    context.set_ciphers("ECDHE-ECDSA-AES128-GCM-SHA256")
    assert answer(vs, "b.example.com", context)[1] == "/Common/b"
    rest.patch(f"{URL}/parent", {"ciphers": "ECDHE-ECDSA-AES256-GCM-SHA384"})
    assert answer(vs, "b.example.com", context) == REFUSED
    rest.patch(f"{URL}/parent", {"ciphers": "no+such-suite"})
    assert answer(vs, "b.example.com", context)[1] == "/Common/b"


@pytest.mark.parametrize(
    ("given", "translated"),
    [
        ("DEFAULT", "DEFAULT"),
        ("none", ""),
        ("ecdhe:rsa:!sslv3:!rc4:!exp:!des", "ECDHE:RSA:!RC4:!EXP:!DES"),
        ("NATIVE:!TLSv1:!TLSv1_1:!DTLSv1:@SPEED", "ALL"),
        ("ECDHE-RSA-AES128-CBC-SHA ECDHE_ECDSA", "ECDHE-RSA-AES128-SHA:ECDHE+aECDSA"),
        ("ECDHE+AES-GCM:ECDHE_ECDSA+AES", "ECDHE+AESGCM:ECDHE+aECDSA+AES"),
    ],
)
def test_cipher_strings_are_translated_for_openssl(given: str, translated: str) -> None:
    assert openssl_ciphers(given) == translated


# -- properties and parents --------------------------------------------------------------------

DEFAULTS = {
    "peerCertMode": "ignore",
    "caFile": "none",
    "crlFile": "none",
    "allowExpiredCrl": "disabled",
    "authenticate": "once",
    "authenticateDepth": 9,
    "clientCertCa": "none",
    "allowNonSsl": "disabled",
    "ocspStapling": "disabled",
    "ciphers": "DEFAULT",
    "cipherGroup": "none",
    "tmOptions": ["dont-insert-empty-fragments", "no-tlsv1.3", "no-dtlsv1.2"],
    "renegotiation": "enabled",
    "secureRenegotiation": "require",
    "renegotiatePeriod": "indefinite",
    "renegotiateSize": "indefinite",
    "renegotiateMaxRecordDelay": "indefinite",
    "strictResume": "disabled",
    "sslForwardProxy": "disabled",
    "sslForwardProxyBypass": "disabled",
    "proxySsl": "disabled",
    "sniRequire": "false",
}
OTHERS = {
    "peerCertMode": "require",
    "authenticate": "always",
    "authenticateDepth": 3,
    "allowNonSsl": "enabled",
    "ciphers": "HIGH",
    "tmOptions": ["no-ssl"],
    "renegotiation": "disabled",
    "strictResume": "enabled",
}


def test_settings_have_the_defaults_of_a_device(rest: Rest) -> None:
    rest.post(URL, {"name": "x"})
    shown = rest.get(f"{URL}/x")
    assert {name: shown[name] for name in DEFAULTS} == DEFAULTS


def test_settings_are_the_parents_until_they_are_set(rest: Rest) -> None:
    rest.post(URL, {"name": "parent", **OTHERS})
    rest.post(URL, {"name": "x", "defaultsFrom": "/Common/parent", "ciphers": "NATIVE"})
    shown = rest.get(f"{URL}/x")
    assert {name: shown[name] for name in OTHERS} == {**OTHERS, "ciphers": "NATIVE"}


@pytest.mark.parametrize(("switch", "own"), [("keeps", ("NATIVE", "b")), ("resets", ("HIGH", "default"))])
def test_new_parent_leaves_or_resets_what_was_set(make: Make, switch: str, own: tuple[str, str]) -> None:
    with contextlib.closing(Rest(make(parent_patch=switch))) as rest:
        rest.login()
        add_pair(rest.device, "b")
        rest.post(URL, {"name": "parent", **OTHERS})
        rest.post(URL, {"name": "x", "ciphers": "NATIVE", "certKeyChain": [entry("b")], "description": "ours"})
        shown = rest.patch(f"{URL}/x", {"defaultsFrom": "/Common/parent", "strictResume": "disabled"})
        assert (shown["peerCertMode"], shown["strictResume"], shown["description"]) == ("require", "disabled", "ours")
        assert (shown["ciphers"], shown["certKeyChain"][0]["name"]) == own
        again = rest.patch(f"{URL}/x", {"defaultsFrom": "/Common/parent", "description": "none"})
        assert again["strictResume"] == "disabled"


@pytest.mark.parametrize(
    "name", ["peerCertMode", "authenticate", "allowNonSsl", "renegotiation", "secureRenegotiation"]
)
def test_settings_take_their_own_words_only(rest: Rest, name: str) -> None:
    assert rest.refusal("POST", URL, {"name": "x", name: "odd"})[0] == 400


# -- the first record --------------------------------------------------------------------------


def hello(name: str | None) -> bytes:
    outgoing = ssl.MemoryBIO()
    client = trusting().wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


def test_server_name_is_read_from_the_first_record() -> None:
    assert client_hello.server_name(hello("www.example.com")) == "www.example.com"
    assert client_hello.server_name(hello(None)) is None
    assert [client_hello.server_name(cut) for cut in (b"", b"GET / HTTP/1.1\r\n", hello("x.example.com")[:40])] == [
        None
    ] * 3


def test_first_record_is_complete_though_it_comes_in_pieces(rest: Rest, vs: int) -> None:
    whole = hello("b.example.com")
    with socket.create_connection((HOST, vs), 5) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for place in range(0, len(whole), 60):
            client.sendall(whole[place : place + 60])
        assert client.recv(1) == b"\x16"
