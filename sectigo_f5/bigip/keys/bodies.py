"""What is sent to make a protected key and its CSR (pure). Every property is named: no default of the device counts."""

from __future__ import annotations

import json
from collections.abc import Iterable

from sectigo_f5.icontrol.call import Json
from sectigo_f5.model import KeySpec
from sectigo_f5.secret import Secret
from sectigo_f5.x509.certificates import extract_request

KEY_TIMEOUT = 90.0  # seconds; RSA 4096 on a virtual edition takes several
KEY_URL = "/mgmt/tm/sys/crypto/key"
CSR_URL = "/mgmt/tm/sys/crypto/csr"
CURVES = {"secp256r1": "prime256v1", "secp384r1": "secp384r1"}  # as BIG-IP and OpenSSL spell them


def protected_key(path: str, spec: KeySpec, passphrase: Secret) -> Json:
    """Return the body for a key of that full path."""
    rsa = spec.type == "rsa"
    return {
        **_place(path),
        "keyType": "rsa-private" if rsa else "ec-private",
        **({"keySize": spec.size} if rsa else {"curveName": CURVES[spec.size]}),
        "securityType": "password",
        "passphrase": passphrase.reveal(),
    }


def with_request(key: Json, subject: Json, value: str) -> Json:
    """Return the body for a key and its CSR in one call; what the device does with ``value`` is not known."""
    return {**key, **subject, "options": [{"gen-csr": value}]}


def request(path: str, key: str, subject: Json) -> Json:
    """Return the body for a CSR of that full path, of a key that is there."""
    return {**_place(path), "key": key, **subject}


def subject_of(common_name: str | None, names: Iterable[str]) -> Json:
    """Return the properties of a CSR."""
    return {"commonName": common_name, "subjectAlternativeName": alternative_names(names)}


def alternative_names(names: Iterable[str]) -> str:
    """Return DNS names in BIG-IP's and OpenSSL's spelling."""
    return ",".join(f"DNS:{name}" for name in names)


def installation(path: str, file: str, passphrase: Secret) -> Json:
    """Return the body that makes a file of the device a key object."""
    return {"command": "install", "name": path, "from-local-file": file, "passphrase": passphrase.reveal()}


def request_in(answer: Json) -> str | None:
    """Return the PEM of the CSR in an answer, wherever it is there."""
    return extract_request(json.dumps(answer).replace("\\n", "\n"))


def _place(path: str) -> Json:
    _, partition, name = path.split("/")
    return {"name": name, "partition": partition}
