"""Every write of an enrolment and of a renewal, failing in every way: no site goes down, and the next run repairs it.

The list of calls comes from the journal of a successful run, so a call that is added to the
connector is covered as well.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sectigo_f5.icontrol.client import object_url
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Fault
from tests.support.names import PROFILE
from tests.support.world import World, bigip

WAYS = ("error:400:01070734:3: Configuration error: refused by a test", "drop", "drop-after", "html:502")
STAMP = re.compile(r"\d{8}T\d{6}Z")


def journal_of(tmp_path: Path, runs: int) -> list[tuple[str, str]]:
    """Return method and path pattern of each write of the last of ``runs`` runs."""
    with bigip(tmp_path, tmos="16.1.4") as world:
        device = world.device
        for number in range(runs):
            before = len(device.writes())
            assert world.one(world.job(), force=number > 0).error is None
            world.wait(days=1)
        return [(call.method, _pattern(call.path)) for call in device.writes()[before:]]


def _pattern(path: str) -> str:
    path = STAMP.sub("STAMP", path).replace("/mgmt/tm/transaction/", "/mgmt/tm/transaction/ID/")
    path = re.sub(r"transaction/ID/\w+", "transaction/ID", path)
    return f"^{re.escape(path).replace('STAMP', STAMP.pattern).replace('ID', '[0-9]+')}/?$"


def sweep(world: World, calls: list[tuple[str, str]], way: str, renewal: bool) -> None:
    job = world.job()
    serving = {world.one(job).serial} if renewal else set()
    for number, (method, path) in enumerate(calls):
        nth = calls[: number + 1].count((method, path))
        world.device.fault(Fault(method=method, path=path, nth=nth, action=way))
        world.wait(hours=1)
        result = world.one(job, force=renewal)
        if renewal:
            now = world.seen_by_client().serial
            assert now in serving | {result.serial}, f"{method} {path}: an unknown certificate is served"
            serving = {now}
        mended = world.one(job)
        assert mended.error is None, f"the run after {way} at {method} {path} fails: {mended.error}"
        assert world.seen_by_client().serial == mended.serial
        assert list(world.device.tokens) == []
        if not renewal:
            remove_everything(world)
        else:
            serving = {mended.serial}


def remove_everything(world: World) -> None:
    """Take our profile and objects off the device, so that the next run enrols again."""
    virtual = object_url("ltm/virtual", "/Common/vs_www")
    profile = PROFILE
    world.device.delete(f"{virtual}/profiles/~Common~www.example.com_clientssl")
    world.device.delete(object_url("ltm/profile/client-ssl", profile))
    for kind in ("ssl-cert", "ssl-key"):
        for item in world.device.get(f"/mgmt/tm/sys/file/{kind}")["items"]:
            if item["name"].startswith("www.example.com_"):
                world.device.delete(object_url(f"sys/file/{kind}", item["fullPath"]))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.partition(":")[0] + way.partition(":")[2][:3])
def test_enrolment_survives_a_fault_at_every_write(world: World, tmp_path: Path, way: str) -> None:
    sweep(world, journal_of(tmp_path / "model", 1), way, renewal=False)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.partition(":")[0] + way.partition(":")[2][:3])
def test_renewal_never_takes_the_site_down(world: World, tmp_path: Path, way: str) -> None:
    sweep(world, journal_of(tmp_path / "model", 2), way, renewal=True)


def test_an_unsaved_change_fails_and_the_next_run_saves_it(world: World) -> None:
    world.device.fault(Fault(method="POST", path="/sys/config$", times=2, action="error:400:01070734:3: disk full"))
    result = world.one(world.job())
    assert (result.outcome, "in service but not saved" in (result.error or "")) == (Outcome.FAILED, True)
    assert not world.device.saved_is_current
    assert world.one(world.job()).outcome is Outcome.KEPT
    assert (world.device.saved, world.device.saved_is_current) == (1, True)
