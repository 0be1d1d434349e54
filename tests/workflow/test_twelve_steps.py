"""The twelve steps against the simulated BIG-IP, with a CA in this process."""

from __future__ import annotations

import logging
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509

from sectigo_f5.model import KeySpec, Outcome
from sectigo_f5.secret import Secret
from tests.support.names import BOTH_KEYS, PROFILE_URL, VIRTUAL_URL
from tests.support.virtual_servers import attach, attached, hand_made
from tests.support.world import World, bigip

SPECS = [KeySpec("rsa", size) for size in ("2048", "3072", "4096")]
SPECS += [KeySpec("ecdsa", curve) for curve in ("secp256r1", "secp384r1")]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_enrolment_ends_in_a_handshake(world: World, spec: KeySpec) -> None:
    result = world.one(world.job("www.example.com", "api.example.com", keys=(spec,)))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    served = world.seen_by_client()
    assert served.names == {"www.example.com", "api.example.com"}
    assert (served.key, served.serial) == (spec, result.serial)
    assert world.leftovers() == {}
    assert (world.device.saved, world.device.saved_is_current) == (1, True)


def test_objects_on_the_device_have_the_documented_names(world: World) -> None:
    world.one(world.job())
    stamp = world.now.strftime("%Y%m%dT%H%M%SZ")
    stem = f"/Common/www.example.com_{stamp}"
    profile = world.device.get(PROFILE_URL)
    (entry,) = profile["certKeyChain"]
    assert (entry["cert"], entry["key"], entry["chain"]) == (f"{stem}.crt", f"{stem}.key", f"{stem}_chain.crt")
    assert profile["defaultsFrom"] == "/Common/clientssl"
    key = world.device.get(f"/mgmt/tm/sys/file/ssl-key/~Common~www.example.com_{stamp}.key")
    assert key["securityType"] == "password"


def test_a_run_with_nothing_to_do_writes_nothing(world: World) -> None:
    job = world.job()
    world.one(job)
    before = len(world.device.writes())
    result = world.one(job)
    assert result.outcome is Outcome.KEPT
    assert world.device.writes()[before:] == []
    assert world.leftovers() == {}


def test_a_digit_first_name_has_a_profile_that_the_device_takes(world: World) -> None:
    job = world.job("7days.example.com")
    assert (world.one(job).error, world.one(job).outcome) == (None, Outcome.KEPT)
    profile = world.device.get("/mgmt/tm/ltm/profile/client-ssl/~Common~cn_7days.example.com_clientssl")
    assert profile["certKeyChain"][0]["key"].startswith("/Common/7days.example.com_")
    assert world.seen_by_client(name="7days.example.com").names == {"7days.example.com"}
    world.wait(days=80)
    assert (world.one(job).outcome, len(world.authority.issued)) == (Outcome.RENEWED, 2)


def test_a_digit_first_profile_that_a_device_took_stays_ours(tmp_path: Path) -> None:
    with bigip(tmp_path, digit_first_names="works") as world:
        former = hand_made(world, "7days.example.com_clientssl", "7days.example.com")
        attach(world, former)
        job = world.job("7days.example.com")
        assert [world.one(job).outcome for _ in range(2)] == [Outcome.ENROLLED, Outcome.KEPT]
        assert attached(world) == {former}
        assert world.seen_by_client(name="7days.example.com").serial == f"{world.authority.issued[0].serial_number:x}"


@pytest.mark.parametrize(
    ("spec", "more", "subject"),
    [(SPECS[0], (), ""), (SPECS[3], (), ""), (SPECS[3], ("www.example.com",), "CN=www.example.com")],
)
def test_a_name_too_long_for_a_subject_is_served(
    world: World, spec: KeySpec, more: tuple[str, ...], subject: str
) -> None:
    long = f"{'a' * 63}.example.com"
    job = world.job(long, *more, keys=(spec,))
    assert (world.one(job).error, world.one(job).outcome) == (None, Outcome.KEPT)
    assert world.seen_by_client(name=long).names == {long, *more}
    (placed,) = world.authority.placed.values()
    request = x509.load_pem_x509_csr(placed.encode())
    assert request.subject.rfc4514_string() == subject
    extension = request.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    assert extension.critical or subject


def test_a_name_too_long_for_a_subject_is_refused_by_the_native_route(world: World) -> None:
    result = world.one(world.job(f"{'a' * 63}.example.com", key_route="native"))
    assert "no name here has 64 characters or fewer; write a shorter name in sans" in str(result.error)
    assert world.leftovers() == {}


def test_a_wildcard_is_spelt_out_in_object_names(world: World) -> None:
    job = world.job("*.example.com")
    assert world.one(job).outcome is Outcome.ENROLLED
    assert world.device.get("/mgmt/tm/ltm/profile/client-ssl/~Common~wildcard.example.com_clientssl")
    assert world.seen_by_client(name="shop.example.com").names == {"*.example.com"}


def test_renewal_is_one_patch_of_the_profile(world: World) -> None:
    job = world.job()
    first = world.one(job)
    world.wait(days=70)
    before = len(world.device.writes())
    result = world.one(job)
    assert (result.outcome, result.serial != first.serial) == (Outcome.RENEWED, True)
    traffic = world.changes_of_traffic(before)
    assert [(call.method, call.path) for call in traffic] == [("PATCH", PROFILE_URL)]
    assert world.seen_by_client().serial == result.serial


