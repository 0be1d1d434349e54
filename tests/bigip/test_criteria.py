"""Virtual servers on lists of addresses and ports: where they listen, and what answers port 80 there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.virtual_servers import criteria, port_80
from sectigo_f5.bigip.virtual_servers.criteria import Referred, by_criteria
from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.listening import Destination
from sectigo_f5.simulator import Fault, SimulatedBigIP
from sectigo_f5.validation import Http01
from tests.support import builders
from tests.support.loopback import own_address
from tests.support.names import ONLY_EC, PLAIN
from tests.support.properties import generated
from tests.support.world import World

EVERYWHERE = "0.0.0.0"  # noqa: S104  what devices show beside a list
PATH = "/Common/vs_VS_TMC_OBJ"
LISTS = {
    "/Common/two": {"addresses": [{"name": "192.0.2.10"}, {"name": "192.0.2.16/31"}]},
    "/Common/range": {"addresses": [{"name": "192.0.2.4-192.0.2.6"}]},
    "/Common/routed": {"addresses": [{"name": "10.0.0.1%7"}, {"name": "10.0.0.2%7-10.0.0.3%7"}, {"name": "10.0.0.9"}]},
    "/Common/both": {
        "addresses": [{"name": "2001:db8::1"}],
        "addressLists": [{"name": "two", "partition": "Common"}, {"name": "both", "partition": "Common"}],
    },
    "/Common/broken": {"addressLists": [{"name": "gone", "partition": "Common"}]},
    "/Common/inside": {"addresses": [{"name": "10.0.0.0/8"}]},
    "/Common/everywhere": {"addresses": [{"name": "0.0.0.0%1/0"}]},
}
PORTS = {
    "/Common/web": {"ports": [{"name": "80"}, {"name": "443"}]},
    "/Common/wide": {"ports": [{"name": "1-999"}, {"name": "8080"}]},
    "/Common/high": {"ports": [{"name": "8443"}], "portLists": [{"name": "higher", "partition": "Common"}]},
    "/Common/higher": {"ports": [{"name": "9443"}]},
}
REFERRED = Referred(LISTS, PORTS, {"/Common/dataplane": {"id": 5}}, {"Common": "0", "Shop": "3"})


def read(path: str = PATH, **properties: Any) -> Destination:
    """Read criteria that have, beside a list, the inline form that devices show."""
    inline = {"destinationAddressInline": EVERYWHERE, "destinationPortInline": "0", "routeDomain": "any"}
    return by_criteria([{"fullPath": path, **inline, **properties}], REFERRED)[path]


@pytest.mark.parametrize(
    ("addresses", "networks", "host"),
    [
        ({"destinationAddressList": "/Common/two"}, ("192.0.2.10", "192.0.2.16/31"), "192.0.2.10"),
        ({"destinationAddressList": "/Common/range"}, ("192.0.2.4/31", "192.0.2.6"), "192.0.2.6"),
        ({"destinationAddressList": "/Common/both"}, ("2001:db8::1", "192.0.2.10", "192.0.2.16/31"), "2001:db8::1"),
        ({"destinationAddressList": "/Common/inside"}, ("10.0.0.0/8",), ""),
        ({"destinationAddressList": "/Common/broken"}, (), ""),
        ({"destinationAddressList": "/Common/gone"}, (), ""),
        ({"destinationAddressInline": "10.48.7.77"}, ("10.48.7.77",), "10.48.7.77"),
        ({"destinationAddressInline": "10.0.0.10/32"}, ("10.0.0.10",), "10.0.0.10"),
        ({"destinationAddressInline": "192.168.100.0/24"}, ("192.168.100.0/24",), ""),
        ({}, ("any",), "any"),
        ({"destinationAddressInline": "www.example.com"}, (), ""),
    ],
)
def test_addresses_are_those_of_the_list_else_inline(
    addresses: dict[str, str], networks: tuple[str, ...], host: str
) -> None:
    found = read(**addresses)
    assert found.listed
    assert (found.listed.networks, found.address, found.listed.criteria) == (networks, host, PATH)


@pytest.mark.parametrize(
    ("ports", "port", "http"),
    [
        ({"destinationPortList": "/Common/web"}, 443, True),
        ({"destinationPortList": "/Common/wide"}, 443, True),
        ({"destinationPortList": "/Common/high"}, 8443, False),
        ({"destinationPortList": "/Common/gone"}, 0, False),
        ({"destinationPortInline": "443"}, 443, False),
        ({"destinationPortInline": 80}, 80, True),
        ({"destinationPortInline": "https"}, 443, False),
        ({}, 0, False),
    ],
)
def test_ports_are_those_of_the_list_else_inline(ports: dict[str, Any], port: int, http: bool) -> None:
    found = read(destinationAddressInline="192.0.2.10", **ports)
    assert (found.port, port_80.takes(server(found))) == (port, http)


@pytest.mark.parametrize(
    ("path", "properties", "expected"),
    [
        (PATH, {}, ("", False)),
        ("/Shop/x", {}, ("3", False)),
        ("/Bank/x", {}, ("", True)),
        ("/Bank/x", {"destinationAddressInline": "10.0.0.1%4"}, ("4", False)),
        (PATH, {"destinationAddressList": "/Common/routed"}, ("7", False)),
        (PATH, {"routeDomain": "/Common/dataplane"}, ("5", False)),
        (PATH, {"routeDomain": "/Common/gone"}, ("", True)),
    ],
)
def test_route_domains_are_shown_or_named_or_the_partitions(
    path: str, properties: dict[str, str], expected: tuple[str, bool]
) -> None:
    found = read(path, **properties)
    assert (found.route_domain, found.assumed) == expected


@pytest.mark.parametrize(
    ("sources", "everybody"),
    [
        ({}, True),
        ({"sourceAddressInline": EVERYWHERE}, True),
        ({"sourceAddressInline": "::/0"}, True),
        ({"sourceAddressInline": "10.0.0.0/8"}, False),
        ({"sourceAddressList": "/Common/everywhere"}, True),
        ({"sourceAddressList": "/Common/inside"}, False),
        ({"sourceAddressList": "/Common/gone"}, False),
    ],
)
def test_criteria_for_some_source_addresses_are_not_for_everybody(sources: dict[str, str], everybody: bool) -> None:
    assert read(**sources).for_everybody is everybody


@generated(60)
@given(
    st.dictionaries(
        st.sampled_from([*criteria.OF_CRITERIA, "fullPath"]),
        st.one_of(st.none(), st.integers(), st.text(), st.sampled_from(["/Common/two", "any", EVERYWHERE])),
    )
)
def test_odd_criteria_are_at_worst_not_known(item: dict[str, Any]) -> None:
    odd: Any = {"/Common/two": {"addresses": [1, None, {"name": "x-y"}, "1.1.1.1-::1"], "addressLists": 3}}
    (found,) = by_criteria([item], Referred(odd, odd, {}, {})).values()
    assert found.listed


# -- port 80 ---------------------------------------------------------------------------------------


def server(listens: Destination, path: str = "/Common/vs") -> VirtualServer:
    return builders.server(
        path=path, address=listens.address, port=listens.port, listed=listens.listed, route_domain=listens.route_domain
    )


def test_the_most_specific_of_lists_and_destinations_answers() -> None:
    inside = server(read(destinationAddressList="/Common/inside", destinationPortList="/Common/web"), "/Common/inside")
    every_port = server(read(destinationAddressInline="10.0.0.1"), "/Common/every_port")
    host = builders.server(path="/Common/host", address="10.0.0.2", port=80)
    high = server(read(destinationAddressInline="10.0.0.3", destinationPortList="/Common/high"), "/Common/high")
    every = (inside, every_port, host, high)
    answers = {address: [each.path for each in port_80.answering(every, address, "")] for address in ADDRESSES}
    assert answers == {
        "10.0.0.1": ["/Common/every_port"],
        "10.0.0.2": ["/Common/host"],
        "10.0.0.3": ["/Common/inside"],
        "10.1.0.0/16": ["/Common/inside"],
        "192.0.2.1": [],
    }


ADDRESSES = ("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.1.0.0/16", "192.0.2.1")


# -- against the device ----------------------------------------------------------------------------


@pytest.fixture
def field(tmp_path: Path) -> Any:
    """A BIG-IP on port 443, which certbot-bigip needs, with a virtual server for HTTPS on two lists."""
    with SimulatedBigIP(address=own_address(3), port=443) as device:
        device.add("net/address-list", "/Common/site", addresses=[{"name": "192.0.2.10"}, {"name": "192.0.2.11"}])
        device.add("net/port-list", "/Common/tls", ports=[{"name": "443"}, {"name": "8443"}])
        lists = {"destinationAddressList": "/Common/site", "destinationPortList": "/Common/tls"}
        device.add("ltm/traffic-matching-criteria", PATH, **lists)
        device.add("ltm/virtual", "/Common/vs_www", profiles=list(PLAIN), trafficMatchingCriteria=PATH)
        yield World(device, tmp_path)


def job_for(world: World) -> Any:
    return world.job(keys=ONLY_EC, validation="http-01", verify_handshake="off")  # nobody answers in 192.0.2.0/24


def test_http_01_is_answered_for_every_address_of_a_list(field: World) -> None:
    for number in (10, 11):
        field.device.add_virtual_server(f"/Common/http_{number}", f"192.0.2.{number}:80", profiles=PLAIN)
    result = field.one(job_for(field))
    assert result.error is None
    (validation,) = field.authority.validations
    assert isinstance(validation, Http01)
    assert validation.virtual_servers == ("/Common/http_10", "/Common/http_11")


def test_addresses_of_a_list_without_port_80_are_named(field: World) -> None:
    error = field.one(job_for(field)).error or ""
    assert "no virtual server with an HTTP profile answers port 80 of 192.0.2.10, 192.0.2.11; create one" in error


@pytest.mark.parametrize(
    ("ports", "sentence"),
    [(["443", "79-81"], "answers port 80 in plain text"), (["443", "8443"], ""), (None, "may answer port 80")],
)
def test_a_list_with_port_80_gets_no_tls(field: World, ports: list[str] | None, sentence: str) -> None:
    if ports is None:
        field.device.fault(Fault("GET", "criteria|-list", action="error:403:Forbidden", times=9))
    else:
        field.device.set("/mgmt/tm/net/port-list/~Common~tls", ports=[{"name": port} for port in ports])
    result = field.one(field.job(keys=ONLY_EC, verify_handshake="off"))
    assert (sentence in (result.error or ""), bool(result.error)) == (True, bool(sentence))


def test_a_list_that_may_not_be_read_is_said_to_be_that(field: World) -> None:
    refused = "error:401:Authorization failed: user=https://localhost/mgmt/shared/authz/users/admin resource=x verb=GET"
    field.device.fault(Fault("GET", "net/address-list", action=refused, times=9))
    error = field.one(job_for(field)).error or ""
    assert f"the addresses of /Common/vs_www are a list that cannot be read ({PATH}), so it is not known" in error
    assert "port 80 of ;" not in error


def test_criteria_are_read_once_and_only_if_a_virtual_server_has_some(world: World) -> None:
    kinds = ("traffic-matching-criteria", "address-list", "port-list", "route-domain")
    with ha_group.connected(world.connection()) as group:
        group.answering[0].every_server()
    assert not [call.path for call in world.device.journal if call.path.endswith(kinds)]
    world.device.add("ltm/traffic-matching-criteria", PATH, destinationAddressInline="192.0.2.10")
    for number in range(3):
        world.device.add("ltm/virtual", f"/Common/vs_{number}", profiles=list(PLAIN), trafficMatchingCriteria=PATH)
    with ha_group.connected(world.connection()) as group:
        servers = {each.path: each.listens.address for each in group.answering[0].every_server()}
    read_by_now = [call.path for call in world.device.journal if call.path.endswith(kinds)]
    assert (servers["/Common/vs_2"], len(read_by_now)) == ("192.0.2.10", 1)
