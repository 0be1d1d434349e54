"""The data plane with real sockets: which client gets which certificate, and what iRules answer."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from sectigo_f5.simulator.traffic.dataplane import DataPlane, KeyPair, TlsProfile, VirtualServerView

CHALLENGE = """when HTTP_REQUEST priority 100 {
  if {[HTTP::has_responded]}{return}
  if {[HTTP::uri] equals "/.well-known/acme-challenge/tok_-1"} {
    HTTP::respond 200 -version auto content "tok_-1.thumb" noserver 
  event disable
  }
}"""  # noqa: W291  as certbot-bigip 1.2.1 writes it
APM = "when CLIENT_ACCEPTED {\n  catch {\n    ACCESS::restrict_irule_events disable\n  }\n}\n" + CHALLENGE
REDIRECT = 'when HTTP_REQUEST { HTTP::redirect https://[getfield [HTTP::host] ":" 1][HTTP::uri] }'
MOVED = 'when HTTP_REQUEST {\n  # all of it\n  HTTP::respond 301 Location "https://www.example.com[HTTP::uri]"\n}'
CHALLENGE_URI = "/.well-known/acme-challenge/tok_-1"

PASSPHRASE = "a secret of tests"


@dataclass
class Device:
    """The views that the control plane would return; tests change them and refresh."""

    views: Sequence[VirtualServerView] = ()


@pytest.fixture
def device() -> Device:
    return Device()


@pytest.fixture
def plane(device: Device) -> Iterator[DataPlane]:
    with contextlib.closing(DataPlane(lambda: device.views)) as opened:
        yield opened


def free_port(address: str = "127.0.0.1") -> int:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.bind((address, 0))
        return int(probe.getsockname()[1])


def pair(
    *names: str, kind: str = "ecdsa", passphrase: str | None = PASSPHRASE, common_name: str | None = None
) -> KeyPair:
    key = rsa.generate_private_key(65537, 2048) if kind == "rsa" else ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name or names[0])])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now).not_valid_after(now + timedelta(days=1))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(one) for one in names]), False)
    encryption = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return KeyPair(
        certificate=builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM).decode(),
        key=key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode(),
        chain="",
        passphrase=passphrase,
    )


def profile(*pairs: KeyPair, name: str | None = None, default: bool = False, require: bool = False) -> TlsProfile:
    return TlsProfile(f"/Common/{name or 'unnamed'}", name, default, require, pairs)


def server(
    *tls: TlsProfile, rules: tuple[str, ...] = (), http: bool = True, address: str = "127.0.0.1"
) -> VirtualServerView:
    return VirtualServerView("/Common/vs", address, free_port(address), tls, http, rules)


def served(view: VirtualServerView, name: str | None = None, ciphers: str | None = None) -> str:
    """Return the PEM certificate that a TLS client receives; ciphers restrict it to TLS 1.2 and a key type."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if ciphers:
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        context.set_ciphers(ciphers)
    with (
        socket.create_connection((view.address, view.port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name) as secured,
    ):
        return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"")


def same(pem: str, expected: KeyPair) -> bool:
    return x509.load_pem_x509_certificate(pem.encode()) == x509.load_pem_x509_certificate(expected.certificate.encode())


def get(view: VirtualServerView, uri: str, host: str = "www.example.com") -> tuple[http.client.HTTPResponse, str]:
    with contextlib.closing(http.client.HTTPConnection(view.address, view.port, timeout=5)) as client:
        client.request("GET", uri, headers={"Host": host})
        answer = client.getresponse()
        return answer, answer.read().decode()


def test_single_profile_serves_every_name_and_none(device: Device, plane: DataPlane) -> None:
    only = pair("www.example.com")
    device.views = [view := server(profile(only, name="www.example.com"))]
    plane.refresh()
    assert all(same(served(view, name), only) for name in ("www.example.com", "other.example.net", None))
    assert plane.problems == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("shop.example.com", "exact"),
        ("SHOP.example.com", "exact"),
        ("api.example.com", "wildcard"),
        ("deep.api.example.com", "default"),
        ("cn-only.example.org", "common name"),
        ("default.example.com", "wildcard"),
        ("named.example.net", "default"),
        ("unknown.example.net", "default"),
        (None, "default"),
    ],
)
def test_server_name_chooses_the_profile(device: Device, plane: DataPlane, name: str | None, expected: str) -> None:
    pairs = {
        "exact": pair("named.example.net"),  # its profile has a server name: the certificate's own names do not count
        "wildcard": pair("*.example.com"),
        "common name": pair(common_name="cn-only.example.org"),
        "default": pair("default.example.net"),
    }
    device.views = [
        view := server(
            profile(pairs["default"], name="fallback.example.net", default=True),
            profile(pairs["wildcard"]),
            profile(pairs["common name"]),
            profile(pairs["exact"], name="shop.example.com"),
        )
    ]
    plane.refresh()
    assert [label for label, one in pairs.items() if same(served(view, name), one)] == [expected]


