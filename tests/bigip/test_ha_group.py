"""Two BIG-IPs that form a group: which unit is changed, and what happens at a failover."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Exchange, Fault, SimulatedBigIP, Switches
from tests.support.console import Console
from tests.support.ha_pair import Pair, ha_pair, own_address
from tests.support.names import ONLY_EC, PLAIN, PROFILE
from tests.support.world import World, free_port, lasting_writes

SECOND_GROUP = "/Common/traffic-group-2"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    with ha_pair(tmp_path) as pair:
        yield pair


def test_the_active_unit_is_used_wherever_it_stands_in_the_list(pair: Pair) -> None:
    pair.first.fail_over()
    result = pair.world.one(pair.job())
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert pair.first.writes() == []
    assert pair.world.seen_by_client().serial == result.serial
    assert pair.other.saved_is_current


PENDING = "the group says Changes Pending: the BIG-IP's own config sync has to carry the changes over"


def test_a_pending_config_sync_is_noted_in_every_run_until_it_is_done(pair: Pair) -> None:
    job = pair.job()
    assert pair.world.one(job).notes[-1] == PENDING
    kept = pair.world.one(job)
    assert (kept.outcome, kept.notes) == (Outcome.KEPT, (PENDING,))
    pair.world.authority.refusal = "the CA is closed"
    failed = pair.world.one(job, force=True)
    assert (failed.outcome, failed.notes) == (Outcome.FAILED, (PENDING,))
    pair.first.sync()
    assert pair.world.one(job).outcome is Outcome.KEPT
    assert pair.world.one(job).notes == ()


@pytest.mark.parametrize("command", ["run", "plan", "check"])
def test_a_pending_config_sync_is_noted_by_reading_commands(pair: Pair, command: str) -> None:
    pair.world.one(pair.job(keys=ONLY_EC))
    console = Console(pair.world)
    console.configure(host=[unit.address for unit in pair.units])
    asked = sum(call.path.endswith("/cm/sync-status") for unit in pair.units for call in unit.journal)
    assert PENDING in console.say(command).out
    now = sum(call.path.endswith("/cm/sync-status") for unit in pair.units for call in unit.journal)
    assert now - asked == 1


def test_the_other_unit_keeps_and_renews_the_pair_after_a_failover(pair: Pair) -> None:
    job = pair.job()
    first = pair.world.one(job)
    pair.first.sync()
    pair.first.fail_over()
    assert pair.world.seen_by_client().serial == first.serial
    kept = pair.world.one(job)
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, first.serial)
    renewed = pair.world.one(job, force=True)
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, None)
    assert pair.world.seen_by_client().serial == renewed.serial


@pytest.mark.parametrize("action", ["drop", "status:503"])
@pytest.mark.parametrize("which", [0, 1])
def test_a_unit_that_is_down_does_not_matter_if_the_active_one_answers(pair: Pair, action: str, which: int) -> None:
    pair.world.pause = lambda _: None
    if which == 0:
        pair.first.fail_over()
    pair.down(pair.units[which], action)
    assert pair.world.one(pair.job()).error is None


def test_a_unit_that_fails_after_its_login_does_not_matter(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    pair.world.pause = lambda _: None
    pair.other.fault(Fault(method="GET", path="failover-status", times=10_000, action="status:503"))
    assert pair.world.one(pair.job()).error is None


def test_a_group_without_its_active_unit_is_not_written_to(pair: Pair) -> None:
    pair.down(pair.first)
    result = pair.world.one(pair.job())
    assert f"{pair.other.address} is not the active unit: nothing in service was changed" in (result.error or "")
    assert [unit.writes() for unit in pair.units] == [[], []]


def test_a_group_that_does_not_answer_is_reported_unit_by_unit(pair: Pair) -> None:
    for unit in pair.units:
        pair.down(unit)
    error = pair.world.one(pair.job()).error or ""
    assert all(unit.address in error for unit in pair.units)


def test_a_refused_login_is_not_repeated_on_the_other_unit(pair: Pair) -> None:
    job = pair.job()
    wrong = replace(job, device=replace(job.device, password=type(job.device.password)("wrong")))
    assert "refused the login of admin" in (pair.world.one(wrong).error or "")
    assert [len([c for c in unit.journal if c.path.endswith("login")]) for unit in pair.units] == [1, 0]


STEPS = ["POST /mgmt/tm/sys/crypto/key", "POST /mgmt/tm/util/bash", "POST /mgmt/tm/sys/file/ssl-cert"]


@pytest.mark.parametrize("renewal", [False, True], ids=["enrolment", "renewal"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.rpartition("/")[2])
def test_a_failover_during_a_run_fails_it_and_the_next_run_recovers(pair: Pair, step: str, renewal: bool) -> None:
    job = pair.job()
    if renewal:
        pair.world.one(job)
        pair.first.sync()
    before = pair.world.seen_by_client().serial if renewal else None

    def fail_over(call: Exchange) -> None:
        if f"{call.method} {call.path}" == step:
            pair.first.hook = None
            pair.first.fail_over()

    pair.first.hook = fail_over
    pair.world.wait(hours=1)
    result = pair.world.one(job, force=renewal)
    assert f"{pair.first.address} is not the active unit: nothing in service was changed" in (result.error or "")
    written = lasting_writes(pair.first.writes())
    assert not [call for call in written if "/ltm/" in call.path and call.path.endswith("profiles")] or renewal
    if renewal:
        assert pair.world.seen_by_client().serial == before
    mended = pair.world.one(job, force=renewal)
    assert mended.error is None
    assert pair.world.seen_by_client().serial == mended.serial
    assert [call.path for call in pair.other.writes() if call.path.endswith("/sys/config")]


def test_a_failover_before_the_save_leaves_the_change_unsaved(pair: Pair) -> None:
    uploaded = threading.Event()

    def fail_over(call: Exchange) -> None:
        if call.path == "/mgmt/tm/sys/file/ssl-cert" and call.method == "POST":
            uploaded.set()  # what came before was the rehearsal
        if uploaded.is_set() and re.match(r"PATCH /mgmt/tm/transaction/\d+", f"{call.method} {call.path}"):
            pair.first.hook = None
            pair.first.sync()
            pair.first.fail_over()

    pair.first.hook = fail_over
    result = pair.world.one(pair.job())
    assert (result.outcome, "in service but not saved" in (result.error or "")) == (Outcome.FAILED, True)
    assert pair.first.saved == 0
    again = pair.world.one(pair.job())
    assert (again.outcome, pair.other.saved_is_current) == (Outcome.KEPT, True)


# -- both active -----------------------------------------------------------------------------------


@pytest.fixture
def both(pair: Pair) -> Pair:
    """Each unit active for one traffic group; ``vs_b`` is in the second."""
    pair.world.add_virtual_server("/Common/vs_b", address=own_address())
    pair.first.add_traffic_group(SECOND_GROUP, active=False)
    address = pair.world.addresses["/Common/vs_b"][0]
    pair.first.set(f"/mgmt/tm/ltm/virtual-address/~Common~{address}", trafficGroup=SECOND_GROUP)
    pair.first.sync()
    return pair


def test_the_unit_that_carries_the_traffic_group_is_changed(both: Pair) -> None:
    www, shop = both.job(), both.job("shop.example.com", virtual_servers=("/Common/vs_b",))
    one, two = both.world.go(www, shop)
    assert [one.error, two.error] == [None, None]
    assert both.world.seen_by_client().serial == one.serial
    assert both.world.seen_by_client("/Common/vs_b", "shop.example.com").serial == two.serial
    for unit, name in ((both.first, "www"), (both.other, "shop")):
        uploads = [call.path for call in unit.writes() if "file-transfer" in call.path]
        assert uploads
        assert all(f"{name}.example.com" in path for path in uploads)
        assert unit.saved_is_current


def test_the_traffic_group_of_a_named_virtual_address_is_found(both: Pair) -> None:
    address, port = own_address(), free_port()
    both.first.add_virtual_address("/Common/front", address, trafficGroup=SECOND_GROUP)
    both.first.add_virtual_server("/Common/vs_front", f"/Common/front:{port}", profiles=PLAIN)
    both.world.addresses["/Common/vs_front"] = (address, port)
    both.first.sync()
    result = both.world.one(both.job("shop.example.com", virtual_servers=("/Common/vs_front",)))
    assert result.error is None
    assert both.world.seen_by_client("/Common/vs_front", "shop.example.com").serial == result.serial
    assert both.other.saved_is_current


def test_virtual_addresses_that_may_not_be_read_are_an_error(both: Pair) -> None:
    """Without them it is a guess on which unit a virtual server is served."""
    both.first.fault(Fault("GET", "virtual-address", action="error:401:Authorization failed: x", times=99))
    assert "may not read the virtual addresses" in (both.world.one(both.job()).error or "")


def test_virtual_servers_on_both_units_are_refused(both: Pair) -> None:
    result = both.world.one(both.job(virtual_servers=("/Common/vs_www", "/Common/vs_b")))
    assert "are active on different units" in (result.error or "")
    assert "put them into one traffic group" in (result.error or "")
    assert [unit.writes() for unit in both.units] == [[], []]


@pytest.mark.parametrize("first", [0, 1])
def test_addresses_on_both_units_do_not_stop_a_due_renewal(both: Pair, first: int) -> None:
    """What has our profile is renewed on its unit; the virtual server on the other unit stays as it is."""
    servers = ("/Common/vs_www", "/Common/vs_b")
    ours, other = servers[first], servers[1 - first]
    enrolled = both.world.one(both.job(virtual_servers=(ours,)))
    assert enrolled.error is None
    both.units[first].sync()
    written = len(both.units[1 - first].writes())
    result = both.world.one(both.job(virtual_servers=servers), force=True)
    assert result.serial != enrolled.serial
    assert "are active on different units" in str((result.error, result.notes, result.reason))
    assert both.world.seen_by_client(ours).serial == result.serial
    assert len(both.units[1 - first].writes()) == written
    profiles = both.units[first].get(f"/mgmt/tm/ltm/virtual/{other.replace('/', '~')}/profiles")["items"]
    assert "clientssl" not in str([item["name"] for item in profiles])


def test_a_profile_on_both_units_is_renewed_on_the_first(both: Pair) -> None:
    """It was put on the second by hand, say; there the group's own config sync brings the new certificate."""
    servers = ("/Common/vs_www", "/Common/vs_b")
    enrolled = both.world.one(both.job())
    profiles = [{"name": name} for name in (*PLAIN, PROFILE)]
    both.first.set("/mgmt/tm/ltm/virtual/~Common~vs_b", profiles=profiles)
    both.first.sync()
    result = both.world.one(both.job(virtual_servers=servers), force=True)
    assert result.serial != enrolled.serial
    assert both.world.seen_by_client().serial == result.serial
    assert both.world.seen_by_client("/Common/vs_b").serial == enrolled.serial
    both.first.sync()
    assert both.world.seen_by_client("/Common/vs_b").serial == result.serial


