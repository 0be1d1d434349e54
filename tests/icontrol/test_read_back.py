"""A device that shows a change a moment after it confirmed it, or makes a change and never confirms it."""

import re
from pathlib import Path

import pytest

from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.names import EC
from tests.support.world import World

CREATED = ("/sys/file/ssl-key/", "/sys/file/ssl-cert/", "/ltm/profile/client-ssl/")
NOT_YET = ("01020036:3: The requested object was not found.", "Object not found")


@pytest.mark.parametrize("text", NOT_YET)
@pytest.mark.parametrize("path", CREATED[:2])
def test_a_created_object_may_show_later(world: World, path: str, text: str) -> None:
    world.device.fault(Fault(method="GET", path=path, action=f"error:404:{text}", times=2))
    assert world.one(world.job(keys=(EC,))).outcome is Outcome.ENROLLED


def test_a_changed_profile_may_show_later(world: World) -> None:
    world.device.fault(Fault(method="GET", path=CREATED[2], action=f"error:404:{NOT_YET[0]}", times=2))
    result = world.one(world.job(keys=(EC,)))
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.ENROLLED, result.serial)


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (0, "no answer (ReadTimeout)", True),
        (409, "01020066:3: The requested Certificate File (/Common/x) already exists in partition Common.", True),
        (400, "01020066:3: The requested Certificate Key File (/Common/x) already exists in partition Common.", True),
        (409, "already exists", True),
        (400, "01070734:3: Configuration error", False),
        (404, "01020036:3: The requested Certificate File (/Common/x) was not found.", False),
    ],
)
def test_a_taken_name_means_that_an_earlier_try_succeeded(status: int, message: str, expected: bool) -> None:
    kind = DeviceError if status else OutcomeUnknownError
    assert kind("192.0.2.10", "POST", "/mgmt/tm/sys/file/ssl-cert", status, message).may_exist is expected


LOST = ("drop", "drop-after", "async-timeout", "async-timeout-after")
WRITES = (  # and which of them is for good: some are rehearsed, some are made for chain and certificate
    ("POST", "/sys/crypto/key$", 1),
    ("POST", "/sys/crypto/csr$", 1),
    ("POST", "/util/bash$", 1),
    ("POST", "/uploads/", 3),
    ("POST", "/sys/file/ssl-cert$", 2),
    ("POST", "/transaction$", 3),
    ("POST", "/ltm/profile/client-ssl$", 3),
    ("PATCH", "/transaction/", 3),
    ("POST", "/util/unix-rm$", 3),
    ("DELETE", "/sys/crypto/csr/", 1),
    ("POST", "/sys/config$", 1),
    ("DELETE", "/authz/tokens/", 1),
)


@pytest.mark.parametrize("action", LOST[1:3])
@pytest.mark.parametrize(("method", "path", "nth"), WRITES)
def test_one_lost_answer_never_costs_a_certificate(world: World, method: str, path: str, nth: int, action: str) -> None:
    """Whether or not the call arrived: the change is looked for, sent again if absent, and nothing stays behind."""
    fault = Fault(method=method, path=path, nth=nth, action=action)
    world.device.fault(fault)
    result = world.one(world.job(keys=(EC,)))
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.ENROLLED, result.serial)
    assert (world.leftovers(), world.device.saved_is_current) == ({}, True)


@pytest.mark.parametrize("action", LOST)
def test_a_renewal_whose_answer_was_lost_is_in_service(world: World, action: str) -> None:
    job = world.job(keys=(EC,))
    world.one(job)
    world.wait(days=1)
    world.device.fault(Fault(method="PATCH", path="/ltm/profile/client-ssl/", action=action))
    result = world.one(job, force=True)
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.RENEWED, result.serial)
    assert (world.leftovers(), len(world.authority.issued)) == ({}, 2)


def test_a_change_that_is_never_confirmed_is_looked_for(world: World) -> None:
    """Every answer is lost although each change is made: what serves is the new pair, and nothing of it is undone."""
    job = world.job(keys=(EC,))
    world.one(job)
    world.wait(days=1)
    world.device.fault(Fault("PATCH", "/ltm/profile/client-ssl/", action="async-timeout-after", times=1000))
    result = world.one(job, force=True)
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.RENEWED, result.serial)


def test_a_change_that_is_never_made_leaves_the_former_pair(world: World) -> None:
    job = world.job(keys=(EC,))
    before = world.one(job).serial
    world.wait(days=1)
    world.device.fault(Fault("PATCH", "/ltm/profile/client-ssl/", action="async-timeout", times=1000))
    result = world.one(job, force=True)
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.FAILED, before)
    assert "did not put the new pair into" in str(result.error)


def test_every_read_may_time_out_once(world: World) -> None:
    job = world.job(keys=(EC,))
    world.one(job)
    reads = {call.path.rstrip("/") for call in world.device.journal if call.method == "GET"}
    assert "/mgmt/tm/cm/failover-status" in reads
    for path in reads:
        world.device.fault(Fault("GET", f"^{re.escape(path)}/?$", action="async-timeout"))
    world.wait(days=80)
    result = world.one(job)
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.RENEWED, result.serial)


def test_an_unclear_404_does_not_rule_out_the_second_route(tmp_path: Path) -> None:
    with SimulatedBigIP(Switches(tmos="16.1.4", native_password_keys="silently-normal")) as device:
        world = World(device, tmp_path)
        world.add_virtual_server()
        for method in ("GET", "DELETE"):  # after the key of the first route was read and deleted
            device.fault(Fault(method=method, path=CREATED[0], nth=2, action=f"error:404:{NOT_YET[1]}"))
        assert world.one(world.job(keys=(EC,))).error is None


def test_a_key_that_never_shows_fails_and_nothing_stays_behind(world: World) -> None:
    world.device.fault(Fault(method="GET", path=CREATED[0], action=f"error:404:{NOT_YET[0]}", times=99))
    result = world.one(world.job(keys=(EC,), key_route="native"))
    assert "does not show the key" in (result.error or "")
    keys = world.device.get("/mgmt/tm/sys/file/ssl-key")["items"]
    assert [key["name"] for key in keys if key["name"].startswith("www")] == []
