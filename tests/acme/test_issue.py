"""Step 9 with real CAs and the real Certbot; and revocation."""

from __future__ import annotations

import json
import re
import ssl
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from sectigo_f5.acme.authority import Authority, _collected
from sectigo_f5.acme.certbot_program import Answer
from sectigo_f5.acme.inside_certbot.order_file import OrderFile
from sectigo_f5.errors import ConnectorError, PendingOrderError
from sectigo_f5.model import Issued
from sectigo_f5.process import Completion
from sectigo_f5.secret import Secret
from sectigo_f5.validation import Dns01, Http01, Prevalidated, Validation
from sectigo_f5.x509.chains import in_order
from tests.acme.conftest import SECOND_KEY, SECOND_KID, Open, account, logs, now, request
from tests.support.authorities import Acme2Certifier, ChallengeTestServer, Pebble
from tests.support.ca_front import CaFront, ca_front, problem, processing
from tests.support.canaries import Canaries
from tests.support.watch import Watch, must_not_be_kept

NO_BIGIP = "127.231.7.9"  # loopback, with nothing on port 443
PEM = re.compile(r"-----BEGIN C[^-]+-----[^-]+-----END C[^-]+-----\n")
PASSWORD = Secret("""p#ss 'w"rd \\ ;%$ =-x""")


def certificates(issued: Issued, root: Path) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((issued.certificate + issued.chain + root.read_text()).encode())


def must_chain(path: Sequence[x509.Certificate]) -> None:
    for certificate, issuer in zip(path, path[1:], strict=False):
        certificate.verify_directly_issued_by(issuer)


def names(certificate: x509.Certificate) -> set[str]:
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return set(found.value.get_values_for_type(x509.DNSName))


def http01(host: str = NO_BIGIP) -> Http01:
    return Http01((host,), "admin", PASSWORD, ("/Common/vs_http",), "Common", None, apm=True)


def dns_hook(folder: Path, dns: ChallengeTestServer) -> Dns01:
    """Write hooks for Certbot's manual plugin that set and clear the record on the DNS server."""
    hooks = {}
    for hook, path in (("auth", "set-txt"), ("cleanup", "clear-txt")):
        file = folder / hook
        file.write_text(
            f"#!{sys.executable}\n"
            "import json, os, urllib.request\n"
            "body = {'host': '_acme-challenge.' + os.environ['CERTBOT_DOMAIN'] + '.',"
            " 'value': os.environ['CERTBOT_VALIDATION']}\n"
            f"urllib.request.urlopen('{dns.management_url}/{path}', json.dumps(body).encode(), timeout=10).close()\n"
        )
        file.chmod(0o700)
        hooks[f"manual-{hook}-hook"] = str(file)
    return Dns01("manual", hooks)


# -- what is issued ----------------------------------------------------------------------------


@pytest.mark.parametrize("key_type", ["rsa", "ecdsa"])
def test_validated_names_get_a_certificate(registered: Authority, ca: Acme2Certifier, key_type: str) -> None:
    rsa_key = key_type == "rsa"
    key = rsa.generate_private_key(65537, 2048) if rsa_key else ec.generate_private_key(ec.SECP384R1())
    issued = registered.issue(request("*.example.com", "example.com", "api.example.com", key=key), Prevalidated())
    assert issued.certificate.count("BEGIN CERTIFICATE") == 1
    leaf, *above = certificates(issued, ca.root)
    assert names(leaf) == {"*.example.com", "example.com", "api.example.com"}
    assert leaf.public_key() == key.public_key()
    assert len(above) == 2
    must_chain([leaf, *above])


def test_parallel_orders_share_the_account(registered: Authority, ca: Acme2Certifier) -> None:
    wanted = [f"host{number}.example.com" for number in range(3)]
    with ThreadPoolExecutor(3) as pool:
        issued = list(pool.map(lambda name: registered.issue(request(name), Prevalidated()), wanted))
    found = [certificates(each, ca.root) for each in issued]
    assert [names(path[0]) for path in found] == [{name} for name in wanted]
    for path in found:
        must_chain(path)


