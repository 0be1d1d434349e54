"""A CA for the length of a probe: its key is in this process alone, and its names are nobody's (RFC 2606 section 2)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sectigo_f5.untrusted import reading
from sectigo_f5.x509.certificates import load_request

DOMAIN = "probe.invalid"
BEFORE, AFTER = timedelta(hours=12), timedelta(hours=6)  # the device's clock may be slow
SERIAL_BITS = 126  # so that serial numbers are long, and have one length (RFC 5280 section 4.1.2.2: at most 159)


class ThrowawayCA:
    """A CA and its own certificate (PEM), valid around ``now``."""

    def __init__(self, now: datetime, name: str = "CA") -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name(f"{name}.{DOMAIN}")
        constraints = x509.BasicConstraints(ca=True, path_length=0)
        builder = self._builder(self._name, self._key.public_key()).add_extension(constraints, critical=True)
        self.certificate = self._signed(builder)

    def issue(self, csr: str) -> str:
        """Return a certificate (PEM) for names and public key of a CSR; :class:`ConnectorError` if it is not one."""
        request = load_request(csr)
        with reading("the CSR from the BIG-IP cannot be understood"):
            names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            first = names.value.get_values_for_type(x509.DNSName)[0]
            builder = self._builder(_name(first), request.public_key())
            builder = builder.add_extension(names.value, critical=False)
            return self._signed(builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False))

    def _builder(self, subject: x509.Name, key: CertificatePublicKeyTypes) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(issuer_name=self._name, subject_name=subject, public_key=key)
        serial = secrets.randbits(SERIAL_BITS) | 1 << SERIAL_BITS
        builder = builder.serial_number(serial).not_valid_before(self._now - BEFORE).not_valid_after(self._now + AFTER)
        return builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)

    def _signed(self, builder: x509.CertificateBuilder) -> str:
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.PEM).decode()


def _name(common_name: str) -> x509.Name:
    """Return a name of two attributes, in the usual order, so that it shows in which order a device tells them."""
    words = {NameOID.ORGANIZATION_NAME: DOMAIN, NameOID.COMMON_NAME: common_name}
    return x509.Name([x509.NameAttribute(oid, word) for oid, word in words.items()])
