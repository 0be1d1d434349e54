"""Every request of an enrolment and of a renewal, with every fault, each followed by one more run.

``python -m tests.support.walk`` prints a line for each cell: what the two runs said, how many orders the CA got in
both together, and what is left on the BIG-IP; ``--writes`` walks the writes alone. Then every write is refused for
good in five runs. It ends with exit code 1 if a cell has more than one order, or leaves anything.
"""

from __future__ import annotations

import argparse
import logging
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from sectigo_f5.model import Generation, Outcome, Result
from sectigo_f5.simulator import Exchange, Fault
from tests.support.names import ONLY_EC
from tests.support.spread import spread
from tests.support.troubles import FOR_EVER, BusyAuthority, Scene, killed_after_exchange
from tests.support.world import World, bigip

KILLED = "SIGKILL"
STAMP = r"\d{8}T\d{6}Z"
FAULTS = (
    "error:400:01070734:3: Configuration error: refused by a test",
    "error:401:Authorization failed: refused by a test",
    "error:403:access denied",
    "error:500:internal error",
    "status:503",
    "html:502",
    "drop",
    "drop-after",
    "async-timeout",
    "async-timeout-after",
    KILLED,
)


RUNS = 5  # against a write that is refused for good
REFUSALS = ("error:400:01070734:3: Configuration error: refused by a test", *FAULTS[1:4])


@dataclass(frozen=True)
class Refusal:
    """What became of a write that is refused for good."""

    write: str
    refusal: str
    outcomes: tuple[Outcome, ...]
    orders: int
    is_tried_beforehand: bool  # the write comes before the order too

    @property
    def is_good(self) -> bool:
        """True if it cost one order at most, and none if it could be seen beforehand.

        A device that answers a commit by 500 may not know ``validateOnly``.
        """
        can_be_seen = self.is_tried_beforehand and not self.refusal.startswith("error:500")
        none_is_needed = can_be_seen and set(self.outcomes) == {Outcome.FAILED}
        return self.orders <= (0 if none_is_needed else 1)

    def __str__(self) -> str:
        return f"{self.orders} {self.refusal[:9]} {self.write} {' '.join(map(str, self.outcomes))}"


def refusals(
    renewal: bool, refusals: Sequence[str] = REFUSALS, its_own: bool = False, days: int = 1
) -> Iterator[Refusal]:
    """Yield every write of an enrolment or a renewal, refused for good; ``its_own``: that an enrolment has not.

    ``days``: in how many all are walked.
    """
    written = requests_of(renewal, writes=True)
    others = _of_an_enrolment(renewal and its_own)
    order = next(number for number, call in enumerate(written) if "_chain" in call.path)  # the first of step 10
    last = {pattern_of(call): number for number, call in reversed([*enumerate(written)])}
    walked = [(*call, first) for call, first in last.items() if call not in others]
    for method, path, first in spread(walked, days):
        for refusal in refusals:
            with _prepared(renewal) as (world, _):
                before, outcomes = len(world.authority.placed), list[Outcome]()
                world.device.fault(Fault(method, path, action=refusal, times=FOR_EVER))
                for _ in range(RUNS):
                    outcomes.append(world.one(world.job(keys=ONLY_EC)).outcome)
                    world.wait(hours=12)
                orders = len(world.authority.placed) - before
                yield Refusal(f"{method} {path}", refusal, tuple(outcomes), orders, first < order)


def _of_an_enrolment(wanted: bool) -> set[tuple[str, str]]:
    """Return the writes of an enrolment, if they are wanted."""
    return set(map(pattern_of, requests_of(renewal=False, writes=True))) if wanted else set()


def pattern_of(call: Exchange) -> tuple[str, str]:
    """Return method and path of a call, as a pattern that finds it in every run."""
    path = re.sub(r"\d{8}T\d{6}Z", "STAMP", re.sub(r"/transaction/\w+", "/transaction/ID", call.path))
    return call.method, f"^{re.escape(path).replace('STAMP', STAMP).replace('ID', '[0-9]+')}/?$"


@dataclass(frozen=True)
class Cell:
    """What became of one fault at one request."""

    renewal: bool
    request: str
    fault: str
    results: tuple[Result, Result]  # of the run that met the fault, and of the next
    orders: int  # of both runs together
    is_served: bool  # after each of them clients get the certificate before, or the new one
    left: tuple[str, ...]

    @property
    def is_good(self) -> bool:
        """True if it cost one order at most, the site stayed up, and the next run left nothing and made all well."""
        return self.orders <= 1 and self.is_served and not self.left and self.results[1].error is None

    def __str__(self) -> str:
        words = " → ".join(str(result.outcome) for result in self.results)
        end = f"left: {', '.join(self.left)}" if self.left else self.results[1].error or ""
        what = "renewal" if self.renewal else "enrolment"
        return f"{what:<9} {self.orders} {words:<21} {self.fault[:24]:<24} {self.request} {end}".rstrip()