@pytest.mark.parametrize("name", ["unknown.example.net", None])
def test_required_sni_refuses_unknown_names(device: Device, plane: DataPlane, name: str | None) -> None:
    first, second = pair("a.example.com"), pair("b.example.com")
    device.views = [
        view := server(
            profile(first, name="a.example.com", default=True, require=True), profile(second, name="b.example.com")
        )
    ]
    plane.refresh()
    with pytest.raises(ssl.SSLError, match=r"(?i)handshake.failure"):
        served(view, name)
    assert same(served(view, "a.example.com"), first)
    assert same(served(view, "b.example.com"), second)


def test_client_gets_the_key_type_that_it_offers(device: Device, plane: DataPlane) -> None:
    both = (pair("www.example.com", kind="rsa"), pair("www.example.com"))
    device.views = [view := server(profile(*both, name="www.example.com"))]
    plane.refresh()
    assert same(served(view, "www.example.com", "ECDHE-RSA-AES128-GCM-SHA256"), both[0])
    assert same(served(view, "www.example.com", "ECDHE-ECDSA-AES128-GCM-SHA256"), both[1])


@pytest.mark.parametrize(("algorithms", "place"), [("rsa_pss_rsae_sha256", 0), ("ecdsa_secp256r1_sha256", 1)])
def test_tls13_client_gets_the_key_type_that_it_offers(
    device: Device, plane: DataPlane, algorithms: str, place: int
) -> None:
    both = (pair("www.example.com", kind="rsa"), pair("www.example.com"))
    device.views = [view := server(profile(*both))]
    plane.refresh()
    command = ["openssl", "s_client", "-tls1_3", "-sigalgs", algorithms, "-connect", f"{view.address}:{view.port}"]
    process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=True)
    assert same(process.stdout, both[place])


def test_chain_is_sent(device: Device, plane: DataPlane) -> None:
    above = pair("ca.example.com")
    device.views = [view := server(profile(replace(pair("www.example.com"), chain=above.certificate)))]
    plane.refresh()
    command = ["openssl", "s_client", "-showcerts", "-connect", f"{view.address}:{view.port}"]
    process = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=10, check=True)
    assert "".join(above.certificate.split()) in "".join(process.stdout.split())


def test_a_rule_is_applied_some_seconds_after_it_was_attached(device: Device) -> None:
    now = [100.0]
    with contextlib.closing(DataPlane(lambda: device.views, rule_delay=3, clock=lambda: now[0])) as plane:
        view = server()
        device.views = [view]
        plane.refresh()
        device.views = [replace(view, rules=(CHALLENGE,))]
        answers = []
        for second in (100.0, 102.9, 103.0):
            now[0] = second
            plane.refresh()  # another change does not begin it again
            answers.append(get(view, CHALLENGE_URI)[1])
    assert answers == ["virtual server: /Common/vs\n"] * 2 + ["tok_-1.thumb"]


def test_new_certificate_is_served_at_once_and_old_connections_stay_open(device: Device, plane: DataPlane) -> None:
    old, new = pair("www.example.com"), pair("www.example.com")
    device.views = [view := server(profile(old))]
    plane.refresh()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with contextlib.closing(
        http.client.HTTPSConnection(view.address, view.port, timeout=5, context=context)
    ) as established:
        established.request("GET", "/")
        established.getresponse().read()
        device.views = [replace(view, tls=(profile(new),))]
        plane.refresh()
        assert same(served(view), new)
        established.request("GET", "/")
        assert established.getresponse().read().startswith(b"virtual server: /Common/vs\n")