def test_dns_01_by_a_plugin_is_validated(
    authority: Open, pebble: Pebble, dns: ChallengeTestServer, tmp_path: Path
) -> None:
    opened = authority(pebble)
    opened.register()
    issued = opened.issue(request("*.example.net", "example.net"), dns_hook(tmp_path, dns))
    path = certificates(issued, pebble.root)
    assert names(path[0]) == {"*.example.net", "example.net"}
    must_chain(path)
    opened.revoke(issued.certificate, "superseded")
    status = f"{pebble.management_url}/cert-status-by-serial/{path[0].serial_number:x}"
    context = ssl.create_default_context(cafile=str(pebble.ca_bundle))
    with urllib.request.urlopen(status, context=context, timeout=10) as answer:  # noqa: S310  # Pebble's own URL
        found = json.load(answer)
    assert (found["Status"], found["Reason"]) == ("Revoked", 4)


def test_an_order_survives_many_refused_nonces(tmp_path: Path) -> None:
    with Pebble(tmp_path / "ca", nonce_reject=30, always_valid=True) as ca:
        opened = Authority(account(ca), tmp_path / "state", clock=now)
        opened.register()
        for number in range(20):  # Pebble refuses nonces at random: usually one in the first order
            issued = opened.issue(request(f"{number}.example.net"), Dns01("manual", {"manual-auth-hook": "true"}))
            must_chain(certificates(issued, ca.root))
            if any("badNonce" in log.read_text() for log in logs(tmp_path / "state", "certonly")):
                return
    pytest.fail("no nonce was refused")


# -- what is not issued ----------------------------------------------------------------------------


def test_a_challenge_is_an_error_for_prevalidated_names(registered: Authority) -> None:
    with pytest.raises(ConnectorError, match="validation: prevalidated; validate the domain in SCM"):
        registered.issue(request("www.example.org"), Prevalidated())


def test_a_challenge_for_prevalidated_names_is_not_answered(authority: Open, pebble: Pebble) -> None:
    opened = authority(pebble)
    opened.register()
    before = pebble.log.read_text()
    with pytest.raises(ConnectorError, match="validate the domain in SCM"):
        opened.issue(request("unanswered.example.net"), Prevalidated())
    log = pebble.log.read_text().removeprefix(before)
    assert "POST /authZ/" in log
    assert "POST /chalZ/" not in log


def test_a_refused_order_is_explained(authority: Open, pebble: Pebble) -> None:
    opened = authority(pebble)
    opened.register()
    with pytest.raises(ConnectorError, match="refuses to issue for these names .*www.forbidden.example"):
        opened.issue(request("www.forbidden.example"), Prevalidated())


def test_a_failed_challenge_shows_what_the_ca_saw(authority: Open, pebble: Pebble) -> None:
    opened = authority(pebble)
    opened.register()
    hooks = {"manual-auth-hook": "true"}
    with pytest.raises(ConnectorError, match=r"\(nothing\.example\.net: unauthorized, No TXT records found"):
        opened.issue(request("nothing.example.net"), Dns01("manual", hooks))


@pytest.mark.parametrize("options", [{}, {"dns-nowhere-credentials": "/etc/sectigo/dns.ini"}])
def test_a_missing_plugin_is_named_with_its_package(registered: Authority, options: dict[str, str]) -> None:
    problem = registered.plugin_problem(Dns01("dns-nowhere", options))
    assert problem == "Certbot has no plugin dns-nowhere: pip install certbot-dns-nowhere, or correct dns_authenticator"
    with pytest.raises(ConnectorError) as failure:
        registered.issue(request("www.example.com"), Dns01("dns-nowhere", options))
    assert str(failure.value) == problem


def test_an_unknown_option_of_a_plugin_is_an_error(registered: Authority) -> None:
    with pytest.raises(
        ConnectorError, match=r"option \(unrecognized arguments: --manual-nonsense\); .*correct dns_auth"
    ):
        registered.issue(request("www.example.com"), Dns01("manual", {"manual-nonsense": "secret"}))


@pytest.mark.parametrize("validation", [http01(), Dns01("manual", {}), Prevalidated()])
def test_installed_plugins_have_no_problem(registered: Authority, validation: Validation) -> None:
    assert registered.plugin_problem(validation) is None


def test_a_big_ip_that_the_plugin_cannot_reach_is_an_error(registered: Authority) -> None:
    with pytest.raises(ConnectorError, match=r"certbot-bigip could not do its part.*Connection refused") as failure:
        registered.issue(request("www.example.com"), http01())
    assert "Error raised was" not in str(failure.value)


