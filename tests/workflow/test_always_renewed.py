"""Rule 1: a renewal that is due is always made, whatever else is wrong on the device or in the YAML."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from sectigo_f5.validation import Http01
from tests.support.loopback import own_address
from tests.support.names import EC, ONLY_EC, PLAIN, PROFILE, RSA
from tests.support.spread import spread
from tests.support.three_commands import checked, done_as_planned, refused
from tests.support.virtual_servers import attached, hand_made, profile, url
from tests.support.world import World

WWW, SHOP = "www.example.com", "shop.example.com"
VS, HTTP = "/Common/vs_www", "/Common/vs_http"
VALIDATIONS = ("prevalidated", "http-01")

Arrange = Callable[[World, Job], Job]  # what goes wrong after the enrolment; returns the job as the YAML has it then


@pytest.fixture
def field(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP at port 443, which certbot-bigip needs, with one address for HTTPS and HTTP."""
    with SimulatedBigIP(Switches(), address=own_address(3), port=443) as device:
        device.add_virtual_server(VS, "192.0.2.10:443", profiles=PLAIN)
        device.add_virtual_server(HTTP, "192.0.2.10:80", profiles=PLAIN)
        yield World(device, tmp_path)


def job_for(world: World, *names: str, **changes: Any) -> Job:
    return world.job(*(names or (WWW,)), **{"keys": ONLY_EC, "verify_handshake": "off", **changes})


def give(world: World, path: str, *profiles: str) -> None:
    world.device.set(url(path), profiles=[{"name": name} for name in profiles])


# -- obstacles ---------------------------------------------------------------------------------


def renamed(world: World, job: Job) -> Job:
    world.device.delete(url(VS))
    world.device.add_virtual_server("/Common/vs_new", "192.0.2.10:443", profiles=(*PLAIN, PROFILE))
    return job


def renamed_for_all(world: World, job: Job) -> Job:
    """`virtual_servers: all`, and the virtual server is in another partition now."""
    world.device.add_partition("Shop")
    world.device.delete(url(VS))
    world.device.add_virtual_server("/Shop/vs_www", "192.0.2.10:443", profiles=(*PLAIN, PROFILE))
    return replace(job, virtual_servers=("all",))


def without_http_profile(world: World, job: Job) -> Job:
    give(world, VS, "/Common/tcp", PROFILE)
    return job


def foreign_profile_beside(world: World, job: Job) -> Job:
    give(world, VS, *PLAIN, hand_made(world, "by_hand", SHOP, sniDefault="true"), PROFILE)
    return job


def foreign_profile_instead(world: World, job: Job) -> Job:
    """Ours is in service on another virtual server alone, which the YAML does not list."""
    world.device.add_virtual_server("/Common/vs_b", "192.0.2.10:8443", profiles=(*PLAIN, PROFILE))
    give(world, VS, *PLAIN, hand_made(world, "by_hand", SHOP))
    return job


def one_more_that_is_missing(_: World, job: Job) -> Job:
    return replace(job, virtual_servers=(VS, "/Common/vs_typo"))


def one_more_of_another_site(world: World, job: Job) -> Job:
    shop = hand_made(world, "by_hand", SHOP)
    world.device.add_virtual_server("/Common/vs_shop", "192.0.2.20:443", profiles=(*PLAIN, shop))
    return replace(job, virtual_servers=(VS, "/Common/vs_shop"))


def one_more_that_speaks_plain_text(_: World, job: Job) -> Job:
    return replace(job, virtual_servers=(VS, HTTP))


def missing_parent(_: World, job: Job) -> Job:
    return replace(job, parent_profile="/Common/corporate")


def lenient_parent(world: World, job: Job) -> Job:
    world.device.add_profile("client-ssl", "/Common/lenient", allowNonSsl="enabled")
    return replace(job, parent_profile="/Common/lenient")


