"""Virtual servers as they are in the field: every kind of address and partition, drift, and changes by others."""

from __future__ import annotations

from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome
from tests.support.names import ONLY_EC, PLAIN, PROFILE, PROFILE_URL, VIRTUAL_URL
from tests.support.virtual_servers import attach, attached, defaults, hand_made, profile, url
from tests.support.world import World

NOT_OURS = ("generation", "lastModifiedTime")  # the device's own counters


def job_for(world: World, *names: str, **changes: Any) -> Job:
    return world.job(*(names or ("www.example.com",)), keys=ONLY_EC, **changes)


def whole(world: World, path: str) -> dict[str, Any]:
    """Return a virtual server with everything below it, except its counters and its client SSL profiles."""
    server = world.device.get(f"{url(path)}?expandSubcollections=true")
    profiles = server["profilesReference"]["items"]
    for item in [*profiles, *server["policiesReference"]["items"]]:
        del item["generation"]
    server["profilesReference"]["items"] = [item for item in profiles if "clientssl" not in item["name"]]
    return {name: value for name, value in server.items() if name not in NOT_OURS}


def furnish(world: World) -> None:
    """Give the virtual server a history: everything that an administrator may have put on it."""
    world.device.add_rule("/Common/redirect", "when HTTP_REQUEST { HTTP::redirect https://x.example.com/ }")
    world.device.add("ltm/policy", "/Common/policy_www", requires=["http"])
    world.device.add("ltm/pool", "/Common/pool_www", monitor="/Common/http")
    world.device.add_profile("one-connect", "/Common/our_oneconnect")
    names = (*PLAIN, "/Common/our_oneconnect", "/Common/serverssl", "/Common/clientssl")
    world.device.set(
        VIRTUAL_URL,
        profiles=[{"name": name} for name in names],
        rules=["/Common/redirect"],
        policies=["/Common/policy_www"],
        pool="/Common/pool_www",
        persist=[{"name": "cookie", "partition": "Common", "tmDefault": "yes"}],
        fallbackPersistence="/Common/source_addr",
        description="do not touch",
        metadata=[{"name": "owner", "persist": "true", "value": "web team"}],
        sourceAddressTranslation={"type": "automap"},
        connectionLimit=2000,
    )


def test_other_settings_of_a_virtual_server_never_change(world: World) -> None:
    furnish(world)
    before, job = whole(world, "/Common/vs_www"), job_for(world)
    assert (world.one(job).outcome, whole(world, "/Common/vs_www")) == (Outcome.ENROLLED, before)
    world.wait(days=80)
    assert (world.one(job).outcome, whole(world, "/Common/vs_www")) == (Outcome.RENEWED, before)
    attach(world, "/Common/our_oneconnect", "/Common/serverssl")
    assert (world.one(job).outcome, whole(world, "/Common/vs_www")) == (Outcome.REPAIRED, before)


def test_changes_that_others_make_during_issuance_are_preserved(world: World) -> None:
    """One administrator attaches an iRule and another a profile, both after step 3 has read the virtual server."""
    furnish(world)
    world.device.add_rule("/Common/late", "when HTTP_REQUEST { HTTP::redirect https://late.example.com/ }")
    world.device.add_profile("http2", "/Common/late_http2", enforceTlsRequirements="disabled")
    meanwhile: dict[str, Any] = {}

    def meddle() -> None:
        world.device.set(VIRTUAL_URL, rules=["/Common/late"], description="changed meanwhile")
        attach(world, "/Common/our_oneconnect", "/Common/serverssl", "/Common/clientssl", "/Common/late_http2")
        meanwhile.update(whole(world, "/Common/vs_www"))

    world.meanwhile(meddle)
    assert world.one(job_for(world)).error is None
    assert meanwhile["description"] == "changed meanwhile"
    assert whole(world, "/Common/vs_www") == meanwhile
    assert PROFILE in attached(world)


def test_a_profile_that_others_attach_during_issuance_is_not_replaced(world: World) -> None:
    """It is for another name: ours must not take its place, and what was issued waits for another YAML."""
    by_hand = hand_made(world, "late", "shop.example.com")
    world.meanwhile(lambda: attach(world, by_hand))
    result = world.one(job_for(world))
    assert "/Common/vs_www already has the client SSL profile /Common/late" in (result.error or "")
    assert (attached(world), world.leftovers()) == ({by_hand}, {})
    joined = world.one(job_for(world, sni=True))
    assert (joined.error, attached(world), defaults(world)) == (None, {by_hand, PROFILE}, [by_hand])


