"""TLS contexts for the CA files that an operator names.

From Python 3.13 on certificates are verified strictly: a CA without ``keyUsage`` or a key identifier, or with
``basicConstraints`` that are not critical (RFC 5280 sections 4.2.1.2, 4.2.1.3, 4.2.1.9), is refused. Many a private CA
is like that. Who names its file trusts it: it works as on Python 3.12. And an intermediate CA, or the server's own
certificate, suffices there as on Python 3.13, without the root.

Certbot's process loads this file too, on its own, so it imports nothing of the connector.
"""

from __future__ import annotations

import ssl
from typing import Any

from urllib3.util.ssl_ import create_urllib3_context


def for_named_file() -> ssl.SSLContext:
    """Return a context like the one of requests, which verifies, but not strictly.

    It belongs to one file: with each connection urllib3 adds the file's CAs to it.
    """
    context = create_urllib3_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def relax_for_named_files(adapter: Any, others: str | None) -> None:
    """Have a class of adapters use such contexts for all files except ``others``, which is for everybody else."""
    build, contexts = adapter.build_connection_pool_key_attributes, dict[str, ssl.SSLContext]()

    def build_relaxed(self: Any, request: Any, verify: Any, *arguments: Any, **options: Any) -> Any:
        host, pool = build(self, request, verify, *arguments, **options)
        if isinstance(verify, str) and verify != others:
            if verify not in contexts:
                contexts[verify] = for_named_file()
            pool["ssl_context"] = contexts[verify]  # a part of the pool's key: always the same, or none is found again
        return host, pool

    adapter.build_connection_pool_key_attributes = build_relaxed
