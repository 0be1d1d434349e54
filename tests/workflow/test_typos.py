"""Mistakes in the YAML: a word too much, too little or of the wrong site takes nothing out of service."""

from __future__ import annotations

import http.client
from dataclasses import replace
from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome
from tests.support.names import ONLY_EC, PROFILE
from tests.support.three_commands import checked, done_as_planned, planned, refused
from tests.support.virtual_servers import attach, attached, defaults, hand_made
from tests.support.world import World

WWW, SHOP, API = "www.example.com", "shop.example.com", "api.example.com"
HELLO = 'when HTTP_REQUEST { HTTP::respond 200 content "hello" }'
PLAIN_SITE = "/Common/vs_www_http"


def job_for(world: World, *names: str, **changes: Any) -> Job:
    return world.job(*(names or (WWW,)), keys=ONLY_EC, **changes)


def names_seen(world: World, *names: str | None) -> list[set[str]]:
    return [set(world.seen_by_client(name=name).names) for name in names]


# -- the virtual server for plain HTTP ---------------------------------------------------------


def plain_text(world: World, path: str) -> str:
    """Return what a client gets that speaks HTTP without TLS."""
    connection = http.client.HTTPConnection(*world.addresses[path], timeout=5)
    try:
        connection.request("GET", "/")
        return connection.getresponse().read().decode()
    except (OSError, http.client.HTTPException) as error:
        return f"broken: {error}"
    finally:
        connection.close()


def plain_site(world: World, **properties: Any) -> str:
    """Add a virtual server that answers every request in plain text."""
    world.device.add_rule("/Common/hello", HELLO)
    return world.add_virtual_server(PLAIN_SITE, rules=["/Common/hello"], **properties)


def answers_port_80(world: World) -> dict[str, Any]:
    plain_site(world, port=80, address="127.0.0.80")
    return {}


def answers_every_port(world: World) -> dict[str, Any]:
    plain_site(world)
    world.device.set("/mgmt/tm/ltm/virtual/~Common~vs_www_http", destination="/Common/192.0.2.7:0")
    return {"verify_handshake": "off"}


def answers_port_80_of_every_address(world: World) -> dict[str, Any]:
    plain_site(world)
    world.device.set("/mgmt/tm/ltm/virtual/~Common~vs_www_http", destination="/Common/0.0.0.0:80", mask="any")
    return {"verify_handshake": "off"}


def answers_a_list_of_ports(world: World) -> dict[str, Any]:
    plain_site(world)
    criteria = "/Common/vs_www_http_VS_TMC_OBJ"
    world.device.set("/mgmt/tm/ltm/virtual/~Common~vs_www_http", trafficMatchingCriteria=criteria)
    return {"verify_handshake": "off"}


def answers_challenges(world: World) -> dict[str, Any]:
    return {"challenge_virtual_servers": (plain_site(world),)}


@pytest.mark.parametrize(
    "arrange",
    [
        answers_port_80,
        answers_every_port,
        answers_port_80_of_every_address,
        answers_a_list_of_ports,
        answers_challenges,
    ],
)
def test_a_virtual_server_for_plain_http_stays_plain(world: World, arrange: Any) -> None:
    """One letter: vs_www_http instead of vs_www_https."""
    job = job_for(world, virtual_servers=(PLAIN_SITE,), **arrange(world))
    refusal = refused(world, job)
    assert f"{PLAIN_SITE} {'may answer' if arrange is answers_a_list_of_ports else 'answers'} " in refusal
    assert f"write the virtual server for HTTPS under virtual_servers of {WWW}" in refusal
    assert attached(world, PLAIN_SITE) == set()
    if arrange in (answers_port_80, answers_challenges):
        assert plain_text(world, PLAIN_SITE) == "hello"


def test_a_plain_virtual_server_beside_the_right_one_is_left(world: World) -> None:
    """In service on vs_www; then the list gets a second entry, the wrong one. The renewal comes all the same."""
    first = done_as_planned(world, job_for(world))
    answers_port_80(world)
    both = job_for(world, virtual_servers=("/Common/vs_www", PLAIN_SITE))
    assert f"{PLAIN_SITE} answers port 80 in plain text" in refused(world, both)
    world.wait(days=80)
    renewed = done_as_planned(world, both)
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert f"{PLAIN_SITE} answers port 80 in plain text" in (renewed.error or "")
    assert world.seen_by_client().serial == renewed.serial != first.serial
    assert plain_text(world, PLAIN_SITE) == "hello"


