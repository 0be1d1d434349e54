"""Who is trusted: the system's CAs, and those of a file that an operator names, on every Python in the same way."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from datetime import datetime, timezone
from pathlib import Path

import pytest
import requests
import urllib3.connection
from urllib3.util.ssl_ import create_urllib3_context

from sectigo_f5.deadlines import connections
from sectigo_f5.trust import contexts
from sectigo_f5.trust.sessions import Session
from tests.support.hierarchy import new_authority, new_server
from tests.support.tls_server import tls_server


def strict_context(*arguments: object, **options: object) -> ssl.SSLContext:
    """Do what urllib3 does on Python 3.13."""
    context = create_urllib3_context(*arguments, **options)  # type: ignore[arg-type]
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.fixture(autouse=True)
def _on_python_3_13(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(urllib3.connection, "create_urllib3_context", strict_context)
    for module in (connections, contexts):
        monkeypatch.setattr(module, "create_urllib3_context", strict_context)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/system.pem")


def get(url: str, verify: bool | str, timeout: float) -> requests.Response:
    with Session() as opened:
        return opened.get(url, verify=verify, timeout=timeout)


Served = Callable[[bool], tuple[str, Path]]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve under a CA that is strict or not; returns the URL and the CA's file."""
    with ExitStack() as stack:

        def serve(strict: bool) -> tuple[str, Path]:
            now = datetime.now(timezone.utc)
            authority, file = new_authority("Private CA", now, strict=strict), tmp_path / "ca.pem"
            file.write_text(authority.certificate_pem)
            return stack.enter_context(tls_server(tmp_path, new_server(["127.0.0.1"], now, authority))), file

        yield serve


def test_a_named_ca_without_key_usage_is_trusted(served: Served) -> None:
    url, file = served(False)
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        requests.get(url, verify=str(file), timeout=5)
    assert get(url, verify=str(file), timeout=5).ok


def test_a_named_certificate_of_the_server_itself_is_trusted(served: Served, tmp_path: Path) -> None:
    url, _ = served(True)
    assert get(url, verify=str(tmp_path / "server.pem"), timeout=5).ok


def test_a_ca_that_the_environment_names_is_trusted_likewise(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    url, file = served(False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(file))
    assert get(url, verify=True, timeout=5).ok


def test_a_ca_of_the_system_is_trusted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    url, file = served(True)
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        get(url, verify=True, timeout=5)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    assert get(url, verify=True, timeout=5).ok


def test_a_ca_of_the_system_without_key_usage_is_refused(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    url, file = served(False)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with pytest.raises(requests.exceptions.SSLError, match="CERTIFICATE_VERIFY_FAILED"):
        get(url, verify=True, timeout=5)


def test_a_missing_file_is_an_error(served: Served) -> None:
    url, file = served(True)
    file.unlink()
    with pytest.raises(OSError, match="invalid path"):
        get(url, verify=str(file), timeout=5)


@pytest.mark.parametrize("verify", [True, False])
def test_the_certificate_of_the_server_is_remembered(served: Served, tmp_path: Path, verify: bool) -> None:
    url, file = served(True)
    shown = ssl.PEM_cert_to_DER_cert((tmp_path / "server.pem").read_text())
    with Session() as opened:
        for _ in range(2):
            with pytest.warns(urllib3.exceptions.InsecureRequestWarning) if not verify else nullcontext():
                opened.get(url, verify=str(file) if verify else False, timeout=5)
            assert opened.adapter.certificate == shown
