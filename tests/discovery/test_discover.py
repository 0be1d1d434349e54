"""``discover`` on a simulated BIG-IP: what it writes passes ``check``, and a run of it serves what was served."""

from __future__ import annotations

import pytest
import yaml

from sectigo_f5.model import Outcome
from tests.support.discovering import discover
from tests.support.names import BOTH_KEYS, EC, EC_384, ONLY_EC
from tests.support.virtual_servers import attach, attached, hand_made, profile
from tests.support.world import World

WWW, API, SHOP, WILD = "www.example.com", "api.example.com", "shop.example.com", "*.example.net"


def test_a_hand_made_profile_becomes_an_entry_that_a_run_takes_over(world: World) -> None:
    attach(world, hand_made(world, "old", WWW, API))
    found = discover(world)
    (job,) = found.jobs.values()
    assert (job.names, job.keys, job.virtual_servers) == ((WWW, API), ONLY_EC, ("/Common/vs_www",))
    assert (job.parent_profile, job.sni, job.partition) == ("/Common/clientssl", False, "Common")
    assert "ours takes the place of the client SSL profile /Common/old, which stays" in found.text
    found.must_pass_check()
    assert world.one(job).outcome is Outcome.ENROLLED
    assert world.seen_by_client(name=API).names == {WWW, API}
    assert attached(world) == {job.profile}


def test_what_a_run_made_is_discovered_as_it_was_configured(world: World) -> None:
    world.one(first := world.job(WWW, API, keys=BOTH_KEYS))
    found = discover(world)
    (job,) = found.jobs.values()
    assert (job.names, job.keys, job.profile) == (first.names, first.keys, first.profile)
    assert "takes the place" not in found.text
    found.must_pass_check()
    assert world.one(job).outcome is Outcome.KEPT


def test_mutual_tls_is_kept_by_the_profile_in_service(world: World) -> None:
    attach(world, hand_made(world, "mutual", WWW, peerCertMode="require"))
    found = discover(world)
    (job,) = found.jobs.values()
    assert job.parent_profile == "/Common/mutual"
    assert "/Common/mutual asks clients for certificates (mutual TLS, peerCertMode require)" in found.doubts()
    assert (
        "/Common/mutual has settings of its own: ours inherits them from it, so it must not be deleted"
        in found.doubts()
    )
    found.must_pass_check()
    world.one(job)
    assert profile(world, job.profile)["peerCertMode"] == "require"


def test_a_corporate_parent_stays_the_parent(world: World) -> None:
    world.device.add_profile("client-ssl", "/Common/corporate", ciphers="ECDHE+AES-GCM")
    attach(world, hand_made(world, "old", WWW, defaultsFrom="/Common/corporate"))
    found = discover(world)
    assert found.jobs[WWW].parent_profile == "/Common/corporate"
    found.must_pass_check()


def test_profiles_side_by_side_are_entries_with_sni(world: World) -> None:
    first = hand_made(world, "a", WWW, sniDefault="true", serverName=WWW)
    attach(world, first, hand_made(world, "b", SHOP, serverName=SHOP), hand_made(world, "c", WILD))
    found = discover(world)
    jobs = found.jobs
    assert {name: (job.sni, job.server_name, job.sni_default) for name, job in jobs.items()} == {
        WWW: (True, WWW, True),
        SHOP: (True, SHOP, False),
        WILD: (True, None, False),
    }
    assert (jobs[WILD].validation, jobs[WWW].validation) == ("prevalidated", "prevalidated")
    assert any(doubt.startswith("http-01 proves no wildcard") for doubt in found.doubts())
    assert found.unwrapped.count("certbot-bigip reaches a BIG-IP on port 443 only") == 1
    assert "/Common/vs_www serves other certificates too, by the profile /Common/a, /Common/c" in found.doubts()
    found.must_pass_check()
    assert {result.outcome for result in world.go(*jobs.values())} == {Outcome.ENROLLED}
    for name in (WWW, SHOP, "any.example.net"):
        assert any(world.seen_by_client(name=name).names == {job} for job in (name, WILD)), name
    assert world.seen_by_client(name=None).names == {WWW}


