"""What runs that died have left goes in the next run, kept or not; and so does a pair that nobody can go back to."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.transfer import upload
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault
from sectigo_f5.timestamps import from_stamp
from tests.support.names import ONLY_EC
from tests.support.virtual_servers import hand_made, url
from tests.support.world import World

DIED = "20260101T000000Z"
STEM = f"www.example.com_{DIED}"
TOKEN = "ab-token_1"


def names(world: World, kind: str) -> set[str]:
    """Return the names of objects of our certificate."""
    items: list[dict[str, Any]] = world.device.get(f"/mgmt/tm/{kind}").get("items", [])
    return {item["name"] for item in items if item["name"].startswith("www.example.com_")}


def ours(world: World) -> set[str]:
    return names(world, "sys/file/ssl-key") | names(world, "sys/file/ssl-cert") | set(world.device.csrs)


def session(world: World) -> IControl:
    device = world.connection()
    return IControl(device.hosts[0], device.port, device.username, device.password, device.verify_tls)


def make_key(client: IControl, name: str) -> None:
    body = {"name": name, "keyType": "ec-private", "curveName": "prime256v1", "securityType": "normal"}
    client.post("/mgmt/tm/sys/crypto/key", {**body, "partition": "Common"})


def litter(world: World, *, remembered: bool) -> None:
    """Leave what a run leaves that dies before its change: key, CSR, uploads."""
    with session(world) as client:
        make_key(client, f"{STEM}.key")
        request = {"name": f"{STEM}.csr", "key": f"/Common/{STEM}.key", "commonName": "www.example.com"}
        client.post("/mgmt/tm/sys/crypto/csr", {**request, "partition": "Common"})
        for suffix in (".pass", ".cnf", ".pem", ".crt", "_chain.crt"):
            upload(client, f"{STEM}{suffix}", b"left by a run that died")
    if remembered:
        world.state.orders.start(world.job(), DIED)


@pytest.mark.parametrize("remembered", [True, False], ids=["remembered", "STATE_DIR lost"])
@pytest.mark.parametrize("later", [1, -1], ids=["newer than what serves", "older"])
def test_a_kept_certificate_does_not_keep_the_litter_of_a_run_that_died(
    world: World, remembered: bool, later: int
) -> None:
    job = world.job(keys=ONLY_EC)
    world.now = from_stamp(DIED) - timedelta(hours=later)
    world.one(job)
    before = ours(world)
    litter(world, remembered=remembered)
    assert len(ours(world) - before) == 2
    assert world.one(job).outcome is Outcome.KEPT
    assert (ours(world), world.leftovers(), world.device.saved_is_current) == (before, {}, True)
    writes = len(world.device.writes())
    assert world.one(job).outcome is Outcome.KEPT
    assert world.device.writes()[writes:] == []


def test_what_somebody_refers_to_stays(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    hand_made(world, STEM, "other.example.com")  # its key and certificate have names of ours, and a profile holds them
    before = ours(world)
    assert world.one(job).outcome is Outcome.KEPT
    assert ours(world) == before


def test_what_the_device_calls_in_use_is_not_tried_in_each_run(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    litter(world, remembered=False)
    refusal = "error:400:01071349:3: File object by name is in use."
    world.device.fault(Fault("DELETE", "/sys/file/ssl-key/", action=refusal, times=99))
    assert [world.one(job).outcome for _ in range(2)] == [Outcome.KEPT, Outcome.KEPT]
    writes = len(world.device.writes())
    assert world.one(job).outcome is Outcome.KEPT
    assert world.device.writes()[writes:] == []


def test_names_of_other_certificates_stay(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    with session(world) as client:
        for name in (f"www.example.com.{STEM}.key", f"{STEM}_old.key", f"x{STEM}.key", "www.example.com_2026.key"):
            make_key(client, name)
    before = world.device.get("/mgmt/tm/sys/file/ssl-key")["items"]
    world.state.orders.start(job, DIED)
    world.one(job)
    assert world.device.get("/mgmt/tm/sys/file/ssl-key")["items"] == before


@pytest.mark.parametrize("why", ["expired", "revoked"])
def test_a_previous_pair_that_nobody_can_go_back_to_is_deleted(world: World, why: str) -> None:
    job = world.job(keys=ONLY_EC)
    (first,) = {name for name in (world.one(job), ours(world))[1] if name.endswith(".key")}
    world.wait(days=65)
    world.one(job)
    assert first in ours(world)
    if why == "expired":
        world.wait(days=26)
    else:
        (older,) = (of for of in world.state.certificates.copies(job) if of.key.endswith(first))
        world.state.certificates.note_revoked(job, older, "keycompromise")
    assert world.one(job).outcome is Outcome.KEPT
    assert (first in ours(world), len(names(world, "sys/file/ssl-key"))) == (False, 1)
    assert world.device.saved_is_current


def test_a_revoked_certificate_goes_with_its_replacement(world: World) -> None:
    job = world.job(keys=ONLY_EC, revocation_check=True)
    world.one(job)
    world.revocation.reason = "keycompromise"
    assert world.one(job).outcome is Outcome.REPLACED
    assert len(names(world, "sys/file/ssl-key")) == 1


def test_the_challenge_of_a_run_that_died_goes_and_other_rules_stay(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    rules = [f"/Common/Certbot-Letsencrypt-{name}" for name in (TOKEN, "of-somebody-else")]
    for path in ("/Common/redirect", *rules):
        world.device.add_rule(path, "when HTTP_REQUEST { }")
    world.device.set(url("/Common/vs_www"), rules=["/Common/redirect", *rules])
    file = world.state.orders.file(job, DIED, "")
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"url": "https://ca.example.com/order/9", "tokens": f"another {TOKEN}"}))
    world.state.orders.start(job, DIED)
    assert world.one(job).outcome is Outcome.KEPT
    assert world.device.get(url("/Common/vs_www"))["rules"] == ["/Common/redirect", rules[1]]
    assert rules[0] not in world.device.rules
    assert world.state.orders.tokens(job) == frozenset()


@pytest.mark.parametrize("path", ["/sys/file/ssl-key/", "/sys/crypto/csr/", "/util/bash"])
def test_a_clean_up_that_is_refused_does_not_fail_the_certificate(world: World, path: str) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    before = ours(world)
    litter(world, remembered=True)
    for method in ("POST", "DELETE"):
        world.device.fault(Fault(method, path, action="error:403:access denied", times=9))
    assert world.one(job).outcome is Outcome.KEPT
    world.device.heal()
    assert world.one(job).outcome is Outcome.KEPT
    assert ours(world) - before == set() if path != "/sys/crypto/csr/" else {f"/Common/{STEM}.csr"}


def test_a_clean_up_that_is_not_saved_is_not_called_kept(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    litter(world, remembered=True)
    world.device.fault(Fault("POST", "/sys/config", nth=2, action="error:400:01070734:3: disk full", times=99))
    failed = world.one(job)
    assert (failed.outcome, "changes of ours on the BIG-IP are not saved" in (failed.error or "")) == (
        Outcome.FAILED,
        True,
    )
    assert world.one(job).outcome is Outcome.FAILED
    world.device.heal()
    assert (world.one(job).outcome, world.device.saved_is_current) == (Outcome.KEPT, True)


@pytest.mark.parametrize("path", ["/sys/crypto/csr/", "/util/(bash|unix-rm)"], ids=["CSR", "files"])
def test_what_a_login_could_not_delete_the_next_one_deletes(world: World, path: str) -> None:
    made = "DELETE" if "csr" in path else "POST"
    nth = 1 if "csr" in path else 2  # the shell reads the CSR before
    world.device.fault(Fault(made, path, nth, action="error:403:access denied", times=9))
    assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.ENROLLED
    assert world.leftovers()
    world.device.heal()
    assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.KEPT
    assert world.leftovers() == {}
