"""The questions about the session."""

from __future__ import annotations

from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.probing import entry, probed


def test_release_is_told_in_f5s_words() -> None:
    with SimulatedBigIP(Switches(tmos="15.1.5")) as device:
        report = probed(device)
    assert (report.release.version, report.release.build) == ("15.1.5", "0.0.8")
    assert entry(report, "release").outcome is Outcome.ANSWERED
