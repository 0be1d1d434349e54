"""The question whether a BIG-IP deletes what is in use."""

from __future__ import annotations

from sectigo_f5.icontrol.errors import OutcomeUnknownError
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.faults import Fault
from sectigo_f5.simulator.rest.wire import Exchange
from tests.support.probe_pairs import answer, asked, bench, pair

PROFILE = "/mgmt/tm/ltm/profile/client-ssl"


def test_what_is_in_use_is_not_deleted() -> None:
    with SimulatedBigIP() as device, bench(device) as made:
        given = answer(device, made, "in-use")
        assert given.findings == {
            "delete_used_certificate": "rejected",
            "delete_used_key": "rejected",
            "delete_used_profile": "rejected",
        }
        assert given.words("file_in_use") == "01071349:3: File object by name ({path}) is in use."
        assert given.words("in_use") == (
            "01070265:3: The {title} ({path}) cannot be deleted because it is in use by a {by}."
        )
        assert set(made.pairs) == {"rsa", "rsa-2", "ec"}


def test_pair_that_the_device_deletes_is_used_no_more() -> None:
    """Its user lets go of it just before: a device that deletes whatever it is told looks like that."""
    with SimulatedBigIP() as device, bench(device) as made:

        def release(call: Exchange) -> None:
            if call.method == "GET" and call.path.endswith("-user"):
                device.hook = None
                device.set(f"{PROFILE}/~Common~{made.scratch.name('user')}", certKeyChain=[])

        device.hook = release
        given = answer(device, made, "in-use", gone=[pair("rsa-2").certificate, pair("rsa-2").key])
    assert given.findings["delete_used_certificate"] == given.findings["delete_used_key"] == "works"
    assert given.findings["delete_used_profile"] == "rejected"
    assert set(made.pairs) == {"rsa", "ec"}


def test_profile_that_the_device_deletes_is_found_to_be() -> None:
    with SimulatedBigIP() as device, bench(device) as made:

        def release(call: Exchange) -> None:
            if call.method == "POST" and call.path.endswith("/profiles"):
                device.delete(f"{call.path}/~Common~{made.scratch.name('used')}")

        device.hook = release
        assert answer(device, made, "in-use").findings["delete_used_profile"] == "works"


def test_lost_answer_to_the_deletion_gives_the_pair_up() -> None:
    with SimulatedBigIP() as device, bench(device) as made:
        device.fault(Fault("DELETE", "ssl-cert", action="drop"))
        assert isinstance(answer(device, made, "in-use").error, OutcomeUnknownError)
        assert set(made.pairs) == {"rsa", "ec"}


def test_other_peoples_virtual_server_keeps_its_profile() -> None:
    with SimulatedBigIP(Switches(tmos="17.1.2")) as device:
        device.add_profile("client-ssl", "/Common/theirs")
        device.add_virtual_server(
            "/Common/vs_theirs", "192.0.2.150:443", ("/Common/tcp", "/Common/http", "/Common/theirs")
        )
        for question in ("virtual-server", "sni", "in-use"):
            assert asked(device, question).error is None