def test_certificates_with_one_common_name_are_one_entry(world: World) -> None:
    attach(world, hand_made(world, "old", WWW, API))
    attach(world, hand_made(world, "other", WWW, SHOP), path=world.add_virtual_server("/Common/vs_b"))
    found = discover(world)
    (job,) = found.jobs.values()
    assert (set(job.names), job.virtual_servers) == ({WWW, API, SHOP}, ("/Common/vs_b", "/Common/vs_www"))
    assert any("have different names; one certificate with all of them" in doubt for doubt in found.doubts())
    found.must_pass_check()


def test_objects_of_a_partition_stay_there(world: World) -> None:
    world.device.add_partition("Shop")
    world.add_virtual_server("/Shop/vs shop")
    attach(world, hand_made(world, "/Shop/old", SHOP), path="/Shop/vs shop")
    attach(world, hand_made(world, "old", WWW))
    found = discover(world)
    assert {name: (job.partition, job.virtual_servers) for name, job in found.jobs.items()} == {
        SHOP: ("Shop", ("/Shop/vs shop",)),
        WWW: ("Common", ("/Common/vs_www",)),
    }
    found.must_pass_check()
    assert list(discover(world, "--partition", "Shop").jobs) == [SHOP]


def test_what_check_would_refuse_is_a_comment_with_the_reason(world: World) -> None:
    attach(world, hand_made(world, "old", WWW, "192.0.2.1"))
    found = discover(world)
    assert found.configuration.jobs == ()
    (reason,) = found.refused()
    assert reason.startswith(
        "without replace_profiles, which is written here: /Common/vs_www would no longer serve 192."
    )
    assert "left out, for no certificate can be ordered for it: 192.0.2.1" in found.doubts()
    entry = "".join(line.removeprefix("  # ") + "\n" for line in found.text.splitlines()[-8:] if ": " in line)
    assert yaml.safe_load(entry.partition("- ")[2].replace("\n  ", "\n"))["replace_profiles"] == ["/Common/old"]


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (("192.0.2.7",), "its certificate is for 192.0.2.7, for which none can be ordered; which name is meant?"),
        ((), "it serves no certificate but the BIG-IP's own; which name is meant?"),
    ],
)
def test_a_server_whose_name_is_unknown_is_a_comment(world: World, names: tuple[str, ...], why: str) -> None:
    attach(world, hand_made(world, "old", *names) if names else "/Common/clientssl")
    found = discover(world)
    assert found.refused() == [why]
    assert "  #   virtual_servers: [/Common/vs_www]\n" in found.text


def test_a_plain_server_on_443_is_a_comment_and_others_are_not_mentioned(world: World) -> None:
    world.device.add_virtual_server("/Common/vs_443", "127.0.0.9:443")
    found = discover(world)
    assert found.refused() == [
        "it has HTTP on port 443 and no client SSL profile; which name is meant, if it is to have TLS?"
    ]
    assert "vs_www" not in found.text


def test_what_has_no_http_profile_is_left_out_with_the_reason(world: World) -> None:
    attach(world, old := hand_made(world, "old", WWW))
    world.device.add_virtual_server("/Common/vs_tcp", "127.0.0.9:8443", profiles=("/Common/tcp", old))
    found = discover(world)
    assert found.jobs[WWW].virtual_servers == ("/Common/vs_www",)
    assert "left out: /Common/vs_tcp: it has no HTTP profile, so nobody renews what it serves" in found.unwrapped
    found.must_pass_check()


def test_ecdsa_of_another_size_and_the_end_are_mentioned(world: World) -> None:
    attach(world, hand_made(world, "old", "www.corp", days=1))
    world.wait(days=3)
    found = discover(world)
    assert found.jobs["www.corp"].keys == (EC,) != (EC_384,)
    doubts = " ".join(found.doubts())
    assert "expired on" in doubts
    assert "no public CA issues for www.corp" in doubts
    assert "is perhaps of an internal CA (Hand CA)" in doubts
