"""Serve acme2certifier over HTTPS, in a process of its own because its licence (GPL-3) is not ours.

``acme2certifier_server.py DESCRIPTOR CERTIFICATE KEY``: the descriptor is a listening socket that
our caller has bound, so that no other process can take the port. The environment names the
configuration (``ACME_SRV_CONFIGFILE``).
"""

from __future__ import annotations

import socket
import ssl
import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer


class ThreadingServer(ThreadingMixIn, WSGIServer):
    """One thread per request: several Certbots run in parallel."""

    daemon_threads = True


def main() -> None:
    """Serve until the process is ended."""
    descriptor, certificate, key = sys.argv[1:]
    from acme2certifier.share.acme2certifier_wsgi import application  # noqa: PLC0415  # reads its settings on import

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = socket.socket(fileno=int(descriptor))
    address, port = listening.getsockname()
    server = ThreadingServer((address, port), WSGIRequestHandler, bind_and_activate=False)
    server.socket.close()
    # The handshake is left to the thread of the request: a silent client blocks nobody.
    server.socket = context.wrap_socket(listening, server_side=True, do_handshake_on_connect=False)
    server.server_name, server.server_port = address, port
    server.setup_environ()
    server.base_environ["HTTPS"] = "on"  # wsgiref derives wsgi.url_scheme from it, acme2certifier its URLs
    server.set_app(application)
    server.serve_forever()


if __name__ == "__main__":
    main()
