"""What is looked at of the ACME server; it is in this process."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sectigo_f5.acme.failures.known import BINDING_REQUIRED
from sectigo_f5.checkup import acme_server
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.report.looks import Level
from sectigo_f5.secret import Secret
from tests.support.world import World

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("ahead", "level", "text"),
    [
        (timedelta(), Level.OK, "the clock of this host agrees with that of the ACME server"),
        (timedelta(seconds=3), Level.OK, "the clock of this host is 3 s behind that of the ACME server"),
        (timedelta(seconds=-90), Level.OK, "the clock of this host is 90 s ahead of that of the ACME server"),
        (HOUR, Level.OK, "the clock of this host is 3600 s behind that of the ACME server"),
        (
            HOUR + timedelta(seconds=1),
            Level.FAILED,
            "no certificate is ordered; correct the clock of this machine (NTP)",
        ),
        (-2 * HOUR, Level.FAILED, "no certificate is ordered; correct the clock of this machine (NTP)"),
        (None, Level.OK, "the ACME server does not tell the time"),
    ],
)
def test_an_hour_between_the_clocks_is_a_failure(
    world: World, ahead: timedelta | None, level: Level, text: str
) -> None:
    look = acme_server.clock(world.now, ahead)
    assert (look.level, look.text.endswith(text)) == (level, True), look


def test_credentials_of_the_binding_are_never_shown(world: World) -> None:
    account = Account("https://acme.example.com", "the-kid", Secret("dGhlLWhtYWM"))
    group = acme_server.group(account, world.authority, world.now)
    assert group.level is Level.OK
    assert not {"the-kid", "dGhlLWhtYWM"} & set(str(group.as_json()).replace("'", " ").split())


def test_a_server_that_does_not_answer_is_asked_nothing_more(world: World) -> None:
    world.authority.refusal = "unreachable"
    group = acme_server.group(Account("https://acme.example.com"), world.authority, world.now)
    assert [(look.what, look.level) for look in group.looks] == [
        ("directory", Level.FAILED),
        ("account", Level.OK),
        ("external account binding", Level.OK),
    ]


def test_a_binding_that_the_ca_requires_and_nobody_set_is_a_failure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> str:
        raise ConnectorError(BINDING_REQUIRED)

    monkeypatch.setattr(world.authority, "account_status", refuse)
    group = acme_server.group(Account("https://acme.example.com"), world.authority, world.now)
    (failed,) = (look for look in group.looks if look.level is Level.FAILED)
    assert (failed.what, failed.text) == ("external account binding", BINDING_REQUIRED)


@pytest.mark.parametrize(("required", "text"), [(True, "the CA requires it"), (False, "the CA does not require it")])
def test_whether_the_ca_requires_a_binding_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, required: bool, text: str
) -> None:
    monkeypatch.setattr(world.authority, "requires_binding", lambda: required)
    group = acme_server.group(Account("https://acme.example.com"), world.authority, world.now)
    (told,) = (look.text for look in group.looks if look.what == "external account binding")
    assert told == f"{text}; ACME_EAB_KID is not set"
