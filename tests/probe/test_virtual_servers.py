"""The questions about a scratch virtual server; it listens nowhere, and its address is nobody's."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.icontrol.errors import OutcomeUnknownError
from sectigo_f5.probe.bench import NotAskedError, RefusedError
from sectigo_f5.probe.questions.ltm.scratch_server import free_addresses
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.faults import Fault
from sectigo_f5.simulator.rest.wire import Exchange
from tests.support.probe_pairs import Asked, answer, asked, bench
from tests.support.properties import generated

VIRTUAL = "/mgmt/tm/ltm/virtual"
ADDRESS = "/mgmt/tm/ltm/virtual-address"
ODD: list[dict[str, object]] = [  # virtual addresses that cover none of those that are tried, or are not readable
    {},
    {"address": None, "mask": 7},
    {"address": "any", "mask": "any"},
    {"address": "0.0.0.0", "mask": "0.0.0.0"},  # noqa: S104  every address
    {"address": "any6", "mask": "any6"},
    {"address": "2001:db8::200", "mask": "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
    {"address": "198.51.100.200", "mask": "255.255.255.255"},
    {"address": ["192.0.2.200"]},
]


def found(partition: str = "Common", **switches: Any) -> Asked:
    with SimulatedBigIP(Switches(**switches)) as device:
        return asked(device, "virtual-server", partition)


def made_with(device: SimulatedBigIP, partition: str = "Common") -> tuple[dict[str, Any], dict[str, Any]]:
    """Ask the question, and return virtual server and address as they were when the first one had been made."""
    seen = list[dict[str, Any]]()

    with bench(device, partition) as made:

        def look(call: Exchange) -> None:
            if (call.method, call.path.rstrip("/")) == ("POST", VIRTUAL):
                for url, suffix in ((VIRTUAL, "vs"), (ADDRESS, "address")):
                    seen.append(device.get(f"{url}/~{partition}~{made.scratch.name(suffix)}"))

        device.hook = look
        answer(device, made, "virtual-server")
    server, address = seen
    return server, address


# -- what is found -----------------------------------------------------------------------------


def test_profile_is_attached_and_taken_off_again() -> None:
    given = found()
    assert given.findings == {
        "virtual_server": "works",
        "attachment": "works",
        "name_reference": "yes",
        "default_route_domain_shown": "not-told",
    }
    assert given.words("not_found") == "01020036:3: The requested {title} ({name}) was not found."


def test_default_route_domain_of_a_partition_is_not_shown() -> None:
    with SimulatedBigIP() as device:
        device.add_partition("Shop", default_route_domain=5)
        assert asked(device, "virtual-server", "Shop").findings["default_route_domain_shown"] == "no"


# -- where it listens: nowhere -----------------------------------------------------------------


def test_scratch_virtual_server_listens_nowhere_and_its_address_is_closed() -> None:
    with SimulatedBigIP() as device:
        server, address = made_with(device)
    assert server["disabled"] is True
    assert server["vlansEnabled"] is True
    assert "vlans" not in server
    assert "enabled" not in server
    assert (address["enabled"], address["arp"], address["icmpEcho"]) == ("no", "disabled", "disabled")
    assert address["address"] == "192.0.2.200"


def test_address_that_somebody_has_is_left_to_him() -> None:
    with SimulatedBigIP() as device:
        device.add_virtual_server("/Common/vs_lab", "192.0.2.200:443")
        device.add_virtual_address("/Common/named", "192.0.2.199%3")
        _, address = made_with(device)
    assert address["address"] == "192.0.2.198"


@generated(60)
@given(
    hosts=st.sets(st.integers(101, 200)),
    network=st.one_of(st.none(), st.tuples(st.integers(0, 255), st.integers(8, 32))),
    others=st.lists(st.sampled_from(ODD)),
)
def test_free_address_is_the_highest_that_no_virtual_address_covers(
    hosts: set[int], network: tuple[int, int] | None, others: list[dict[str, object]]
) -> None:
    shown = [*others]
    for host in hosts:
        shown.append({"address": f"192.0.2.{host}%7"})
    covered = IPv4Network(f"192.0.2.{network[0]}/{network[1]}", strict=False) if network else None
    if covered:
        shown.append({"address": str(covered.network_address), "mask": str(covered.netmask)})
    left = [last for last in range(200, 100, -1) if last not in hosts]
    expected = [f"192.0.2.{last}" for last in left if not covered or IPv4Address(f"192.0.2.{last}") not in covered]
    assert free_addresses(shown) == expected


def test_address_that_is_refused_is_not_the_last_one_tried() -> None:
    """One that only the device knows of: its own, or one of a partition that this user may not see."""
    with SimulatedBigIP() as device:
        device.fault(Fault("POST", "virtual-address", action="error:400:01070627:3: The address is in use.", times=2))
        _, address = made_with(device)
    assert address["address"] == "192.0.2.198"


def test_device_that_refuses_three_addresses_makes_no_virtual_server() -> None:
    with SimulatedBigIP() as device:
        device.fault(Fault("POST", "virtual-address", action="error:400:01070627:3: The address is in use.", times=3))
        assert asked(device, "virtual-server", complete=False).findings == {"virtual_server": "rejected"}


def test_device_without_a_free_address_is_not_asked() -> None:
    with SimulatedBigIP() as device:
        for last in range(101, 201):
            device.add_virtual_address(f"/Common/address{last}", f"192.0.2.{last}")
        for question in ("virtual-server", "sni", "in-use"):
            assert isinstance(asked(device, question).error, NotAskedError)


def test_virtual_server_that_is_not_disabled_goes_at_once() -> None:
    """The device has made what was not asked for: nothing is attached to it."""
    with SimulatedBigIP() as device, bench(device) as made:

        def enable(call: Exchange) -> None:
            if (call.method, call.path) == ("POST", VIRTUAL):
                device.set(f"{VIRTUAL}/~Common~{made.scratch.name('vs')}", enabled=True)

        device.hook = enable
        assert "that was to be disabled" in str(answer(device, made, "virtual-server").error)
        assert not any("/profiles" in call.path for call in device.journal)


# -- what cannot be found ----------------------------------------------------------------------


def test_user_who_may_make_no_virtual_server_finds_nothing() -> None:
    with SimulatedBigIP(Switches(role="certificate-manager")) as device:
        given = asked(device, "virtual-server")
    assert isinstance(given.error, RefusedError)
    assert given.findings == {}


@pytest.mark.parametrize("lost", ["virtual-address$", "virtual$", "profiles$", "client-ssl$"])
def test_lost_answer_leaves_neither_virtual_server_nor_address(lost: str) -> None:
    with SimulatedBigIP() as device:
        device.fault(Fault("POST", lost, action="drop-after"))
        assert isinstance(asked(device, "virtual-server").error, OutcomeUnknownError)


def test_device_that_attaches_nothing_has_no_words_for_a_missing_profile() -> None:
    """It refuses the sub-collection, whatever profile is named."""
    with SimulatedBigIP(Switches(attachment="rejected")) as device:
        given = asked(device, "virtual-server", complete=False)
    assert given.findings["attachment"] == "rejected"
    assert given.texts == {}
