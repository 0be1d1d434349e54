"""Keys, CSRs and certificates that are created on the device or uploaded to it."""

from __future__ import annotations

import contextlib
import hashlib
import re

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from sectigo_f5.simulator import SimulatedBigIP
from tests.simulator.conftest import Make
from tests.simulator.rest import PASSPHRASE, Rest, certificate_pem, ec_key, entry, key_pem, rsa_key

PROTECTED = {"keyType": "rsa-private", "keySize": "2048", "securityType": "password", "passphrase": PASSPHRASE}
REQUEST = {"commonName": "www.example.com", "subjectAlternativeName": "DNS:www.example.com, DNS:api.example.com"}
MASTER = re.compile(r"\$M\$[A-Za-z]{2}\$[A-Za-z0-9+/]+=*")


def stored(device: SimulatedBigIP, path: str) -> bytes:
    """Return the key as the device stores it, where no client can read it."""
    return device.engine.configuration.items["sys/file/ssl-key", path].content


def request_of(rest: Rest, name: str) -> x509.CertificateSigningRequest:
    printed = rest.bash(f"tmsh list sys crypto csr {name}")
    match = re.match("-----BEGIN CERTIFICATE REQUEST-----.*?-----END CERTIFICATE REQUEST-----\n", printed, re.DOTALL)
    assert match, printed
    assert f"sys crypto csr {name.removeprefix('/Common/')} {{" in printed[match.end() :]
    return x509.load_pem_x509_csr(match[0].encode())


@pytest.mark.parametrize(
    ("body", "kind", "size"),
    [
        ({"keySize": "3072"}, "RSA", 3072),
        ({"key-type": "rsa-private", "key-size": "2048"}, "RSA", 2048),
        ({"keyType": "ec-private"}, "EC", 256),
        ({"keyType": "ec-private", "curveName": "secp384r1"}, "EC", 384),
    ],
)
def test_keys_are_really_generated(rest: Rest, body: dict[str, str], kind: str, size: int) -> None:
    answer = rest.post("sys/crypto/key", {"name": "a.key", "partition": "Common", **body})
    assert (answer["kind"], answer["name"]) == ("tm:sys:crypto:key:keystate", "/Common/a.key")
    key = load_pem_private_key(stored(rest.device, "/Common/a.key"), None)
    assert isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    assert ("RSA" if isinstance(key, rsa.RSAPrivateKey) else "EC", key.key_size) == (kind, size)
    assert rest.get("sys/file/ssl-key/~Common~a.key")["keySize"] == size
    assert rest.get("sys/crypto/key/~Common~a.key")["keySize"] == str(size)


def test_protected_key_is_stored_encrypted_with_a_sealed_passphrase(rest: Rest) -> None:
    answer = rest.post("sys/crypto/key", {"name": "/Common/a.key", **PROTECTED})
    assert PASSPHRASE not in str(answer)
    content = stored(rest.device, "/Common/a.key")
    assert b"ENCRYPTED" in content
    assert load_pem_private_key(content, PASSPHRASE.encode())
    shown = rest.get("sys/file/ssl-key/~Common~a.key")
    assert shown["securityType"] == "password"
    assert MASTER.fullmatch(shown["passphrase"])
    assert shown["checksum"] == f"SHA1:{len(content)}:{hashlib.sha1(content).hexdigest()}"  # noqa: S324  the device's own
    assert "passphrase" not in rest.get("sys/crypto/key/~Common~a.key")


def test_equal_passphrases_have_different_ciphertexts(rest: Rest) -> None:
    texts = set()
    for name in ("a", "b"):
        rest.post("sys/crypto/key", {"name": f"{name}.key", **PROTECTED, "keyType": "ec-private"})
        shown = rest.get(f"sys/file/ssl-key/~Common~{name}.key")["passphrase"]
        texts.add(shown.rpartition("$")[2])  # past the two characters of salt
    assert len(texts) == 2


