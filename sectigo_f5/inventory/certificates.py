"""Certificates as a BIG-IP describes them; its JSON tells neither when they begin nor how they are signed; pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime

from cryptography import x509

from sectigo_f5.bigip.readers import certificate_object, flag, text
from sectigo_f5.device_objects import OWN_CERTIFICATE
from sectigo_f5.icontrol.call import Json
from sectigo_f5.inventory.keys import shape
from sectigo_f5.inventory.nouns import Holds, Item
from sectigo_f5.model import Generation, partition_of
from sectigo_f5.untrusted import reading
from sectigo_f5.x509.certificates import Certificate, describe

COLLECTION = "sys/file/ssl-cert"
SELECT = (
    *("subject", "issuer", "subjectAlternativeName", "serialNumber", "fingerprint", "isBundle", "systemPath"),
    *("expirationDate", "expirationString", "keyType", "certificateKeySize", "certificateKeyCurveName"),
)
OF_ENDS = ("expirationDate", "expirationString", "issuerCert")  # what is read of all before any is described
OF_EVERY_DEVICE = tuple(f"/Common/{name}.crt" for name in ("ca-bundle", "f5-ca-bundle", "f5-irule", "f5_api_com"))


@dataclass(frozen=True)
class Where:
    """The device that is read."""

    device: str  # as the YAML calls it
    unit: str


def item_of(item: Json, where: Where) -> Item:
    """Return what a ``sys file ssl-cert`` object says of itself."""
    found, subject = certificate_object(item), text(item, "subject")
    kind, size, curve = shape(item, "certificateKeySize", "certificateKeyCurveName")
    own = bool(text(item, "systemPath")) and found.path != OWN_CERTIFICATE
    return Item(
        where.device,
        where.unit,
        Holds.BUNDLE if flag(item, "isBundle") else Holds.CERTIFICATE,
        partition_of(found.path),
        found.path,
        common_name=found.common_name,
        names=tuple(sorted(found.names or ())),
        names_cut=found.cut,
        issuer=found.issuer,
        serial=found.serial,
        fingerprint=_fingerprint(text(item, "fingerprint")),
        not_after=found.not_after,
        self_signed=subject == found.issuer if subject and found.issuer else None,
        key_type=kind,
        key_size=size,
        curve=curve,
        is_the_devices_own=own or found.is_the_devices_own or found.path in OF_EVERY_DEVICE,
        is_ours=Generation.of(found.path) is not None,
    )


def with_copy(item: Item, copy: Certificate, chain_ends: datetime | None, signature: str | None) -> Item:
    """Return an item with what our copy of the certificate tells besides; one of another certificate tells nothing."""
    if item.serial not in (None, copy.serial):
        return item
    return replace(
        item,
        common_name=copy.common_name or item.common_name,
        names=tuple(sorted(copy.names)),
        names_cut=False,
        serial=copy.serial,
        fingerprint=copy.fingerprint,
        not_before=copy.not_before,
        not_after=copy.not_after,
        chain_not_after=chain_ends,
        signature=signature,
    )


def of_management(certificate: bytes, where: Where) -> Item:
    """Return what is known of the certificate (DER) that the management interface has shown."""
    with reading("the management certificate cannot be read"):
        parsed = x509.load_der_x509_certificate(certificate)
    found = describe(parsed)
    spec = found.key
    return Item(
        where.device,
        where.unit,
        Holds.MANAGEMENT,
        common_name=found.common_name,
        names=tuple(sorted(found.names)),
        issuer=found.issuer,
        serial=found.serial,
        fingerprint=found.fingerprint,
        not_before=found.not_before,
        not_after=found.not_after,
        self_signed=found.subject == found.issuer,
        key_type=spec.type if spec else None,
        key_size=int(spec.size) if spec and spec.size.isdecimal() else None,
        curve=spec.size if spec and spec.type == "ecdsa" else None,
        signature=signature_of(parsed),
    )


def signature_of(certificate: x509.Certificate) -> str | None:
    """Return the hash with which a certificate is signed, as in ``sha256``; None for a signature without one."""
    with reading("the signature of a certificate cannot be read"):
        algorithm = certificate.signature_hash_algorithm
    return algorithm.name if algorithm else None


def _fingerprint(written: str | None) -> str | None:
    """Read ``SHA256/3A:F7:…``; None for another hash."""
    found = re.fullmatch(r"SHA256/((?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2})", written or "")
    return found[1].replace(":", "").lower() if found else None
