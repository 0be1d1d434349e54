"""Whose TLS certificates Certbot trusts; loaded by the launcher, from beside itself.

``REQUESTS_CA_BUNDLE`` is for everybody who names no file: plugins and hooks, which talk to others than the CA. The ACME
server is trusted by the operator's file alone, if there is one. From Python 3.13 on certificates are verified strictly,
and many a private CA is refused; who names a file trusts it (as in ``sectigo_f5/trust/contexts``).
"""

from __future__ import annotations

import os
import ssl
from typing import Any


def trust(ca_file: str | None) -> None:
    """Verify the ACME server by this file alone, and by every file that is named like Python 3.12."""
    take_named_files_as_they_are()
    if ca_file:
        verify_the_ca_by(ca_file)


def verify_the_ca_by(file: str) -> None:
    """Have the library ``acme`` do so, whatever it is told."""
    from acme.client import ClientNetwork

    network: Any = ClientNetwork
    network.verify_ssl = property(lambda self: file, lambda self, told: None)


def take_named_files_as_they_are() -> None:
    """Have requests verify less strictly by the file of the CA, and by that of a BIG-IP."""
    from requests.adapters import HTTPAdapter
    from urllib3.util.ssl_ import create_urllib3_context

    adapter: Any = HTTPAdapter
    build, contexts = adapter.build_connection_pool_key_attributes, dict[str, ssl.SSLContext]()

    def build_relaxed(self: Any, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = build(self, request, verify, cert)
        if isinstance(verify, str) and verify != os.environ.get("REQUESTS_CA_BUNDLE"):
            if verify not in contexts:  # one for each: urllib3 adds the file's CAs to it
                contexts[verify] = context = create_urllib3_context()
                context.verify_flags &= ~ssl.VERIFY_X509_STRICT
                context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
            pool["ssl_context"] = contexts[verify]
        return host, pool

    adapter.build_connection_pool_key_attributes = build_relaxed