def test_an_ipv6_address_of_a_big_ip_is_refused_for_http_01(registered: Authority) -> None:
    with pytest.raises(ConnectorError, match="IPv6 address 2001:db8::1; write a host name"):
        registered.issue(request("www.example.com"), http01("2001:db8::1"))


def test_an_order_that_takes_too_long_is_stopped(ca: Acme2Certifier, state_dir: Path) -> None:
    opened = Authority(account(ca), state_dir, clock=now, order_timeout=0.3, grace=5)
    opened.register()
    with pytest.raises(ConnectorError, match="was stopped; whether the CA completed it is unknown"):
        opened.issue(request("www.example.com"), Prevalidated())
    assert list((state_dir / "certbot" / "private").iterdir()) == []


def test_a_ca_that_stops_after_registration_is_an_error(tmp_path: Path) -> None:
    with Acme2Certifier(tmp_path / "ca", ["example.com"]) as ca:
        opened = Authority(account(ca), tmp_path / "state", clock=now)
        opened.register()
    with pytest.raises(ConnectorError, match=r"no certificate was issued: the ACME server cannot be reached"):
        opened.issue(request("example.com"), Prevalidated())


# -- an order that outlives a run ----------------------------------------------------------------


@pytest.fixture
def front(tmp_path: Path) -> Iterator[CaFront]:
    with Pebble(tmp_path / "ca", always_valid=True, nonce_reject=0) as ca, ca_front(ca, tmp_path / "front") as standing:
        yield standing


def test_a_pending_order_is_collected_by_a_later_run(front: CaFront, tmp_path: Path, state_dir: Path) -> None:
    order, csr = state_dir / "orders" / "www" / "order.json", request("www.example.net")
    hook = Dns01("manual", {"manual-auth-hook": "true"})
    opened = Authority(account(front), state_dir, clock=now, issuance_timeout=1, continued_timeout=1)
    opened.register()
    front.order = processing
    for _ in range(2):
        with pytest.raises(PendingOrderError, match=r"still working on the order.*later run collects"):
            opened.issue(csr, hook, order=order)
    front.order, front.chain = None, lambda pem: pem[: pem.index("-----END") + 26]
    with pytest.raises(ConnectorError, match="the CA sent the certificate alone") as failure:
        opened.issue(csr, hook, order=order)
    assert not isinstance(failure.value, PendingOrderError)
    assert order.exists()  # its certificate is paid for
    front.chain = lambda pem: "".join(f"subject=\r\n{each}" for each in reversed(PEM.findall(pem)))
    as_it_came = opened.issue(csr, hook, order=order)  # Certbot takes the first one for the server's
    with pytest.raises(ValueError, match="does not match certificate issuer"):
        must_chain(certificates(as_it_came, front.root))
    must_chain(certificates(in_order(as_it_came, csr, now()), front.root))
    assert (front.counts["newOrder"], front.counts["finalize"], front.issued) == (1, 1, 1)


def test_a_refused_order_is_forgotten(front: CaFront, state_dir: Path) -> None:
    order = state_dir / "order.json"
    opened = Authority(account(front), state_dir, clock=now)
    opened.register()
    front.replies["finalize"] = [problem("badCSR", 400)]
    with pytest.raises(ConnectorError, match="refuses the CSR") as failure:
        opened.issue(request("www.example.net"), Dns01("manual", {"manual-auth-hook": "true"}), order=order)
    assert not isinstance(failure.value, PendingOrderError)
    assert not order.exists()


CHALLENGE_FAILED = "Domain: www.example.net\n  Type:   connection\n  Detail: Failed to establish a new connection\n"


@pytest.mark.parametrize(
    ("status", "output", "kept", "is_pending"),
    [
        ("pending", "Connection to F5 BIG-IP iControl REST API failed.", True, False),
        ("ready", "requests.exceptions.ConnectTimeout", True, False),
        ("pending", "OSError: [Errno 28] No space left on device", True, False),
        ("pending", "None of the preferred challenges are supported", False, False),
        ("pending", CHALLENGE_FAILED, False, False),
        ("invalid", "Failed to establish a new connection", False, False),
        ("refused", "Read timed out", False, False),
        ("processing", "Another instance of Certbot is already running", True, True),
        ("processing", "unrecognized arguments: --dns-x", True, False),
        ("valid", "less than 2 certificates in chain", True, False),
    ],
)
def test_an_order_is_forgotten_once_it_is_of_no_use(
    registered: Authority, tmp_path: Path, status: str, output: str, kept: bool, is_pending: bool
) -> None:
    order = tmp_path / "order.json"
    remembered = OrderFile(order, pytest.fail)
    remembered.place("https://ca.example/order/1", "https://ca.example/account/1", status)
    answer = Answer(Completion(1, output, timed_out=False, seconds=1.0), "", None)
    found = registered._not_issued(answer, Dns01("dns-x", {}), order, continued=False)
    assert (order.exists(), isinstance(found, PendingOrderError)) == (kept, is_pending)


