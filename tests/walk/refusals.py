"""Every write of an operation, refused for good: several runs cost one order at most, none if it could be foreseen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Exchange, Fault
from tests.support.troubles import FOR_EVER
from tests.walk.cells import Ground

RUNS = 5  # against a write that is refused for good
REFUSALS = (
    "error:400:01070734:3: Configuration error: refused by a test",
    "error:401:Authorization failed: refused by a test",
    "error:403:access denied",
    "error:500:internal error",
)


@dataclass(frozen=True)
class Write:
    """One write of an operation, as a pattern that finds it in every run."""

    method: str
    pattern: str
    is_tried_beforehand: bool  # it comes before the order too


@dataclass(frozen=True)
class Refused:
    """What became of a write that is refused for good."""

    write: Write
    refusal: str
    outcomes: tuple[Outcome, ...]
    orders: int

    @property
    def is_good(self) -> bool:
        """True if it cost one order at most, and none if it could be seen beforehand.

        A device that answers a commit by 500 may not know ``validateOnly``.
        """
        can_be_seen = self.write.is_tried_beforehand and not self.refusal.startswith("error:500")
        none_is_needed = can_be_seen and set(self.outcomes) == {Outcome.FAILED}
        return self.orders <= (0 if none_is_needed else 1)


def writes_of(ground: Ground) -> list[Write]:
    """Return the different writes of an operation that orders, in their order; logins apart."""
    calls = [call for call in ground.requests if call.method != "GET" and "/shared/auth" not in call.path]
    ordered = next(number for number, call in enumerate(calls) if "_chain" in call.path)  # the first of step 10
    first: dict[tuple[str, str], int] = {}
    for number, call in enumerate(calls):
        first.setdefault(pattern_of(call), number)
    return [Write(*found, number < ordered) for found, number in first.items()]


def pattern_of(call: Exchange) -> tuple[str, str]:
    """Return method and path of a call, without what differs from run to run."""
    path = re.sub(r"\d{8}T\d{6}Z", "STAMP", re.sub(r"/transaction/\w+", "/transaction/ID", call.path))
    return call.method, f"^{re.escape(path).replace('STAMP', '[0-9TZ]+').replace('ID', '[0-9]+')}/?$"


def refused(ground: Ground, writes: Sequence[Write], refusal: str) -> list[Refused]:
    """Refuse each write in several runs, twelve hours apart."""
    found, scene, world = list[Refused](), ground.scene, ground.scene.world
    for write in writes:
        scene.put_back()
        world.device.fault(Fault(write.method, write.pattern, action=refusal, times=FOR_EVER))
        outcomes = list[Outcome]()
        for _ in range(RUNS):
            outcomes.append(world.one(scene.operation.job(world)).outcome)
            world.wait(hours=12)
        found.append(Refused(write, refusal, tuple(outcomes), len(scene.authority.placed) - scene.orders))
    return found
