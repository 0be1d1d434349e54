"""``install`` of files on the device: PEM and PKCS#12, with right and wrong passphrases."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, load_pem_private_key, pkcs12

from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, certificate_pem, entry, key_pem, rsa_key

DOWNLOADS = "/var/config/rest/downloads"
NEW = "another-passphrase"


def p12(*more: str) -> bytes:
    """Return a PKCS#12 file for www.example.com, with further certificates, protected by PASSPHRASE."""
    first, *others = (
        x509.load_pem_x509_certificate(certificate_pem(rsa_key().public_key(), name).encode())
        for name in ("www.example.com", *more)
    )
    protection = BestAvailableEncryption(PASSPHRASE.encode())
    return pkcs12.serialize_key_and_certificates(b"www", rsa_key(), first, others, protection)


def install(what: str, name: str, **more: Any) -> tuple[str, dict[str, Any]]:
    return f"sys/crypto/{what}", {"command": "install", "name": name, "from-local-file": f"{DOWNLOADS}/f", **more}


def content_of(rest: Rest, kind: str, path: str) -> bytes:
    return rest.device.engine.configuration.items[f"sys/file/{kind}", path].content


@pytest.mark.parametrize(
    ("tmos", "certificate", "key"),
    [("13.1.1", "/Common/www.crt", "/Common/www.key"), ("16.1.4", "/Common/www", "/Common/www")],
)
def test_pkcs12_file_becomes_a_pair_with_a_protected_key(make: Make, tmos: str, certificate: str, key: str) -> None:
    with contextlib.closing(Rest(make(tmos=tmos))) as rest:
        rest.login()
        rest.upload("f", p12("ca.example.com"))
        more = {"passphrase": PASSPHRASE, "keyPassphrase": NEW, "keySecurityType": "password", "partition": "Common"}
        answer = rest.post(*install("pkcs12", "www", **more))
        assert answer["kind"] == "tm:sys:crypto:pkcs12:installstate"
        assert not {PASSPHRASE, NEW} & set(map(str, answer.values()))
        shown = rest.get(f"sys/file/ssl-key/{key.replace('/', '~')}")
        assert (shown["securityType"], shown["passphrase"][:3]) == ("password", "$M$")
        assert load_pem_private_key(content_of(rest, "ssl-key", key), NEW.encode())
        bundle = rest.get(f"sys/file/ssl-cert/{certificate.replace('/', '~')}")
        assert (bundle["isBundle"], bundle["subject"][:18]) == ("true", "CN=www.example.com")
        chain = [{"name": "www", "cert": certificate, "key": key, "passphrase": NEW}]
        assert rest.post("ltm/profile/client-ssl", {"name": "www", "certKeyChain": chain})["cert"] == certificate


@pytest.mark.parametrize("more", [{}, {"keySecurityType": "normal"}, {"keyPassphrase": None, "keySecurityType": None}])
def test_pkcs12_key_is_normal_by_default(rest: Rest, more: dict[str, Any]) -> None:
    rest.upload("f", p12())
    rest.post(*install("pkcs12", "www", passphrase=PASSPHRASE, **more))
    assert rest.get("sys/file/ssl-key/~Common~www")["securityType"] == "normal"


@pytest.mark.parametrize(
    ("content", "more", "text"),
    [
        (p12(), {"passphrase": "wrong"}, "cannot be read"),
        (p12(), {}, "cannot be read"),
        (b"no PKCS#12", {"passphrase": PASSPHRASE}, "cannot be read"),
        (p12(), {"passphrase": PASSPHRASE, "keySecurityType": "password"}, "passphrase is required"),
    ],
)
def test_unusable_pkcs12_file_leaves_nothing(rest: Rest, content: bytes, more: dict[str, Any], text: str) -> None:
    rest.upload("f", content)
    before = rest.device.engine.configuration
    status, message = rest.refusal("POST", *install("pkcs12", "www", **more))
    assert (status, text in message) == (400, True)
    assert rest.device.engine.configuration is before


def test_older_request_has_its_properties_in_options(rest: Rest) -> None:
    rest.upload("f", p12())
    options = [{"from-local-file": f"{DOWNLOADS}/f"}, {"passphrase": PASSPHRASE}]
    rest.post("sys/crypto/pkcs12", {"command": "install", "name": "www", "options": options})
    assert rest.device.exists("/mgmt/tm/sys/file/ssl-cert/~Common~www")


def test_install_over_an_object_is_checked_against_its_profiles(rest: Rest) -> None:
    for what, content in (("key", key_pem(rsa_key())), ("cert", certificate_pem(rsa_key().public_key(), "a"))):
        rest.upload("f", content.encode())
        rest.post(*install(what, f"/Common/w.{what[:3]}"))
    chain = [{"name": "w", "cert": "/Common/w.cer", "key": "/Common/w.key"}]
    rest.post("ltm/profile/client-ssl", {"name": "w", "certKeyChain": chain})
    rest.upload("f", certificate_pem(rsa_key(1).public_key(), "a").encode())
    assert rest.refusal("POST", *install("cert", "/Common/w.cer"))[1].startswith("01070317:3: ")
    rest.upload("f", certificate_pem(rsa_key().public_key(), "b").encode())
    rest.post(*install("cert", "/Common/w.cer"))
    assert rest.get("sys/file/ssl-cert/w.cer")["revision"] == 2


