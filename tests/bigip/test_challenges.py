"""Where http-01 is answered: found by itself or named, and what may be in its way."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import Job, Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from sectigo_f5.validation import Http01
from tests.support.builders import EC
from tests.support.loopback import own_address
from tests.support.virtual_servers import PLAIN, url
from tests.support.world import World

SITE, OTHER = "192.0.2.10", "192.0.2.20"
TCP = ("/Common/tcp",)
MakeField = Callable[..., World]


@pytest.fixture
def make_field(tmp_path: Path) -> Iterator[MakeField]:
    """Return a maker of BIG-IPs on port 443, as certbot-bigip wants it, with ``/Common/vs_www`` on ``SITE``."""
    opened: list[SimulatedBigIP] = []

    def make(**switches: Any) -> World:
        device = SimulatedBigIP(Switches(**switches), address=own_address(3), port=443)
        opened.append(device)
        device.add_virtual_server("/Common/vs_www", f"{SITE}:443", profiles=PLAIN)
        return World(device, tmp_path)

    yield make
    for device in opened:
        device.close()
        assert device.unknown == []


@pytest.fixture
def field(make_field: MakeField) -> World:
    return make_field()


def job_for(world: World, **changes: Any) -> Job:
    return world.job("www.example.com", keys=(EC,), **{"validation": "http-01", "verify_handshake": "off", **changes})


def listens(world: World, path: str, destination: str, profiles: tuple[str, ...] = PLAIN, **properties: Any) -> str:
    world.device.add_virtual_server(path, destination, profiles=profiles, **properties)
    return path


def answered(world: World, job: Job) -> Http01:
    """Enrol, and return what Certbot was told about http-01."""
    result = world.one(job)
    assert result.error is None
    (validation,) = world.authority.validations
    assert isinstance(validation, Http01)
    return validation


def refused(world: World, job: Job) -> str:
    """Return why nothing was done; the device must be as it was."""
    result = world.one(job)
    assert (result.outcome, world.device.writes()) == (Outcome.FAILED, [])
    return str(result.error)


NONE = "no virtual server with an HTTP profile answers port 80 of 192.0.2.10"
REMEDY = "; create one, name it under challenge_virtual_servers, or use validation: prevalidated or dns-01"


# -- found by itself -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("destination", "properties"),
    [
        ("192.0.2.10:80", {}),
        ("192.0.2.10:0", {}),
        ("192.0.2.0:80", {"mask": "255.255.255.0"}),
        ("any:80", {}),
        ("0.0.0.0:0", {}),
        ("192.0.2.10:80", {"source": "0.0.0.0/0"}),
    ],
)
def test_what_answers_port_80_of_the_address(field: World, destination: str, properties: dict[str, Any]) -> None:
    found = listens(field, "/Common/vs_http", destination, **properties)
    listens(field, "/Common/vs_other", f"{OTHER}:80")
    assert answered(field, job_for(field)).virtual_servers == (found,)


@pytest.mark.parametrize(
    ("destination", "profiles", "properties", "why"),
    [
        ("192.0.2.20:80", PLAIN, {}, ""),
        ("192.0.2.10%2:80", PLAIN, {}, ""),
        ("192.0.2.10:8080", PLAIN, {}, ""),
        ("192.0.2.10:80", PLAIN, {"source": "10.0.0.0/8"}, ""),
        ("192.0.3.0:80", PLAIN, {"mask": "255.255.255.0"}, ""),
        ("any6.80", PLAIN, {}, ""),
        ("192.0.2.10:80", ("/Common/udp",), {}, ""),
        ("192.0.2.10:80", PLAIN, {"disabled": True}, " (/Common/vs_http is disabled; enable it)"),
        ("192.0.2.10:80", TCP, {}, " (/Common/vs_http has no HTTP profile, so no iRule can answer the challenge"),
        ("192.0.2.10:80", ("/Common/fasthttp",), {}, " (/Common/vs_http has no HTTP profile, so no iRule can answer"),
        ("0.0.0.0:0", TCP, {}, " (/Common/vs_http has no HTTP profile, so no iRule can answer"),
    ],
)  # fmt: skip
def test_what_does_not(
    field: World, destination: str, profiles: tuple[str, ...], properties: dict[str, Any], why: str
) -> None:
    listens(field, "/Common/vs_http", destination, profiles, **properties)
    told = refused(field, job_for(field))
    assert told.startswith(f"validation http-01: {NONE}{why}")
    assert told.endswith(REMEDY)


def test_the_most_specific_one_answers(field: World) -> None:
    for name, destination in (("any", "any:80"), ("every_port", "192.0.2.10:0"), ("exact", "192.0.2.10:80")):
        listens(field, f"/Common/vs_{name}", destination)
    listens(field, "/Common/vs_network", "192.0.2.0:80", mask="255.255.255.0")
    assert answered(field, job_for(field)).virtual_servers == ("/Common/vs_exact",)


def test_one_for_each_vlan(field: World) -> None:
    """They share the destination: which of them the CA meets depends on where it comes from."""
    for name, properties in (("inside", {}), ("outside", {}), ("spare", {"disabled": True})):
        vlan = f"/Common/{name}"
        listens(field, f"/Common/vs_{name}", f"{SITE}:80", vlansEnabled=True, vlans=[vlan], **properties)  # type: ignore[arg-type]
    assert answered(field, job_for(field)).virtual_servers == ("/Common/vs_inside", "/Common/vs_outside")


def test_a_disabled_one_stands_before_the_others(field: World) -> None:
    listens(field, "/Common/vs_exact", "192.0.2.10:80", disabled=True)
    listens(field, "/Common/vs_any", "any:80")
    assert "/Common/vs_exact is disabled; enable it" in refused(field, job_for(field))


def test_ipv6_and_route_domains(field: World) -> None:
    listens(field, "/Common/vs_v6", "2001:db8::10%2.443")
    found = listens(field, "/Common/vs_v6_http", "2001:db8:0:0::10%2.80")
    listens(field, "/Common/vs_v6_elsewhere", "2001:db8::10.80")
    assert answered(field, job_for(field, virtual_servers=("/Common/vs_v6",))).virtual_servers == (found,)


def test_one_answers_for_several_and_several_for_one(field: World) -> None:
    listens(field, "/Common/vs_8443", f"{SITE}:8443")
    listens(field, "/Common/vs_b", f"{OTHER}:443")
    found = [listens(field, f"/Common/vs_http_{end}", f"192.0.2.{end}:80") for end in (10, 20)]
    job = job_for(field, virtual_servers=("/Common/vs_www", "/Common/vs_8443", "/Common/vs_b"))
    assert answered(field, job).virtual_servers == tuple(found)


def test_an_address_without_one_beside_an_address_with_one_is_a_warning(
    field: World, caplog: pytest.LogCaptureFixture
) -> None:
    logging.getLogger("sectigo_f5").propagate = True
    listens(field, "/Common/vs_b", f"{OTHER}:443")
    found = listens(field, "/Common/vs_http", f"{OTHER}:80")
    assert answered(field, job_for(field, virtual_servers=("/Common/vs_www", "/Common/vs_b"))).virtual_servers == (
        found,
    )
    assert f"{NONE}: a challenge sent there fails" in caplog.text


# -- named in the configuration --------------------------------------------------------------------


def test_named_ones_are_the_only_ones(field: World) -> None:
    listens(field, "/Common/vs_http", f"{SITE}:80")
    named = listens(field, "/Common/vs_front", "198.51.100.1:8080")
    assert answered(field, job_for(field, challenge_virtual_servers=(named,))).virtual_servers == (named,)


@pytest.mark.parametrize(
    ("profiles", "properties", "told"),
    [
        (PLAIN, {"disabled": True}, "challenge_virtual_servers: /Common/vs_front is disabled; enable it"),
        (TCP, {}, "challenge_virtual_servers: /Common/vs_front has no HTTP profile, so no iRule can answer"),
        (("/Common/fasthttp",), {}, "challenge_virtual_servers: /Common/vs_front has no HTTP profile"),
    ],
)
def test_named_ones_must_be_able_to(
    field: World, profiles: tuple[str, ...], properties: dict[str, Any], told: str
) -> None:
    listens(field, "/Common/vs_front", f"{OTHER}:80", profiles, **properties)
    assert told in refused(field, job_for(field, challenge_virtual_servers=("/Common/vs_front",)))
    missing = job_for(field, challenge_virtual_servers=("/Common/vs_fron",))
    assert "/Common/vs_fron does not exist on the BIG-IP; did you mean /Common/vs_front?" in refused(field, missing)


def test_a_folder_that_the_plugin_does_not_understand(field: World) -> None:
    field.device.add_folder("/Common/a/b")
    path = listens(field, "/Common/a/b/vs_http", f"{SITE}:80")
    assert "too deep for certbot-bigip" in refused(field, job_for(field, challenge_virtual_servers=(path,)))


def test_a_port_that_the_plugin_does_not_know(world: World) -> None:
    assert "certbot-bigip reaches a BIG-IP on port 443 only" in refused(world, job_for(world))


# -- iApps, partitions, APM ------------------------------------------------------------------------


def test_a_challenge_on_what_an_iapp_guards(field: World) -> None:
    iapp = "/Common/shop.app/shop"
    field.device.add_application(iapp)
    listens(field, "/Common/shop.app/vs_http", f"{SITE}:80", appService=iapp)
    told = refused(field, job_for(field))
    assert f"/Common/shop.app/vs_http belongs to the iApp {iapp} with strict updates on; turn them off" in told
    field.device.set(f"/mgmt/tm/sys/application/service/{iapp.replace('/', '~')}", strictUpdates="disabled")
    assert answered(field, job_for(field)).virtual_servers == ("/Common/shop.app/vs_http",)


@pytest.mark.parametrize(
    ("path", "where"), [("/Common/vs_http", "Common"), ("/Shop/vs_http", "Shop"), ("/Bank/vs_http", "Common")]
)
def test_the_irule_of_the_challenge_is_where_its_virtual_server_reaches(
    make_field: MakeField, path: str, where: str
) -> None:
    world = make_field(partitions=("Shop", "Bank"))
    listens(world, "/Shop/vs_tls", f"{OTHER}:443")
    listens(world, path, f"{OTHER}:80")
    job = job_for(world, partition="Shop", virtual_servers=("/Shop/vs_tls",))
    assert answered(world, job).partition == where


@pytest.mark.parametrize("told", [True, False], ids=["types told", "types not told"])
def test_the_plugins_apm_switch_where_there_is_an_access_profile(make_field: MakeField, told: bool) -> None:
    world = make_field(name_reference=told)
    world.device.add_profile("access", "/Common/portal")
    listens(world, "/Common/vs_http", f"{SITE}:80", (*PLAIN, "/Common/portal"))
    assert answered(world, job_for(world)).apm
    assert any("/apm/" in call.path for call in world.device.journal) is not told


@pytest.mark.parametrize("told", [True, False], ids=["types told", "types not told"])
def test_no_apm_switch_where_there_is_none(make_field: MakeField, told: bool) -> None:
    world = make_field(name_reference=told)
    world.device.fault(Fault("GET", "/apm/", action="error:404:01070920:3: APM is not provisioned", times=9))
    world.device.add_profile("one-connect", "/Common/portal")
    listens(world, "/Common/vs_http", f"{SITE}:80", (*PLAIN, "/Common/portal"))
    assert not answered(world, job_for(world)).apm


def test_access_profiles_are_not_read_for_the_profiles_that_every_device_has(make_field: MakeField) -> None:
    world = make_field(name_reference=False)
    listens(world, "/Common/vs_http", f"{SITE}:80")
    assert not answered(world, job_for(world)).apm
    assert [call.path for call in world.device.journal if "/apm/" in call.path] == []


# -- what may answer before the challenge does -----------------------------------------------------

REDIRECT = "HTTP::redirect https://[HTTP::host][HTTP::uri]"


def test_an_irule_and_a_policy_that_come_first_are_warned_of(field: World, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("sectigo_f5").propagate = True
    field.device.add_rule("/Common/first", f"when HTTP_REQUEST priority 50 {{ {REDIRECT} }}")
    field.device.add_rule("/Common/later", f"when HTTP_REQUEST {{ {REDIRECT} }}")
    field.device.add("ltm/policy", "/Common/to_https")
    rules = ["/Common/first", "/Common/later"]
    listens(field, "/Common/vs_http", f"{SITE}:80", rules=rules, policies=["/Common/to_https"])
    told = answered(field, job_for(field)).doubts
    assert [doubt.split(";")[0] for doubt in told] == [
        "the iRule /Common/first of /Common/vs_http may answer before the challenge's does: its HTTP_REQUEST has "
        "priority 50 and responds",
        "the policy /Common/to_https of /Common/vs_http is evaluated before the challenge's iRule (AskF5 K16590)",
    ]
    assert all(doubt in caplog.text for doubt in told)
    caplog.clear()
    assert field.one(job_for(field)).outcome is Outcome.KEPT
    assert "may answer before" not in caplog.text


def test_the_rule_of_a_run_that_was_killed_is_told(field: World) -> None:
    left = "/Common/Certbot-Letsencrypt-abc"
    field.device.add_rule(left, "when HTTP_REQUEST priority 100 { HTTP::respond 200 content x }")
    listens(field, "/Common/vs_http", f"{SITE}:80", rules=[left])
    assert answered(field, job_for(field)).doubts == (
        f"the iRule {left} of /Common/vs_http is left over from a killed run; detach and delete it",
    )


def test_nothing_is_warned_of_where_the_rules_come_later(field: World) -> None:
    field.device.add_rule("/Common/later", f"when HTTP_REQUEST {{ {REDIRECT} }}")
    listens(field, "/Common/vs_http", f"{SITE}:80", rules=["/Common/later"])
    assert answered(field, job_for(field)).doubts == ()


def test_a_virtual_server_that_is_gone_is_not_asked_about_its_port_80(field: World) -> None:
    listens(field, "/Common/vs_http", f"{SITE}:80")
    job = job_for(field)
    assert field.one(job).error is None
    field.device.delete(url("/Common/vs_www"))
    field.wait(days=80)
    assert "validation http-01: there is no virtual server; create one, name it" in (field.one(job).error or "")
