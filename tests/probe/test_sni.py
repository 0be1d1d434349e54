"""The question about several client SSL profiles of one virtual server."""

from __future__ import annotations

from typing import Any

from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.faults import Fault
from sectigo_f5.simulator.rest.wire import Exchange
from tests.support.probe_pairs import Asked, asked


def found(**switches: Any) -> Asked:
    with SimulatedBigIP(Switches(**switches)) as device:
        return asked(device, "sni", pairs=())


def test_two_defaults_none_and_one_name_twice_are_refused() -> None:
    given = found()
    assert given.findings == {
        "two_defaults": "rejected",
        "no_default": "rejected",
        "same_server_names": "no",
        "sni_checked_on_profile": "yes",
    }
    assert given.words("several_sni_defaults") == (
        "01071809:3: Virtual Server {virtual_server} has more than one clientssl/serverssl profile that is default "
        "for SNI."
    )
    assert given.words("no_sni_default").startswith("0107149c:3: Virtual server {virtual_server} has more than one")
    assert given.words("same_server_name").endswith(
        "{virtual_server} has more than one clientssl/serverssl profile with same server name."
    )


def test_what_may_be_attached_has_no_words_of_a_refusal() -> None:
    given = found(same_server_names=True, no_default="works")
    assert given.texts.keys() == {"several_sni_defaults"}


def test_profile_that_cannot_be_taken_off_ends_the_question() -> None:
    with SimulatedBigIP() as device:
        device.fault(Fault("DELETE", "/profiles/", action="error:400:01070734:3: Configuration error: no"))
        assert "taking a client SSL profile off was refused" in str(asked(device, "sni", pairs=()).error)


def test_change_that_is_answered_and_not_made_has_no_answer() -> None:
    with SimulatedBigIP(Switches(sni_checked_on_profile=False)) as device:

        def undo(call: Exchange) -> None:
            if call.method == "PATCH":
                device.set(call.path, sniDefault="false")

        device.hook = undo
        given = asked(device, "sni", pairs=())
    assert "another SNI default" in str(given.error)
    assert "sni_checked_on_profile" not in given.findings
