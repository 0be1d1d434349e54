"""The management port's certificates, verified as strictly as Python 3.13 does by default."""

import socket
import ssl
import threading
from pathlib import Path

import pytest

from sectigo_f5.simulator.management_tls import prepare


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "bigip.example.com"])
def test_management_certificate_passes_strict_verification(tmp_path: Path, name: str) -> None:
    ca_file, server_context = prepare(tmp_path, ("127.0.0.1", "bigip.example.com"))
    context = ssl.create_default_context(cafile=str(ca_file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    near, far = socket.socketpair()

    def serve() -> None:
        with server_context.wrap_socket(far, server_side=True) as tls:
            tls.sendall(b"hello")
            tls.recv(1)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with context.wrap_socket(near, server_hostname=name) as tls:
            assert tls.recv(5) == b"hello"
            tls.sendall(b"!")
    finally:
        thread.join()
