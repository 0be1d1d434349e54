"""A device and a CA as an operation finds them: arranged once, and put back before each cell."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sectigo_f5.simulator import SimulatedBigIP
from sectigo_f5.simulator.state.configuration import Configuration, Item
from sectigo_f5.simulator.state.disk import BULK, CSRS, DOWNLOADS, SCRATCH, UPLOADING
from sectigo_f5.state.directory import StateDirectory
from tests.support.world import World, bigip
from tests.walk.certbot import ThroughCertbot
from tests.walk.operations import Operation

FILES_OF_RUNS = (BULK, CSRS, DOWNLOADS, SCRATCH, UPLOADING)  # folders of the device in which a run leaves files


@dataclass(frozen=True)
class Objects:
    """What is on a device, running and saved."""

    configuration: Configuration
    saved: Configuration
    csrs: dict[str, Item]

    @classmethod
    def of(cls, device: SimulatedBigIP) -> Objects:
        """Return what is there now."""
        return cls(device.engine.configuration, device.engine.saved_configuration, dict(device.engine.world.csrs))


@dataclass(frozen=True)
class Arranged:
    """What is put back: the device's objects, the CA's books, the state directory, the time."""

    device: Objects
    books: str
    state: Path
    now: datetime


@dataclass(frozen=True)
class Scene:
    """One operation's scene."""

    operation: Operation
    world: World
    authority: ThroughCertbot
    arranged: Arranged

    @property
    def orders(self) -> int:
        """How many orders the CA got before the operation."""
        return self.arranged.books.count('"csr"')

    def put_back(self) -> None:
        """Let nothing have happened."""
        world, before = self.world, self.arranged
        put_device_back(world.device, before.device)
        shutil.rmtree(self.authority.desk, ignore_errors=True)
        self.authority.books.write_text(before.books)
        self.authority.read_books()
        shutil.rmtree(world.state.path)
        shutil.copytree(before.state, world.state.path)
        world.state, world.now = StateDirectory(world.state.path), before.now


def put_device_back(device: SimulatedBigIP, before: Objects) -> None:
    """Let a device have no faults, and what it had before, and nothing else."""
    engine, device.hook = device.engine, None
    device.heal()
    with engine.lock:
        engine.world.csrs = dict(before.csrs)
        engine.world.accounts.restart()
        engine.transactions.abort_all()
        engine.tasks.forget()
        generation = engine.configuration.generation + 1  # never one that was in use before
        engine.configuration = Configuration(dict(before.saved.items), generation)
        engine.remember()
        engine.configuration = Configuration(dict(before.configuration.items), generation)
        clear_files(device)
        engine.on_change()


def clear_files(device: SimulatedBigIP) -> None:
    """Remove the files of runs, which are no objects."""
    for folder in FILES_OF_RUNS:
        for name in device.engine.world.disk.names(folder):
            device.engine.world.disk.remove(f"{folder}/{name}")


@contextmanager
def opened(operation: Operation) -> Iterator[Scene]:
    """Arrange the scene of an operation."""
    with tempfile.TemporaryDirectory() as name, bigip(Path(name), tmos="16.1.4") as world:
        world.authority = authority = ThroughCertbot(world.clock)
        authority.books, authority.state, authority.desk = Path(name) / "books", world.state.path, Path(name) / "desk"
        authority.books.touch()
        world.pause = lambda seconds: None
        operation.arrange(world)
        world.device.save()
        kept = Path(name) / "state-before"
        shutil.copytree(world.state.path, kept)
        yield Scene(
            operation,
            world,
            authority,
            Arranged(
                Objects.of(world.device),
                authority.books.read_text(),
                kept,
                world.now,
            ),
        )