def test_a_virtual_server_of_another_port_gets_tls(world: World) -> None:
    """That is what the program is for; ``plan`` says that plain text ends."""
    plain_site(world)
    job = job_for(world, virtual_servers=(PLAIN_SITE,))
    result = done_as_planned(world, job)
    assert result.notes == (f"{PLAIN_SITE} gets TLS in place of plain text, wins {WWW}",)
    assert world.seen_by_client(PLAIN_SITE).serial == result.serial


def test_tls_at_port_80_is_renewed_as_any_other(world: World) -> None:
    """Odd, but TLS already: nothing that works ends."""
    world.add_virtual_server(PLAIN_SITE, hand_made(world, "hand", WWW), port=80, address="127.0.0.80")
    result = done_as_planned(world, job_for(world, virtual_servers=(PLAIN_SITE,)))
    assert (result.error, attached(world, PLAIN_SITE)) == (None, {PROFILE})


def test_virtual_servers_all_leaves_plain_ones_alone(world: World) -> None:
    """Port 443 of one address without TLS yet, and the answer to port 80 beside it."""
    attach(world, "/Common/clientssl")
    answers_port_80(world)
    result = done_as_planned(world, job_for(world, virtual_servers=("all",)))
    assert (result.error, result.virtual_servers) == (None, ("/Common/vs_www",))
    assert plain_text(world, PLAIN_SITE) == "hello"


# -- server_name -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("names", "server_name", "lost"),
    [
        ((WWW, API), "wwww.example.com", (API, WWW)),
        ((WWW, API), WWW, (API,)),
        ((WWW, "*.example.net"), WWW, ("*.example.net",)),
        (("*.example.net", "example.net"), "example.net", ("*.example.net",)),
        (("*.example.net",), "one.example.net", ("*.example.net",)),
    ],
    ids=["a typo", "one of two names", "a name beside a wildcard", "a domain beside its wildcard", "one of a wildcard"],
)
def test_a_server_name_that_loses_names_is_refused(
    world: World, names: tuple[str, ...], server_name: str, lost: tuple[str, ...]
) -> None:
    """A profile with a server name is chosen for that name alone (AskF5 K13452)."""
    attach(world, hand_made(world, "other", SHOP, sniDefault="true"))
    job = job_for(world, *names, sni=True)
    first = done_as_planned(world, job)
    refusal = refused(world, replace(job, server_name=server_name))
    assert f"/Common/vs_www would no longer serve {', '.join(lost)}, as {job.profile} does now" in refusal
    assert f"leave `server_name` out for {names[0]}" in refusal
    asked = [name.replace("*", "a") for name in lost]
    assert {world.seen_by_client(name=name).serial for name in asked} == {first.serial}


def test_a_new_server_name_goes_with_a_renewal_once_allowed(world: World) -> None:
    """Refused, the pair is renewed alone; of the two names both are served on."""
    attach(world, hand_made(world, "other", SHOP, sniDefault="true"))
    job = job_for(world, WWW, API, sni=True)
    done_as_planned(world, job)
    world.wait(days=80)
    renewed = done_as_planned(world, replace(job, server_name=WWW))
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert "leave `server_name` out" in (renewed.error or "")
    assert {world.seen_by_client(name=name).serial for name in (WWW, API)} == {renewed.serial}


# -- the neighbour's profile as parent_profile -------------------------------------------------


def test_the_neighbour_stays_when_its_profile_is_the_parent(world: World) -> None:
    shop = hand_made(world, "shop_ssl", SHOP, sniDefault="true", ciphers="ECDHE+AES-GCM")
    attach(world, shop)
    result = done_as_planned(world, job_for(world, sni=True, parent_profile=shop))
    assert (result.error, attached(world), defaults(world)) == (None, {shop, PROFILE}, [shop])
    assert names_seen(world, WWW, SHOP, None) == [{WWW}, {SHOP}, {SHOP}]


