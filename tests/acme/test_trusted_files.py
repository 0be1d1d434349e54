"""Whom Certbot's process trusts: the functions that it replaces, in this process, with real handshakes."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest
import requests
import urllib3.connection
import urllib3.util.ssl_
from acme.client import ClientNetwork
from requests.adapters import HTTPAdapter

from sectigo_f5.acme.inside_certbot.trusted_files import trust
from tests.support.hierarchy import new_authority, new_server
from tests.support.tls_server import tls_server

create_context = urllib3.util.ssl_.create_urllib3_context


def strict_context(*arguments: object, **options: object) -> ssl.SSLContext:
    """Do what urllib3 does on Python 3.13."""
    context = create_context(*arguments, **options)  # type: ignore[arg-type]
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve under a CA without key usage, whose file is ``ca.pem``; what is replaced is restored afterwards."""
    monkeypatch.setattr(urllib3.connection, "create_urllib3_context", strict_context)
    monkeypatch.setattr(urllib3.util.ssl_, "create_urllib3_context", strict_context)
    name = "build_connection_pool_key_attributes"
    monkeypatch.setattr(HTTPAdapter, name, getattr(HTTPAdapter, name))
    monkeypatch.setattr(ClientNetwork, "verify_ssl", None, raising=False)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "others.pem"))
    now = datetime.now(timezone.utc)
    authority = new_authority("Private CA", now, strict=False)
    for file in ("ca.pem", "others.pem"):
        (tmp_path / file).write_text(authority.certificate_pem)
    with tls_server(tmp_path, new_server(["127.0.0.1"], now, authority)) as served:
        yield served


def test_the_ca_is_trusted_by_its_file_as_it_is(url: str, tmp_path: Path) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        ClientNetwork(verify_ssl=True).get(url, timeout=5)
    trust(str(tmp_path / "ca.pem"))
    assert ClientNetwork(verify_ssl=True).get(url, timeout=5).json() == {}


def test_others_are_trusted_by_the_store_of_the_environment(url: str, tmp_path: Path) -> None:
    trust(str(tmp_path / "nobody.pem"))
    assert requests.get(url, verify=str(tmp_path / "ca.pem"), timeout=5).ok  # a BIG-IP, by the file of verify_tls
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url, timeout=5)  # strictly
    (tmp_path / "others.pem").write_text("")
    with pytest.raises(requests.exceptions.SSLError):
        requests.get(url, timeout=5)


def test_the_ca_is_trusted_by_the_store_if_no_file_is_named(url: str) -> None:
    trust(None)
    assert ClientNetwork(verify_ssl=True).verify_ssl is True
