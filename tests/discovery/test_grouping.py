"""Which virtual servers one certificate serves, and for which there is no entry; what differs between profiles."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sectigo_f5.device_objects import CertificateObject, ClientSslProfile, VirtualServer
from sectigo_f5.discovery.doubts import doubts
from sectigo_f5.discovery.drafting import settings_of
from sectigo_f5.discovery.grouping import grouped, of_partitions
from sectigo_f5.discovery.nouns import Found, Surroundings
from tests.support.builders import NOW, STOCK, hand_made, server

WWW, SHOP = "www.example.com", "shop.example.com"
AROUND = Surroundings("bigip", "17.1.0")


def as_found(*servers: VirtualServer, made: tuple[tuple[ClientSslProfile, CertificateObject], ...]) -> Found:
    profiles = {each.path: each for each in (STOCK, *(profile for profile, _ in made))}
    return Found(of_partitions(servers, ()), profiles, {each.path: each for _, each in made})


def test_servers_count_that_have_client_ssl_or_http_on_443() -> None:
    lists = server(path="/Common/none", port=80), server(path="/Common/tcp", port=443, http=False)
    counted = server(path="/Common/https"), server("/Common/old", path="/Shop/tls", port=8443)
    assert [each.path for each in of_partitions((*lists, *counted), ())] == ["/Common/https", "/Shop/tls"]
    assert [each.path for each in of_partitions((*lists, *counted), ("Shop",))] == ["/Shop/tls"]


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"sslForwardProxy": "enabled"}, "serves certificates of others, or is switched off"),
        ({"mode": "disabled"}, "serves certificates of others, or is switched off"),
    ],
)
def test_a_profile_that_serves_nothing_of_its_own_makes_no_entry(settings: dict[str, str], why: str) -> None:
    old = hand_made("/Common/old", WWW, client_settings=settings)
    groups, (bare,) = grouped(as_found(server("/Common/old"), made=(old,)))
    assert (groups, why in bare.why) == ((), True)


def test_a_certificate_that_the_user_cannot_see_is_named() -> None:
    old, _ = hand_made("/Common/old", WWW)
    have = replace(as_found(server("/Common/old"), made=()), profiles={old.path: old})
    _, (bare,) = grouped(have)
    assert (
        bare.why
        == "the certificate /Common/old_pair.crt of its client SSL profile /Common/old is not shown to this user"
    )


def test_a_name_that_the_yaml_does_not_take_is_left_out() -> None:
    odd = server("/Common/old", path="/Common/a,b")
    groups, (bare,) = grouped(as_found(odd, made=(hand_made("/Common/old", WWW),)))
    assert (groups, bare.nameless) == ((), False)
    assert "its name cannot be written in the YAML" in bare.why


def test_different_settings_are_a_doubt_and_the_most_used_parent_is_taken() -> None:
    strict, shared = {"peerCertMode": "require"}, {"peerCertMode": "ignore"}
    stock = replace(STOCK, client_settings=shared)
    made = (hand_made("/Common/a", WWW, client_settings=shared), hand_made("/Common/b", WWW, client_settings=strict))
    servers = [server(path, path=f"/Common/vs{n}") for n, path in enumerate(["/Common/a", "/Common/a", "/Common/b"])]
    have = as_found(*servers, made=made)
    have = replace(have, profiles={**have.profiles, stock.path: stock})
    ((group,), _) = grouped(have)
    settings = settings_of(group, have.profiles, AROUND)
    said = list(doubts(group, settings, have.profiles, AROUND, NOW))
    assert "parent_profile" not in settings
    assert "its virtual servers have different settings: parent_profile could also be /Common/b" in said
    assert "/Common/b asks clients for certificates (mutual TLS, peerCertMode require)" in said


def test_flags_are_written_only_where_each_profile_has_them() -> None:
    one = hand_made("/Common/one", WWW, sni_default=True, sni_require=True)
    two, other = hand_made("/Common/two", WWW), hand_made("/Common/other", SHOP)
    shared = server("/Common/one", "/Common/other")
    have = as_found(shared, made=(one, two, other))
    (_, group), _ = grouped(have)
    assert group.common_name == WWW
    found = settings_of(group, have.profiles, AROUND)
    assert (found["sni"], found["sni_default"], found["sni_require"]) == (True, True, True)
    have = as_found(shared, server("/Common/two", path="/Common/vs_two"), made=(one, two, other))
    (_, group), _ = grouped(have)
    assert "sni_require" not in settings_of(group, have.profiles, AROUND)


def test_a_wildcard_and_a_host_called_wildcard_are_one_entry() -> None:
    made = (hand_made("/Common/a", "*.example.com"), hand_made("/Common/b", "wildcard.example.com"))
    servers = (server("/Common/a", path="/Common/vs_a"), server("/Common/b", path="/Common/vs_b"))
    ((group,), _) = grouped(as_found(*servers, made=made))
    settings = settings_of(group, {each.path: each for each, _ in made}, AROUND)
    assert (settings["common_name"], settings["sans"]) == ("*.example.com", ["wildcard.example.com"])
    assert settings["validation"] == "prevalidated"


def test_objects_go_where_every_virtual_server_can_use_them() -> None:
    made = (hand_made("/Shop/a", WWW), hand_made("/Web/b", WWW))
    servers = (server("/Shop/a", path="/Shop/vs"), server("/Web/b", path="/Web/vs"))
    have = as_found(*servers, made=made)
    ((group,), _) = grouped(have)
    assert "partition" not in settings_of(group, have.profiles, AROUND)
    ((group,), _) = grouped(as_found(servers[0], made=made))
    assert settings_of(group, have.profiles, AROUND)["partition"] == "Shop"
    of_as3 = replace(AROUND, declared={"Shop": "/Shop/App/x"})
    assert "partition" not in settings_of(group, have.profiles, of_as3)
    assert settings_of(group, have.profiles, replace(of_as3, as3=False))["partition"] == "Shop"


def test_names_that_no_public_ca_issues_for_are_doubts() -> None:
    have = as_found(server("/Common/old"), made=(hand_made("/Common/old", "www.shop.local", "intranet", "10.0.0.1"),))
    ((group,), _) = grouped(have)
    said = list(doubts(group, settings_of(group, have.profiles, AROUND), have.profiles, AROUND, NOW))
    assert "no public CA issues for www.shop.local" in said
    assert "left out, for no certificate can be ordered for it: 10.0.0.1, intranet" in said
