"""Where http-01 is answered: on virtual servers that we choose or that are configured, and what may interfere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.bigip.challenges import _ca_file
from sectigo_f5.model import Job, Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from sectigo_f5.trust.stores import system_store
from sectigo_f5.validation import Http01
from tests.support.loopback import own_address
from tests.support.names import ONLY_EC, PLAIN
from tests.support.virtual_servers import url
from tests.support.world import World

SITE, OTHER = "192.0.2.10", "192.0.2.20"
TCP = ("/Common/tcp",)
MakeField = Callable[..., World]


@pytest.fixture
def make_field(tmp_path: Path) -> Iterator[MakeField]:
    """Return a function that creates BIG-IPs on port 443, which certbot-bigip needs, each with a server on ``SITE``."""
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
    return world.job("www.example.com", keys=ONLY_EC, **{"validation": "http-01", "verify_handshake": "off", **changes})


def add_listener(
    world: World, path: str, destination: str, profiles: tuple[str, ...] = PLAIN, **properties: Any
) -> str:
    world.device.add_virtual_server(path, destination, profiles=profiles, **properties)
    return path


def validation_of(world: World, job: Job) -> Http01:
    """Enrol, and return the http-01 validation that Certbot received."""
    result = world.one(job)
    assert result.error is None
    (validation,) = world.authority.validations
    assert isinstance(validation, Http01)
    return validation


def refusal_of(world: World, job: Job) -> str:
    """Return the error of a refused job, which must leave the device as it was."""
    result = world.one(job)
    assert (result.outcome, world.device.writes()) == (Outcome.FAILED, [])
    return str(result.error)


NONE = "no virtual server with an HTTP profile answers port 80 of 192.0.2.10"
REMEDY = "; create one, name it under challenge_virtual_servers, or use validation: prevalidated or dns-01"


# -- chosen by the connector -----------------------------------------------------------------------


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
def test_a_virtual_server_on_port_80_answers_the_challenge(
    field: World, destination: str, properties: dict[str, Any]
) -> None:
    answering = add_listener(field, "/Common/vs_http", destination, **properties)
    add_listener(field, "/Common/vs_other", f"{OTHER}:80")
    assert validation_of(field, job_for(field)).virtual_servers == (answering,)


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
def test_a_virtual_server_that_cannot_answer_the_challenge_is_refused(
    field: World, destination: str, profiles: tuple[str, ...], properties: dict[str, Any], why: str
) -> None:
    add_listener(field, "/Common/vs_http", destination, profiles, **properties)
    error = refusal_of(field, job_for(field))
    assert error.startswith(f"validation http-01: {NONE}{why}")
    assert error.endswith(REMEDY)


def test_the_most_specific_virtual_server_answers(field: World) -> None:
    for name, destination in (("any", "any:80"), ("every_port", "192.0.2.10:0"), ("exact", "192.0.2.10:80")):
        add_listener(field, f"/Common/vs_{name}", destination)
    add_listener(field, "/Common/vs_network", "192.0.2.0:80", mask="255.255.255.0")
    assert validation_of(field, job_for(field)).virtual_servers == ("/Common/vs_exact",)


def test_virtual_servers_of_every_vlan_answer(field: World) -> None:
    """They share the destination; which one the CA reaches depends on the VLAN of its request."""
    for name, properties in (("inside", {}), ("outside", {}), ("spare", {"disabled": True})):
        vlan = f"/Common/{name}"
        add_listener(field, f"/Common/vs_{name}", f"{SITE}:80", vlansEnabled=True, vlans=[vlan], **properties)  # type: ignore[arg-type]
    assert validation_of(field, job_for(field)).virtual_servers == ("/Common/vs_inside", "/Common/vs_outside")


def test_a_disabled_virtual_server_hides_less_specific_ones(field: World) -> None:
    add_listener(field, "/Common/vs_exact", "192.0.2.10:80", disabled=True)
    add_listener(field, "/Common/vs_any", "any:80")
    assert "/Common/vs_exact is disabled; enable it" in refusal_of(field, job_for(field))


def test_ipv6_addresses_and_route_domains_are_matched(field: World) -> None:
    add_listener(field, "/Common/vs_v6", "2001:db8::10%2.443")
    answering = add_listener(field, "/Common/vs_v6_http", "2001:db8:0:0::10%2.80")
    add_listener(field, "/Common/vs_v6_elsewhere", "2001:db8::10.80")
    assert validation_of(field, job_for(field, virtual_servers=("/Common/vs_v6",))).virtual_servers == (answering,)


def test_a_virtual_server_may_answer_for_several_and_several_may_answer(field: World) -> None:
    add_listener(field, "/Common/vs_8443", f"{SITE}:8443")
    add_listener(field, "/Common/vs_b", f"{OTHER}:443")
    answering = [add_listener(field, f"/Common/vs_http_{end}", f"192.0.2.{end}:80") for end in (10, 20)]
    job = job_for(field, virtual_servers=("/Common/vs_www", "/Common/vs_8443", "/Common/vs_b"))
    assert validation_of(field, job).virtual_servers == tuple(answering)


def test_an_address_that_cannot_answer_is_a_warning_if_another_can(
    field: World, caplog: pytest.LogCaptureFixture
) -> None:
    add_listener(field, "/Common/vs_b", f"{OTHER}:443")
    answering = add_listener(field, "/Common/vs_http", f"{OTHER}:80")
    assert validation_of(field, job_for(field, virtual_servers=("/Common/vs_www", "/Common/vs_b"))).virtual_servers == (
        answering,
    )
    assert f"{NONE}: a challenge sent there fails" in caplog.text


# -- configured ------------------------------------------------------------------------------------


def test_configured_challenge_virtual_servers_are_the_only_ones_used(field: World) -> None:
    add_listener(field, "/Common/vs_http", f"{SITE}:80")
    named = add_listener(field, "/Common/vs_front", "198.51.100.1:8080")
    assert validation_of(field, job_for(field, challenge_virtual_servers=(named,))).virtual_servers == (named,)


@pytest.mark.parametrize(
    ("profiles", "properties", "sentence"),
    [
        (PLAIN, {"disabled": True}, "challenge_virtual_servers: /Common/vs_front is disabled; enable it"),
        (TCP, {}, "challenge_virtual_servers: /Common/vs_front has no HTTP profile, so no iRule can answer"),
        (("/Common/fasthttp",), {}, "challenge_virtual_servers: /Common/vs_front has no HTTP profile"),
    ],
)
def test_configured_challenge_virtual_servers_must_be_able_to_answer(
    field: World, profiles: tuple[str, ...], properties: dict[str, Any], sentence: str
) -> None:
    add_listener(field, "/Common/vs_front", f"{OTHER}:80", profiles, **properties)
    assert sentence in refusal_of(field, job_for(field, challenge_virtual_servers=("/Common/vs_front",)))
    missing = job_for(field, challenge_virtual_servers=("/Common/vs_fron",))
    assert "/Common/vs_fron does not exist on the BIG-IP; did you mean /Common/vs_front?" in refusal_of(field, missing)


def test_a_nested_folder_is_refused_as_too_deep_for_the_plugin(field: World) -> None:
    field.device.add_folder("/Common/a/b")
    path = add_listener(field, "/Common/a/b/vs_http", f"{SITE}:80")
    assert "too deep for certbot-bigip" in refusal_of(field, job_for(field, challenge_virtual_servers=(path,)))


def test_a_name_that_the_plugin_cannot_send_is_refused(field: World) -> None:
    path = add_listener(field, f"/Common/{OTHER}%0:80", f"{OTHER}:80")
    text = f"{path} has a % in its name, which certbot-bigip cannot send; use validation: prevalidated or dns-01"
    assert text in refusal_of(field, job_for(field, challenge_virtual_servers=(path,)))


def test_a_management_port_other_than_443_is_refused(world: World) -> None:
    assert "certbot-bigip reaches a BIG-IP on port 443 only" in refusal_of(world, job_for(world))


# -- iApps, partitions, APM ------------------------------------------------------------------------


def test_a_challenge_virtual_server_with_strict_updates_is_refused(field: World) -> None:
    iapp = "/Common/shop.app/shop"
    field.device.add_application(iapp)
    add_listener(field, "/Common/shop.app/vs_http", f"{SITE}:80", appService=iapp)
    sentence = refusal_of(field, job_for(field))
    assert f"/Common/shop.app/vs_http belongs to the iApp {iapp} with strict updates on; turn them off" in sentence
    field.device.set(f"/mgmt/tm/sys/application/service/{iapp.replace('/', '~')}", strictUpdates="disabled")
    assert validation_of(field, job_for(field)).virtual_servers == ("/Common/shop.app/vs_http",)


@pytest.mark.parametrize(
    ("path", "where"), [("/Common/vs_http", "Common"), ("/Shop/vs_http", "Shop"), ("/Bank/vs_http", "Common")]
)
def test_the_challenge_irule_is_in_a_partition_its_server_can_use(make_field: MakeField, path: str, where: str) -> None:
    world = make_field(partitions=("Shop", "Bank"))
    add_listener(world, "/Shop/vs_tls", f"{OTHER}:443")
    add_listener(world, path, f"{OTHER}:80")
    job = job_for(world, partition="Shop", virtual_servers=("/Shop/vs_tls",))
    assert validation_of(world, job).partition == where


def read_beforehand(world: World) -> list[str]:
    """Return what was read before a key was made; afterwards the connector looks for what else refers to the pair."""
    paths = [call.path for call in world.device.journal]
    return paths[: paths.index("/mgmt/tm/sys/crypto/key")]


@pytest.mark.parametrize("typed", [True, False], ids=["types shown", "types not shown"])
def test_the_apm_switch_is_set_if_there_is_an_access_profile(make_field: MakeField, typed: bool) -> None:
    world = make_field(name_reference=typed)
    world.device.add_profile("access", "/Common/portal")
    add_listener(world, "/Common/vs_http", f"{SITE}:80", (*PLAIN, "/Common/portal"))
    assert validation_of(world, job_for(world)).apm
    assert any("/apm/" in path for path in read_beforehand(world)) is not typed


@pytest.mark.parametrize("typed", [True, False], ids=["types shown", "types not shown"])
def test_the_apm_switch_is_not_set_without_an_access_profile(make_field: MakeField, typed: bool) -> None:
    world = make_field(name_reference=typed)
    world.device.fault(Fault("GET", "/apm/", action="error:404:01070920:3: APM is not provisioned", times=9))
    world.device.add_profile("one-connect", "/Common/portal")
    add_listener(world, "/Common/vs_http", f"{SITE}:80", (*PLAIN, "/Common/portal"))
    assert not validation_of(world, job_for(world)).apm


def test_access_profiles_are_not_read_for_built_in_profiles(make_field: MakeField) -> None:
    world = make_field(name_reference=False)
    add_listener(world, "/Common/vs_http", f"{SITE}:80")
    assert not validation_of(world, job_for(world)).apm
    assert [path for path in read_beforehand(world) if "/apm/" in path] == []


# -- what may answer before the challenge does -----------------------------------------------------

REDIRECT = "HTTP::redirect https://[HTTP::host][HTTP::uri]"


def test_an_irule_and_a_policy_that_run_first_are_warnings(field: World, caplog: pytest.LogCaptureFixture) -> None:
    field.device.add_rule("/Common/first", f"when HTTP_REQUEST priority 50 {{ {REDIRECT} }}")
    field.device.add_rule("/Common/later", f"when HTTP_REQUEST {{ {REDIRECT} }}")
    field.device.add("ltm/policy", "/Common/to_https")
    rules = ["/Common/first", "/Common/later"]
    add_listener(field, "/Common/vs_http", f"{SITE}:80", rules=rules, policies=["/Common/to_https"])
    doubts = validation_of(field, job_for(field)).doubts
    assert [doubt.split(";")[0] for doubt in doubts] == [
        "the iRule /Common/first of /Common/vs_http may answer before the challenge's does: its HTTP_REQUEST has "
        "priority 50 and responds",
        "the policy /Common/to_https of /Common/vs_http is evaluated before the challenge's iRule (AskF5 K16590)",
    ]
    assert all(doubt in caplog.text for doubt in doubts)
    caplog.clear()
    assert field.one(job_for(field)).outcome is Outcome.KEPT
    assert "may answer before" not in caplog.text


def test_the_challenge_irule_of_a_killed_run_is_a_warning(field: World) -> None:
    rule = "/Common/Certbot-Letsencrypt-abc"
    field.device.add_rule(rule, "when HTTP_REQUEST priority 100 { HTTP::respond 200 content x }")
    add_listener(field, "/Common/vs_http", f"{SITE}:80", rules=[rule])
    assert validation_of(field, job_for(field)).doubts == (
        f"the iRule {rule} of /Common/vs_http is left over from a killed run; detach and delete it",
    )


def test_irules_that_run_later_cause_no_warning(field: World) -> None:
    field.device.add_rule("/Common/later", f"when HTTP_REQUEST {{ {REDIRECT} }}")
    add_listener(field, "/Common/vs_http", f"{SITE}:80", rules=["/Common/later"])
    assert validation_of(field, job_for(field)).doubts == ()


def test_a_deleted_virtual_server_is_not_asked_about_its_port_80(field: World) -> None:
    add_listener(field, "/Common/vs_http", f"{SITE}:80")
    job = job_for(field)
    assert field.one(job).error is None
    field.device.delete(url("/Common/vs_www"))
    field.wait(days=80)
    assert "validation http-01: there is no virtual server; create one, name it" in (field.one(job).error or "")


def test_the_plugin_trusts_whom_we_trust() -> None:
    named = Path("/etc/sectigo/ca.pem")
    assert [_ca_file(verify) for verify in (True, named, False)] == [Path(system_store()), named, None]
