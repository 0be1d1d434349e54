"""TLS contexts for the CA files that an operator names.

From Python 3.13 on certificates are verified strictly: a CA without ``keyUsage`` or a key identifier, or with
``basicConstraints`` that are not critical (RFC 5280 sections 4.2.1.2, 4.2.1.3, 4.2.1.9), is refused. Many a private CA
is like that. Who names its file trusts it: it works as on Python 3.12. And an intermediate CA, or the server's own
certificate, suffices there as on Python 3.13, without the root. ``acme/inside_certbot/trusted_files`` does the same.
"""

from __future__ import annotations

import ssl

from urllib3.util.ssl_ import create_urllib3_context


def for_named_file() -> ssl.SSLContext:
    """Return a context like the one of requests, which verifies, but not strictly.

    It belongs to one file: with each connection urllib3 adds the file's CAs to it.
    """
    context = create_urllib3_context()
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
