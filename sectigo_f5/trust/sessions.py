"""Requests that trust the system's CAs, where the library's own would trust a list that it brings along."""

from __future__ import annotations

import ssl
from functools import partial
from typing import Any

import requests

from sectigo_f5.deadlines.connections import Https, TimedAdapter, TimedSession
from sectigo_f5.trust.contexts import for_named_file
from sectigo_f5.trust.stores import system_store


class Adapter(TimedAdapter):
    """Understands ``verify``: True is the system's CAs, a path the file that an operator names, False nobody.

    ``certificate`` is what the last server showed to which a TLS connection was made, in DER.
    """

    def __init__(self) -> None:
        self.certificate: bytes | None = None
        self._contexts: dict[str, ssl.SSLContext] = {}
        super().__init__()

    def build_connection_pool_key_attributes(
        self, request: requests.PreparedRequest, verify: bool | str, cert: Any = None
    ) -> Any:
        """Return what requests would, with the context for such a file."""
        pool: Any
        host, pool = super().build_connection_pool_key_attributes(request, _store(verify), cert)
        if isinstance(verify, str):
            if verify not in self._contexts:
                self._contexts[verify] = for_named_file()
            pool["ssl_context"] = self._contexts[verify]
        return host, pool

    def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: Any) -> None:
        """Prepare what connections to one server have in common; raises :class:`OSError` if there is no such file."""
        super().cert_verify(conn, url, _store(verify), cert)  # type: ignore[no-untyped-call]
        if url.lower().startswith("https"):
            conn.ConnectionCls = partial(_Connection, self._note)

    def _note(self, certificate: bytes | None) -> None:
        self.certificate = certificate


class _Connection(Https):
    def __init__(self, note: Any, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._note = note

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, ssl.SSLSocket):  # not if TLS goes through a proxy that is spoken to over TLS
            self._note(self.sock.getpeercert(binary_form=True))


def _store(verify: bool | str) -> bool | str:
    return system_store() if verify is True else verify


class Session(TimedSession):
    """A session with such an adapter; the caller closes it."""

    def __init__(self) -> None:
        super().__init__()
        self.adapter = Adapter()
        self.mount("https://", self.adapter)
