"""Virtual addresses with names of their own, and the default route domains of partitions."""

from __future__ import annotations

import contextlib

import pytest

from sectigo_f5.simulator import SimulatedBigIP
from sectigo_f5.simulator.refusals.refusal import Refusal
from tests.simulator.conftest import Make
from tests.simulator.rest import Rest, add_pair, entry, free_port, served

ADDRESSES = "ltm/virtual-address"
VS = "ltm/virtual/~Common~vs"


@pytest.mark.parametrize(
    ("address", "mask"),
    [("192.0.2.10", "255.255.255.255"), ("2001:db8::10", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")],
)
def test_named_address_is_shown_by_its_name(rest: Rest, address: str, mask: str) -> None:
    body = {"name": "my.address", "partition": "Common", "address": address, "trafficGroup": "/Common/traffic-group-1"}
    assert rest.post(ADDRESSES, body)["address"] == address
    rest.post("ltm/virtual", {"name": "vs", "destination": "/Common/my.address:https", "profiles": ["tcp"]})
    shown = rest.get(VS)
    assert (shown["destination"], shown["mask"]) == ("/Common/my.address:443", mask)
    assert [(item["name"], item["address"]) for item in rest.get(ADDRESSES)["items"]] == [("my.address", address)]


def test_server_at_a_named_address_shares_it_and_shows_its_name(rest: Rest) -> None:
    rest.post(ADDRESSES, {"name": "mine", "partition": "Common", "address": "192.0.2.10", "arp": "disabled"})
    rest.post("ltm/virtual", {"name": "vs", "destination": "/Common/192.0.2.10:443", "profiles": ["tcp"]})
    assert rest.get(VS)["destination"] == "/Common/mine:443"
    assert [(item["name"], item["arp"]) for item in rest.get(ADDRESSES)["items"]] == [("mine", "disabled")]
    assert rest.call("DELETE", VS).ok
    assert rest.get(ADDRESSES).get("items", []) == []


def test_named_address_is_where_the_data_plane_listens(rest: Rest) -> None:
    port = free_port("127.0.0.8")
    add_pair(rest.device, "a")
    rest.post("ltm/profile/client-ssl", {"name": "a", "certKeyChain": [entry("a")]})
    rest.device.add_virtual_address("/Common/mine", "127.0.0.8")
    rest.device.add_virtual_server("/Common/vs", f"mine:{port}", ("/Common/tcp", "/Common/a"))
    assert served("127.0.0.8", port, None).subject
    rest.patch(f"{ADDRESSES}/mine", {"enabled": "no"})
    assert rest.device.data_plane.addresses == frozenset()


def test_named_address_in_a_folder_keeps_the_folder(device: SimulatedBigIP) -> None:
    device.add_folder("/Shop/app")
    device.add("auth/partition", "Shop")
    device.add_virtual_address("/Shop/app/serviceAddress", "192.0.2.1")
    device.add_virtual_server("/Shop/app/vs", "/Shop/app/serviceAddress:443")
    shown = device.get("/mgmt/tm/ltm/virtual/~Shop~app~vs")
    assert shown["destination"] == "/Shop/app/serviceAddress:443"


def test_name_without_an_address_is_refused(rest: Rest) -> None:
    body = {"name": "vs", "destination": "/Common/nobody:443"}
    assert rest.refusal("POST", "ltm/virtual", body)[0] == 400
    assert rest.refusal("POST", ADDRESSES, {"name": "x", "partition": "Common"})[0] == 400
    assert rest.refusal("POST", ADDRESSES, {"name": "x", "address": "nonsense"})[0] == 400


def test_address_and_server_are_created_in_one_transaction(rest: Rest) -> None:
    number = rest.begin()
    rest.post(ADDRESSES, {"name": "mine", "address": "192.0.2.1"}, number)
    rest.post("ltm/virtual", {"name": "vs", "destination": "/Common/mine:443"}, number)
    assert rest.commit(number).ok
    assert rest.get(VS)["destination"] == "/Common/mine:443"


def test_named_address_and_its_number_are_one_place(rest: Rest) -> None:
    rest.device.add_virtual_address("/Common/mine", "2001:db8::1")
    rest.device.add_virtual_server("/Common/vs", "mine:443")
    body = {"name": "other", "destination": "2001:DB8:0::1.443", "profiles": ["tcp"]}
    status, message = rest.refusal("POST", "ltm/virtual", body)
    assert (status, message[:12]) == (400, "01070333:3: ")


def test_address_in_use_cannot_be_deleted(rest: Rest) -> None:
    rest.device.add_virtual_address("/Common/mine", "192.0.2.1")
    rest.device.add_virtual_server("/Common/vs", "mine:443")
    rest.device.add_virtual_server("/Common/other", "192.0.2.2:443")
    for name in ("mine", "192.0.2.2"):
        status, message = rest.refusal("DELETE", f"{ADDRESSES}/~Common~{name}")
        assert (status, message[:12]) == (400, "01070265:3: ")
    number = rest.begin()
    rest.call("DELETE", f"{ADDRESSES}/~Common~mine", transaction=number)
    rest.call("DELETE", VS, transaction=number)
    assert rest.commit(number).ok
    assert [item["name"] for item in rest.get(ADDRESSES)["items"]] == ["192.0.2.2"]


def test_put_of_a_whole_address_changes_nothing(rest: Rest) -> None:
    rest.device.add_partition("Shop", default_route_domain=2)
    rest.device.add_virtual_address("/Shop/mine", "192.0.2.1%3")
    before = rest.get(f"{ADDRESSES}/~Shop~mine")
    after = rest.call("PUT", f"{ADDRESSES}/~Shop~mine", before).json()
    assert {**after, "generation": 0} == {**before, "generation": 0}


# -- default route domains ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "hidden", "shown"),
    [
        ("192.0.2.1:443", "192.0.2.1:443", "192.0.2.1%2:443"),
        ("192.0.2.1%2:443", "192.0.2.1:443", "192.0.2.1%2:443"),
        ("192.0.2.1%3:443", "192.0.2.1%3:443", "192.0.2.1%3:443"),
        ("192.0.2.1%0:443", "192.0.2.1%0:443", "192.0.2.1%0:443"),
        ("2001:db8::1.443", "2001:db8::1.443", "2001:db8::1%2.443"),
    ],
)
def test_default_route_domain_is_shown_only_by_switch(make: Make, given: str, hidden: str, shown: str) -> None:
    for switch, expected in ((False, hidden), (True, shown)):
        device = make(default_route_domain_shown=switch, partitions=("Shop",))
        device.set("/mgmt/tm/auth/partition/Shop", defaultRouteDomain=2)
        device.add_virtual_server("/Shop/vs", given)
        assert device.get("/mgmt/tm/ltm/virtual/~Shop~vs")["destination"] == f"/Shop/{expected}"
        (address,) = device.get("/mgmt/tm/ltm/virtual-address")["items"]
        separator = "." if "::" in expected else ":"
        assert address["address"] == expected.rpartition(separator)[0]


def test_partition_of_the_global_route_domain_shows_no_number(make: Make) -> None:
    device = make(default_route_domain_shown=True)
    device.add_virtual_server("/Common/vs", "192.0.2.1%0:443")
    assert device.get(f"/mgmt/tm/{VS}")["destination"] == "/Common/192.0.2.1:443"


def test_addresses_of_two_default_route_domains_differ(make: Make) -> None:
    device = make(partitions=("Shop",))
    device.set("/mgmt/tm/auth/partition/Shop", defaultRouteDomain=2)
    device.add_virtual_server("/Shop/vs", "192.0.2.1:443")
    device.add_virtual_server("/Common/vs", "192.0.2.1:443")
    with pytest.raises(Refusal, match="illegally shares destination"):
        device.add_virtual_server("/Common/other", "192.0.2.1%2:443")


def test_put_keeps_the_route_domain_of_a_server(make: Make) -> None:
    device = make(partitions=("Shop",))
    device.set("/mgmt/tm/auth/partition/Shop", defaultRouteDomain=2)
    device.add_virtual_server("/Shop/vs", "192.0.2.1:443")
    with contextlib.closing(Rest(device)) as rest:
        rest.login()
        before = rest.get("ltm/virtual/~Shop~vs")
        assert rest.call("PUT", "ltm/virtual/~Shop~vs", before).json()["destination"] == before["destination"]
    stored = device.engine.configuration.find("ltm/virtual", "/Shop/vs")
    assert stored is not None
    assert stored.get("destination") == "/Shop/192.0.2.1%2:443"