def test_system_certificate_can_be_installed_from_its_file(rest: Rest) -> None:
    body = {"command": "install", "name": "site.crt", "from-local-file": "/config/ssl/ssl.crt/default.crt"}
    rest.post("sys/crypto/cert", body)
    assert content_of(rest, "ssl-cert", "/Common/site.crt") == content_of(rest, "ssl-cert", "/Common/default.crt")


# -- passphrases -------------------------------------------------------------------------------


def test_unencrypted_key_takes_no_passphrase(rest: Rest) -> None:
    rest.upload("f", key_pem(rsa_key()).encode())
    source = {"name": "k.key", "partition": "Common", "sourcePath": f"file:{DOWNLOADS}/f"}
    for call in (install("key", "k.key", passphrase="x"), ("sys/file/ssl-key", {**source, "passphrase": "x"})):
        assert rest.refusal("POST", *call) == (400, "Passphrase specified, but key is not protected")
    rest.post(*install("key", "k.key", passphrase=PASSPHRASE, securityType="password"))
    assert load_pem_private_key(content_of(rest, "ssl-key", "/Common/k.key"), PASSPHRASE.encode())


def test_passphrase_of_a_key_can_be_set_later(rest: Rest) -> None:
    rest.upload("f", key_pem(rsa_key(), PASSPHRASE).encode())
    created = rest.post("sys/file/ssl-key", {"name": "k.key", "sourcePath": f"file:{DOWNLOADS}/f"})
    assert (created["securityType"], "passphrase" in created) == ("password", False)
    assert rest.refusal("PATCH", "sys/file/ssl-key/k.key", {"passphrase": "wrong"})[0] == 400
    shown = rest.patch("sys/file/ssl-key/k.key", {"passphrase": PASSPHRASE})
    assert (shown["keySize"], shown["passphrase"][:3]) == (2048, "$M$")
    again = rest.patch("sys/file/ssl-key/k.key", {"passphrase": shown["passphrase"]})
    assert again["passphrase"] == shown["passphrase"]


# -- CSRs and their files ----------------------------------------------------------------------


def test_csr_created_with_its_key_survives_its_file(rest: Rest) -> None:
    """F5's AS3 SDK removes the file, and lists the CSR afterwards."""
    data = {"name": "w.key", "commonName": "w", "keySize": "2048", "options": [{"gen-csr": "w"}]}
    name = rest.post("sys/crypto/key", data)["name"]
    rest.bash("rm -f /config/ssl/ssl.csr/w.key")
    assert rest.bash(f"tmsh list sys crypto csr {name}").startswith("-----BEGIN CERTIFICATE REQUEST-----")
    assert rest.call("DELETE", "sys/crypto/csr/w.key").status_code == 200


@pytest.mark.parametrize(("alternative", "kind"), [("RID:1.2.3", x509.RegisteredID), ("URI:https://x", None)])
def test_alternative_names_of_other_types_are_accepted(rest: Rest, alternative: str, kind: type | None) -> None:
    body = {"name": "w.csr", "key": "default.key", "commonName": "w", "subjectAlternativeName": f"DNS:w,{alternative}"}
    rest.post("sys/crypto/csr", body)
    request = x509.load_pem_x509_csr(rest.bash("cat /config/ssl/ssl.csr/w.csr").encode())
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert len(list(names)) == 2
    assert not kind or names.get_values_for_type(kind)


def test_profile_entry_survives_a_patch_of_other_properties(rest: Rest) -> None:
    rest.device.add_certificate("/Common/p.crt", certificate_pem(rsa_key().public_key(), "p"), key_pem(rsa_key()))
    rest.post("ltm/profile/client-ssl", {"name": "p", "certKeyChain": [entry("p")], "caFile": "/Common/ca-bundle.crt"})
    assert rest.patch("ltm/profile/client-ssl/p", {"caFile": "", "serverName": ""})["caFile"] == "none"


def test_certificate_ignores_a_passphrase(rest: Rest) -> None:
    """As F5 Ansible's bigip_ssl_key_cert sends it, after creation."""
    rest.upload("c", certificate_pem(rsa_key().public_key(), "www.example.com").encode())
    rest.post("sys/file/ssl-cert", {"name": "www.crt", "partition": "Common", "sourcePath": f"file:{DOWNLOADS}/c"})
    source = rest.get("sys/file/ssl-cert/~Common~www.crt")["sourcePath"]
    answer = rest.call("PUT", "sys/file/ssl-cert/~Common~www.crt", {"sourcePath": source, "passphrase": PASSPHRASE})
    assert (answer.status_code, "passphrase" in answer.json()) == (200, False)
