"""Connections of ``requests`` that keep the deadline, whatever they wait for."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context, resolve_cert_reqs

from sectigo_f5.deadlines.sockets import Refuse, TimedTls, connected

_refuse: ContextVar[Refuse | None] = ContextVar("refuse", default=None)


@contextlib.contextmanager
def refusing(refuse: Refuse) -> Iterator[None]:
    """Let ``refuse`` look at each address before it is connected to; a proxy's is the operator's choice."""
    token = _refuse.set(refuse)
    try:
        yield
    finally:
        _refuse.reset(token)


def _new_connection(waiting: HTTPConnection) -> socket.socket:
    """Connect, with the errors of ``urllib3``."""
    host, refuse = waiting._dns_host.strip("[]"), None if waiting.proxy else _refuse.get()  # noqa: SLF001
    try:
        return connected(host, waiting.port, waiting.timeout, waiting.socket_options, refuse)
    except socket.gaierror as error:
        raise NameResolutionError(waiting.host, waiting, error) from error
    except TimeoutError as error:
        raise ConnectTimeoutError(waiting, f"connecting to {waiting.host} timed out") from error
    except (OSError, UnicodeError, OverflowError) as error:
        raise NewConnectionError(waiting, f"Failed to establish a new connection: {error}") from error


class Http(HTTPConnection):
    """Without TLS."""

    def _new_conn(self) -> socket.socket:
        return _new_connection(self)


class Https(HTTPSConnection):
    """With TLS."""

    def _new_conn(self) -> socket.socket:
        return _new_connection(self)

    def connect(self) -> None:
        """Connect with the context that ``urllib3`` would make, and with our sockets."""
        if self.ssl_context is None:
            self.ssl_context = create_urllib3_context(cert_reqs=resolve_cert_reqs(self.cert_reqs))
        self.ssl_context.sslsocket_class = TimedTls
        super().connect()

    def _connect_tls_proxy(self, hostname: str, sock: socket.socket) -> ssl.SSLSocket:
        """Speak TLS to a proxy, whose context ``urllib3`` makes by itself, with our socket too."""
        waiting = super()._connect_tls_proxy(hostname, sock)
        waiting.__class__ = TimedTls
        return waiting


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = Https


_POOLS = {"http": _HttpPool, "https": _HttpsPool}


class TimedAdapter(HTTPAdapter):
    """The adapter of ``requests``, with our connections; directly, and through a proxy."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        """Have pools make them."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *arguments: Any, **options: Any) -> ProxyManager:
        """Have the pools behind a proxy make them."""
        manager: ProxyManager = super().proxy_manager_for(*arguments, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class TimedSession(requests.Session):
    """Keeps the :func:`~sectigo_f5.deadlines.sockets.deadline` of the block that it is used in.

    It follows no redirect, and does not even prepare to: ``requests`` would read a body of any length for that.
    """

    def __init__(self) -> None:
        super().__init__()
        for scheme in ("http://", "https://"):
            self.mount(scheme, TimedAdapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Say that there is none."""
