"""One device without HTTP: its state, and the one way in which a request changes it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sectigo_f5.simulator.rules import factory, objects
from sectigo_f5.simulator.rules.tasks import Tasks
from sectigo_f5.simulator.rules.transactions import Transactions
from sectigo_f5.simulator.state.accounts import Accounts
from sectigo_f5.simulator.state.configuration import Configuration, Json
from sectigo_f5.simulator.state.disk import Disk
from sectigo_f5.simulator.state.high_availability import FLOATING, Group, Unit
from sectigo_f5.simulator.state.work import Work, World
from sectigo_f5.simulator.switches import Switches


@dataclass(frozen=True)
class Request:
    """One call, from the wire, a transaction or a test."""

    method: str
    path: str  # without query, percent-encoded
    query: dict[str, str] = field(default_factory=dict)
    raw_query: str = ""
    headers: dict[str, str] = field(default_factory=dict)  # names in lower case
    body: Any = field(default=None, repr=False)
    content: bytes = field(default=b"", repr=False)
    user: str = ""
    address: str = "127.0.0.1"


@dataclass(frozen=True)
class Answer:
    """The answer to a call: JSON, bytes, or nothing."""

    body: Json | bytes | None = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


class Engine:
    """The state of one device; its users hold its lock."""

    def __init__(self, switches: Switches, disk: Disk, clock: Callable[[], float], address: str) -> None:
        self.lock = threading.RLock()
        accounts = Accounts(switches, clock)
        self.world = World(switches, clock, disk, accounts, hostname=switches.hostname)
        self.transactions = Transactions(clock, switches)
        self.tasks = Tasks()
        self.audit: list[str] = []
        self.unknown: list[str] = []
        self.saved = 0
        self.on_change: Callable[[], None] = lambda: None
        self.group = _first_group(switches, address)
        self.configuration = Configuration()
        factory.equip(Work(self.world, self.configuration, "root", arranged=True))
        self.remember()

    def work(self, user: str, arranged: bool = False) -> Work:
        """Return the draft that a request works on; it is discarded unless :meth:`keep` is called."""
        return Work(self.world, self.configuration.draft(), user, arranged)

    def keep(self, work: Work) -> None:
        """Check a draft against all rules, and make it the configuration."""
        if work.configuration.generation == self.configuration.generation:
            return
        objects.settle(work)
        self.configuration = work.configuration.draft()
        self.group.note_change(self.world.hostname)
        self.on_change()

    def save(self) -> None:
        """Save the running configuration, as a request asks for."""
        self.saved += 1
        self.remember()

    def remember(self) -> None:
        """Note what the device starts with after a reboot; the CSRs that are objects of their own are part of it."""
        self.saved_configuration = self.configuration
        self.saved_csrs = {path: item for path, item in self.world.csrs.items() if not item.get("file")}
        self.saved_generation = self.configuration.generation

    def reboot(self) -> None:
        """Start again with what was last saved (F5's tmsh reference, ``save``); keys that were not saved are gone.

        That plain files stay, and the CSRs that are plain files, is uncertain.
        """
        plain = {path: item for path, item in self.world.csrs.items() if item.get("file")}
        self.world.csrs = {**self.saved_csrs, **plain}
        self.world.accounts.restart()
        self.transactions.abort_all()
        self.tasks.forget()
        self.group.note_restart(self.world.hostname, changed=self.saved_generation != self.configuration.generation)
        generation = self.configuration.generation + 1  # never one that was in use before
        self.configuration = Configuration(dict(self.saved_configuration.items), generation)
        self.remember()
        self.on_change()

    def receive(self, configuration: Configuration) -> None:
        """Take over the configuration that another unit pushed."""
        self.configuration = configuration.draft()
        self.on_change()


def _first_group(switches: Switches, address: str) -> Group:
    me = Unit(switches.hostname, address)
    peer = Unit(f"peer-of-{switches.hostname}", "192.0.2.2")
    units = [me] if switches.ha == "standalone" else [me, peer]
    holder = peer if switches.ha == "standby" else me
    return Group(units, {FLOATING: holder.hostname}, switches.auto_sync)