def test_unencrypted_key_is_never_written_in_the_clear(
    device: Device, plane: DataPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    load = ssl.SSLContext.load_cert_chain

    def watch(context: ssl.SSLContext, certfile: str, keyfile: str, password: str) -> None:
        with open(keyfile) as file:  # noqa: PTH123  OpenSSL's view of it
            written.append(file.read())
        load(context, certfile, keyfile, password)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", watch)
    plain = pair("www.example.com", passphrase=None)
    device.views = [view := server(profile(plain))]
    plane.refresh()
    assert same(served(view), plain)
    assert [text.splitlines()[0] for text in written] == ["-----BEGIN ENCRYPTED PRIVATE KEY-----"]


def test_wrong_passphrase_is_a_problem_and_a_refused_handshake(device: Device, plane: DataPlane) -> None:
    device.views = [view := server(profile(replace(pair("www.example.com"), passphrase="wrong")))]
    plane.refresh()
    assert "/Common/unnamed cannot be used" in plane.problems[0]
    with pytest.raises(ssl.SSLError):
        served(view)


@pytest.mark.parametrize("rule", [CHALLENGE, APM])
def test_challenge_rule_answers_the_challenge_and_nothing_else(device: Device, plane: DataPlane, rule: str) -> None:
    device.views = [view := server(rules=(rule,))]
    plane.refresh()
    answer, content = get(view, CHALLENGE_URI)
    assert (answer.status, answer.version, content, answer.headers["Server"]) == (200, 11, "tok_-1.thumb", None)
    assert get(view, CHALLENGE_URI + "x")[1] == "virtual server: /Common/vs\n"
    assert plane.problems == ()


@pytest.mark.parametrize("redirect", [REDIRECT, MOVED])
def test_challenge_is_answered_before_a_redirect_listed_first(device: Device, plane: DataPlane, redirect: str) -> None:
    device.views = [view := server(rules=(redirect, CHALLENGE))]
    plane.refresh()
    assert get(view, CHALLENGE_URI)[1] == "tok_-1.thumb"
    assert plane.problems == ()


def test_redirect_with_a_lower_priority_number_hides_the_challenge(device: Device, plane: DataPlane) -> None:
    early = REDIRECT.replace("HTTP_REQUEST", "HTTP_REQUEST priority 1")
    device.views = [view := server(rules=(CHALLENGE, early))]
    plane.refresh()
    answer, _ = get(view, CHALLENGE_URI)
    assert (answer.status, answer.headers["Location"]) == (302, "https://www.example.com" + CHALLENGE_URI)
    assert plane.problems == ()  # the challenge rule asks HTTP::has_responded first


def test_redirect_by_a_policy_hides_the_challenge(device: Device, plane: DataPlane) -> None:
    device.views = [view := replace(server(rules=(CHALLENGE,)), redirect="https://www.example.com/")]
    plane.refresh()
    answer, _ = get(view, CHALLENGE_URI)
    assert (answer.status, answer.headers["Location"]) == (302, "https://www.example.com/")


@pytest.mark.parametrize(
    ("rule", "status", "location"),
    [
        (REDIRECT, 302, "https://www.example.com/a?b=1"),
        (MOVED, 301, "https://www.example.com/a?b=1"),
        ('priority 20\nwhen HTTP_REQUEST { HTTP::respond 307 noserver "Location" "/[HTTP::query]" }', 307, "/b=1"),
    ],
)
def test_redirect_rules_redirect(device: Device, plane: DataPlane, rule: str, status: int, location: str) -> None:
    device.views = [view := server(rules=(rule,))]
    plane.refresh()
    answer, _ = get(view, "/a?b=1", host="www.example.com:8080")
    assert (answer.status, answer.headers["Location"]) == (status, location)


@pytest.mark.parametrize(
    ("rules", "problem"),
    [
        (("when HTTP_REQUEST { HTTP::collect 10 }",), "HTTP::collect is not simulated"),
        (("when HTTP_REQUEST { catch { HTTP::collect 10 } }",), "HTTP::collect is not simulated"),
        (("when CLIENT_ACCEPTED { HTTP::uri }",), "not valid in the current event context"),
        ((REDIRECT, REDIRECT), "Multiple redirect/respond invocations"),
        (("when HTTP_REQUEST { if {[HTTP::uri]} { pool a } }",), 'expected boolean value but got "/"'),
    ],
)
def test_failing_rule_is_a_problem_and_resets_the_connection(
    device: Device, plane: DataPlane, rules: tuple[str, ...], problem: str
) -> None:
    device.views = [view := server(rules=rules)]
    plane.refresh()
    with pytest.raises(ConnectionResetError):
        get(view, "/")
    assert [problem in one for one in plane.problems] == [True]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("when HTTP_REQUEST { if {1} {", "missing close-brace"),
        ("when HTTP_REQUEST priority 0 { }", "priority out of range"),
        ("HTTP::respond 200", "not valid in the current scope"),
        ("when HTTP_RESPONSE { log local0. x }", "event HTTP_RESPONSE is not simulated"),
        ("when HTTP_REQUEST { if { 2 > 1 } { pool a } }", "not simulated"),
    ],
)
def test_rule_that_cannot_be_parsed_is_a_problem(device: Device, plane: DataPlane, rule: str, problem: str) -> None:
    device.views = [server(rules=(rule,))]
    plane.refresh()
    assert [problem in one for one in plane.problems] == [True]


