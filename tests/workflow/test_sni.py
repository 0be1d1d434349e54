"""Several certificates on one virtual server, chosen by name: what clients see, and one SNI default at every moment."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.commands import rollback
from tests.support.names import ONLY_EC, PROFILE_URL, VIRTUAL_URL
from tests.support.virtual_servers import (
    attach,
    attached,
    defaults,
    hand_made,
    one_default_at_every_moment,
    profile,
)
from tests.support.world import World

WWW, SHOP, API = "www.example.com", "shop.example.com", "api.example.com"
UNKNOWN, NOBODY = "unknown.example.org", None


@pytest.fixture(autouse=True)
def watched(world: World) -> Iterator[None]:
    with one_default_at_every_moment(world):
        yield


def sni(world: World, *names: str, **changes: Any) -> Job:
    return world.job(*names, sni=True, keys=ONLY_EC, **changes)


def run_without_error(world: World, *jobs: Job, **changes: Any) -> list[Result]:
    results = world.go(*jobs, **changes)
    assert [result.error for result in results] == [None] * len(jobs)
    return results


def serials(world: World, *names: str | None) -> list[str]:
    return [world.seen_by_client(name=name).serial for name in names]


def test_two_certificates_and_a_later_third_are_served_by_name(world: World) -> None:
    jobs = [sni(world, name) for name in (WWW, SHOP, API)]
    first, second = run_without_error(world, *jobs[:2])
    (third,) = run_without_error(world, jobs[2])
    assert serials(world, WWW, SHOP, API) == [first.serial, second.serial, third.serial]
    assert serials(world, UNKNOWN, NOBODY) == [first.serial] * 2
    assert defaults(world) == [jobs[0].profile]
    assert {result.outcome for result in run_without_error(world, *jobs)} == {Outcome.KEPT}


def test_the_stock_profile_is_taken_over_by_the_first_of_two(world: World) -> None:
    attach(world, "/Common/clientssl")
    jobs = [sni(world, WWW), sni(world, SHOP)]
    results = run_without_error(world, *jobs)
    assert attached(world) == {job.profile for job in jobs}
    assert serials(world, WWW, SHOP) == [result.serial for result in results]


@pytest.mark.parametrize("days", [0, 80], ids=["in force", "due"])
def test_the_sni_default_moves_between_two_certificates_in_service(world: World, days: int) -> None:
    first, second = sni(world, WWW, sni_default=True), sni(world, SHOP)
    run_without_error(world, first, second)
    world.wait(days=days)
    moved = [replace(first, sni_default=False), replace(second, sni_default=True)]
    results = run_without_error(world, *moved)
    assert defaults(world) == [second.profile]
    assert serials(world, UNKNOWN, NOBODY) == [results[1].serial] * 2
    assert {result.outcome for result in run_without_error(world, *moved)} == {Outcome.KEPT}


def test_the_sni_default_stays_the_default_after_its_renewal(world: World) -> None:
    jobs = [sni(world, WWW), sni(world, SHOP, sni_default=True)]
    run_without_error(world, *jobs)
    world.wait(days=80)
    results = run_without_error(world, *jobs)
    assert {result.outcome for result in results} == {Outcome.RENEWED}
    assert defaults(world) == [jobs[1].profile]
    assert serials(world, WWW, SHOP, NOBODY) == [results[0].serial, results[1].serial, results[1].serial]


def test_a_hand_made_default_for_our_name_passes_its_flag_to_ours(world: World) -> None:
    by_hand = hand_made(world, "by_hand", WWW, sniDefault="true")
    third = hand_made(world, "third", "third.example.com")
    attach(world, by_hand, third)
    (result,) = run_without_error(world, sni(world, WWW))
    assert (attached(world), defaults(world)) == ({third, sni(world, WWW).profile}, [sni(world, WWW).profile])
    assert serials(world, WWW, NOBODY) == [result.serial] * 2


def test_a_hand_made_default_for_other_names_stays_the_default(world: World) -> None:
    by_hand = hand_made(world, "by_hand", SHOP)
    attach(world, by_hand)
    before = serials(world, NOBODY)
    run_without_error(world, sni(world, WWW), sni(world, API))
    assert serials(world, SHOP, UNKNOWN, NOBODY) == before * 3
    assert defaults(world) == [by_hand]


def test_sni_default_takes_the_flag_from_a_hand_made_profile(world: World) -> None:
    by_hand = hand_made(world, "by_hand", SHOP, sniDefault="true")
    attach(world, by_hand)
    job = sni(world, WWW, sni_default=True)
    (result,) = run_without_error(world, job)
    assert (attached(world), defaults(world)) == ({by_hand, job.profile}, [job.profile])
    assert serials(world, NOBODY) == [result.serial]
    assert serials(world, SHOP) != [result.serial]


def test_a_default_no_longer_configured_serves_until_another_asks(world: World) -> None:
    gone, stays, third = sni(world, WWW, sni_default=True), sni(world, SHOP), sni(world, API)
    results = run_without_error(world, gone, stays, third)
    world.wait(days=80)
    renewed = run_without_error(world, stays, third)
    assert serials(world, WWW, NOBODY, SHOP) == [results[0].serial, results[0].serial, renewed[0].serial]
    assert {result.outcome for result in run_without_error(world, stays, third)} == {Outcome.KEPT}
    run_without_error(world, replace(stays, sni_default=True), third)
    assert defaults(world) == [stays.profile]
    attach(world, stays.profile, third.profile)  # what an administrator can do now
    assert serials(world, WWW, NOBODY) == [renewed[0].serial] * 2


def test_a_rollback_of_the_default_leaves_it_the_default(world: World) -> None:
    jobs = [sni(world, WWW, sni_default=True), sni(world, SHOP)]
    first = run_without_error(world, *jobs)
    world.wait(days=80)
    run_without_error(world, *jobs)

    assert rollback(world, jobs[0]) == 0
    assert defaults(world) == [jobs[0].profile]
    assert serials(world, NOBODY) == [first[0].serial]


def test_the_server_name_setting_is_the_name_that_clients_request(world: World) -> None:
    jobs = [sni(world, WWW, sni_default=True), sni(world, "*.example.net", server_name="one.example.net")]
    results = run_without_error(world, *jobs)
    assert profile(world, jobs[1].profile)["serverName"] == "one.example.net"
    assert serials(world, "one.example.net", "two.example.net") == [results[1].serial, results[0].serial]


def test_several_names_and_a_wildcard_are_all_served(world: World) -> None:
    results = run_without_error(world, sni(world, WWW, API), sni(world, "*.example.net"))
    assert serials(world, WWW, API, "a.example.net") == [results[0].serial, results[0].serial, results[1].serial]


@pytest.mark.parametrize("names", [(WWW, "example.com"), ("example.com", WWW)])
def test_a_host_and_its_domain_are_served_beside_their_wildcard(world: World, names: tuple[str, str]) -> None:
    """No document says which profile answers for the host; only the second certificate covers the domain."""
    wildcard, second = run_without_error(world, sni(world, "*.example.com"), sni(world, *names))
    assert serials(world, "example.com", API) == [second.serial, wildcard.serial]
    assert serials(world, WWW)[0] in (wildcard.serial, second.serial)


def test_of_two_certificates_with_one_name_either_is_right(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sectigo_f5"):
        run_without_error(world, sni(world, "*.example.com"), sni(world, WWW, SHOP))
    for name in ("connector-check.example.com", WWW, SHOP):
        assert f"/Common/vs_www serves the certificate of {name}" in caplog.text
    assert "/Common/vs_www serves clients that send no server name as it should" in caplog.text


def test_sni_require_refuses_clients_without_a_known_server_name(world: World) -> None:
    jobs = [sni(world, WWW, sni_default=True, sni_require=True), sni(world, SHOP)]
    results = run_without_error(world, *jobs)
    assert serials(world, WWW, SHOP) == [result.serial for result in results]
    for name in (UNKNOWN, NOBODY):
        with pytest.raises(ConnectorError, match="handshake"):
            serials(world, name)
    (first, _) = run_without_error(world, replace(jobs[0], sni_require=False), jobs[1])
    assert (first.outcome, serials(world, NOBODY)) == (Outcome.REPAIRED, [results[0].serial])


def test_sni_of_a_certificate_in_service_is_switched_on_and_off(world: World) -> None:
    off = world.job(WWW, keys=ONLY_EC)
    on = replace(off, sni=True, sni_default=True, sni_require=True)
    (first,) = run_without_error(world, off)
    (switched,) = run_without_error(world, on)
    assert (switched.outcome, profile(world, on.profile)["serverName"]) == (Outcome.REPAIRED, WWW)
    (switched,) = run_without_error(world, off)
    assert (switched.outcome, profile(world, on.profile)["sniRequire"]) == (Outcome.REPAIRED, "false")
    assert serials(world, WWW, NOBODY) == [first.serial] * 2
    assert run_without_error(world, off)[0].outcome is Outcome.KEPT


def test_sni_switched_off_beside_others_is_refused_but_renews(world: World) -> None:
    jobs = [sni(world, WWW), sni(world, SHOP)]
    run_without_error(world, *jobs)
    off = [replace(jobs[0], sni=False), jobs[1]]
    refused, kept = world.go(*off)
    assert "write `sni: true` for www.example.com" in (refused.error or "")
    assert kept.outcome is Outcome.KEPT
    world.wait(days=80)
    renewed, _ = world.go(*off)
    assert renewed.outcome is Outcome.RENEWED
    assert "write `sni: true` for www.example.com" in (renewed.error or "")
    assert serials(world, WWW) == [renewed.serial]


def test_one_server_name_for_two_certificates_is_refused(world: World) -> None:
    first, second = sni(world, WWW), sni(world, API, SHOP, server_name=WWW)
    fine, refused = world.go(first, second)
    assert fine.error is None
    assert "write another server_name for one of the two certificates" in (refused.error or "")
    assert len(world.authority.issued) == 1


def test_a_hand_made_profile_with_our_server_name_and_more_is_refused(world: World) -> None:
    attach(world, hand_made(world, "by_hand", WWW, SHOP, serverName=WWW))
    (refused,) = world.go(sni(world, WWW))
    assert "add shop.example.com to the sans of www.example.com, so that ours takes its place" in (refused.error or "")
    assert world.device.writes() == []
    (taken,) = run_without_error(world, sni(world, WWW, SHOP))
    assert serials(world, WWW, SHOP) == [taken.serial] * 2


def test_a_change_that_clients_do_not_see_is_undone_with_its_flags(world: World) -> None:
    """Another device answers at the address, so the handshake shows another certificate."""
    world.pause = lambda _: None
    default, mate = hand_made(world, "default", SHOP, sniDefault="true"), hand_made(world, "mate", API)
    world.device.delete(VIRTUAL_URL)
    with SimulatedBigIP(Switches(hostname="somebody-else.example.net")) as stranger:
        address, port = world.addresses["/Common/vs_www"]
        stranger.add_virtual_server("/Common/vs", f"{address}:{port}", profiles=("/Common/clientssl",))
        world.add_virtual_server("/Common/vs_www", default, mate, port=port)
        (failed,) = world.go(sni(world, WWW, sni_default=True))
    assert "does not serve the certificate that was put in service" in (failed.error or "")
    assert (attached(world), defaults(world)) == ({default, mate}, [default])
    assert not world.device.exists(PROFILE_URL)
    names = [item["name"] for item in world.device.get("/mgmt/tm/sys/file/ssl-cert")["items"]]
    assert [name for name in names if WWW in name] == []
    world.device.data_plane.refresh()
    run_without_error(world, sni(world, WWW, sni_default=True))
    assert len(world.authority.placed) == 1  # the key of what was issued had waited
