"""The CA's directory that is not one, or not there now: cause, remedy, and what the server itself says."""

from __future__ import annotations

import json
import ssl
from datetime import datetime, timezone
from pathlib import Path

import pytest
import requests
import responses

from sectigo_f5.acme import directory
from sectigo_f5.acme.failures.directory_errors import TLS_REMEDIES
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.trust.tls_faults import TlsFault

URL = "https://acme.example/v2/OV"
NOW = datetime(2026, 11, 26, 5, 0, tzinfo=timezone.utc)
PROBLEM = json.dumps({"type": "about:blank", "title": "Busy", "detail": "Maintenance until six"})
DIRECTORY = json.dumps({"newOrder": "https://acme.example/order"})
OWN_URL = "write the directory's own URL as SCM shows it"


def read(pauses: list[float] | None = None) -> directory.Answer:
    return directory.read(Account(URL), lambda: NOW, (pauses if pauses is not None else []).append)


def error_of(status: int = 200, body: str = "", **headers: str) -> str:
    """Return the error of a directory that is answered so, each time."""
    with responses.RequestsMock() as ca:
        ca.get(URL, status=status, body=body, headers={name.replace("_", "-"): v for name, v in headers.items()})
        with pytest.raises(ConnectorError) as caught:
            read()
    return str(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, "Unauthorized", f"wants a login, which no ACME directory does (HTTP 401: Unauthorized); {OWN_URL}"),
        (403, "<h1>Forbidden</h1>", f"refuses the request (HTTP 403: Forbidden); {OWN_URL}"),
        (404, PROBLEM, f"has no ACME directory there (HTTP 404: Maintenance until six); {OWN_URL}"),
        (410, "", f"has no ACME directory there anymore (HTTP 410); {OWN_URL}"),
        (418, "tea", f"refuses the request (HTTP 418: tea); {OWN_URL}"),
        (200, "<!DOCTYPE html><title>Sign in</title><style>p {}</style>",
         "shows a web page instead of an ACME directory (HTTP 200: Sign in), as a proxy does"),
        (200, '{"new-reg": ""}', f"is a directory of ACME version 1 (HTTP 200); {OWN_URL}"),
        (200, "[]", f"answers, but not with an ACME directory (HTTP 200); {OWN_URL}"),
        (200, "[" * 100000, "answers, but not with an ACME directory (HTTP 200: [[["),
        (200, "", f"answers, but not with an ACME directory (HTTP 200); {OWN_URL}"),
    ],
)  # fmt: skip
def test_an_answer_other_than_a_directory_has_its_own_cause(status: int, body: str, said: str) -> None:
    assert error_of(status, body).startswith(f"ACME_SERVER {URL} {said}")


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_server_is_asked_again_within_the_run(status: int) -> None:
    pauses: list[float] = []
    with responses.RequestsMock() as ca:
        for _ in range(3):
            ca.get(URL, status=status)
        ca.get(URL, body=DIRECTORY)
        assert read(pauses).directory == json.loads(DIRECTORY)
    assert pauses == [5, 15, 30]


@pytest.mark.parametrize("header", ["7", "Thu, 26 Nov 2026 05:00:07 GMT"])
def test_a_busy_server_is_waited_for_as_it_asks(header: str) -> None:
    pauses: list[float] = []
    with responses.RequestsMock() as ca:
        ca.get(URL, status=503, headers={"Retry-After": header})
        ca.get(URL, body=DIRECTORY)
        read(pauses)
    assert pauses == [7]


@pytest.mark.parametrize("header", ["", "0", "soon", "Thu, 26 Nov 2020 05:00:07 GMT", "99999999999", "1" * 5000])
def test_a_wait_that_is_not_told_is_ours(header: str) -> None:
    pauses: list[float] = []
    with responses.RequestsMock() as ca:
        ca.get(URL, status=503, headers={"Retry-After": header})
        ca.get(URL, body=DIRECTORY)
        read(pauses)
    assert pauses == [5]


@pytest.mark.parametrize("header", ["3600", "Thu, 26 Nov 2026 06:00:00 GMT"])
def test_a_long_wait_is_told_instead_of_made(header: str) -> None:
    assert error_of(503, PROBLEM, Retry_After=header) == (
        f"ACME_SERVER {URL} is not available now (HTTP 503: Maintenance until six); "
        "it asks to wait until 2026-11-26T06:00:00Z, and the first run after that tries again"
    )


def test_waits_that_are_too_long_together_end() -> None:
    pauses: list[float] = []
    with responses.RequestsMock() as ca:
        ca.get(URL, status=429, headers={"Retry-After": "25"})
        with pytest.raises(ConnectorError, match=r"takes no more requests from here for now \(HTTP 429\); it asks"):
            read(pauses)
    assert pauses == [25, 25]


def test_a_server_that_stays_busy_is_left_to_the_next_run() -> None:
    assert error_of(503).endswith("is not available now (HTTP 503); the next run tries again")
    assert error_of(500, "oops").endswith("ask the CA (HTTP 500: oops); the next run tries again")


def unverified(code: int, message: str) -> requests.exceptions.SSLError:
    inner = ssl.SSLCertVerificationError(1, message)
    inner.verify_code, inner.verify_message = code, message
    outer = requests.exceptions.SSLError("Max retries exceeded")
    outer.__cause__ = inner
    return outer


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (unverified(10, "certificate has expired"),
         ": the TLS certificate of the ACME server, or of its CA, has expired (certificate has expired); if the clock"),
        (unverified(20, "unable to get local issuer certificate"),
         ": the TLS certificate of the ACME server is not trusted (unable to get local issuer certificate); for a"),
        (unverified(92, "CA cert does not include key usage extension"),
         "lacks (CA cert does not include key usage extension); name the CA's file in ACME_CA_BUNDLE"),
        (requests.exceptions.ProxyError("Tunnel connection failed: 407 Proxy Authentication Required"),
         "by the proxy (Tunnel connection failed: 407 Proxy Authentication Required); check HTTPS_PROXY and NO_PROXY"),
        (requests.exceptions.ConnectionError("refused"), " cannot be reached (refused); check the address, DNS"),
    ],
)  # fmt: skip
def test_a_failure_on_the_way_has_its_own_remedy(failure: Exception, said: str) -> None:
    with responses.RequestsMock() as ca:
        ca.get(URL, body=failure)
        with pytest.raises(ConnectorError) as caught:
            read()
    assert said in str(caught.value)


def test_every_fault_of_tls_has_a_remedy() -> None:
    assert set(TLS_REMEDIES) == set(TlsFault)


def test_a_missing_ca_file_is_named(tmp_path: Path) -> None:
    account = Account(URL, ca_bundle=tmp_path / "ca.pem")
    with pytest.raises(ConnectorError, match=r"ACME_CA_BUNDLE .*ca\.pem cannot be read; check the path"):
        directory.read(account, lambda: NOW)
