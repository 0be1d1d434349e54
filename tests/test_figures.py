"""What a run notes on its way for METRICS_FILE."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.surroundings import neighbours
from sectigo_f5.errors import PendingOrderError
from sectigo_f5.figures import CONTINUED, FAILED, ISSUED, NEW, PENDING, Figures, Timed
from sectigo_f5.model import Outcome
from sectigo_f5.progress import Progress, Step, doing
from sectigo_f5.simulator import Fault
from tests.support.builders import NOW, device
from tests.support.names import ONLY_EC
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World, bigip


def test_time_goes_to_the_step_that_was_told_last() -> None:
    seconds = iter(range(0, 1000, 10))
    figures = Figures()
    timed = Timed(Progress(), figures, lambda: NOW.replace(second=0, minute=next(seconds) // 10))
    with timed.at_work("www.example.com@bigip-fra"):
        doing("reading the BIG-IP", Step.DECIDE)  # minute 0
        doing("still reading")
        with timed.at_work("bigip-fra"):
            doing("logging in", Step.CONNECT)  # 1, to 2
        doing("reading the BIG-IP", Step.DECIDE)  # 3, 4
        doing("uploading", Step.UPLOAD)  # 5, 6
    doing("nobody listens", Step.SAVE)
    assert figures.durations == {Step.CONNECT: 60, Step.DECIDE: 240, Step.UPLOAD: 60}


def test_a_clock_that_is_put_back_takes_nothing_away() -> None:
    figures = Figures()
    figures.note_duration(Step.ISSUE, 30)
    figures.note_duration(Step.ISSUE, -3600)
    assert figures.durations == {Step.ISSUE: 30}


@pytest.mark.parametrize(("error", "end"), [(PendingOrderError("x"), PENDING), (OSError("x"), FAILED)])
def test_an_order_is_counted_however_it_ends(error: Exception, end: str) -> None:
    figures = Figures()
    with figures.ordering(True):
        pass
    with pytest.raises(type(error)), figures.ordering(False):
        raise error
    assert figures.orders == {(NEW, ISSUED): 1, (CONTINUED, end): 1}


def measured(world: World, **changes: Any) -> Figures:
    """Run once over the job of the world; return what was noted."""
    figures = Figures()
    world.go(world.job(keys=ONLY_EC, **changes), figures=figures, progress=Timed(Progress(), figures, world.clock))
    return figures


def test_an_enrolment_passes_all_its_steps_and_the_ca_takes_its_minute(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        world.meanwhile(lambda: None)
        figures = measured(world)
    assert {step for step in Step if step in figures.durations} == set(Step) - {Step.CONFIGURATION, Step.WAIT}
    assert {step: took for step, took in figures.durations.items() if took} == {Step.ISSUE: 60}
    assert figures.orders == {(NEW, ISSUED): 1}


def test_a_kept_run_notes_renewal_units_and_certificates_of_others(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        other = hand_made(world, "shop", "shop.example.com", days=12, sniDefault="true")
        attach(world, other, "/Common/clientssl")
        assert world.one(world.job(keys=ONLY_EC, sni=True)).outcome is Outcome.ENROLLED
        world.wait(days=1)
        figures, of = measured(world, sni=True), world.job()
        unit = (of.device.name, world.device.address)
    planned = figures.planned[of.label]
    assert planned is not None
    assert 0 < (planned - world.now).days < 90
    assert (figures.units, figures.orders) == ({unit: True}, {})
    assert (figures.management[unit] - world.now).days > 0
    ends = {path: end and (end - world.now).days for path, end in figures.unmanaged["bigip-sim"].items()}
    assert ends == {f"{other}.crt": 11}, "not what every BIG-IP makes for itself"


def test_certificates_of_others_cost_no_request(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        attach(world, hand_made(world, "shop", "shop.example.com"))
        with world.session() as f5:
            seen = observe(f5, world.job())
            before = len(world.device.journal)
            assert list(neighbours.unmanaged(f5, seen)) == ["/Common/shop.crt"]
            assert len(world.device.journal) == before


def test_a_unit_that_refuses_the_login_is_noted(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
        figures = measured(world)
    assert figures.units == {("bigip-sim", world.device.address): False}
    assert (figures.planned, figures.management) == ({}, {})


def test_a_bigip_that_falls_silent_at_work_is_noted(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        world.pause = lambda seconds: None
        world.device.fault(Fault(method="GET", path="ltm", times=99, action="drop"))
        figures = measured(world)
        unit = ("bigip-sim", world.device.address)
    assert figures.units == {unit: False}
    assert (figures.management[unit] - world.now).days > 0, "it had shown its certificate"


def test_each_unit_of_a_group_is_noted_by_its_host() -> None:
    figures, both = Figures(), device(hosts=("192.0.2.10", "192.0.2.11"))
    figures.note_units(both, {"192.0.2.11": NOW})
    assert figures.units == {("bigip-fra", "192.0.2.10"): False, ("bigip-fra", "192.0.2.11"): True}
    assert figures.management == {("bigip-fra", "192.0.2.11"): NOW}
