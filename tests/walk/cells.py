"""One cell: an operation that meets one fault at one request, then one run without it, and what became of both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass

from sectigo_f5 import workflow
from sectigo_f5.model import Outcome, Result
from sectigo_f5.report.results import exit_code
from sectigo_f5.simulator import Exchange
from tests.walk import runs
from tests.walk.certbot_failures import FAILURES
from tests.walk.faults import TROUBLES
from tests.walk.judging import Course, faults_of
from tests.walk.scene import Scene
from tests.walk.state import contents
from tests.walk.watching import Watch, served


@dataclass(frozen=True)
class Cell:
    """Where a cell is: ``number`` is that of the request in a run without a fault, from 1 on; 0: Certbot fails."""

    operation: str
    fault: str
    number: int

    def __str__(self) -> str:
        return f"{self.operation}/{self.fault}/{self.number}"

    @classmethod
    def read(cls, text: str) -> Cell:
        """Read what ``str`` wrote; raises :class:`ValueError`."""
        operation, fault, number = text.split("/")
        return cls(operation, fault, int(number))


@dataclass(frozen=True)
class Walked:
    """What became of a cell; ``problems`` is empty if it is as it should be."""

    cell: Cell
    request: str
    words: tuple[str, ...]  # of the runs
    orders: int
    problems: tuple[str, ...]
    error: str = ""  # of the run that met the fault


@dataclass(frozen=True)
class Ground:
    """A scene with what a run without a fault does there: its requests, and what is on the device in the end."""

    scene: Scene
    requests: Sequence[Exchange]
    contents: dict[str, str]


def survey(scene: Scene) -> Ground:
    """Run without a fault; raises :class:`AssertionError` if that fails."""
    scene.put_back()
    before = len(scene.world.device.journal)
    result = runs.in_this_process(scene.world, scene.operation)
    requests = scene.world.device.journal[before:]
    assert (result.outcome in scene.operation.words, result.error) == (True, None)
    scene.world.wait(minutes=1)
    again = scene.world.one(scene.operation.job(scene.world))
    assert (again.outcome, again.error) == (Outcome.KEPT, None)
    assert len(scene.authority.placed) - scene.orders == scene.operation.orders
    return Ground(scene, requests, contents(scene.world))


def walk(ground: Ground, cell: Cell) -> Walked:
    """Walk one cell."""
    scene, world, operation = ground.scene, ground.scene.world, ground.scene.operation
    scene.put_back()
    watch = Watch(world, operation.is_served_before)
    watch.look("before the run")
    serving = served(world)
    result, code = _with_fault(ground, cell, watch)
    watch.look("after the run")
    first = (result, code, served(world), world.device.saved_is_current)
    world.device.hook = None
    world.device.heal()
    others = _then(scene, result, watch)
    watch.look("in the end")
    course = Course(
        operation=operation,
        serving_before=serving,
        first=first,
        signal=TROUBLES[cell.fault].signal if cell.fault in TROUBLES else None,
        dead=cell.fault in FAILURES and FAILURES[cell.fault].is_dead,
        later=others,
        issued=[each.serial_number for each in scene.authority.issued],
        orders=len(scene.authority.placed) - scene.orders,
        served=[served(world, path) for path in operation.servers],
        is_saved=world.device.saved_is_current,
        unknown=list(world.device.unknown),
    )
    world.device.unknown.clear()
    problems = (*watch.problems, *faults_of(course, ground.contents, contents(world)))
    words = tuple(str(each.outcome) if each else "-" for each in (result, *others))
    call = ground.requests[cell.number - 1] if cell.number else None
    request = f"{call.method} {call.path}" if call else "Certbot"
    return Walked(cell, request, words, course.orders, problems, (result and result.error) or "")


def _with_fault(ground: Ground, cell: Cell, watch: Watch) -> tuple[Result | None, int]:
    world = ground.scene.world
    if cell.fault in TROUBLES and (number := TROUBLES[cell.fault].signal):
        return runs.until_signal(world, ground.scene.operation, watch, cell.number, number)
    world.device.hook = watch.look_after
    with _certbot_fails(ground, cell) if cell.fault in FAILURES else _request_fails(ground, cell):
        result = runs.in_this_process(world, ground.scene.operation)
    return result, exit_code([result], [])


@contextmanager
def _certbot_fails(ground: Ground, cell: Cell) -> Iterator[None]:
    authority = ground.scene.authority
    authority.failure = FAILURES[cell.fault]
    yield
    authority.failure = None


@contextmanager
def _request_fails(ground: Ground, cell: Cell) -> Iterator[None]:
    trouble, call = TROUBLES[cell.fault], ground.requests[cell.number - 1]
    nth = sum(each.method == call.method for each in ground.requests[: cell.number])
    ground.scene.world.device.fault(trouble.at(call.method, call.path, nth))
    with runs.impatient_at(cell.number) if trouble.action == "slow" else nullcontext():
        yield


def _then(scene: Scene, first: Result | None, watch: Watch) -> list[Result]:
    """Run once more; a rollback is asked for again unless it said that it was done, and then comes the daily run."""
    world, operation, results = scene.world, scene.operation, list[Result]()
    world.device.hook = watch.look_after
    if operation.work is not workflow.keep_alive and not (first and first.outcome in operation.words):
        world.wait(minutes=1)
        results.append(runs.in_this_process(world, operation))
    world.wait(minutes=1)
    results.append(world.one(operation.job(world)))
    world.device.hook = None
    return results
