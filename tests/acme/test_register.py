"""Steps 7 and 8 with real CAs: the directory, the account, external account binding."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

from sectigo_f5.acme.authority import Authority
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.secret import Secret
from sectigo_f5.state.directory import StateDirectory
from tests.acme.conftest import SECOND_KEY, SECOND_KID, Open, account, logs, now
from tests.support.authorities import Acme2Certifier, Pebble, free_port
from tests.support.serving import QuietHandler, serving

WRONG_KEY = Secret("bm90IHRoZSBrZXkgdGhhdCB0aGUgQ0Ega25vd3MsIGJ1dCBsb25nIGVub3VnaA")


def test_connecting_reads_the_directory(authority: Open, ca: Acme2Certifier, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "sectigo_f5"):
        authority(ca).connect()
    assert caplog.messages == [f"7 connected to the ACME server {ca.directory_url}"]


def test_an_unreachable_server_is_an_error(authority: Open, ca: Acme2Certifier) -> None:
    url = f"https://127.0.0.1:{free_port()}/directory"
    with pytest.raises(ConnectorError, match=r"ACME_SERVER .* cannot be reached \(Connection refused\); check"):
        authority(ca, server=url).connect()


def test_a_server_name_that_does_not_resolve_is_an_error(authority: Open, ca: Acme2Certifier) -> None:
    with pytest.raises(ConnectorError, match="cannot be reached .*check the address, DNS"):
        authority(ca, server="https://nowhere.invalid/directory").connect()


@pytest.mark.parametrize("other", [True, False])
def test_a_server_that_is_not_trusted_is_an_error(
    authority: Open, ca: Acme2Certifier, pebble: Pebble, other: bool
) -> None:
    with pytest.raises(ConnectorError, match=r"is not trusted \(.*\); for a private CA.*ACME_CA_BUNDLE"):
        authority(ca, ca_bundle=pebble.ca_bundle if other else None).connect()


def test_requests_ca_bundle_does_not_change_which_ca_is_trusted(
    authority: Open, ca: Acme2Certifier, pebble: Pebble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(pebble.ca_bundle))
    authority(ca).connect()
    authority(ca).register()


class NoDirectory(QuietHandler):
    def do_GET(self) -> None:  # noqa: N802  # the name is http.server's
        self.respond(b"<html>Sign in</html>")


def test_an_answer_other_than_a_directory_is_not_asked_for_again(state_dir: Path) -> None:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), NoDirectory)) as server:
        opened = Authority(Account(f"http://127.0.0.1:{server.server_port}/v2/directory"), state_dir, clock=now)
        with pytest.raises(ConnectorError, match=r"shows a web page .* \(HTTP 200: Sign in\)"):
            opened.connect()
    for step in (opened.connect, opened.register):
        with pytest.raises(ConnectorError, match="shows a web page"):
            step()


def test_an_account_is_registered_once_for_all_runs(authority: Open, ca: Acme2Certifier, state_dir: Path) -> None:
    first = authority(ca)
    assert first.account_status() == "the first order registers the connector there"
    threads = [threading.Thread(target=first.register) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    authority(ca).register()
    assert first.account_status() == "the connector is registered there"
    assert len(logs(state_dir)) == 1
    assert len(list(state_dir.glob("certbot/accounts/**/regr.json"))) == 1


@pytest.mark.parametrize("bring", [shutil.copytree, os.symlink], ids=["copied", "linked"])
def test_an_account_of_another_state_directory_is_used(
    registered: Authority, state_dir: Path, tmp_path: Path, ca: Acme2Certifier, bring: Callable[[Path, Path], object]
) -> None:
    """As docs/scaling.md says of shards; that Certbot orders with it is seen by ``python -m benchmarks.shards``."""
    (state_dir / "certbot").mkdir(parents=True)
    bring(registered._certbot.accounts.parent, state_dir / "certbot" / "accounts")
    StateDirectory(state_dir).prepare()
    other = Authority(account(ca), state_dir, clock=now)
    assert other.account_status() == "the connector is registered there"
    other.register()
    assert logs(state_dir) == []


def test_a_new_credential_registers_a_new_account(authority: Open, ca: Acme2Certifier, state_dir: Path) -> None:
    authority(ca).register()
    authority(ca, eab_kid=SECOND_KID, eab_hmac_key=Secret(SECOND_KEY)).register()
    assert len(list(state_dir.glob("certbot/accounts/**/regr.json"))) == 2


def test_an_account_without_contact_is_registered_if_allowed(authority: Open, pebble: Pebble, state_dir: Path) -> None:
    authority(pebble, email=None).register()
    assert len(list(state_dir.glob("certbot/accounts/**/regr.json"))) == 1


def test_an_account_without_contact_may_be_refused(authority: Open, ca: Acme2Certifier) -> None:
    with pytest.raises(ConnectorError, match="Contact information is missing.*set ACME_EMAIL"):
        authority(ca, email=None).register()


@pytest.mark.parametrize("wrong", [{"eab_kid": "nobody"}, {"eab_hmac_key": WRONG_KEY}])
@pytest.mark.parametrize("which", ["ca", "pebble"])
def test_a_refused_binding_is_tried_once(
    authority: Open, state_dir: Path, request: pytest.FixtureRequest, which: str, wrong: dict[str, object]
) -> None:
    opened = authority(request.getfixturevalue(which), **wrong)
    for _ in range(2):
        with pytest.raises(ConnectorError, match="refuses the external account binding .*check ACME_EAB_KID") as info:
            opened.register()
    (log,) = logs(state_dir, "register")
    assert str(log) in str(info.value)
    assert WRONG_KEY.reveal() not in str(info.value)


@pytest.mark.parametrize("which", ["ca", "pebble"])
def test_a_missing_binding_is_an_error(authority: Open, request: pytest.FixtureRequest, which: str) -> None:
    opened = authority(request.getfixturevalue(which), eab_kid=None, eab_hmac_key=None)
    with pytest.raises(ConnectorError, match="requires external account binding: set ACME_EAB_KID"):
        opened.register()
    with pytest.raises(ConnectorError, match="requires external account binding: set ACME_EAB_KID"):
        opened.account_status()


def test_a_state_directory_that_is_a_file_is_an_error(authority: Open, ca: Acme2Certifier, state_dir: Path) -> None:
    state_dir.write_text("")
    with pytest.raises(ConnectorError, match=r"under STATE_DIR cannot be used \(.*make room, or correct"):
        authority(ca).register()
