"""``rollback`` puts the previous pair back in service and changes nothing else on the device."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.model import Outcome, Result
from sectigo_f5.simulator import Fault
from tests.support.names import ONLY_EC, PROFILE_URL
from tests.support.virtual_servers import attach
from tests.support.world import World, bigip


def two_generations(world: World, **changes: Any) -> tuple[Result, Result]:
    """Enrol, and force a renewal a day later."""
    first = world.one(world.job(keys=ONLY_EC, **changes))
    world.wait(days=1)
    second = world.one(world.job(keys=ONLY_EC, **changes), force=True)
    assert (first.error, second.error) == (None, None)
    return first, second


def roll_back_one(world: World, **changes: Any) -> Result:
    world.wait(hours=1)
    return world.one(world.job(keys=ONLY_EC, **changes), work=roll_back)


def without_pair(profile: dict[str, Any]) -> dict[str, Any]:
    """Return all properties of a profile except its pair and the device's own counters."""
    pair = {"certKeyChain", "cert", "key", "chain", "passphrase", "generation"}
    return {name: value for name, value in profile.items() if name.removesuffix("Reference") not in pair}


def test_a_rollback_is_one_patch_and_a_save(world: World) -> None:
    first, second = two_generations(world)
    before, writes = world.device.get(PROFILE_URL), len(world.device.writes())
    result = roll_back_one(world)
    assert (result.outcome, result.error, result.serial) == (Outcome.ROLLED_BACK, None, first.serial)
    assert world.seen_by_client().serial == first.serial != second.serial
    assert [(call.method, call.path) for call in world.device.writes()[writes:]] == [
        ("PATCH", PROFILE_URL),
        ("POST", "/mgmt/tm/sys/config"),
    ]
    assert without_pair(world.device.get(PROFILE_URL)) == without_pair(before)
    assert world.device.saved_is_current


@pytest.mark.parametrize("siblings", [0, 1])
def test_the_sni_default_stays_the_default_after_a_rollback(world: World, siblings: int) -> None:
    """Alone it would change silently; beside another profile the device refuses a list without a default."""
    first, _ = two_generations(world, sni=True, sni_default=True)
    for _ in range(siblings):
        assert world.one(world.job("shop.example.com", sni=True, keys=ONLY_EC)).error is None
    result = roll_back_one(world, sni=True, sni_default=True)
    assert (result.error, world.device.get(PROFILE_URL)["sniDefault"]) == (None, "true")
    assert world.seen_by_client(name=None).serial == first.serial


def test_settings_that_drifted_are_left_to_the_next_run(world: World) -> None:
    two_generations(world, sni=True)
    world.device.add_profile("client-ssl", "/Common/hardened")
    world.device.set(PROFILE_URL, defaultsFrom="/Common/hardened", serverName="old.example.com", sniRequire="false")
    before = world.device.get(PROFILE_URL)
    assert roll_back_one(world, sni=True, verify_handshake="off").error is None
    assert without_pair(world.device.get(PROFILE_URL)) == without_pair(before)


def test_a_rollback_is_kept_until_its_renewal_is_due(world: World) -> None:
    first, _ = two_generations(world)
    result = roll_back_one(world)
    assert "runs leave it until its renewal on" in result.reason
    job = world.job(keys=ONLY_EC)
    for _ in range(3):
        world.wait(days=5)
        kept = world.one(job)
        assert (kept.outcome, kept.serial) == (Outcome.KEPT, first.serial)
        assert kept.reason.endswith("left in service after a rollback")
    world.wait(days=50)
    renewed = world.one(job)
    assert renewed.outcome is Outcome.RENEWED
    assert "roll back" not in world.one(job).reason


def test_a_forced_run_ends_a_rollback_and_deletes_the_bad_generation(world: World) -> None:
    first, _ = two_generations(world)
    kept_names = generations(world)
    roll_back_one(world)
    world.wait(hours=1)
    forced = world.one(world.job(keys=ONLY_EC), force=True)
    assert (forced.outcome, world.seen_by_client().serial) == (Outcome.RENEWED, forced.serial)
    assert generations(world)[:-1] == kept_names[:1]
    assert roll_back_one(world).serial == first.serial


def generations(world: World) -> list[str]:
    """Return the names of our certificates on the device, oldest first."""
    names = [item["name"] for item in world.device.get("/mgmt/tm/sys/file/ssl-cert")["items"]]
    return sorted(name for name in names if name.startswith("www.") and "_chain" not in name)


def test_a_previous_certificate_due_for_renewal_is_mentioned(world: World) -> None:
    world.one(world.job(keys=ONLY_EC))
    world.wait(days=65)
    world.one(world.job(keys=ONLY_EC))
    result = roll_back_one(world)
    assert "its own renewal is due, so the next run gets a new certificate" in result.reason
    assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.RENEWED


def test_a_second_rollback_fails_if_there_is_no_older_generation(world: World) -> None:
    first, _ = two_generations(world)
    assert roll_back_one(world).error is None
    again = roll_back_one(world)
    assert again.outcome is Outcome.FAILED
    assert "no generation of www.example.com older than" in str(again.error)
    assert "`start_acme.py run --force --only www.example.com@bigip-sim` gets a new" in str(again.error)
    assert world.seen_by_client().serial == first.serial
    kept = world.one(world.job(keys=ONLY_EC))
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, first.serial)