def strict_iapp(world: World, job: Job) -> Job:
    world.device.add_application("/Common/shop.app/shop")
    world.device.set(url(VS), appService="/Common/shop.app/shop", profiles=[{"name": name} for name in PLAIN])
    world.device.add_virtual_server("/Common/vs_b", "192.0.2.10:8443", profiles=(*PLAIN, PROFILE))
    return job


OBSTACLES: tuple[Arrange, ...] = (
    renamed,
    renamed_for_all,
    without_http_profile,
    foreign_profile_beside,
    foreign_profile_instead,
    one_more_that_is_missing,
    one_more_of_another_site,
    one_more_that_speaks_plain_text,
    missing_parent,
    lenient_parent,
    strict_iapp,
)


@pytest.mark.parametrize(
    ("obstacle", "validation"),
    spread([*((each, "prevalidated") for each in OBSTACLES), *((each, "http-01") for each in OBSTACLES[::3])], days=2),
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
def test_an_obstacle_does_not_keep_the_pair_from_being_renewed(
    field: World, obstacle: Arrange, validation: str
) -> None:
    job = job_for(field, validation=validation)
    assert done_as_planned(field, job).error is None
    job = obstacle(field, job)
    servers = {path: attached(field, path) for path in paths(field)}
    why = refused(field, job)
    field.wait(days=80)
    renewed = done_as_planned(field, job)
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, why)
    assert served(field) == renewed.serial
    assert {path: attached(field, path) for path in paths(field)} == servers
    assert refused(field, job) == why
    assert len(field.authority.issued) == 2
    if validation == "http-01":
        assert challenged(field) == (HTTP,)


def paths(world: World) -> list[str]:
    return [item["fullPath"] for item in world.device.get("/mgmt/tm/ltm/virtual")["items"]]


def served(world: World) -> str:
    """Return the serial number of the certificate in our profile; nothing here can be reached by a client."""
    held = str(profile(world, PROFILE)["cert"]).replace("/", "~")
    return f"{int(world.device.get(f'/mgmt/tm/sys/file/ssl-cert/{held}')['serialNumber'].replace(':', ''), 16):x}"


def challenged(world: World) -> tuple[str, ...]:
    validation = world.authority.validations[-1]
    assert isinstance(validation, Http01)
    return validation.virtual_servers


# -- where http-01 is answered -----------------------------------------------------------------


@pytest.mark.parametrize("named", [("/Common/vs_typo",), (HTTP, "/Common/vs_typo"), ("/Common/vs_off",)], ids=str)
def test_a_typo_in_challenge_virtual_servers_is_no_end(field: World, named: tuple[str, ...]) -> None:
    """What is named and can answer is used, else what answers port 80 of the addresses."""
    field.device.add_virtual_server("/Common/vs_off", "192.0.2.20:80", profiles=PLAIN, disabled=True)
    job = job_for(field, validation="http-01")
    typo = replace(job, challenge_virtual_servers=named)
    why = refused(field, typo)
    assert why.startswith("challenge_virtual_servers: ")
    field.one(job)
    assert (field.one(typo).outcome, checked(field, typo).error) == (Outcome.KEPT, why)
    field.wait(days=80)
    field.device.add_virtual_server("/Common/vs_b", "192.0.2.10:8443", profiles=PLAIN)
    renewed = done_as_planned(field, replace(typo, virtual_servers=(VS, "/Common/vs_b")))
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, why)
    assert (served(field), challenged(field)) == (renewed.serial, (HTTP,))
    assert (renewed.virtual_servers, attached(field, "/Common/vs_b")) == ((VS,), set())


# -- a second certificate on the virtual server of the first -----------------------------------


