"""What METRICS_FILE is told at the end of a command: by the run, the state directory and the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.figures import Figures
from sectigo_f5.model import Configuration, Issued, Job, Outcome, Result
from sectigo_f5.monitoring import Command, note_in_metrics
from sectigo_f5.report.metrics.known import End
from sectigo_f5.report.metrics.names import (
    FAILING_SINCE,
    NEXT_ORDER,
    PENDING_SINCE,
    PLANNED,
    REACHABLE,
    UNMANAGED,
    UNSAVED,
    Metric,
)
from sectigo_f5.simulator import Fault
from sectigo_f5.state.directory import StateDirectory
from sectigo_f5.state.remembered import with_history
from tests.support.names import ONLY_EC
from tests.support.scraped import Scraped
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World


class Monitored:
    """A world whose runs are told to a textfile."""

    def __init__(self, world: World) -> None:
        self.world, self.file, self.job = world, world.folder / "sectigo.prom", world.job(keys=ONLY_EC)

    def run(self, job: Job | None = None, **changes: Any) -> Result:
        """Run once, and tell."""
        job, figures = job or self.job, Figures()
        results = self.world.go(job, figures=figures, **changes)
        history = self.world.state.history.results()
        run = self.world.run_of(job, figures=figures)
        command = Command(Configuration((job,)), self.world.state, None, with_history(results, history), run)
        note_in_metrics(self.file, command, history, End(self.world.now, 0))
        return results[0]

    def told(self, metric: Metric) -> float | None:
        """Return the value for the certificate."""
        return Scraped(self.file).of(metric.name)


@pytest.fixture
def monitored(world: World) -> Monitored:
    return Monitored(world)


def test_the_planned_renewal_is_told_from_the_run_after_the_issue(monitored: Monitored) -> None:
    world = monitored.world
    assert monitored.run().outcome is Outcome.ENROLLED
    assert monitored.told(PLANNED) is None
    world.wait(days=1)
    assert monitored.run().outcome is Outcome.KEPT
    planned = monitored.told(PLANNED)
    assert planned is not None
    assert 0 < planned - world.now.timestamp() < 90 * 86400
    world.device.fault(Fault(method="POST", path="login", times=99, action="drop"))
    world.wait(days=90)
    assert monitored.run().outcome is Outcome.FAILED
    assert monitored.told(PLANNED) == planned, "an alert on its age must not fall silent"
    world.device.heal()
    assert monitored.run().outcome is Outcome.RENEWED
    assert monitored.told(PLANNED) is None


def test_failing_since_is_the_first_failure_even_if_the_history_is_lost(monitored: Monitored) -> None:
    world = monitored.world
    world.authority.refusal = "policy"
    began = world.now.timestamp()
    monitored.run()
    world.wait(days=1)
    (world.state.path / "results.json").unlink()
    monitored.run()
    assert monitored.told(FAILING_SINCE) == began
    world.authority.refusal = None
    monitored.run()
    assert monitored.told(FAILING_SINCE) is None


def test_an_order_that_the_ca_has_not_decided_is_told_until_it_has(monitored: Monitored) -> None:
    world = monitored.world
    world.authority.processing, began = True, world.now.timestamp()
    for _ in range(2):
        assert monitored.run().outcome is Outcome.PENDING
        assert monitored.told(PENDING_SINCE) == began
        world.wait(days=1)
    world.authority.processing = False
    assert monitored.run().outcome is Outcome.ENROLLED
    assert monitored.told(PENDING_SINCE) is None


def test_no_order_before_a_time_is_told_while_it_is_so(monitored: Monitored) -> None:
    world = monitored.world
    world.authority.answer = lambda issued: Issued("", "")
    until = []
    for _ in range(6):
        monitored.run()
        until.append(monitored.told(NEXT_ORDER))
        world.wait(hours=1)
    assert until[0] is None
    assert until[-1] is not None
    assert until[-1] > world.now.timestamp()


def test_a_device_that_could_not_be_saved_is_told_until_it_is(monitored: Monitored) -> None:
    world = monitored.world
    world.device.fault(Fault(method="POST", path="sys/config", times=99, action="error:400:disk full"))
    world.device.fault(Fault(method="POST", path="task/sys/config", times=99, action="error:400:disk full"))
    assert monitored.run().outcome is Outcome.FAILED
    assert Scraped(monitored.file).of_metric(UNSAVED, "device") == {"bigip-sim": 1}
    world.device.heal()
    monitored.run()
    assert Scraped(monitored.file).of_metric(UNSAVED, "device") == {"bigip-sim": 0}


def test_a_device_and_what_others_have_there_are_told(monitored: Monitored) -> None:
    world = monitored.world
    attach(world, hand_made(world, "shop", "shop.example.com", sniDefault="true"))
    monitored.run(world.job(keys=ONLY_EC, sni=True))
    told = Scraped(monitored.file)
    assert told.of_metric(UNMANAGED, "device") == {"bigip-sim": 1}
    assert told.of_metric(REACHABLE, "device", "host") == {("bigip-sim", world.device.address): 1}


def test_a_command_that_could_not_begin_leaves_what_the_file_said(monitored: Monitored, tmp_path: Path) -> None:
    monitored.run()
    before = Scraped(monitored.file).samples
    nobody = Command(None, StateDirectory(tmp_path / "nowhere"))
    note_in_metrics(monitored.file, nobody, {}, None)
    assert Scraped(monitored.file).samples == before


def test_without_metrics_file_nothing_is_asked(monitored: Monitored) -> None:
    note_in_metrics(None, Command(None, StateDirectory(monitored.file / "x")), {}, None)
    assert not monitored.file.exists()
