"""Transactions: commands are queued and echoed, and executed all or not at all.

Sources: answers of 12.1.2 and 13.1.1.2, F5 Ansible, f5-sdk, terraform-provider-bigip #980; changing and deleting
commands: F5's "iControl REST User Guide".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sectigo_f5.simulator import refusals
from sectigo_f5.simulator.refusals import Refusal
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.switches import EVERYTHING, Switches

TIMEOUT = 120  # seconds without a call, after which a transaction is gone
# Whether these work in a REST transaction is known of none; so they must not be relied on. Text uncertain.
_KEPT_OUT = re.compile(r"/mgmt/(tm/(sys/crypto|util|sys/config|cm)|shared)(/|$)")


@dataclass(frozen=True)
class Command:
    """One queued write; its number stays, its place among the others may change."""

    number: int
    method: str
    path: str
    body: Any = field(repr=False)


@dataclass
class Transaction:
    """One open or finished transaction."""

    number: int
    used: float
    state: str = "STARTED"
    reason: str = ""
    commands: list[Command] = field(default_factory=list)  # in the order of their evaluation
    queued: int = 0


class Transactions:
    """The transactions of a device."""

    def __init__(self, clock: Callable[[], float], switches: Switches) -> None:
        self._clock = clock
        self._switches = switches
        self._version = switches.tmos
        self._open: dict[str, Transaction] = {}
        self._last = 0

    def begin(self) -> Json:
        """Open a transaction."""
        self._last = max(self._last + 1, int(self._clock() * 1_000_000))
        found = Transaction(self._last, self._clock())
        self._open[str(found.number)] = found
        return self.shown(found)

    def find(self, number: str) -> Transaction:
        """Return an open transaction; one that was idle too long is gone without a word."""
        found = self._open.get(number)
        if found is None or self._clock() - found.used > TIMEOUT:
            self._open.pop(number, None)
            raise Refusal(404, "Missing transaction ID for this call.")
        found.used = self._clock()
        return found

    def all(self) -> list[Json]:
        """Return the transactions that are open."""
        return [self.shown(found) for found in self._open.values()]

    def abort(self, number: str) -> None:
        """Forget a transaction."""
        del self._open[str(self.find(number).number)]

    def queue(self, number: str, method: str, path: str, body: Any) -> Json:
        """Queue a write; it is echoed, not executed."""
        found = self.find(number)
        if self._switches.transactions_take != EVERYTHING and _KEPT_OUT.match(path):
            raise refusals.bad_request(f"{path} cannot be used in a transaction")
        found.queued += 1
        command = Command(found.queued, method, path, body)
        found.commands.append(command)
        return self._shown(found, command)

    def command(self, number: str, command: str) -> Json:
        """Return a queued command."""
        found = self.find(number)
        return self._shown(found, _among(found, command))

    def move(self, number: str, command: str, body: Json) -> Json:
        """Change a command's place: ``{"evalOrder": 1}``."""
        found = self.find(number)
        moved, place = _among(found, command), body.get("evalOrder")
        if set(body) != {"evalOrder"} or not isinstance(place, int) or not 1 <= place <= len(found.commands):
            raise refusals.bad_value("evalOrder", place)
        found.commands.remove(moved)
        found.commands.insert(place - 1, moved)
        return self._shown(found, moved)

    def withdraw(self, number: str, command: str) -> None:
        """Take a command out."""
        found = self.find(number)
        found.commands.remove(_among(found, command))

    def _shown(self, found: Transaction, command: Command) -> Json:
        base = f"https://localhost/mgmt/tm/transaction/{found.number}/commands/{command.number}"
        return {
            "method": command.method,
            "uri": f"https://localhost{command.path}",
            **({"body": command.body} if command.body is not None else {}),
            "evalOrder": found.commands.index(command) + 1,
            "commandId": command.number,
            "kind": "tm:transaction:commandsstate",
            "selfLink": f"{base}?ver={self._version}",
        }

    def commands(self, number: str) -> Json:
        """Return everything queued."""
        found = self.find(number)
        link = f"https://localhost/mgmt/tm/transaction/{found.number}/commands?ver={self._version}"
        items = [self._shown(found, command) for command in found.commands]
        return {"kind": "tm:transaction:commandscollectionstate", "selfLink": link, "items": items}

    def commit(self, number: str, body: Json, execute: Callable[[list[Command], bool], None]) -> Json:
        """Execute everything queued, or only validate it."""
        found = self.find(number)
        if body.get("state") != "VALIDATING" or set(body) - {"state", "validateOnly"}:
            raise refusals.bad_value("state", body.get("state"))
        if not found.commands:
            raise refusals.bad_request("there is no command to commit in the transaction")
        only = body.get("validateOnly") in (True, "true")
        try:
            execute(found.commands, not only)
        except Refusal as refusal:
            found.state, found.reason = "FAILED", refusal.message
            del self._open[number]
            raise Refusal(400, f"transaction failed:{refusal.message}") from refusal
        if not only:
            found.state = "COMPLETED"
            del self._open[number]
        return {**self.shown(found), "state": "COMPLETED", "validateOnly": only}

    def shown(self, found: Transaction) -> Json:
        """Return a transaction."""
        return {
            "transId": found.number,
            "state": found.state,
            "timeoutSeconds": TIMEOUT,
            "asyncExecution": False,
            "validateOnly": False,
            "executionTimeout": 300,
            "executionTime": 0,
            "failureReason": found.reason,
            "kind": "tm:transactionstate",
            "selfLink": f"https://localhost/mgmt/tm/transaction/{found.number}?ver={self._version}",
        }


def _among(found: Transaction, number: str) -> Command:
    command = next((one for one in found.commands if str(one.number) == number), None)
    if command is None:
        raise refusals.not_found("transaction command", number)
    return command
