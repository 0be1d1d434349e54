"""What the state machines share: a device, a CA, troubles for one run, and what holds after each."""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from sectigo_f5 import workflow
from sectigo_f5.model import Job, Result
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.rest.wire import Exchange
from sectigo_f5.visits.visit import Work
from tests.support.troubles import ACCIDENTS, OUTAGES, BusyAuthority, Scene, Trouble, arranged
from tests.support.world import World, bigip

TROUBLES = st.sampled_from([*OUTAGES, *ACCIDENTS])


class Lived(RuleBasedStateMachine):
    """A device and what is done to it; subclasses have the rules."""

    def __init__(self) -> None:
        super().__init__()
        logging.getLogger("sectigo_f5").setLevel(logging.CRITICAL)
        self._open = ExitStack()
        folder = Path(tempfile.mkdtemp())
        self._open.callback(shutil.rmtree, folder, ignore_errors=True)
        self.world: World = self._open.enter_context(bigip(folder, tmos="16.1.4"))
        self.world.authority = self.authority = BusyAuthority(self.world.clock)
        self.world.pause = lambda seconds: self.world.wait(seconds=seconds)

    def teardown(self) -> None:
        self._open.close()

    def go(
        self, *jobs: Job, trouble: Trouble | None, number: int = 0, work: Work = workflow.keep_alive, **changes: Any
    ) -> list[Result]:
        """Run once, perhaps with trouble; and watch the device at every moment."""
        scene = Scene(self.world.device, self.authority, Random(number))
        with arranged(trouble, scene), self.watched():
            results = self.world.go(*jobs, work=work, **changes)
        self.world.wait(hours=1)
        return results

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Call :meth:`look` after each request that may have changed something."""
        hook, wrong = self.world.device.hook, list[str]()

        def look(exchange: Exchange) -> None:
            if exchange.method != "GET":
                wrong.extend(f"{each} after {exchange}" for each in self.look())
            if hook:
                hook(exchange)

        self.world.device.hook = look
        yield
        assert wrong == []

    def look(self) -> Iterator[str]:
        """Yield what is wrong with the device."""
        raise NotImplementedError

    def by_hand(self, act: Callable[[], object]) -> bool:
        """Let an operator do something; False if the device refuses it."""
        try:
            act()
        except (Refusal, KeyError):
            return False
        self.world.device.save()
        return True
