"""The proxy to the CA: from the ``env`` file into the environment in which requests and Certbot look for it."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from pathlib import Path

import pytest

from sectigo_f5.acme import directory
from sectigo_f5.acme.certbot_program import bypassing_proxy
from sectigo_f5.configuration.environment.proxies import PROXIES, in_environment, passwords
from sectigo_f5.configuration.environment.reading import read_settings
from sectigo_f5.errors import ConfigurationError, ConnectorError
from sectigo_f5.secret import Secret, mask
from tests.configuration.directory import private

SERVER = "ACME_SERVER=https://acme.example.com/directory\n"
NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)
PROXY = "http://proxy.example.com:3128"


@pytest.fixture
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.mark.parametrize("spelling", ["HTTPS_PROXY", "https_proxy"])
def test_a_proxy_of_the_file_counts_in_either_spelling(tmp_path: Path, spelling: str) -> None:
    file = private(tmp_path / "env", f"{SERVER}{spelling}={PROXY}\nNO_PROXY=*\n")
    settings, warnings = read_settings(file, {})
    assert settings.proxies == {"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}
    assert warnings == ()


@pytest.mark.parametrize("real", [{"https_proxy": "other:3128"}, {"HTTPS_PROXY": "other:3128"}, {"HTTPS_PROXY": ""}])
def test_a_proxy_of_the_real_environment_wins_in_any_spelling(tmp_path: Path, real: dict[str, str]) -> None:
    file = private(tmp_path / "env", f"{SERVER}HTTPS_PROXY={PROXY}\nhttp_proxy={PROXY}\n")
    assert read_settings(file, real)[0].proxies == {"HTTP_PROXY": PROXY}


def test_a_proxy_is_secret_if_it_holds_a_password_and_what_needs_none_is_not(tmp_path: Path) -> None:
    proxy = "http://me:hunter2hunter2@proxy.example.com:3128"
    file = private(tmp_path / "env", f"{SERVER}HTTPS_PROXY={proxy}\nNO_PROXY=bigip.example.com\n")
    settings, _ = read_settings(file, {})
    assert settings.proxies == {"HTTPS_PROXY": Secret(proxy), "NO_PROXY": "bigip.example.com"}
    assert mask(f"bigip.example.com by {proxy}") == "bigip.example.com by ***"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HTTPS_PROXY=http://u:hunter2@[::1", "HTTPS_PROXY: is not the URL of a proxy; write one like http://proxy.ex"),
        ("https_proxy=proxy:99999", "HTTPS_PROXY: is not the URL of a proxy"),
        ("ALL_PROXY=http://", "ALL_PROXY: is not the URL of a proxy"),
        ("HTTP_PROXY='proxy one'", "HTTP_PROXY: is not the URL of a proxy"),
        ('NO_PROXY="a\\nb"', "NO_PROXY: is not a list of hosts; write one like localhost,.example.com"),
        ("https_proxy=a\nHTTPS_PROXY=b", "HTTPS_PROXY: is set twice, first at "),
    ],
)
def test_a_proxy_that_is_none_is_a_mistake(tmp_path: Path, line: str, expected: str) -> None:
    file = private(tmp_path / "env", f"{SERVER}{line}\n")
    with pytest.raises(ConfigurationError) as raised:
        read_settings(file, {})
    assert expected in str(raised.value)
    assert "hunter2" not in str(raised.value)


def test_the_password_of_a_proxy_is_a_secret(tmp_path: Path) -> None:
    url = "http://user:hun%74er2@proxy.example.com:3128"
    file = private(tmp_path / "env", f"{SERVER}HTTPS_PROXY={url}\n")
    assert read_settings(file, {})[1] == ()
    file.chmod(0o640)
    (warning,) = read_settings(file, {})[1]
    assert "holds HTTPS_PROXY and can be read by its group" in warning
    assert sorted(secret.reveal() for secret in passwords({"https_proxy": url, "NO_PROXY": "a:b@c"})) == [
        "hun%74er2",
        "hunter2",
    ]


@pytest.mark.usefixtures("_no_proxies")
def test_proxies_are_in_the_environment_for_the_run_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "before")
    with in_environment({"HTTPS_PROXY": PROXY, "NO_PROXY": "*"}):
        found = {name: os.environ[name] for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy")}
        assert found == {"HTTPS_PROXY": PROXY, "https_proxy": PROXY, "NO_PROXY": "*", "no_proxy": "*"}
    assert (os.environ.get("HTTPS_PROXY"), os.environ.get("https_proxy"), os.environ["no_proxy"]) == (
        None,
        None,
        "before",
    )


@pytest.mark.usefixtures("_no_proxies")
@pytest.mark.parametrize(
    ("before", "expected"),
    [(None, "192.0.2.1,192.0.2.2"), (".example.com", ".example.com,192.0.2.1,192.0.2.2"), ("*", None)],
)
def test_no_proxy_for_everything_stays_what_it_says(
    monkeypatch: pytest.MonkeyPatch, before: str | None, expected: str | None
) -> None:
    if before:
        monkeypatch.setenv("NO_PROXY", before)
    variables = bypassing_proxy(["192.0.2.1", "192.0.2.2"])
    assert variables == ({"no_proxy": expected, "NO_PROXY": expected} if expected else {})


@pytest.mark.usefixtures("_no_proxies")
def test_the_acme_server_is_asked_through_the_proxy_of_the_file(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy, ThreadPoolExecutor(1) as helper:

        def first_request() -> bytes:
            with proxy.accept()[0] as connection:
                return connection.recv(100)

        url = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        file = private(tmp_path / "env", f"ACME_SERVER=https://ca.example/directory\nHTTPS_PROXY={url}\n")
        settings, asked = read_settings(file, {})[0], helper.submit(first_request)
        with in_environment(settings.proxies), pytest.raises(ConnectorError, match="https://ca.example/directory"):
            directory.read(settings.account, lambda: NOW)
        assert asked.result(5).startswith(b"CONNECT ca.example:443 ")
