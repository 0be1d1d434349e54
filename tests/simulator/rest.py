"""Real HTTP to a simulated BIG-IP, and certificates to install there."""

from __future__ import annotations

import functools
import socket
import ssl
from datetime import datetime, timedelta, timezone
from typing import Any

import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from sectigo_f5.simulator import SimulatedBigIP

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
PASSPHRASE = "correct-horse-battery"


class Rest:
    """A session with one device."""

    def __init__(self, device: SimulatedBigIP) -> None:
        self.device = device
        host = f"[{device.address}]" if ":" in device.address else device.address
        self.origin = f"https://{host}:{device.port}"
        self.session = requests.Session()
        self.session.trust_env = False
        self.token = ""

    def close(self) -> None:
        self.session.close()

    def login(self, password: str | None = None) -> requests.Response:
        secret = self.device.password if password is None else password
        body = {"username": self.device.username, "password": secret, "loginProviderName": "tmos"}
        answer = self.call("POST", "/mgmt/shared/authn/login", body)
        if answer.ok:
            self.token = answer.json()["token"]["token"]
        return answer

    def call(self, method: str, path: str, body: Any = None, transaction: Any = None, **more: Any) -> requests.Response:
        headers = {"X-F5-Auth-Token": self.token} if self.token else {}
        if transaction is not None:
            headers["X-F5-REST-Coordination-Id"] = str(transaction)
        headers |= more.pop("headers", {})
        url = self.origin + (path if path.startswith("/mgmt") else f"/mgmt/tm/{path}")
        verify = str(self.device.ca_file)
        timeout = more.pop("timeout", 60)
        return self.session.request(method, url, json=body, headers=headers, verify=verify, timeout=timeout, **more)

    def get(self, path: str, **query: str) -> Any:
        answer = self.call("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: Any, transaction: Any = None) -> Any:
        answer = self.call("POST", path, body, transaction)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def patch(self, path: str, body: Any, transaction: Any = None) -> Any:
        answer = self.call("PATCH", path, body, transaction)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refusal(self, method: str, path: str, body: Any = None, transaction: Any = None) -> tuple[int, str]:
        """Return status and message of a call that must not succeed."""
        answer = self.call(method, path, body, transaction)
        assert answer.status_code >= 400, answer.text
        error = answer.json()
        assert error["code"] == answer.status_code
        return answer.status_code, error["message"]

    def begin(self) -> int:
        return int(self.post("transaction", {})["transId"])

    def commit(self, transaction: int, **options: Any) -> requests.Response:
        return self.call("PATCH", f"transaction/{transaction}", {"state": "VALIDATING", **options})

    def upload(self, name: str, content: bytes) -> Any:
        headers = {"Content-Type": "application/octet-stream", "Content-Range": f"0-{len(content) - 1}/{len(content)}"}
        path = f"/mgmt/shared/file-transfer/uploads/{name}"
        return self.call("POST", path, headers=headers, data=content)

    def bash(self, command: str) -> str:
        answer = self.post("util/bash", {"command": "run", "utilCmdArgs": f"-c '{command}'"})
        return str(answer.get("commandResult", ""))


# -- certificates ------------------------------------------------------------------------------


@functools.cache
def rsa_key(_: int = 0) -> rsa.RSAPrivateKey:
    """Return one of a few keys, generated once per process."""
    return rsa.generate_private_key(65537, 2048)


def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: Key, passphrase: str | None = None) -> str:
    protection: KeySerializationEncryption = NoEncryption()
    if passphrase:
        protection = BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection).decode()


def certificate_pem(public_key: Any, *names: str, serial: int | None = None) -> str:
    """Return a certificate for a public key, signed by another key, for the names."""
    now = datetime.now(timezone.utc)
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, names[0]),
        ]
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test CA")]))
        .public_key(public_key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name) for name in names]), critical=False)
    )
    return builder.sign(rsa_key(), hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def add_pair(device: SimulatedBigIP, name: str, *names: str, key: Key | None = None) -> None:
    """Add ``/Common/name.crt`` and ``.key`` to a device, without a passphrase."""
    used = key or rsa_key()
    certificate = certificate_pem(used.public_key(), *(names or (f"{name}.example.com",)))
    device.add_certificate(f"/Common/{name}.crt", certificate, key_pem(used))


def entry(name: str, **more: str) -> dict[str, str]:
    """Return an entry of ``certKeyChain``."""
    return {"name": name, "cert": f"/Common/{name}.crt", "key": f"/Common/{name}.key", **more}


def served(address: str, port: int, server_name: str | None) -> x509.Certificate:
    """Return the certificate that a TLS client receives."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection((address, port), 10) as raw,
        context.wrap_socket(raw, server_hostname=server_name) as shaken,
    ):
        content = shaken.getpeercert(binary_form=True)
    assert content
    return x509.load_der_x509_certificate(content)


def free_port(address: str = "127.0.0.1") -> int:
    with socket.create_server((address, 0)) as probe:
        return int(probe.getsockname()[1])
