"""What the CA has issued, or may issue, is kept until it serves; an order that came to nothing is not soon repeated."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from sectigo_f5.icontrol.client import object_url
from sectigo_f5.model import Generation, Outcome
from sectigo_f5.simulator import Fault
from tests.support.names import ONLY_EC
from tests.support.world import World

FOR_EVER = 10_000
REFUSED = "error:400:01070734:3: Configuration error: refused by a test"
BROKEN = "error:500:internal error"


def refuse(world: World, method: str, path: str, action: str = REFUSED) -> None:
    """Have every such call refused until :meth:`SimulatedBigIP.heal`."""
    world.device.fault(Fault(method=method, path=path, action=action, times=FOR_EVER))


def serial(world: World) -> str:
    """Return the serial number of the last certificate that the CA has issued."""
    return f"{world.authority.issued[-1].serial_number:x}"


def keys(world: World) -> list[str]:
    items: list[dict[str, Any]] = world.device.get("/mgmt/tm/sys/file/ssl-key")["items"]
    return [item["fullPath"] for item in items if Generation.parse(item["fullPath"], "www.example.com")]


@pytest.mark.parametrize(
    ("method", "path", "action", "orders"),
    [
        ("POST", "/uploads/", REFUSED, 0),
        ("POST", "/uploads/", BROKEN, 0),
        ("POST", "/transaction", REFUSED, 0),
        ("PATCH", "/transaction/", REFUSED, 0),
        ("PATCH", "/transaction/", BROKEN, 1),  # the rehearsal cannot tell
        ("POST", "/sys/file/ssl-cert", REFUSED, 1),
        ("POST", "/sys/file/ssl-cert", BROKEN, 1),
    ],
)
def test_a_refusal_costs_no_order_or_one(world: World, method: str, path: str, action: str, orders: int) -> None:
    refuse(world, method, path, action)
    for _ in range(5):
        assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.FAILED
        assert (len(world.authority.placed), len(keys(world))) == (orders, orders)
        world.wait(hours=12)
    world.device.heal()
    result = world.one(world.job(keys=ONLY_EC))
    assert (result.outcome, result.error, len(world.authority.placed)) == (Outcome.ENROLLED, None, 1)
    assert result.serial == serial(world) == world.seen_by_client().serial
    assert (world.one(world.job(keys=ONLY_EC)).outcome, world.leftovers()) == (Outcome.KEPT, {})


def test_a_renewal_that_the_device_refuses_goes_on_with_what_was_issued(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    before = world.one(job).serial
    world.wait(days=70)
    refuse(world, "POST", "/sys/file/ssl-cert")
    assert [world.one(job).outcome for _ in range(4)] == [Outcome.FAILED] * 4
    assert (world.seen_by_client().serial, len(world.authority.placed)) == (before, 2)
    world.device.heal()
    world.authority.refusal = "unreachable"  # it need not be asked
    result = world.one(job)
    assert (result.outcome, result.serial, len(world.authority.placed)) == (Outcome.RENEWED, serial(world), 2)
    assert "the CA has issued serial" in result.reason


def test_the_log_says_what_is_kept_and_what_is_continued(world: World, caplog: pytest.LogCaptureFixture) -> None:
    job = world.job(keys=ONLY_EC)
    refuse(world, "POST", "/sys/file/ssl-cert")
    with caplog.at_level(logging.INFO, "sectigo_f5"):
        world.one(job)
        assert "what the CA has issued is kept; the next run continues with it, and orders nothing" in caplog.messages
        caplog.clear()
        world.device.heal()
        world.one(job)
    (key,) = keys(world)
    assert f"4 to 6 continuing with the key {key} of an earlier run" in caplog.messages
    assert any(line.startswith("9 certificate of an earlier run: serial") for line in caplog.messages)
    assert "the password of the new key is forgotten" not in caplog.messages


def test_a_pending_order_is_collected_by_a_later_run(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.authority.processing = True
    results = []
    for _ in range(3):
        results.append(world.one(job))
        world.wait(hours=12)
    assert {result.outcome for result in results} == {Outcome.PENDING}
    assert all(result.error is None and "still processing" in result.reason for result in results)
    assert (len(world.authority.placed), world.leftovers()) == (1, {})
    assert world.device.saved_is_current  # a restart must not take the key away
    world.authority.processing = False
    result = world.one(job)
    assert (result.outcome, result.serial, len(world.authority.placed)) == (Outcome.ENROLLED, serial(world), 1)
    assert (world.seen_by_client().serial, world.state.orders.of(job)) == (result.serial, ())


def test_a_forced_order_that_is_pending_is_collected_without_force(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    before = world.one(job).serial
    world.authority.processing = True
    pending = world.one(job, force=True)
    assert (pending.outcome, pending.serial) == (Outcome.PENDING, before)
    world.authority.processing = False
    result = world.one(job)
    assert (result.outcome, result.serial, len(world.authority.placed)) == (Outcome.RENEWED, serial(world), 2)


@pytest.mark.parametrize("why", ["names", "key type", "key gone", "force", "revoked", "old"])
def test_an_order_is_given_up_if_it_can_no_longer_serve(world: World, why: str) -> None:
    job = world.job(keys=ONLY_EC, revocation_check=True)
    refuse(world, "POST", "/sys/file/ssl-cert")
    world.one(job)
    (key,) = keys(world)
    world.device.heal()
    options: dict[str, Any] = {}
    if why == "names":
        job = world.job("www.example.com", "api.example.com", keys=ONLY_EC)
    elif why == "key type":
        job = world.job()
    elif why == "key gone":
        world.device.delete(object_url("sys/file/ssl-key", key))
    elif why == "force":
        options["force"] = True
    elif why == "revoked":
        world.revocation.reason = "keycompromise"
    elif why == "old":
        world.wait(days=70)
    else:
        raise AssertionError(why)
    result = world.one(job, **options)
    assert (result.outcome, len(world.authority.placed)) == (Outcome.ENROLLED, 2)
    assert result.serial == serial(world)


def test_a_refusing_ca_leaves_no_key_and_is_asked_once_a_day_after_two_failures(world: World) -> None:
    job, asked = world.job(keys=ONLY_EC), []
    world.authority.limit = 0
    for _ in range(16):  # every six hours
        result = world.one(job)
        assert (result.outcome, keys(world)) == (Outcome.FAILED, [])
        asked.append(
            "rate limit is reached" in (result.error or "") and "nothing is ordered" not in (result.error or "")
        )
        world.wait(hours=6)
    assert asked == [True, True, *[False, False, False, True] * 3, False, False]
    assert "nothing is ordered before" in (result.error or "")
    assert "the CA's rate limit is reached" in (result.error or "")


@pytest.mark.parametrize("how", ["force", "another configuration"])
def test_an_operator_may_order_at_once(world: World, how: str) -> None:
    job = world.job(keys=ONLY_EC)
    world.authority.limit = 0
    for _ in range(3):
        world.one(job)
    world.authority.limit = None
    assert "nothing is ordered before" in (world.one(job).error or "")
    changed = world.job("www.example.com", "api.example.com", keys=ONLY_EC)
    result = world.one(job, force=True) if how == "force" else world.one(changed)
    assert (result.outcome, len(world.authority.placed)) == (Outcome.ENROLLED, 1)


def test_a_device_that_was_down_does_not_hold_up_an_order(world: World) -> None:
    job = world.job(keys=ONLY_EC, revocation_check=True)
    world.one(job)
    refuse(world, "GET", "/sys/file/ssl-key")
    assert [world.one(job).outcome for _ in range(3)] == [Outcome.FAILED] * 3
    world.device.heal()
    world.revocation.reason = "keycompromise"
    assert world.one(job).outcome is Outcome.REPLACED