def test_a_deleted_virtual_server_does_not_stop_a_due_renewal(both: Pair) -> None:
    shop = both.job("shop.example.com", virtual_servers=("/Common/vs_b",))
    enrolled = both.world.one(shop)
    both.other.sync()
    missing = replace(shop, virtual_servers=("/Common/vs_gone",))
    result = both.world.one(missing, force=True)
    assert "/Common/vs_gone does not exist" in str((result.error, result.notes, result.reason))
    assert result.serial != enrolled.serial
    assert both.world.seen_by_client("/Common/vs_b", "shop.example.com").serial == result.serial
    assert both.other.saved_is_current


def test_a_holder_that_did_not_answer_is_an_error(both: Pair) -> None:
    both.down(both.other)
    error = both.world.one(both.job(virtual_servers=("/Common/vs_www", "/Common/vs_b"))).error or ""
    assert "which is not among the units that answered; list every unit of the group under host" in error
    assert both.first.writes() == []


def test_a_traffic_group_that_moves_during_a_run_fails_it(both: Pair) -> None:
    both.world.meanwhile(lambda: both.first.add_traffic_group(SECOND_GROUP))
    job = both.job("shop.example.com", virtual_servers=("/Common/vs_b",))
    result = both.world.one(job)
    assert f"is not active for {SECOND_GROUP}: nothing in service was changed" in (result.error or "")
    mended = both.world.one(job)
    assert mended.error is None
    assert both.world.seen_by_client("/Common/vs_b", "shop.example.com").serial == mended.serial


def test_two_standalone_bigips_are_refused_as_a_group(tmp_path: Path) -> None:
    port = free_port()
    with (
        SimulatedBigIP(Switches(), address=own_address(), port=port) as one,
        SimulatedBigIP(Switches(hostname="lone.example.net"), address=own_address(), port=port) as two,
    ):
        world = World(one, tmp_path)
        world.add_virtual_server()
        world.bundle(one, two)
        result = world.one(Pair(world, two).job())
        assert "belongs to no group of units" in (result.error or "")
        assert one.writes() == two.writes() == []


def test_a_save_asks_for_every_traffic_group_that_was_worked_for(both: Pair) -> None:
    with ha_group.connected(both.job().device) as group:
        unit = next(unit for unit in group.active if unit.client.host == both.first.address)
        replace(unit, traffic_groups=frozenset({SECOND_GROUP})).note_change()
        replace(unit, traffic_groups=frozenset()).note_change()
        with pytest.raises(ConnectorError, match=f"is not active for {SECOND_GROUP}"):
            unit.save()
        assert unit.unsaved