def test_password_key_silently_becomes_normal_by_switch(make: Make) -> None:
    with contextlib.closing(Rest(make(native_password_keys="silently-normal"))) as rest:
        rest.login()
        rest.post("sys/crypto/key", {"name": "a.key", **PROTECTED})
        answer = rest.get("sys/file/ssl-key/~Common~a.key")
    assert (answer["securityType"], "passphrase" in answer) == ("normal", False)


def test_password_key_is_refused_by_switch(make: Make) -> None:
    with contextlib.closing(Rest(make(native_password_keys="rejected"))) as rest:
        rest.login()
        assert rest.refusal("POST", "sys/crypto/key", {"name": "a.key", **PROTECTED})[0] == 400
        assert not rest.device.exists("/mgmt/tm/sys/file/ssl-key/~Common~a.key")


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"keySize": "2048"}, 400, "one or more properties must be specified"),
        ({"name": "a.key", "keySize": "1000"}, 400, "keySize"),
        ({"name": "a.key", "keyType": "ec-private", "curveName": "secp160k1"}, 400, "curveName"),
        ({"name": "a*.key"}, 400, "01070088:3: "),
        ({"name": "..", "keyType": "ec-private"}, 400, "01070088:3: "),
        ({"name": "a.key", "partition": "Nope"}, 400, "The requested folder (/Nope) was not found."),
        (
            {"name": "default.key", "partition": "Common"},
            409,
            "01020066:3: The requested Certificate Key File (/Common/default.key) already exists in partition Common.",
        ),
    ],
)
def test_invalid_key_requests_are_refused(rest: Rest, body: dict[str, str], status: int, text: str) -> None:
    answer = rest.refusal("POST", "sys/crypto/key", body)
    assert answer[0] == status
    assert text in answer[1]


def test_csr_matches_its_key_and_only_the_disk_has_its_pem(rest: Rest) -> None:
    rest.post("sys/crypto/key", {"name": "a.key", **PROTECTED})
    rest.post("sys/crypto/csr", {"name": "a.csr", "key": "/Common/a.key", **REQUEST, "country": "DE"})
    answer = rest.get("sys/crypto/csr/a.csr")
    assert answer["commonName"] == "www.example.com"
    assert answer["apiRawValues"] == {"keySize": "2048", "publicKeyType": "RSA"}
    assert (answer["name"], answer["fullPath"], "partition" in answer) == ("a.csr", "a.csr", False)
    assert "BEGIN" not in str(answer)
    request = request_of(rest, "/Common/a.csr")
    assert request.is_signature_valid
    names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["www.example.com", "api.example.com"]
    assert request.subject.rfc4514_string() == "CN=www.example.com,C=DE"
    key = load_pem_private_key(stored(rest.device, "/Common/a.key"), PASSPHRASE.encode())
    assert request.public_key() == key.public_key()


@pytest.mark.parametrize(("tmos", "name"), [("13.1.1", "a.csr"), ("14.1.2", "a.key"), ("17.1.2", "a.key")])
@pytest.mark.parametrize("printed", [True, False])
def test_key_and_csr_are_created_in_one_call(make: Make, tmos: str, name: str, printed: bool) -> None:
    with contextlib.closing(Rest(make(tmos=tmos, csr_pem_in_answer=printed))) as rest:
        rest.login()
        body = {"name": "a.key", **PROTECTED, **REQUEST, "options": [{"gen-csr": "www.example.com"}]}
        answer = rest.post("sys/crypto/key", body)
        assert rest.device.csrs == [f"/Common/{name}"]
        assert request_of(rest, name).is_signature_valid
    assert ("BEGIN CERTIFICATE REQUEST" in answer.get("commandResult", "")) == printed


def test_csr_for_a_protected_key_is_refused_by_switch(make: Make) -> None:
    with contextlib.closing(Rest(make(csr_for_password_keys="rejected"))) as rest:
        rest.login()
        rest.post("sys/crypto/key", {"name": "a.key", **PROTECTED})
        status, message = rest.refusal("POST", "sys/crypto/csr", {"name": "a.csr", "key": "a.key", **REQUEST})
        assert (status, message[:12]) == (400, "01070313:3: ")
        together = {"name": "b.key", **PROTECTED, "options": [{"gen-csr": "x"}]}
        assert rest.refusal("POST", "sys/crypto/key", together)[0] == 400
        assert not rest.device.exists("/mgmt/tm/sys/file/ssl-key/~Common~b.key")
        assert rest.device.csrs == []