# -- virtual_servers: all, and addresses of every kind ---------------------------------------------


def test_every_virtual_server_of_a_partition_gets_the_certificate(world: World) -> None:
    attach(world, "/Common/clientssl")
    world.add_virtual_server("/Common/vs_b", "/Common/clientssl")
    world.device.add_folder("/Common/app.app")
    world.add_virtual_server("/Common/app.app/vs_c", "/Common/clientssl")
    world.device.add_virtual_server("/Common/vs_443", "192.0.2.44:443", profiles=PLAIN)
    others = ["/Common/vs_plain", "/Common/vs_tcp", "/Shop/vs_443"]
    world.device.add_partition("Shop")
    world.add_virtual_server(others[0])
    world.device.add_virtual_server(others[1], "192.0.2.45:443", profiles=("/Common/tcp",))
    world.device.add_virtual_server(others[2], "192.0.2.46:443", profiles=PLAIN)
    result = world.one(job_for(world, virtual_servers=("all",), verify_handshake="off"))
    assert result.error is None
    assert set(result.virtual_servers) == {
        "/Common/vs_443",
        "/Common/vs_b",
        "/Common/vs_www",
        "/Common/app.app/vs_c",
    }
    assert all(attached(world, path) == {PROFILE} for path in result.virtual_servers)
    assert all(attached(world, path) == set() for path in others)


def test_a_virtual_server_added_later_gets_the_certificate(world: World) -> None:
    attach(world, "/Common/clientssl")
    job = job_for(world, virtual_servers=("all",))
    first = world.one(job)
    world.add_virtual_server("/Common/vs_b", "/Common/clientssl")
    result = world.one(job)
    assert (result.outcome, result.serial) == (Outcome.REPAIRED, first.serial)
    assert world.seen_by_client("/Common/vs_b").serial == first.serial


def test_a_partition_without_virtual_servers_is_refused(world: World) -> None:
    world.device.add_partition("Shop")
    result = world.one(job_for(world, virtual_servers=("all",), partition="Shop"))
    assert "virtual_servers: all finds none in partition Shop" in (result.error or "")
    assert world.device.writes() == []


def test_addresses_of_every_kind_get_the_certificate(world: World) -> None:
    world.add_virtual_server("/Common/vs_v6", address="::1")
    world.device.add_virtual_server("/Common/vs_any_port", "192.0.2.45:0", profiles=(*PLAIN, "/Common/clientssl"))
    world.device.add_virtual_server("/Common/vs_any", "0.0.0.0:443", profiles=PLAIN)
    world.device.add_virtual_server("/Common/vs_rd", "192.0.2.46%2:443", profiles=PLAIN)
    world.device.add_virtual_server("/Common/vs_v6_rd", "2001:db8::46%2.443", profiles=PLAIN)
    paths = tuple(f"/Common/vs_{name}" for name in ("v6", "any_port", "any", "rd", "v6_rd"))
    result = world.one(job_for(world, virtual_servers=paths, verify_handshake="off"))
    assert result.error is None
    assert world.seen_by_client("/Common/vs_v6").serial == result.serial
    assert all(attached(world, path) == {PROFILE} for path in paths)


def test_an_address_of_another_route_domain_is_not_checked_from_here(world: World) -> None:
    """Two tenants with one address: from here, the other one answers."""
    address, port = world.addresses["/Common/vs_www"]
    attach(world, "/Common/clientssl")
    world.device.add_virtual_server("/Common/vs_tenant", f"{address}%2:{port}", profiles=PLAIN)
    result = world.one(job_for(world, virtual_servers=("/Common/vs_tenant",)))
    assert (result.error, attached(world, "/Common/vs_tenant")) == (None, {PROFILE})


# -- partitions ------------------------------------------------------------------------------------


