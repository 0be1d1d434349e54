"""The questions about the session."""

from __future__ import annotations

import pytest

from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probing import asked, entry, found_by


def test_release_is_told_in_f5s_words() -> None:
    with SimulatedBigIP(Switches(tmos="15.1.5")) as device:
        report = asked(device, "release")
    assert (report.release.version, report.release.build) == ("15.1.5", "0.0.8")
    assert entry(report, "release").outcome is Outcome.ANSWERED


def test_token_is_found() -> None:
    with SimulatedBigIP() as device:
        found = entry(asked(device, "token"), "token")
        logins = [done for done in device.journal if done.path == "/mgmt/shared/authn/login"]
        assert len(logins) == 2  # the session's own token stays as it is
        assert device.tokens == []
    assert dict(found.findings) == {
        "token_lifetime": 1200,
        "token_extension": "works",
        "token_beyond_ten_hours": "rejected",
    }
    assert (found.texts["token_too_long"].status, found.texts["token_too_long"].message) == (
        406,
        "Auth-token absolute timeout ({longest} seconds) exceeded",
    )


@pytest.mark.parametrize("seconds", [300, 36000])
def test_life_of_a_token_is_found(seconds: int) -> None:
    assert found_by("token", token_lifetime=seconds)["token_lifetime"] == seconds


@pytest.mark.parametrize(("finding", "word"), [("token_extension", "rejected"), ("token_beyond_ten_hours", "works")])
def test_change_of_a_tokens_life_is_found(finding: str, word: str) -> None:
    found = found_by("token", **{finding: word})
    assert {name: found[name] for name in ("token_extension", "token_beyond_ten_hours")} == {
        "token_extension": "works",
        "token_beyond_ten_hours": "rejected",
        finding: word,
    }


def test_token_is_in_no_log_and_no_report(caplog: pytest.LogCaptureFixture) -> None:
    """Not even where the device quotes it, and does not delete it."""
    caplog.set_level("DEBUG")
    with SimulatedBigIP() as device:
        names = list[str]()
        device.hook = lambda done: names.extend(name for name in device.tokens if name not in names)
        device.fault(Fault("DELETE", "/authz/tokens/", 1, "echo:400", 9))
        report = asked(device, "token")
    assert len(names) == 2
    assert report.left == ("/mgmt/shared/authz/tokens",)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("sectigo_f5")]
    assert any("authz/tokens/***" in line for line in ours)
    told = f"{report}{ours}"
    assert not any(name in told for name in names)


def test_login_beyond_the_limit_is_told() -> None:
    with SimulatedBigIP(Switches(token_limit=1)) as device:
        found = entry(asked(device, "token"), "token")
    assert found.outcome is Outcome.REFUSED
    assert "a second login was refused (400)" in found.because
