"""What a device answers that fails itself, or answers nonsense: no finding, and nothing is left."""

from __future__ import annotations

import pytest

from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probing import asked, entry, probed

CALLS = {
    "token": "/authz/tokens/",
    "user": "/auth/user/",
    "endpoints": "/apm/profile/access",
    "high-availability": "/cm/device-group",
    "shell": "/util/bash",
    "upload": "/file-transfer/uploads/",
    "file-tools": "/util/unix-ls",
    "transaction": "/transaction/",
    "transaction-crypto": "/sys/crypto/key",
    "lists": "/client-ssl$",
    "task": "/task/sys/config",
    "save": "/tm/sys/config",
}


@pytest.mark.parametrize("question", CALLS)
def test_device_that_fails_itself_tells_nothing(question: str) -> None:
    with SimulatedBigIP() as device:
        for method in ("GET", "POST", "PATCH"):
            device.fault(Fault(method, CALLS[question], action="error:500:it is broken", times=99))
        found = entry(asked(device, question, may_save=True), question)
    assert found.outcome is Outcome.FAILED
    assert "(500)" in found.because


@pytest.mark.parametrize("question", ["token", "user", "high-availability", "lists", "transaction", "task"])
def test_answers_without_a_body_are_no_bug(question: str) -> None:
    with SimulatedBigIP() as device:
        device.fault(Fault("GET", "(?<!failover-status)$", action="empty", times=999))
        device.fault(Fault("PATCH", "", action="empty", times=999))
        probed(device, questions=[question])  # it raises what is a bug


MOMENTS = {
    "user": "/auth/user/",
    "file-tools": "/file-transfer/bulk/",
    "transaction-crypto": "/ssl-key/",
    "endpoints": "/appsvcs/info",
    "task": "/task/",
}


@pytest.mark.parametrize("question", MOMENTS)
@pytest.mark.parametrize("action", ["garbage", "empty", "error:404:Public URI path not registered: /x"])
def test_answer_that_is_wrong_once_is_no_finding(question: str, action: str) -> None:
    with SimulatedBigIP(Switches(as3=True)) as device:
        right = entry(asked(device, question), question)
        device.fault(Fault("GET", MOMENTS[question], action=action))
        found = entry(asked(device, question), question)
    assert found.outcome is Outcome.FAILED or found.findings == right.findings