def test_a_refused_second_rollback_does_not_undo_the_first(world: World) -> None:
    """Three generations on the device: a rollback to the second, then a refused one to the first."""
    job = world.job(keys=ONLY_EC)
    serials: list[str | None] = []
    for _ in range(3):
        serials.append(world.one(job, force=bool(serials)).serial)
        _hold(world)
        world.wait(hours=1)
    assert roll_back_one(world).serial == serials[1]
    refusal = "error:400:01070734:3: Configuration error: refused by a test"
    world.device.fault(Fault(method="PATCH", path="client-ssl", action=refusal))
    assert roll_back_one(world).outcome is Outcome.FAILED
    kept = world.one(job)
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, serials[1])


def _hold(world: World) -> None:
    """Use the pair in service in a foreign profile, so that no clean-up deletes it."""
    (entry,) = world.device.get(PROFILE_URL)["certKeyChain"]
    wanted = {name: entry[name] for name in ("name", "cert", "key", "chain", "passphrase")}
    name = entry["cert"].rpartition("/")[2].removesuffix(".crt")
    if not world.device.exists(object_url("ltm/profile/client-ssl", f"/Common/held_{name}")):
        world.device.add_profile("client-ssl", f"/Common/held_{name}", certKeyChain=[wanted])


@pytest.mark.parametrize(
    ("way", "sentence"),
    [("recorded by revoke", "there is no generation of www.example.com"), ("reported by the CA", "was revoked: key")],
)
def test_a_revoked_generation_is_not_put_in_service(world: World, way: str, sentence: str) -> None:
    first = world.one(world.job(keys=ONLY_EC, revocation_check=True))
    if way == "recorded by revoke":
        world.one(world.job(keys=ONLY_EC), work=partial(revoke_in_service, reason="keycompromise"))
    world.wait(days=1)
    second = world.one(world.job(keys=ONLY_EC), force=True)
    if way == "reported by the CA":
        world.revocation.reason = "keyCompromise"
    result = roll_back_one(world, revocation_check=True)
    assert sentence in str(result.error)
    assert world.seen_by_client().serial == second.serial != first.serial


def test_an_expired_generation_is_not_put_in_service(world: World) -> None:
    _, second = two_generations(world)
    world.wait(days=89, hours=5)
    result = roll_back_one(world)
    assert "expired; `start_acme.py run --force" in str(result.error)
    assert world.seen_by_client().serial == second.serial


def test_a_certificate_revoked_after_a_rollback_gets_a_new_key(world: World) -> None:
    """The newest pair on the device is the one that the operator removed: it must not return."""
    first, second = two_generations(world)
    roll_back_one(world)
    revoked = world.one(world.job(keys=ONLY_EC), work=partial(revoke_in_service, reason="superseded"))
    assert (revoked.outcome, revoked.serial) == (Outcome.REVOKED, first.serial)
    replaced = world.one(world.job(keys=ONLY_EC))
    assert replaced.outcome is Outcome.REPLACED
    assert world.seen_by_client().serial not in (first.serial, second.serial)


def test_a_name_that_is_served_is_not_lost_by_a_rollback(world: World) -> None:
    narrow = world.job(keys=ONLY_EC)
    first = world.one(narrow)
    world.wait(days=1)
    wider = world.job("www.example.com", "api.example.com", keys=ONLY_EC)
    second, writes = world.one(wider), len(world.device.writes())
    refused = world.one(wider, work=roll_back)
    assert (
        "does not serve api.example.com, which is served now; take it out of the YAML of www.example.com first if it "
        "may go; `start_acme.py run --force --only www.example.com@bigip-sim` gets a new key"
    ) in (refused.error or "")
    assert (world.seen_by_client().serial, world.device.writes()[writes:]) == (second.serial, [])
    assert world.one(narrow, work=roll_back).outcome is Outcome.ROLLED_BACK
    assert world.seen_by_client().serial == first.serial


def test_a_rollback_without_a_certificate_in_service_fails(world: World) -> None:
    result = roll_back_one(world)
    assert "serves no certificate of ours; run `start_acme.py run` first" in str(result.error)
    assert world.device.writes() == []


def test_a_chain_that_was_deleted_is_stored_again(world: World) -> None:
    """Without it the handshake would succeed here and fail for clients that do not know the issuer."""
    first, _ = two_generations(world, verify_handshake="off")
    chain = next(
        item["fullPath"]
        for item in world.device.get("/mgmt/tm/sys/file/ssl-cert")["items"]
        if item["name"].endswith("_chain.crt")
    )
    world.device.delete(object_url("sys/file/ssl-cert", chain))
    assert roll_back_one(world).serial == first.serial
    (entry,) = world.device.get(PROFILE_URL)["certKeyChain"]
    assert entry["chain"] == chain
    assert world.device.get(object_url("sys/file/ssl-cert", chain))