def left_over(world: World) -> tuple[str, ...]:
    """Return what neither serves nor can be gone back to, by the names of ours."""
    listed = {kind: _names(world, kind) for kind in ("ssl-key", "ssl-cert")}
    ours = [path for paths in listed.values() for path in paths if Generation.parse(path, "www.example.com")]
    of = {path: generation for path in ours if (generation := Generation.parse(path, "www.example.com"))}
    whole = {each for each in of.values() if each.key in listed["ssl-key"] and each.certificate in listed["ssl-cert"]}
    stay = sorted(whole)[-2:]  # in service, and before
    profiles = world.device.get("/mgmt/tm/ltm/profile/client-ssl")["items"]
    trials = [item["fullPath"] for item in profiles if item["name"].endswith("_rehearsal")]
    others = [name for kind, names in world.leftovers().items() if kind != "tokens" for name in names]
    return (*(path for path, generation in of.items() if generation not in stay), *trials, *others)


def _names(world: World, kind: str) -> list[str]:
    return [item["fullPath"] for item in world.device.get(f"/mgmt/tm/sys/file/{kind}")["items"]]


def requests_of(renewal: bool, writes: bool) -> list[Exchange]:
    """Return the requests of a run that meets no fault."""
    with _prepared(renewal) as (world, _):
        before = len(world.device.journal)
        assert world.one(world.job(keys=ONLY_EC)).error is None
        done = world.device.journal[before:]
    return [call for call in done if "/shared/auth" not in call.path and not (writes and call.method == "GET")]


def walk(
    renewal: bool, writes: bool = False, faults: Sequence[str] = FAULTS, its_own: bool = False, days: int = 1
) -> Iterator[Cell]:
    """Yield every cell of an enrolment, or of a renewal; ``its_own``: what an enrolment has not.

    ``days``: in how many all are walked.
    """
    requests, others = requests_of(renewal, writes), _of_an_enrolment(renewal and its_own)
    walked = [(number, request) for number, request in enumerate(requests) if pattern_of(request) not in others]
    for number, request in spread(walked, days):
        for fault in faults:
            yield _cell(renewal, requests, number, request, fault)


def _cell(renewal: bool, requests: list[Exchange], number: int, request: Exchange, fault: str) -> Cell:
    with _prepared(renewal) as (world, authority):
        before, job = len(world.authority.placed), world.job(keys=ONLY_EC)
        expected = {world.seen_by_client().serial} if renewal else set()
        scene = Scene(world.device, authority)
        if fault == KILLED:
            killed_after_exchange(number + 1, scene)
        else:
            nth = sum(call.method == request.method for call in requests[: number + 1])
            world.device.fault(Fault(request.method, r"^(?!.*/shared/auth)", nth, fault))
        first = world.one(job)
        expected |= {f"{issued.serial_number:x}" for issued in world.authority.issued[-1:]}
        is_served = not renewal or world.seen_by_client().serial in expected
        world.device.hook, world.authority.refusal = None, None
        world.device.heal()
        world.wait(minutes=1)
        second = world.one(job)
        return Cell(
            renewal,
            f"{request.method} {request.path}",
            fault,
            (first, second),
            len(world.authority.placed) - before,
            is_served and world.seen_by_client().serial == second.serial,
            left_over(world),
        )


@contextmanager
def _prepared(renewal: bool) -> Iterator[tuple[World, BusyAuthority]]:
    with tempfile.TemporaryDirectory() as folder, bigip(Path(folder), tmos="16.1.4") as world:
        world.authority = authority = BusyAuthority(world.clock)
        world.pause = lambda seconds: None
        if renewal:
            assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.ENROLLED
            world.wait(days=70)
        yield world, authority


def main(arguments: list[str] | None = None) -> int:
    line = argparse.ArgumentParser(description=__doc__)
    line.add_argument("--writes", action="store_true", help="the writes alone")
    options: Any = line.parse_args(arguments)
    logging.disable(logging.CRITICAL)
    cells: Iterator[Cell | Refusal] = chain(
        walk(False, options.writes), walk(True, options.writes), refusals(renewal=False), refusals(renewal=True)
    )
    count, most, bad = 0, 0, 0
    for cell in cells:
        count, most, bad = count + 1, max(most, cell.orders), bad + (not cell.is_good)
        sys.stdout.write(f"{'' if cell.is_good else 'BAD '}{cell}\n")
    sys.stdout.write(f"{count} cells, at most {most} order in each, {bad} bad\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