def test_a_profile_in_common_serves_virtual_servers_of_any_partition(world: World) -> None:
    world.device.add_partition("Shop")
    world.device.add_folder("/Shop/app.app")
    paths = ("/Shop/vs_tls", "/Shop/app.app/vs_tls")
    for path in paths:
        world.add_virtual_server(path)
    result = world.one(job_for(world, virtual_servers=paths))
    assert result.error is None
    assert {world.seen_by_client(path).serial for path in paths} == {result.serial}


@pytest.mark.parametrize(
    ("partition", "path"), [("Shop", "/Common/vs_www"), ("Shop", "/Bank/vs_tls"), ("Shop", "/Bank/app/vs_tls")]
)
def test_a_profile_outside_common_is_refused_in_another_partition(world: World, partition: str, path: str) -> None:
    for name in ("Shop", "Bank"):
        world.device.add_partition(name)
    world.device.add_folder("/Bank/app")
    if path != "/Common/vs_www":
        world.add_virtual_server(path)
    result = world.one(job_for(world, partition=partition, virtual_servers=(path,)))
    assert (
        f"{path} cannot use a client SSL profile of partition Shop: a BIG-IP lets it use those of its own partition "
        f"and of Common alone (01070726); write `partition: {path.split('/')[1]}` for www.example.com"
    ) in (result.error or "")
    assert world.device.writes() == []


def test_a_parent_of_another_partition_is_refused(world: World) -> None:
    for name in ("Shop", "Bank"):
        world.device.add_partition(name)
    world.device.add_profile("client-ssl", "/Bank/parent")
    path = world.add_virtual_server("/Shop/vs_tls")
    job = job_for(world, partition="Shop", virtual_servers=(path,), parent_profile="/Bank/parent")
    assert "the parent profile /Bank/parent is neither in partition Shop nor in Common" in (world.one(job).error or "")
    assert world.device.writes() == []


# -- drift -----------------------------------------------------------------------------------------


def test_drift_is_repaired_without_a_new_certificate(world: World) -> None:
    job = job_for(world)
    first = world.one(job)
    attach(world)
    result = world.one(job)
    assert (result.outcome, result.serial) == (Outcome.REPAIRED, first.serial)
    assert "attach to /Common/vs_www" in result.reason
    assert world.seen_by_client().serial == first.serial
    assert len(world.authority.issued) == 1


def test_a_deleted_profile_is_recreated_with_the_pair_on_the_device(world: World) -> None:
    job = job_for(world)
    first = world.one(job)
    attach(world)
    world.device.delete(PROFILE_URL)
    result = world.one(job)
    assert (result.outcome, result.error) == (Outcome.REPAIRED, None)
    assert world.seen_by_client().serial == first.serial


def test_another_parent_is_repaired(world: World) -> None:
    world.one(job_for(world))
    world.device.add_profile("client-ssl", "/Common/our_parent")
    result = world.one(job_for(world, parent_profile="/Common/our_parent"))
    assert (result.outcome, result.error) == (Outcome.REPAIRED, None)
    assert profile(world, PROFILE)["defaultsFrom"] == "/Common/our_parent"


def test_a_foreign_pair_in_our_profile_is_repaired(world: World) -> None:
    job = job_for(world)
    first = world.one(job)
    hand_made(world, "by_hand", "www.example.com")
    world.device.set(
        PROFILE_URL,
        certKeyChain=[{"name": "default", "cert": "/Common/by_hand.crt", "key": "/Common/by_hand.key"}],
    )
    result = world.one(job)
    assert (result.outcome, "points at /Common/by_hand.crt" in result.reason) == (Outcome.REPAIRED, True)
    assert world.seen_by_client().serial == first.serial


def test_names_as_a_device_lists_them_are_served_and_renewed(world: World) -> None:
    paths = ("/Common/vs_10.0.0.1:443", "/Common/10.0.0.2%0:443", "/Common/Web site")
    for path in paths:
        world.add_virtual_server(path)
    foreign = hand_made(world, "/Common/old profile:1", "www.example.com")
    attach(world, foreign, path=paths[2])
    job = job_for(world, virtual_servers=paths, replace_profiles=(foreign,))
    assert world.go(job)[0].outcome is Outcome.ENROLLED
    assert all(attached(world, path) == {job.profile} for path in paths)
    world.wait(days=80)
    assert world.go(job)[0].outcome is Outcome.RENEWED