def test_what_certbot_wrote_is_taken_however_it_ended(tmp_path: Path) -> None:
    for name, content in (("cert", "a\n"), ("chain", "b\n")):
        (tmp_path / f"{name}.pem").write_text(content)
    assert _collected(tmp_path) is None
    (tmp_path / "fullchain.pem").write_text("a\n")  # the disk was full
    assert _collected(tmp_path) is None
    (tmp_path / "fullchain.pem").write_text("a\nb\n")
    assert _collected(tmp_path) == Issued("a\n", "b\n")


# -- revocation --------------------------------------------------------------------------------


def test_revoking_twice_is_not_a_failure(registered: Authority, ca: Acme2Certifier) -> None:
    """The first time after a change of credentials: by the former account, and none is registered for it."""
    issued = registered.issue(request("revoked.example.com"), Prevalidated())
    state = registered._certbot.accounts.parents[2]
    changed = replace(account(ca), eab_kid=SECOND_KID, eab_hmac_key=Secret(SECOND_KEY))
    Authority(changed, state, clock=now).revoke(issued.certificate, "keycompromise")
    assert len(list(state.glob("certbot/accounts/**/regr.json"))) == 1
    registered.revoke(issued.certificate, "keycompromise")
    crl = x509.load_pem_x509_crl((ca.folder / "crl.pem").read_bytes())
    serial = x509.load_pem_x509_certificate(issued.certificate.encode()).serial_number
    assert crl.get_revoked_certificate_by_serial_number(serial) is not None


def test_a_certificate_of_another_ca_cannot_be_revoked(authority: Open, pebble: Pebble, registered: Authority) -> None:
    issued = registered.issue(request("other.example.com"), Prevalidated())
    opened = authority(pebble)
    opened.register()
    with pytest.raises(ConnectorError, match="the certificate was not revoked: .*Certbot's log: /"):
        opened.revoke(issued.certificate, "superseded")


# -- secrets -----------------------------------------------------------------------------------


def test_leftovers_of_a_killed_run_are_deleted(authority: Open, ca: Acme2Certifier, state_dir: Path) -> None:
    opened = authority(ca)
    opened.clear_up()
    left = state_dir / "certbot" / "private" / "run-killed"
    left.mkdir(parents=True)
    (left / "certbot.ini").write_text(f'eab-hmac-key = "{PASSWORD.reveal()}"\n')
    opened.clear_up()
    assert not left.exists()
    left.parent.write_text("")
    with pytest.raises(ConnectorError, match=r"private under STATE_DIR cannot be used \(Not a directory\); make room"):
        opened.clear_up()


def test_secrets_are_neither_visible_nor_kept(authority: Open, ca: Acme2Certifier, state_dir: Path) -> None:
    opened = authority(ca)
    with Watch(state_dir) as watch:
        opened.register()
        with pytest.raises(ConnectorError) as failure:
            opened.issue(request("www.example.com"), http01(), known=[Secret("passphrase")])
    canaries = Canaries()
    canaries.add("HMAC key", ca.eab_hmac_key)
    canaries.add("password", PASSWORD.reveal())
    watch.must_not_have_seen(canaries)
    must_not_be_kept(canaries, state_dir, str(failure.value))
    assert list((state_dir / "certbot" / "private").iterdir()) == []


def test_kept_files_are_readable_by_us_alone(registered: Authority, ca: Acme2Certifier) -> None:
    registered.issue(request("rights.example.com"), Prevalidated())
    home = registered._certbot._home
    assert home.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o077 for path in logs(home.parent)} == {0}
    assert re.fullmatch(r"\d{8}T\d{6}Z-certonly-\w+\.log", logs(home.parent, "certonly")[-1].name)
