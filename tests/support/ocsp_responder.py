"""An OCSP responder for Pebble, which writes the address of one into its certificates but runs none.

It answers what Pebble says about a serial number, signed with the key of Pebble's issuing CA.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp

from tests.support.authorities import Pebble
from tests.support.serving import QuietHandler, serving


class Responder(ThreadingHTTPServer):
    """``pebble`` is set once it runs: its configuration needs this address first."""

    daemon_threads = True
    pebble: Pebble | None = None
    asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def fetch(self, path: str) -> bytes:
        assert self.pebble is not None
        context = ssl.create_default_context(cafile=str(self.pebble.ca_bundle))
        with urllib.request.urlopen(self.pebble.management_url + path, context=context, timeout=10) as answer:  # noqa: S310
            content: bytes = answer.read()
            return content

    def answer(self, serial: int, request_hash: hashes.HashAlgorithm) -> bytes:
        record = json.loads(self.fetch(f"/cert-status-by-serial/{serial:x}"))
        leaf = x509.load_pem_x509_certificate(record["Certificate"].encode())
        issuer = x509.load_pem_x509_certificate(self.fetch("/intermediates/0"))
        key = serialization.load_pem_private_key(self.fetch("/intermediate-keys/0"), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        revoked, now = record["Status"] == "Revoked", datetime.now(timezone.utc)
        builder = ocsp.OCSPResponseBuilder().add_response(
            cert=leaf,
            issuer=issuer,
            algorithm=request_hash,
            cert_status=ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD,
            this_update=now - timedelta(minutes=1),
            next_update=now + timedelta(hours=1),
            revocation_time=now - timedelta(minutes=1) if revoked else None,
            revocation_reason=x509.ReasonFlags.superseded if revoked else None,
        )
        response = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer).sign(key, hashes.SHA256())
        return response.public_bytes(serialization.Encoding.DER)


class _Handler(QuietHandler):
    server: Responder

    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        self.server.asked += 1
        request = ocsp.load_der_ocsp_request(self.rfile.read(int(self.headers["Content-Length"])))
        content = self.server.answer(request.serial_number, request.hash_algorithm)
        self.respond(content, media_type="application/ocsp-response")


@contextlib.contextmanager
def responder() -> Iterator[Responder]:
    """Answer for the length of the block."""
    with serving(Responder(("127.0.0.1", 0), _Handler)) as server:
        yield server