def test_csr_is_never_overwritten_and_can_be_deleted_once(rest: Rest) -> None:
    body = {"name": "a.csr", "key": "/Common/default.key", **REQUEST}
    rest.post("sys/crypto/csr", body)
    assert rest.refusal("POST", "sys/crypto/csr", body)[0] == 409
    assert [item["name"] for item in rest.get("sys/crypto/csr")["items"]] == ["/Common/a.csr"]
    assert rest.call("DELETE", "sys/crypto/csr/~Common~a.csr").text == ""
    assert rest.refusal("DELETE", "sys/crypto/csr/~Common~a.csr")[0] == 404
    assert "was not found" in rest.bash("tmsh list sys crypto csr a.csr")


def test_csr_is_gone_once_its_file_is_moved_away(rest: Rest) -> None:
    rest.post("sys/crypto/csr", {"name": "a.csr", "key": "/Common/default.key", **REQUEST})
    move = "/config/ssl/ssl.csr/a.csr /var/config/rest/bulk/a.csr"
    rest.post("util/unix-mv", {"command": "run", "utilCmdArgs": move})
    assert rest.refusal("GET", "sys/crypto/csr/a.csr")[0] == 404
    assert rest.device.uploads == ["a.csr"]
    answer = rest.call("GET", "/mgmt/shared/file-transfer/bulk/a.csr")
    assert x509.load_pem_x509_csr(answer.content).is_signature_valid


# -- files -------------------------------------------------------------------------------------


def source(name: str) -> str:
    return f"file:/var/config/rest/downloads/{name}"


def test_uploaded_certificate_becomes_an_object(rest: Rest) -> None:
    content = certificate_pem(rsa_key().public_key(), "www.example.com", "api.example.com", serial=7).encode()
    rest.upload("c.crt", content)
    answer = rest.post("sys/file/ssl-cert", {"name": "c.crt", "partition": "Common", "sourcePath": source("c.crt")})
    assert answer["sourcePath"] == "file:///var/config/rest/downloads/c.crt"
    assert answer["subject"] == "CN=www.example.com,O=Example,C=US"
    assert answer["serialNumber"] == "7"
    assert answer["subjectAlternativeName"] == "DNS:www.example.com, DNS:api.example.com"
    assert answer["checksum"].startswith(f"SHA1:{len(content)}:")
    again = {"name": "c.crt", "partition": "Common", "sourcePath": source("c.crt")}
    expected = "01020066:3: The requested Certificate File (/Common/c.crt) already exists in partition Common."
    assert rest.refusal("POST", "sys/file/ssl-cert", again) == (409, expected)


def test_long_serial_number_has_colons(rest: Rest) -> None:
    rest.device.add_certificate("/Common/c.crt", certificate_pem(rsa_key().public_key(), "a.b", serial=0xA1 << 120))
    assert rest.get("sys/file/ssl-cert/~Common~c.crt")["serialNumber"] == "a1" + ":00" * 15


def test_several_certificates_in_one_file_are_a_bundle(rest: Rest) -> None:
    first, second = (certificate_pem(rsa_key().public_key(), name) for name in ("a.example.com", "b.example.com"))
    rest.device.add_certificate("/Common/chain.crt", first + second)
    bundle = rest.get("sys/file/ssl-cert/~Common~chain.crt")
    assert (bundle["isBundle"], "serialNumber" in bundle) == ("true", False)
    assert bundle["subject"].startswith("CN=a.example.com,")


