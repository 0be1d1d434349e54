"""Virtual servers as they are in the field: several certificates, hand-made profiles, iApps, ``all``."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sectigo_f5.model import Word
from tests.support.hierarchy import new_authority, new_server
from tests.support.world import World

VIRTUAL = "/mgmt/tm/ltm/virtual/~Common~vs_www"


def hand_made(world: World, name: str, *names: str, **properties: object) -> str:
    """Make a profile by hand whose certificate has ``names``; returns its path."""
    issuer = new_authority("Hand CA", world.now)
    identity = new_server(names, world.now, issuer)
    path = f"/Common/{name}"
    world.device.add_certificate(f"{path}.crt", identity.certificate_pem, identity.key_pem)
    entry = {"name": "default", "cert": f"{path}.crt", "key": f"{path}.key"}
    world.device.add_profile("client-ssl", path, certKeyChain=[entry], **properties)
    return path


def attach(world: World, *profiles: str) -> None:
    names = ("/Common/tcp", "/Common/http", *profiles)
    world.device.set(VIRTUAL, profiles=[{"name": name} for name in names])


def attached(world: World, path: str = VIRTUAL) -> set[str]:
    items = world.device.get(f"{path}/profiles")["items"]
    return {item["fullPath"] for item in items} - {"/Common/tcp", "/Common/http"}


def defaults(world: World) -> list[str]:
    found = world.device.get("/mgmt/tm/ltm/profile/client-ssl")["items"]
    there = attached(world)
    return [item["fullPath"] for item in found if item["fullPath"] in there and item["sniDefault"] == "true"]


def test_two_certificates_by_sni_in_one_run_and_a_third_later(world: World) -> None:
    names = ("www.example.com", "shop.example.com", "api.example.com")
    jobs = [world.job(name, sni=True) for name in names]
    results = world.go(*jobs[:2])
    assert [result.error for result in results] == [None, None]
    assert len(defaults(world)) == 1
    (third,) = world.go(jobs[2])
    serials = {name: result.serial for name, result in zip(names, [*results, third], strict=True)}
    assert {name: world.seen_by_client(name=name).serial for name in names} == serials
    assert len(defaults(world)) == 1
    unknown, nobody = (world.seen_by_client(name=name).serial for name in ("x.example.org", None))
    assert unknown == nobody == serials["www.example.com"]
    assert {result.word for result in world.go(*jobs)} == {Word.KEPT}


def test_the_default_moves_in_one_transaction(world: World) -> None:
    first, second = world.job(sni=True, sni_default=True), world.job("shop.example.com", sni=True)
    world.go(first, second)
    assert defaults(world) == [first.profile]
    moved = [replace(first, sni_default=False), replace(second, sni_default=True)]
    results = world.go(*moved)
    assert [result.error for result in results] == [None, None]
    assert defaults(world) == [second.profile]
    assert world.seen_by_client(name=None).serial == results[1].serial
    assert {result.word for result in world.go(*moved)} == {Word.KEPT}


def test_the_default_is_replaced_while_it_is_the_default(world: World) -> None:
    jobs = [world.job(sni=True, sni_default=True), world.job("shop.example.com", sni=True)]
    world.go(*jobs)
    world.wait(days=80)
    assert {result.word for result in world.go(*jobs)} == {Word.RENEWED}
    assert defaults(world) == [jobs[0].profile]


def test_several_names_and_a_wildcard_by_sni_are_all_served(world: World) -> None:
    jobs = [world.job("www.example.com", "api.example.com", sni=True), world.job("*.example.net", sni=True)]
    results = world.go(*jobs)
    assert [result.error for result in results] == [None, None]
    for name, result in (("www.example.com", 0), ("api.example.com", 0), ("a.example.net", 1)):
        assert world.seen_by_client(name=name).serial == results[result].serial


@pytest.mark.parametrize("sni", [False, True])
def test_taking_over_a_profile_for_the_same_name(world: World, sni: bool) -> None:
    attach(world, hand_made(world, "by_hand", "www.example.com"))
    job = world.job(sni=sni)
    assert world.one(job).word is Word.ENROLLED
    assert attached(world) == {job.profile}
    assert world.device.get("/mgmt/tm/ltm/profile/client-ssl/~Common~by_hand")


def test_another_name_is_refused_before_anything_is_written(world: World) -> None:
    attach(world, hand_made(world, "by_hand", "shop.example.com"))
    result = world.one(world.job())
    assert "write `sni: true` for www.example.com" in (result.error or "")
    assert world.device.writes() == []


def test_another_name_beside_ours_keeps_answering(world: World) -> None:
    path = hand_made(world, "by_hand", "shop.example.com")
    attach(world, path)
    old = world.seen_by_client(name=None).serial
    result = world.one(world.job(sni=True))
    assert result.error is None
    assert attached(world) == {path, world.job().profile}
    assert world.seen_by_client(name=None).serial == old
    assert world.seen_by_client(name="www.example.com").serial == result.serial
    assert defaults(world) == [path]


def test_a_server_ssl_profile_stays(world: World) -> None:
    attach(world, "/Common/serverssl", "/Common/clientssl")
    assert world.one(world.job()).error is None
    assert attached(world) == {"/Common/serverssl", world.job().profile}


def test_every_virtual_server_of_a_partition(world: World) -> None:
    world.add_virtual_server("/Common/vs_b", "/Common/clientssl")
    world.add_virtual_server("/Common/vs_plain")
    attach(world, "/Common/clientssl")
    world.device.add_virtual_server("/Common/vs_443", "192.0.2.44:443", profiles=("/Common/tcp", "/Common/http"))
    result = world.one(world.job(virtual_servers=("all",)))
    assert result.error is None
    assert set(result.virtual_servers) == {"/Common/vs_443", "/Common/vs_b", "/Common/vs_www"}
    assert attached(world, VIRTUAL.replace("vs_www", "vs_plain")) == set()


def test_addresses_of_every_kind(world: World) -> None:
    world.add_virtual_server("/Common/vs_v6", address="::1")
    world.device.add_virtual_server("/Common/vs_any", "192.0.2.45:0", profiles=("/Common/tcp", "/Common/http"))
    world.device.add_virtual_server("/Common/vs_rd", "192.0.2.46%2:443", profiles=("/Common/tcp", "/Common/http"))
    paths = ("/Common/vs_v6", "/Common/vs_any", "/Common/vs_rd")
    result = world.one(world.job(virtual_servers=paths))
    assert result.error is None
    assert world.seen_by_client("/Common/vs_v6").serial == result.serial
    assert all(world.job().profile in attached(world, VIRTUAL.replace("vs_www", path[8:])) for path in paths)


def test_drift_is_repaired_without_a_new_certificate(world: World) -> None:
    job = world.job()
    first = world.one(job)
    attach(world)
    result = world.one(job)
    assert (result.word, result.serial) == (Word.REPAIRED, first.serial)
    assert "attach to /Common/vs_www" in result.reason
    assert world.seen_by_client().serial == first.serial
    assert len(world.authority.issued) == 1


def test_a_deleted_profile_is_made_again_from_the_pair_on_the_device(world: World) -> None:
    job = world.job()
    first = world.one(job)
    attach(world)
    world.device.delete("/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl")
    result = world.one(job)
    assert (result.word, result.error) == (Word.REPAIRED, None)
    assert world.seen_by_client().serial == first.serial


def test_another_parent_is_repaired(world: World) -> None:
    world.one(world.job())
    world.device.add_profile("client-ssl", "/Common/our_parent")
    result = world.one(world.job(parent_profile="/Common/our_parent"))
    assert (result.word, result.error) == (Word.REPAIRED, None)
    assert world.device.get("/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl")["defaultsFrom"] == (
        "/Common/our_parent"
    )


def test_a_pair_put_under_our_profile_by_hand_is_put_right(world: World) -> None:
    job = world.job()
    first = world.one(job)
    hand_made(world, "by_hand", "www.example.com")
    world.device.set(
        "/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl",
        certKeyChain=[{"name": "default", "cert": "/Common/by_hand.crt", "key": "/Common/by_hand.key"}],
    )
    result = world.one(job)
    assert (result.word, "points at /Common/by_hand.crt" in result.reason) == (Word.REPAIRED, True)
    assert world.seen_by_client().serial == first.serial


def test_two_changes_of_the_virtual_server_between_our_read_and_our_write(world: World) -> None:
    """Somebody attaches an iRule and changes the description while the certificate is being issued."""
    world.device.add_rule("/Common/late", "when HTTP_REQUEST { HTTP::redirect https://x.example.com/ }")

    def meddle(exchange: object) -> None:
        if "sys/crypto/csr" in str(getattr(exchange, "path", "")):
            world.device.set(VIRTUAL, rules=["/Common/late"], description="changed meanwhile")

    world.device.hook = meddle
    assert world.one(world.job()).error is None
    after = world.device.get(VIRTUAL)
    assert (after["rules"], after["description"]) == (["/Common/late"], "changed meanwhile")


def test_another_profile_that_comes_while_the_certificate_is_being_issued(world: World) -> None:
    """What is planned at the beginning would leave two profiles and no SNI default."""
    other = hand_made(world, "by_hand", "shop.example.com")

    def meddle(exchange: object) -> None:
        if "sys/crypto/csr" in str(getattr(exchange, "path", "")):
            world.device.hook = None
            attach(world, other)

    world.device.hook = meddle
    result = world.one(world.job(sni=True))
    assert result.error is None
    assert defaults(world) == [other]
    assert world.seen_by_client().serial == result.serial