@pytest.mark.parametrize("validation", VALIDATIONS)
def test_a_second_certificate_lets_the_first_be_renewed(field: World, validation: str) -> None:
    """The commonest way to add a site; the first stays as it was written, without `sni`."""
    first, second = (job_for(field, name, validation=validation, sni=name == SHOP) for name in (WWW, SHOP))
    assert [field.one(each).error for each in (first, second)] == [None, None]
    results: list[list[Result]] = []
    for _ in range(20):
        field.wait(days=4)
        results.append(field.go(first, second))
    outcomes = [{result.outcome for result in each} for each in zip(*results, strict=True)]
    assert outcomes == [{Outcome.FAILED, Outcome.RENEWED}, {Outcome.KEPT, Outcome.RENEWED}]
    assert len(field.authority.issued) == 2 + 2
    assert "write `sni: true` for www.example.com to serve both" in (results[-1][0].error or "")
    assert attached(field, VS) == {first.profile, second.profile}


# -- what only the device refuses --------------------------------------------------------------


def refused_setting(world: World, job: Job) -> Job:
    """The server name that ours is to get is that of a profile beside it, on a virtual server that is not listed."""
    hand = hand_made(world, "hand", WWW, serverName=WWW, sniDefault="true")
    world.add_virtual_server("/Common/vs_b", hand, job.profile)
    return replace(job, sni=True)


def refused_commit(world: World, job: Job) -> Job:
    """Nobody knows why: a virtual server that is added cannot have our profile."""
    world.add_virtual_server("/Common/vs_b")
    text = "01070734:3: Configuration error: refused by a test"
    world.device.fault(Fault("POST", "~vs_b/profiles$", action=f"error:400:{text}", times=999))
    return replace(job, virtual_servers=(VS, "/Common/vs_b"))


@pytest.mark.parametrize("arrange", [refused_setting, refused_commit], ids=lambda each: each.__name__)
def test_a_refusal_of_the_device_lets_the_pair_be_renewed(world: World, arrange: Arrange) -> None:
    job = world.job(keys=ONLY_EC)
    first = world.one(job)
    job = arrange(world, job)
    assert (world.one(job).outcome, len(world.authority.issued)) == (Outcome.FAILED, 1)
    world.wait(days=61)
    outcomes = []
    for _ in range(10):
        result = world.one(job)
        outcomes.append(result.outcome)
        world.wait(days=1)
    assert outcomes == [Outcome.RENEWED, *[Outcome.FAILED] * 9]
    assert len(world.authority.issued) == 2
    assert world.seen_by_client().serial != first.serial


def test_another_key_is_made_although_the_rest_is_refused(world: World) -> None:
    """Due for another reason than time, and with two keys instead of one."""
    job = world.job(keys=ONLY_EC)
    world.one(job)
    job = replace(refused_commit(world, job), keys=(RSA, EC))
    rekeyed = world.one(job)
    assert (rekeyed.outcome, len(world.authority.issued)) == (Outcome.REKEYED, 3)
    assert "01070734" in (rekeyed.error or "")
    assert (world.one(job).outcome, len(world.authority.issued)) == (Outcome.FAILED, 3)


def test_a_new_virtual_server_that_shows_another_site_is_left(world: World) -> None:
    """Another device answers at its address: the handshake takes it back, and the pair is renewed alone."""
    world.pause = lambda _: None
    job = world.job(keys=ONLY_EC)
    world.one(job)
    with SimulatedBigIP(Switches(hostname="somebody-else.example.net")) as stranger:
        address, port = world.addresses[VS]
        stranger.add_virtual_server("/Common/vs", f"127.0.0.2:{port}", profiles=("/Common/clientssl",))
        world.add_virtual_server("/Common/vs_b", address="127.0.0.2", port=port)
        world.wait(days=80)
        renewed = world.one(replace(job, virtual_servers=(VS, "/Common/vs_b")))
    assert (renewed.outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)
    assert "/Common/vs_b does not serve the certificate that was put in service" in (renewed.error or "")
    assert (attached(world, "/Common/vs_b"), world.seen_by_client().serial) == (set(), renewed.serial)