@pytest.mark.parametrize("kind", ["ssl-cert", "ssl-key"])
def test_file_that_is_not_a_pem_is_refused(rest: Rest, kind: str) -> None:
    rest.upload("x", b"no PEM at all")
    expected = "01070712:3: Certificate/Key has unknown format or security type (/Common/x)."
    body = {"name": "x", "partition": "Common", "sourcePath": source("x")}
    assert rest.refusal("POST", f"sys/file/{kind}", body) == (400, expected)
    assert rest.refusal("POST", f"sys/file/{kind}", {**body, "sourcePath": source("nothing")})[0] == 400


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_source_path_is_read_again_if_it_is_sent_again(rest: Rest, method: str) -> None:
    bodies = [certificate_pem(rsa_key().public_key(), name).encode() for name in ("a.example.com", "b.example.com")]
    rest.upload("c.crt", bodies[0])
    rest.post("sys/file/ssl-cert", {"name": "c.crt", "partition": "Common", "sourcePath": source("c.crt")})
    rest.upload("c.crt", bodies[1])
    answer = rest.call(method, "sys/file/ssl-cert/~Common~c.crt", {"sourcePath": source("c.crt")}).json()
    assert (answer["revision"], answer["subject"][:16]) == (2, "CN=b.example.com")


def test_encrypted_key_is_installed_with_its_passphrase(rest: Rest) -> None:
    rest.upload("k", key_pem(rsa_key(), PASSPHRASE).encode())
    body = {"command": "install", "name": "/Common/k.key", "from-local-file": "/var/config/rest/downloads/k"}
    answer = rest.post("sys/crypto/key", {**body, "passphrase": PASSPHRASE})
    assert PASSPHRASE not in str(answer)
    shown = rest.get("sys/file/ssl-key/~Common~k.key")
    assert (shown["securityType"], shown["keySize"]) == ("password", 2048)
    assert MASTER.fullmatch(shown["passphrase"])
    assert rest.refusal("POST", "sys/crypto/key", {**body, "passphrase": "wrong"})[0] == 400
    rest.post("sys/crypto/key", {**body, "fromLocalFile": body["from-local-file"], "passphrase": PASSPHRASE})


def test_encrypted_key_file_is_created_with_its_passphrase(rest: Rest) -> None:
    rest.upload("k", key_pem(rsa_key(), PASSPHRASE).encode())
    body = {"name": "k.key", "partition": "Common", "sourcePath": source("k")}
    assert rest.refusal("POST", "sys/file/ssl-key", {**body, "passphrase": "wrong"})[0] == 400
    assert rest.post("sys/file/ssl-key", {**body, "passphrase": PASSPHRASE})["securityType"] == "password"


@pytest.mark.parametrize(("kind", "name"), [("ssl-cert", "default.crt"), ("ssl-key", "default.key")])
def test_file_in_use_cannot_be_deleted(rest: Rest, kind: str, name: str) -> None:
    status, message = rest.refusal("DELETE", f"sys/file/{kind}/~Common~{name}")
    assert (status, message) == (400, f"01071349:3: File object by name (/Common/{name}) is in use.")


def test_unused_key_is_deleted_through_either_collection(rest: Rest) -> None:
    rest.post("sys/crypto/key", {"name": "a.key", "keyType": "ec-private"})
    rest.post("sys/crypto/key", {"name": "b.key", "keyType": "ec-private"})
    for url in ("sys/crypto/key/~Common~a.key", "sys/file/ssl-key/~Common~b.key"):
        answer = rest.call("DELETE", url)
        assert (answer.status_code, answer.text) == (200, "")
        expected = f"01020036:3: The requested Certificate Key File (/Common/{url[-5:]}) was not found."
        assert rest.refusal("GET", url) == (404, expected)


def test_ec_pair_without_rsa_is_accepted_from_tmos_14(make: Make) -> None:
    for tmos, works in (("13.1.1", False), ("14.1.2", True), ("16.1.4", True)):
        device = make(tmos=tmos)
        key = ec_key()
        device.add_certificate("/Common/e.crt", certificate_pem(key.public_key(), "e.example.com"), key_pem(key))
        with contextlib.closing(Rest(device)) as rest:
            rest.login()
            answer = rest.call("POST", "ltm/profile/client-ssl", {"name": "e", "certKeyChain": [entry("e")]})
        assert answer.ok == works
        if not works:
            assert answer.json()["message"] == "010717e3:3: Client SSL profile must have RSA certificate/key pair."