def test_a_neighbour_of_more_names_stays_beside_us(world: World) -> None:
    """As the parent, and with our own name among its names."""
    shop = hand_made(world, "shop_ssl", WWW, SHOP, "*.example.net", sniDefault="true")
    attach(world, shop)
    result = done_as_planned(world, job_for(world, sni=True, parent_profile=shop))
    assert (result.error, attached(world)) == (None, {shop, PROFILE})
    assert names_seen(world, SHOP, "a.example.net") == [{WWW, SHOP, "*.example.net"}] * 2


@pytest.mark.parametrize("names", [(SHOP,), (WWW, SHOP), ("*.example.com",)], ids="+".join)
def test_the_parent_of_another_site_is_not_taken_off(world: World, names: tuple[str, ...]) -> None:
    """Without ``sni: true`` ours would take the parent's place, and its site would be gone."""
    attach(world, shop := hand_made(world, "shop_ssl", *names))
    before = names_seen(world, SHOP)
    refusal = refused(world, job_for(world, parent_profile=shop))
    assert "/Common/vs_www would no longer serve" in refusal
    assert f"or `replace_profiles: [{shop}]` if that may go" in refusal
    assert (attached(world), names_seen(world, SHOP)) == ({shop}, before)


# -- one host in place of a wildcard, and names that leave -------------------------------------


def test_a_wildcard_is_not_replaced_by_one_host(world: World) -> None:
    """It serves www, shop, api …; the YAML has `common_name: www.example.com`, `sni: false`."""
    attach(world, wild := hand_made(world, "wild", "*.example.com"))
    refusal = refused(world, job_for(world))
    assert f"would no longer serve *.example.com, as {wild} does now; for {WWW} write `sni: true`" in refusal
    assert names_seen(world, SHOP, WWW) == [{"*.example.com"}] * 2
    result = done_as_planned(world, job_for(world, sni=True))
    assert result.error is None
    assert names_seen(world, SHOP, None) == [{"*.example.com"}] * 2
    assert world.seen_by_client(name=WWW).serial == result.serial


def test_a_wildcard_with_its_own_server_name_stays(world: World) -> None:
    """A server name may be a wildcard too; the exact one of ours wins over it, or does not: both serve www."""
    attach(world, wild := hand_made(world, "wild", "*.example.com", serverName="*.example.com", sniDefault="true"))
    assert f"as {wild} does now" in refused(world, job_for(world))
    assert done_as_planned(world, job_for(world, sni=True)).error is None
    assert names_seen(world, SHOP) == [{"*.example.com"}]


def test_a_wildcard_of_ours_takes_the_place_of_a_host(world: World) -> None:
    attach(world, hand_made(world, "hand", WWW))
    wild = job_for(world, "*.example.com")
    assert "already has the client SSL profile /Common/hand" in refused(world, wild)
    result = done_as_planned(world, replace(wild, replace_profiles=("/Common/hand",)))
    assert (result.error, attached(world)) == (None, {wild.profile})
    assert world.seen_by_client(name=WWW).serial == result.serial


def test_names_that_leave_the_yaml_are_noted(world: World) -> None:
    """A `sans:` on the certificate hides that on the device: two names vanish."""
    job = job_for(world, WWW, API, SHOP)
    done_as_planned(world, job)
    result = done_as_planned(world, replace(job, names=(WWW,)))
    assert result.outcome is Outcome.REPLACED
    assert f"it also covers {API}, {SHOP}" in result.reason
    assert result.notes == (f"/Common/vs_www loses {API}, {SHOP}",)


def test_names_that_leave_go_to_the_neighbour_who_has_them(world: World) -> None:
    """Nothing is lost there, so nothing is noted."""
    attach(world, hand_made(world, "other", SHOP, API, sniDefault="true"))
    job = job_for(world, WWW, API, sni=True)
    done_as_planned(world, job)
    result = done_as_planned(world, replace(job, names=(WWW,)))
    assert (result.outcome, result.error) == (Outcome.REPLACED, None)
    assert names_seen(world, API) == [{SHOP, API}]
    assert result.notes == ()


def test_a_check_says_which_names_would_go(world: World) -> None:
    attach(world, hand := hand_made(world, "hand", WWW, SHOP))
    job = job_for(world, replace_profiles=(hand,))
    lost = f"/Common/vs_www loses {SHOP}"
    assert (checked(world, job).notes, planned(world, job).notes) == ((lost,), (lost,))
    assert world.one(job).notes == (lost,)