def test_a_virtual_server_without_our_profile_does_not_prevent_rollback(world: World) -> None:
    world.add_virtual_server("/Common/vs_b", "/Common/clientssl")
    servers = ("/Common/vs_www", "/Common/vs_b")
    first, _ = two_generations(world, virtual_servers=servers)
    attach(world, "/Common/clientssl", path="/Common/vs_b")
    assert roll_back_one(world, virtual_servers=servers).error is None
    assert world.seen_by_client().serial == first.serial


# -- the device's own ciphertext -------------------------------------------------------------------


@pytest.fixture
def stubborn(tmp_path: Path) -> Iterator[World]:
    """A BIG-IP that does not accept its own ``$M$`` text."""
    with bigip(tmp_path, own_ciphertext="rejected") as world:
        yield world


def test_a_device_that_refuses_its_own_ciphertext_stays_as_it_was(stubborn: World) -> None:
    _, second = two_generations(stubborn)
    before = stubborn.device.get(PROFILE_URL)
    result = roll_back_one(stubborn)
    assert result.outcome is Outcome.FAILED
    assert "does not take the previous key and certificate back, so nothing was changed" in str(result.error)
    assert "`start_acme.py run --force --only" in str(result.error)
    assert "$M$" not in str(result.error)
    assert stubborn.device.get(PROFILE_URL) == before
    assert stubborn.seen_by_client().serial == second.serial
    kept = stubborn.one(stubborn.job(keys=ONLY_EC))
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, second.serial)


def test_the_ciphertext_is_omitted_if_the_key_object_has_the_passphrase(tmp_path: Path) -> None:
    with bigip(tmp_path, own_ciphertext="rejected", profile_passphrase="optional") as world:
        first, _ = two_generations(world)
        assert roll_back_one(world).error is None
        assert world.seen_by_client().serial == first.serial


# -- answers that get lost -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "times", "changed"),
    [("drop-after", 1, True), ("drop", 1, True), ("html:502", 1, True), ("drop", 2, False), ("html:502", 2, False)],
)
def test_a_lost_answer_is_resolved_by_reading(world: World, way: str, times: int, changed: bool) -> None:
    """Lost once, the change is read back and repeated; lost twice, the rollback fails and changes nothing."""
    first, second = two_generations(world)
    world.device.fault(Fault(method="PATCH", path="client-ssl", times=times, action=way))
    result = roll_back_one(world)
    assert (result.outcome is Outcome.ROLLED_BACK) == changed
    expected = first if changed else second
    assert world.seen_by_client().serial == expected.serial
    kept = world.one(world.job(keys=ONLY_EC))
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, expected.serial)


def test_an_unsaved_rollback_fails_and_the_next_run_saves_it(world: World) -> None:
    first, _ = two_generations(world)
    world.device.fault(Fault(method="POST", path="/sys/config$", times=2, action="error:400:01070734:3: disk full"))
    result = roll_back_one(world)
    assert (result.outcome, "in service but not saved" in str(result.error)) == (Outcome.FAILED, True)
    kept = world.one(world.job(keys=ONLY_EC))
    assert (kept.outcome, kept.serial, world.device.saved_is_current) == (Outcome.KEPT, first.serial, True)


def test_a_rollback_killed_before_its_save_is_saved_by_the_next_run(world: World) -> None:
    """The state of device and disk if the process is killed right after the change."""
    first, second = two_generations(world)
    job = world.job(keys=ONLY_EC)
    (older, newer) = (name.split("_")[1].removesuffix(".crt") for name in generations(world))
    world.state.history.note_rollback(job, newer, world.now)
    world.state.unsaved.mark(job.device.name)
    key = world.device.get(f"/mgmt/tm/sys/file/ssl-key/~Common~www.example.com_{older}.key")
    stem = f"/Common/www.example.com_{older}"
    entry = {"name": "default", "cert": f"{stem}.crt", "key": f"{stem}.key", "chain": f"{stem}_chain.crt"}
    world.device.set(PROFILE_URL, certKeyChain=[{**entry, "passphrase": key["passphrase"]}])
    assert not world.device.saved_is_current
    kept = world.one(job)
    assert (kept.outcome, kept.serial, world.device.saved_is_current) == (Outcome.KEPT, first.serial, True)
    assert first.serial != second.serial


def test_a_rollback_is_a_warning_in_every_run(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """A warning makes a quiet cron job send mail about an emergency measure that may be forgotten."""
    two_generations(world)
    roll_back_one(world)
    with caplog.at_level(logging.WARNING, logger="sectigo_f5"):
        world.one(world.job(keys=ONLY_EC))
    (warning,) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert warning.startswith("3 kept: ")
    assert warning.endswith("left in service after a rollback")


def test_the_log_names_the_certificate_in_service(world: World, caplog: pytest.LogCaptureFixture) -> None:
    two_generations(world)
    with caplog.at_level(logging.INFO, logger="sectigo_f5"):
        roll_back_one(world)
    messages = [record.getMessage() for record in caplog.records if record.name.startswith("sectigo_f5")]
    assert any(text.startswith("11 client SSL profile") for text in messages)
    assert "/Common/vs_www serves the certificate of www.example.com" in messages