def test_the_previous_generation_is_kept_and_older_ones_are_deleted(world: World) -> None:
    job = world.job()
    stamps = []
    for _ in range(3):
        world.one(job, force=True)
        stamps.append(world.now.strftime("%Y%m%dT%H%M%SZ"))
        world.wait(hours=1)
    names = {item["name"] for item in world.device.get("/mgmt/tm/sys/file/ssl-cert")["items"]}
    for suffix in (".crt", "_chain.crt"):
        present = [f"www.example.com_{stamp}{suffix}" in names for stamp in stamps]
        assert present == [False, True, True]


def test_two_keys_of_one_name_are_served_and_renewed(world: World) -> None:
    job = world.job(keys=BOTH_KEYS)
    assert world.one(job).outcome is Outcome.ENROLLED
    for kind in ("rsa", "ecdsa"):
        served = world.seen_by_client(only=kind)
        assert served.key is not None
        assert served.key.type == kind
    assert world.one(job).outcome is Outcome.KEPT
    world.wait(days=70)
    assert world.one(job).outcome is Outcome.RENEWED
    assert len(world.device.get(PROFILE_URL)["certKeyChain"]) == 2


def test_several_virtual_servers_with_a_custom_parent_are_served(world: World) -> None:
    world.add_virtual_server("/Common/vs_b")
    world.device.add_profile("client-ssl", "/Common/our_parent")
    job = world.job(virtual_servers=("/Common/vs_www", "/Common/vs_b"), parent_profile="/Common/our_parent")
    result = world.one(job)
    assert result.outcome is Outcome.ENROLLED
    assert {world.seen_by_client(path).serial for path in job.virtual_servers} == {result.serial}


def test_a_certificate_in_another_partition_is_served(world: World) -> None:
    world.device.add_partition("Shop")
    world.device.add_folder("/Shop/app.app")
    path = world.add_virtual_server("/Shop/app.app/vs_tls")
    result = world.one(world.job(partition="Shop", virtual_servers=(path,)))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert world.seen_by_client(path).serial == result.serial
    assert world.device.get("/mgmt/tm/ltm/profile/client-ssl/~Shop~www.example.com_clientssl")


def test_other_settings_of_a_virtual_server_do_not_change(world: World) -> None:
    world.device.add_rule("/Common/redirect", "when HTTP_REQUEST { HTTP::redirect https://x.example.com/ }")
    world.device.set(VIRTUAL_URL, rules=["/Common/redirect"], description="do not touch")
    before = world.device.get(VIRTUAL_URL)
    world.one(world.job())
    after = world.device.get(VIRTUAL_URL)
    ours = {"generation", "lastModifiedTime"}
    assert {k: v for k, v in after.items() if k not in ours} == {k: v for k, v in before.items() if k not in ours}


def test_the_log_numbers_the_steps(world: World, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="sectigo_f5"):
        world.one(world.job())
    steps = [record.getMessage().split()[0] for record in caplog.records if record.name.startswith("sectigo_f5")]
    numbered = [step for step in steps if step.isdigit()]
    assert numbered == ["2", "3", "4", "5", "6", "9", "10", "11", "12"]  # the command logs 1, the real CA 7 and 8


@pytest.mark.parametrize(
    ("changes", "pattern"),
    [
        (
            {"virtual_servers": ("/Common/vs_ww",)},
            "virtual server /Common/vs_ww does not exist.*did you mean /Common/vs_www",
        ),
        ({"virtual_servers": ("/Common/vs_tcp",)}, "/Common/vs_tcp has no HTTP profile; attach one"),
        ({"partition": "Shop"}, "the partition Shop does not exist on the BIG-IP"),
        ({"parent_profile": "/Common/clientsl"}, "parent profile /Common/clientsl does not exist.*did you mean"),
    ],
)
def test_bad_input_leaves_the_device_as_it_was(world: World, changes: dict[str, Any], pattern: str) -> None:
    world.device.add_virtual_server("/Common/vs_tcp", "192.0.2.99:443", profiles=("/Common/tcp",))
    good = world.job("other.example.com", virtual_servers=("/Common/vs_www",))
    bad, fine = world.go(world.job(**changes), good)
    assert (bad.outcome, fine.outcome) == (Outcome.FAILED, Outcome.ENROLLED)
    assert bad.error is not None
    assert re.search(pattern, bad.error), bad.error
    assert not [call for call in world.device.writes() if "www.example.com" in call.path]


@pytest.mark.parametrize("refusal", ["unreachable", "the CA refuses the order; check it"])
def test_a_refusal_of_the_ca_leaves_the_device_as_it_was(world: World, refusal: str) -> None:
    world.authority.refusal = refusal
    result = world.one(world.job())
    assert result.outcome is Outcome.FAILED
    assert world.leftovers() == {}
    for kind in ("ssl-key", "ssl-cert"):
        items = world.device.get(f"/mgmt/tm/sys/file/{kind}")["items"]
        assert not [item["name"] for item in items if "example.com" in item["name"]]
    assert world.device.saved == 0


def test_a_wrong_password_is_reported_without_showing_it(world: World) -> None:
    job = world.job()
    job = replace(job, device=replace(job.device, password=Secret("wrong-password")))
    result = world.one(job)
    assert result.error is not None
    assert "refused the login of admin; check username and password" in result.error
    assert "wrong-password" not in result.error


def test_a_bigip_whose_certificate_is_not_trusted_is_refused(world: World) -> None:
    job = world.job()
    result = world.one(replace(job, device=replace(job.device, verify_tls=True)))
    assert result.error is not None
    assert "certificate of the BIG-IP is not trusted (" in result.error


def test_an_expired_certificate_is_renewed(world: World) -> None:
    job = world.job()
    world.authority.lifetime = timedelta(days=5)
    world.one(job)
    world.wait(days=6)
    result = world.one(job)
    assert (result.outcome, "expired" in result.reason) == (Outcome.RENEWED, True)
