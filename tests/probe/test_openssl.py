"""The question about keys that OpenSSL makes on the device."""

from typing import Any

import pytest

from sectigo_f5.probe.nouns import Outcome, Text
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probing import asked, entry, found_by

QUESTION = "key-by-openssl"


def test_key_of_openssl_is_installed_and_opened_by_its_passphrase_alone() -> None:
    with SimulatedBigIP(Switches()) as device:
        found = entry(asked(device, QUESTION), QUESTION)
    assert found.findings == {"openssl_route": "works", "openssl_protected": "yes", "key_in_use_opens": "yes"}
    wrong = "Unable to verify key {file} is protected by provided passphrase."
    assert found.texts == {"wrong_passphrase": Text(400, wrong)}


@pytest.mark.parametrize("closed", [{"bash": False}, {"upload_role": "nobody"}, {"role": "resource-admin"}])
def test_closed_route_is_a_finding(closed: dict[str, Any]) -> None:
    assert found_by(QUESTION, **closed) == {"openssl_route": "rejected"}


def test_openssl_that_makes_no_csr_closes_the_route() -> None:
    with SimulatedBigIP(Switches()) as device:
        device.engine.world.disk.remove("/usr/bin/openssl")
        found = entry(asked(device, QUESTION), QUESTION)
    assert found.findings == {"openssl_route": "rejected"}


LOST: dict[str, Fault] = {
    "the upload of the passphrase": Fault("POST", r"/uploads/.*openssl\.pass$", action="drop-after", times=5),
    "the command before it runs": Fault("POST", "/util/bash$", action="drop", nth=2),
    "the command": Fault("POST", "/util/bash$", action="drop-after", nth=2),
    "the installation": Fault("POST", "/sys/crypto/key$", action="drop-after"),
}


@pytest.mark.parametrize("lost", LOST)
def test_passphrase_is_the_first_file_that_is_removed(lost: str) -> None:
    with SimulatedBigIP(Switches()) as device:
        device.fault(LOST[lost])
        found = entry(asked(device, QUESTION), QUESTION)
        removed = [line for line in device.audit if line.startswith("unix-rm ")]
    assert found.outcome is Outcome.FAILED
    assert removed[0].endswith("-openssl.pass")


def test_no_command_line_has_a_passphrase() -> None:
    with SimulatedBigIP(Switches()) as device:
        asked(device, QUESTION)
        assert any("-passout file:" in line for line in device.audit)
        assert not any("pass:" in line for line in device.audit)