def test_disabled_event_stays_disabled_for_the_connection_only(device: Device, plane: DataPlane) -> None:
    device.views = [view := server(rules=(CHALLENGE, REDIRECT))]
    plane.refresh()
    with contextlib.closing(http.client.HTTPConnection(view.address, view.port, timeout=5)) as client:
        for uri, status in ((CHALLENGE_URI, 200), ("/", 200)):
            client.request("GET", uri)
            answer = client.getresponse()
            answer.read()
            assert answer.status == status
    assert get(view, "/")[0].status == 302


def test_rules_do_not_run_without_an_http_profile(device: Device, plane: DataPlane) -> None:
    device.views = [view := server(rules=(CHALLENGE,), http=False)]
    plane.refresh()
    assert get(view, CHALLENGE_URI)[1] == "virtual server: /Common/vs\n"


def test_expressions_and_variables_are_evaluated(device: Device, plane: DataPlane) -> None:
    rule = """when HTTP_REQUEST {
      set host [string tolower [HTTP::host]]  ; # lower case
      if { ($host starts_with "www.") && !([HTTP::path] ends_with ".txt" or [HTTP::path] contains {/raw/}) } then {
        set kind "page of ${host}"
      } elseif { [HTTP::header exists X-None] || [HTTP::path] matches_glob "*.txt" } {
        set kind text
      } else {
        return
      }
      HTTP::respond 200 content "$kind\\n" \\
        X-Length [string length $kind]
    }"""
    device.views = [view := server(rules=(rule,))]
    plane.refresh()
    answer, content = get(view, "/a", host="WWW.example.com")
    assert (content, answer.headers["X-Length"], answer.version) == ("page of www.example.com\n", "23", 10)
    assert get(view, "/a.txt")[1] == "text\n"
    assert get(view, "/raw/b")[1] == "virtual server: /Common/vs\n"
    assert plane.problems == ()


def test_ipv6_loopback_address_is_bound(device: Device, plane: DataPlane) -> None:
    device.views = [view := server(address="::1")]
    plane.refresh()
    assert get(view, "/")[1] == "virtual server: /Common/vs\n"


def test_only_loopback_addresses_with_a_port_are_bound(device: Device, plane: DataPlane) -> None:
    view = server()
    elsewhere = [replace(view, address=address) for address in ("0.0.0.0", "192.0.2.1", "::", "any", "2001:db8::1")]  # noqa: S104
    device.views = [*elsewhere, replace(view, port=0)]
    plane.refresh()
    assert plane.addresses == frozenset()
    assert plane.problems == ()


def test_address_in_use_is_a_problem_until_it_is_free(device: Device, plane: DataPlane) -> None:
    device.views = [view := server()]
    with socket.create_server((view.address, view.port)):
        plane.refresh()
        assert plane.addresses == frozenset()
        assert "Address already in use" in plane.problems[0]
    plane.refresh()
    assert get(view, "/")[0].status == 200


def test_deleted_virtual_server_stops_answering_and_can_come_back(device: Device, plane: DataPlane) -> None:
    device.views = [view := server()]
    plane.refresh()
    assert get(view, "/")[0].status == 200
    device.views = []
    plane.refresh()
    with pytest.raises(ConnectionRefusedError):
        get(view, "/")
    device.views = [view]
    plane.refresh()
    assert get(view, "/")[0].status == 200


def test_close_ends_open_connections(device: Device, plane: DataPlane) -> None:
    device.views = [view := server()]
    plane.refresh()
    with socket.create_connection((view.address, view.port), timeout=5) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert idle.recv(4096)
        plane.close()
        assert idle.recv(4096) == b""


def test_client_without_tls_is_not_a_problem(device: Device, plane: DataPlane) -> None:
    device.views = [view := server(profile(pair("www.example.com")))]
    plane.refresh()
    with socket.create_connection((view.address, view.port), timeout=5) as plain, contextlib.suppress(OSError):
        plain.sendall(b"GET / HTTP/1.0\r\n\r\n")
        plain.recv(4096)
    assert same(served(view), device.views[0].tls[0].pairs[0])
    assert plane.problems == ()
