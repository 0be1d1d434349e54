"""A device with objects of somebody else, as a probe finds it: arranged once, and put back before each cell."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sectigo_f5.probe.asking import ask_everything
from sectigo_f5.probe.clearing.leftovers import delete_leftovers
from sectigo_f5.probe.nouns import Report
from sectigo_f5.probe.scratch import PREFIX
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.simulator.rest.wire import Server
from sectigo_f5.simulator.rules.engine import Request
from tests.support.ha_pair import own_address
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World
from tests.walk.scene import FILES_OF_RUNS, Objects, put_device_back

PARTITION = "Shop"
OPERATOR: dict[str, Any] = {
    "username": "probe-operator",
    "password": "hunter2-of-the-operator",
    "hostname": "f5-7.corp.example",
}
TOKEN = re.compile(r"/authz/tokens/(\w+)")


@dataclass(frozen=True)
class Scene:
    """A device, what was on it before, and what no report may tell."""

    world: World
    before: Objects
    secrets: set[str] = field(default_factory=set)

    @property
    def device(self) -> SimulatedBigIP:
        """The device."""
        return self.world.device

    def put_back(self) -> None:
        """Let nothing have happened."""
        put_device_back(self.device, self.before)
        self.device.unknown.clear()

    def probe(self, questions: tuple[str, ...]) -> Report:
        """Ask some questions as the command does; raises :class:`ConnectorError` if nobody can log in."""
        with self.world.session() as unit:
            left = delete_leftovers(unit.client, PARTITION)
            probed = ask_everything(unit, PARTITION, left_before=left, questions=questions)
        for bug in probed.course.bugs:
            raise bug
        return probed.report

    def left(self) -> list[str]:
        """Return the names of what is on the device and was not before: objects, CSRs, files.

        Not transactions: the connector opens them, and the device drops them if nobody commits them.
        """
        engine = self.device.engine
        added = engine.configuration.items.keys() - self.before.configuration.items
        objects = [f"{kind} {path}" for kind, path in added]
        csrs = [f"sys/crypto/csr {name}" for name in {*self.device.csrs} - self.before.csrs.keys()]
        files = [f"{folder}/{name}" for folder in FILES_OF_RUNS for name in engine.world.disk.names(folder)]
        return sorted({*objects, *csrs, *files})

    def touched(self) -> list[str]:
        """Return the names of somebody else's objects that are not what they were, to the number of their changes."""
        items = self.device.engine.configuration.items
        return sorted(f"{kind} {path}" for (kind, path), item in self.before.configuration.items.items()
                      if items.get((kind, path)) != item)  # fmt: skip

    def told_of(self, text: str) -> list[str]:
        """Return what no report may tell, and this one does."""
        tokens = {found[1] for call in self.device.journal if (found := TOKEN.search(call.path))}
        secret = {*OPERATOR.values(), *self.secrets, *tokens, PARTITION, self.device.address, "$M$", "theirs"}
        return sorted(word for word in secret if word in text) + re.findall(rf"{PREFIX}[0-9a-f]{{8}}", text)


@contextmanager
def opened() -> Iterator[Scene]:
    """Arrange a device that belongs to somebody."""
    with (
        tempfile.TemporaryDirectory() as name,
        SimulatedBigIP(Switches(tmos="16.1.4", **OPERATOR), address=own_address()) as device,
    ):
        world = World(device, Path(name), pause=lambda seconds: None)
        world.add_virtual_server()
        world.device.add_partition(PARTITION)
        attach(world, hand_made(world, "theirs", "theirs.example.com"))
        hand_made(world, f"/{PARTITION}/theirs", "theirs.example.com")
        world.device.save()
        scene = Scene(world, Objects.of(world.device))
        with _overheard(scene.secrets):
            yield scene


@contextmanager
def _overheard(secrets: set[str]) -> Iterator[None]:
    """Add each passphrase that is sent to ``secrets``."""
    note = Server.note

    def noted(server: Server, request: Request, status: int, size: int = 0) -> None:
        secrets.update(re.findall(r"'passphrase': '([^']{8,})'", str(request.body)))
        note(server, request, status, size)

    with patch.object(Server, "note", noted):
        yield
