"""An OCSP responder for Pebble, which writes one's address into its certificates and runs none.

It answers what Pebble itself says of a serial number, signed with the key of Pebble's issuing CA.
"""

from __future__ import annotations

import contextlib
import json
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp

from tests.support.authorities import Pebble


class Responder(ThreadingHTTPServer):
    """``pebble`` is set when it is up: its certificates have to name this address before."""

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
        found = json.loads(self.fetch(f"/cert-status-by-serial/{serial:x}"))
        leaf = x509.load_pem_x509_certificate(found["Certificate"].encode())
        issuer = x509.load_pem_x509_certificate(self.fetch("/intermediates/0"))
        key = serialization.load_pem_private_key(self.fetch("/intermediate-keys/0"), None)
        assert isinstance(key, rsa.RSAPrivateKey)
        revoked, now = found["Status"] == "Revoked", datetime.now(timezone.utc)
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
        made = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issuer).sign(key, hashes.SHA256())
        return made.public_bytes(serialization.Encoding.DER)


class _Conversation(BaseHTTPRequestHandler):
    server: Responder

    def do_POST(self) -> None:  # noqa: N802  # the name is http.server's
        self.server.asked += 1
        asked = ocsp.load_der_ocsp_request(self.rfile.read(int(self.headers["Content-Length"])))
        content = self.server.answer(asked.serial_number, asked.hash_algorithm)
        self.send_response(200)
        self.send_header("Content-Type", "application/ocsp-response")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the name is http.server's
        """Stay silent."""


@contextlib.contextmanager
def responder() -> Iterator[Responder]:
    """Answer for the length of the block."""
    with Responder(("127.0.0.1", 0), _Conversation) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
