"""What is read about the addresses of virtual servers, how often, and what follows if it may not be read."""

from __future__ import annotations

from pathlib import Path

import pytest
import responses

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.permissions import missing_permissions
from sectigo_f5.bigip.virtual_servers import port_80
from sectigo_f5.bigip.virtual_servers.references import References
from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.names import PLAIN
from tests.support.replies import ORIGIN, client
from tests.support.world import World, free_port

REFUSAL = "error:401:Authorization failed: user=https://localhost/mgmt/shared/authz/users/admin resource=x verb=GET"
COLLECTIONS = ("/mgmt/tm/auth/partition", "/mgmt/tm/ltm/virtual-address")


def test_addresses_and_partitions_are_read_once_per_login(world: World) -> None:
    world.add_virtual_server("/Common/vs_b")
    shop = world.job("shop.example.com", virtual_servers=("/Common/vs_b",))
    assert [result.error for result in world.go(world.job(), shop)] == [None, None]
    read = [call.path for call in world.device.journal if call.method == "GET"]
    assert [read.count(path) for path in COLLECTIONS] == [1, 1]


@pytest.mark.parametrize("action", [REFUSAL, "error:400:01070712:3: Not known here", "status:404"])
@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_collection_that_is_not_shown_stops_nothing(
    world: World, collection: str, action: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.device.fault(Fault("GET", collection, action=action, times=99))
    result = world.one(world.job())
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert world.seen_by_client().serial == result.serial
    assert collection in caplog.text


def test_a_partition_need_not_be_listed_if_the_list_may_not_be_read(tmp_path: Path) -> None:
    with SimulatedBigIP(Switches(partitions=("Shop",))) as device:
        world = World(device, tmp_path)
        world.add_virtual_server("/Shop/vs_www")
        device.fault(Fault("GET", "auth/partition", action=REFUSAL, times=99))
        job = world.job(partition="Shop", virtual_servers=("/Shop/vs_www",))
        assert world.one(job).error is None
        missing = world.one(world.job("shop.example.com", partition="Shpo", virtual_servers=("/Shop/vs_www",)))
        assert missing.outcome is Outcome.FAILED


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_a_device_that_does_not_answer_is_not_taken_for_a_refusal(world: World, collection: str) -> None:
    world.pause = lambda _: None
    world.device.fault(Fault("GET", collection, times=99))
    result = world.one(world.job())
    assert (result.outcome, collection in (result.error or "")) == (Outcome.FAILED, True)


# -- against the device ----------------------------------------------------------------------------


def servers_of(world: World) -> dict[str, VirtualServer]:
    with ha_group.connected(world.connection()) as group:
        servers = {server.path: server for server in group.answering[0].every_server()}
        assert all(server.listens for server in servers.values())  # read now
    return servers


def answering(servers: dict[str, VirtualServer], path: str) -> list[str]:
    """Return what answers port 80 of a virtual server's address."""
    wanted = servers[path]
    return [
        server.path
        for server in port_80.answering(servers.values(), wanted.listens.address, wanted.listens.route_domain)
    ]


@pytest.mark.parametrize(("name", "address"), [("front", "192.0.2.80"), ("my.cool.v6", "2001:db8::80")])
def test_port_80_of_a_named_virtual_address_is_found(world: World, name: str, address: str) -> None:
    world.device.add_virtual_address(f"/Common/{name}", address)
    for path, port in (("/Common/vs_https", 443), ("/Common/vs_http", 80)):
        world.device.add_virtual_server(path, f"/Common/{name}:{port}", profiles=PLAIN)
    servers = servers_of(world)
    assert servers["/Common/vs_https"].listens.address == address
    assert answering(servers, "/Common/vs_https") == ["/Common/vs_http"]


def test_a_named_virtual_address_is_looked_at(world: World) -> None:
    port = free_port()
    world.device.add_virtual_address("/Common/front", "127.0.0.1")
    world.device.add_virtual_server("/Common/vs_front", f"/Common/front:{port}", profiles=PLAIN)
    job = world.job(virtual_servers=("/Common/vs_front",), verify_handshake="required")
    assert world.one(job).error is None


@pytest.mark.parametrize("shown", [True, False], ids=["shown", "not shown"])
def test_two_tenants_with_one_address_are_two_networks(tmp_path: Path, shown: bool) -> None:
    with SimulatedBigIP(Switches(default_route_domain_shown=shown)) as device:
        for partition, route_domain in (("A", 1), ("B", 2), ("C", 0)):
            device.add_partition(partition, default_route_domain=route_domain)
        device.add_virtual_server("/A/vs_https", "/A/10.0.0.10:443", profiles=PLAIN)
        device.add_virtual_server("/B/vs_http", "/B/10.0.0.10:80", profiles=PLAIN)
        servers = servers_of(World(device, tmp_path))
        assert {path: server.listens.route_domain for path, server in servers.items()} == {
            "/A/vs_https": "1",
            "/B/vs_http": "2",
        }
        assert answering(servers, "/A/vs_https") == []
        device.add_virtual_server("/C/vs_http", "/C/10.0.0.10%1:80", profiles=PLAIN)
        assert answering(servers_of(World(device, tmp_path)), "/A/vs_https") == ["/C/vs_http"]


def test_a_default_route_domain_keeps_the_handshake_check_away(tmp_path: Path) -> None:
    """From here its address is another host's, which is not asked, and never taken for the virtual server."""
    with SimulatedBigIP() as device:
        world = World(device, tmp_path)
        device.add_partition("Shop", default_route_domain=3)
        world.add_virtual_server("/Shop/vs_www")
        (server,) = servers_of(world).values()
        assert (server.listens.address, server.listens.route_domain) == ("127.0.0.1", "3")


def test_a_default_route_domain_of_common_counts(world: World) -> None:
    world.device.set("/mgmt/tm/auth/partition/Common", defaultRouteDomain=4)
    world.device.add_virtual_server("/Common/vs_b", "10.0.0.10:443", profiles=PLAIN)
    assert servers_of(world)["/Common/vs_b"].listens.route_domain == "4"


# -- HTTP/2 ----------------------------------------------------------------------------------------

HTTP2 = "/mgmt/tm/ltm/profile/http2"


def http2_of(world: World, *profiles: str) -> str | None:
    world.device.add_virtual_server("/Common/vs_b", "10.0.0.10:443", profiles=(*PLAIN, *profiles))
    return servers_of(world)["/Common/vs_b"].http2


def reads_of_http2(world: World) -> int:
    return [call.path for call in world.device.journal].count(HTTP2)


def test_http2_profiles_that_enforce_tls_requirements_are_told_apart(device: responses.RequestsMock) -> None:
    enforce = {"h2": "enabled", "h2_lax": "disabled", "old": None}
    items = [{"fullPath": f"/Common/{name}", "enforceTlsRequirements": value} for name, value in enforce.items()]
    device.get(f"{ORIGIN}{HTTP2}", json={"items": items})
    with client() as session:
        references = References(session)
        found = {name: references.enforcing_http2(frozenset({f"/Common/{name}", "/Common/tcp"})) for name in enforce}
    assert found == {"h2": "/Common/h2", "h2_lax": None, "old": None}


@pytest.mark.parametrize("typed", [True, False], ids=["types shown", "types not shown"])
@pytest.mark.parametrize(
    ("enforces", "expected"), [("enabled", "/Common/h2"), ("disabled", None)], ids=["enforcing", "lax"]
)
def test_an_http2_profile_that_enforces_tls_requirements_is_found(
    tmp_path: Path, typed: bool, enforces: str, expected: str | None
) -> None:
    with SimulatedBigIP(Switches(name_reference=typed)) as device:
        device.add_profile("http2", "/Common/h2", enforceTlsRequirements=enforces)
        assert http2_of(World(device, tmp_path), "/Common/h2") == expected


def test_http2_profiles_are_read_only_if_there_may_be_one(world: World) -> None:
    assert http2_of(world) is None
    assert reads_of_http2(world) == 0


def test_http2_profiles_are_read_once_per_login(world: World) -> None:
    for number in (1, 2):
        world.device.add_virtual_server(f"/Common/vs_{number}", f"10.0.0.{number}:443", ("/Common/http2", *PLAIN))
    servers_of(world)
    assert reads_of_http2(world) == 1


# -- modules that are not provisioned --------------------------------------------------------------

UNREGISTERED = "error:{}:Public URI path not registered: /tm/x"


@pytest.mark.parametrize("status", [404, 400])
def test_what_a_device_does_not_know_is_none_at_once(world: World, status: int) -> None:
    kinds = "ltm/profile/http2", "ltm/profile/fasthttp", "apm/profile/access"
    world.device.fault(Fault("GET", "|".join(kinds), action=UNREGISTERED.format(status), times=99))
    pauses: list[float] = []
    with ha_group.connected(world.connection(), pauses.append) as group:
        references = group.answering[0].references
        for _ in range(2):
            found = (references.enforcing_http2({"/Common/http2"}), references.fast_http, references.access)
    assert (found, pauses) == ((None, frozenset(), frozenset()), [])
    asked = [call.path for call in world.device.journal]
    assert [asked.count(f"/mgmt/tm/{kind}") for kind in kinds] == [1, 1, 1]


def test_a_box_without_apm_and_with_unknown_settings_costs_no_wait(tmp_path: Path) -> None:
    with SimulatedBigIP(Switches(apm=False, name_reference=False)) as device:
        world = World(device, tmp_path)
        pauses: list[float] = []
        device.fault(Fault("GET", "sys/db|fasthttp", action=UNREGISTERED.format(404), times=99))
        device.add_profile("one-connect", "/Common/portal")
        device.add_virtual_server("/Common/vs_http", "10.0.0.10:80", (*PLAIN, "/Common/portal"))
        device.add_virtual_server("/Common/vs_tcp", "10.0.0.11:80", ("/Common/tcp",))
        with ha_group.connected(world.connection(), pauses.append) as group:
            f5 = group.answering[0]
            assert missing_permissions(f5, world.job()) == ([], [])
            (http, _) = f5.every_server()
            assert not f5.references.access
            assert not http.access
    assert pauses == []
