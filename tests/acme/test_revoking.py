"""Which account revokes: each of this CA's under ``STATE_DIR`` is tried; with a Certbot that only answers."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest

from sectigo_f5.acme.certbot_program import Answer, Certbot, Task
from sectigo_f5.acme.revoking import revoke
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.process import Completion
from tests.acme.test_account_files import write
from tests.acme.test_certbot_errors import UNEXPECTED, log_of

SERVER = "https://ca.example/v2/OV"
ACCOUNT = Account(SERVER, "kid-2")
GRANTED = (0, "", "")
FOREIGN = (1, f"{UNEXPECTED}The certificate is not associated with the account", log_of("unauthorized"))
DEACTIVATED = (1, f"{UNEXPECTED}Account is not valid, has status deactivated", log_of("unauthorized"))
DOWN = (1, f"{UNEXPECTED}requests.exceptions.ConnectionError: Failed to establish a new connection", "")
ALREADY = (1, "Certificate has already been revoked.", log_of("alreadyRevoked"))

Said = tuple[int, str, str]  # exit status, output, log


class Answers:
    """Takes the place of Certbot: says for each account what the CA says to it, and notes which were tried."""

    def __init__(self, folder: Path, own: str = "own") -> None:
        self.accounts = folder / "accounts" / own
        self.folder = folder
        self.said: dict[str, Said] = {}
        self.tried: list[str] = []
        self.home = Path()

    def add(self, home: str, identity: str, said: Said, age: int = 0, server: str = "ca.example/v2/OV") -> None:
        folder = self.accounts.parent / home / server / identity
        folder.mkdir(parents=True)
        write(folder)
        os.utime(folder, (1_000_000 - age, 1_000_000 - age))
        self.said[identity] = said

    @contextmanager
    def workplace(self, accounts: Path | None = None) -> Iterator[Path]:
        self.home = accounts or self.accounts
        yield Path(tempfile.mkdtemp(dir=self.folder))

    def run(self, workplace: Path, task: Task) -> Answer:
        identity = task.arguments[-1]
        assert (self.home / "ca.example/v2/OV" / identity).is_dir()
        self.tried.append(identity)
        status, output, log = self.said[identity]
        return Answer(Completion(status, output, timed_out=False, seconds=1.0), log, None, self.home)


@pytest.fixture
def certbot(tmp_path: Path) -> Answers:
    return Answers(tmp_path)


def registered(**_: Any) -> None:
    raise AssertionError("nobody is to be registered")


def revoked(certbot: Answers, register: Any = registered) -> None:
    revoke(ACCOUNT, cast(Certbot, certbot), register, "PEM", "superseded")


def test_our_account_is_tried_first_then_the_newest(certbot: Answers) -> None:
    certbot.add("own", "new", FOREIGN)
    certbot.add("older", "first", GRANTED, age=20)
    certbot.add("old", "second", FOREIGN, age=10)
    certbot.add("oldest", "zeroth", GRANTED, age=30)
    revoked(certbot)
    assert certbot.tried == ["new", "second", "first"]


@pytest.mark.parametrize("said", [GRANTED, ALREADY])
def test_an_account_that_may_ends_the_search(certbot: Answers, said: Said) -> None:
    certbot.add("own", "new", said)
    certbot.add("old", "old", GRANTED)
    revoked(certbot)
    assert certbot.tried == ["new"]


def test_a_new_credential_needs_no_account_to_revoke(certbot: Answers) -> None:
    certbot.add("old", "old", GRANTED)
    revoked(certbot)
    assert certbot.tried == ["old"]


def test_accounts_of_other_servers_and_damaged_ones_are_left_out(certbot: Answers) -> None:
    certbot.add("own", "new", FOREIGN)
    certbot.add("old", "elsewhere", GRANTED, server="other.example/v2/OV")
    certbot.add("older", "damaged", GRANTED)
    (certbot.accounts.parent / "older/ca.example/v2/OV/damaged/private_key.json").write_text("")
    with pytest.raises(ConnectorError, match=r"^the certificate was not revoked: the CA does not let our ACME account"):
        revoked(certbot)
    assert certbot.tried == ["new"]


def test_the_refusal_to_our_account_is_told_if_all_are_refused(certbot: Answers) -> None:
    certbot.add("own", "new", FOREIGN)
    certbot.add("old", "old", DEACTIVATED)
    text = r"was not revoked \(tried with 2 accounts of this CA\): the CA does not let our ACME account revoke it"
    with pytest.raises(ConnectorError, match=text):
        revoked(certbot)


def test_a_ca_that_is_down_is_asked_once(certbot: Answers) -> None:
    certbot.add("own", "new", DOWN)
    certbot.add("old", "old", GRANTED)
    with pytest.raises(ConnectorError, match="the ACME server cannot be reached"):
        revoked(certbot)
    assert certbot.tried == ["new"]


def test_a_damaged_account_is_replaced_to_revoke(certbot: Answers) -> None:
    certbot.add("own", "damaged", GRANTED)
    (certbot.accounts / "ca.example/v2/OV/damaged/regr.json").write_text("")
    revoked(certbot, lambda: certbot.add("own", "new", GRANTED))
    assert certbot.tried == ["new"]


@pytest.mark.parametrize("before", [{}, {"old": FOREIGN}])
def test_an_account_is_registered_if_none_may(certbot: Answers, before: Mapping[str, Said]) -> None:
    for identity, said in before.items():
        certbot.add("old", identity, said)
    revoked(certbot, lambda: certbot.add("own", "new", GRANTED))
    assert certbot.tried == [*before, "new"]


def test_a_failed_registration_is_told_only_if_it_is_all_there_is(certbot: Answers) -> None:
    def fails() -> None:
        raise ConnectorError("the external account binding was used before")

    with pytest.raises(ConnectorError, match="^the external account binding was used before"):
        revoked(certbot, fails)
    certbot.add("old", "old", DEACTIVATED)
    with pytest.raises(
        ConnectorError, match="^the certificate was not revoked: the CA has deactivated our ACME account"
    ):
        revoked(certbot, fails)
