"""A probe of what is hardly a BIG-IP: it ends, leaves nothing, and every question is answered or refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.errors import ConnectorError
from sectigo_f5.probe.asking import EVERYTHING
from sectigo_f5.probe.nouns import Outcome, Report
from sectigo_f5.simulator import Fault, SimulatedBigIP
from tests.support import builders
from tests.support.impostor import impostor, silence
from tests.support.probing import probed
from tests.support.troubles import FOR_EVER

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
BARE = r"^(?!/mgmt/(shared/auth|tm/sys/version|tm/cm/(failover-status|device$)))"  # whatever a login does not need
TOKENS = "/shared/authz/tokens"


def refusing(device: SimulatedBigIP, path: str, action: str, *methods: str) -> None:
    for method in methods or METHODS:
        device.fault(Fault(method, path, action=action, times=FOR_EVER))


def must_be_whole(device: SimulatedBigIP, report: Report, before: object) -> None:
    """Each question has an entry, those without an answer say why, and the device is as it was."""
    assert [entry.question for entry in report.entries] == [*EVERYTHING]
    for entry in report.entries:
        assert bool(entry.because) is (entry.outcome is not Outcome.ANSWERED), entry.question
    assert device.engine.configuration.items == before


@pytest.mark.parametrize(
    ("action", "is_certain"),
    [
        ("error:404:Public URI path not registered: /x", True),
        ("html:404", True),
        ("error:403:access denied", True),
        ("html:501", False),  # nobody can tell what has failed, so all that may be there is named
    ],
)
def test_bigip_that_knows_nothing_but_logins_is_asked_to_the_end(action: str, is_certain: bool) -> None:
    with SimulatedBigIP() as device:
        before = dict(device.engine.configuration.items)
        refusing(device, BARE, action)
        report = probed(device)
        must_be_whole(device, report, before)
        assert device.tokens == []
    assert (report.left == ()) is is_certain
    found = {word for entry in report.entries if entry.question != "token" for word in entry.findings.values()}
    assert found & {"works", "yes"} == set()
    if action.startswith("html"):  # a page judges nothing: what is closed is at most whole ways
        judged = {name for entry in report.entries for name, word in entry.findings.items() if word == "rejected"}
        assert judged <= {"token_beyond_ten_hours", "openssl_route", "task_save"}


def test_bigip_without_an_endpoint_for_tokens_answers_the_others() -> None:
    with SimulatedBigIP() as device:
        before = dict(device.engine.configuration.items)
        refusing(device, TOKENS, "error:404:Public URI path not registered: /authz/tokens")
        report = probed(device)
        must_be_whole(device, report, before)
        assert report.left == ()
    others = {entry.question for entry in report.entries if entry.outcome is not Outcome.ANSWERED}
    assert others <= {"token", "save"}


def test_web_server_is_no_bigip_and_gets_nothing_but_a_login() -> None:
    with SimulatedBigIP() as device:
        refusing(device, ".", "html:404")
        with pytest.raises(ConnectorError):
            probed(device)
        assert {call.path for call in device.writes()} <= {"/mgmt/shared/authn/login"}


def test_server_of_somebody_else_is_no_bigip(tmp_path: Path) -> None:
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path) as server:
        place = builders.device(hosts=("127.0.0.1",), port=port, verify_tls=tmp_path / "impostor.pem")
        with pytest.raises(ConnectorError), ha_group.connected(place, lambda _: None):
            pass
        assert server.connections > 0
