"""Transactions: commands are queued and echoed, and all of them are executed or none.

Sources: answers of 12.1.2 and 13.1.1.2, F5 Ansible, f5-sdk, terraform-provider-bigip #980; changing and deleting
commands: F5's "iControl REST User Guide".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sectigo_f5.simulator.refusals import of_objects, of_sessions
from sectigo_f5.simulator.refusals.refusal import Refusal
from sectigo_f5.simulator.state.configuration import Json
from sectigo_f5.simulator.switches import EVERYTHING, IGNORED, NEITHER, REJECTED, Switches

# No public source shows these in a REST transaction, so clients must not rely on them. Text uncertain.
_EXCLUDED = re.compile(r"/mgmt/(tm/(sys/crypto|util|sys/config|task|cm)|shared)(/|$)")


@dataclass(frozen=True)
class Command:
    """One queued write; its number is fixed, its position among the others may change."""

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
    commands: list[Command] = field(default_factory=list)  # in order of evaluation
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
        transaction = Transaction(self._last, self._clock())
        self._open[str(transaction.number)] = transaction
        return self.show(transaction)

    def find(self, number: str) -> Transaction:
        """Return an open transaction; one that was idle for too long is gone."""
        transaction = self._open.get(number)
        if transaction is None or (
            self._switches.transaction_expires and self._clock() - transaction.used > self._switches.transaction_timeout
        ):
            self._open.pop(number, None)
            raise of_sessions.transaction_missing()
        transaction.used = self._clock()
        return transaction

    def show_all(self) -> list[Json]:
        """Return the transactions that are open."""
        return [self.show(transaction) for transaction in self._open.values()]

    def abort(self, number: str) -> None:
        """Forget a transaction."""
        del self._open[str(self.find(number).number)]

    def abort_all(self) -> None:
        """Forget every transaction: the device starts again."""
        self._open.clear()

    def queue(self, number: str, method: str, path: str, body: Any) -> Json:
        """Queue a write; it is echoed, not executed."""
        transaction = self.find(number)
        if self._switches.transactions_take != EVERYTHING and _EXCLUDED.match(path):
            raise of_objects.bad_request(f"{path} cannot be used in a transaction")
        transaction.queued += 1
        command = Command(transaction.queued, method, path, body)
        transaction.commands.append(command)
        return self._show_command(transaction, command)

    def overlook(self, path: str) -> bool:
        """Tell whether a call is executed at once, although it names a transaction."""
        return self._switches.transactions_take == NEITHER and bool(_EXCLUDED.match(path))

    def command(self, number: str, command: str) -> Json:
        """Return a queued command."""
        transaction = self.find(number)
        return self._show_command(transaction, _find_command(transaction, command))

    def move(self, number: str, command: str, body: Json) -> Json:
        """Change a command's position: ``{"evalOrder": 1}``."""
        transaction = self.find(number)
        moved, place = _find_command(transaction, command), body.get("evalOrder")
        if set(body) != {"evalOrder"} or not isinstance(place, int) or not 1 <= place <= len(transaction.commands):
            raise of_objects.bad_value("evalOrder", place)
        transaction.commands.remove(moved)
        transaction.commands.insert(place - 1, moved)
        return self._show_command(transaction, moved)

    def withdraw(self, number: str, command: str) -> None:
        """Remove a queued command."""
        transaction = self.find(number)
        transaction.commands.remove(_find_command(transaction, command))

    def _show_command(self, transaction: Transaction, command: Command) -> Json:
        base = f"https://localhost/mgmt/tm/transaction/{transaction.number}/commands/{command.number}"
        return {
            "method": command.method,
            "uri": f"https://localhost{command.path}",
            **({"body": command.body} if command.body is not None else {}),
            "evalOrder": transaction.commands.index(command) + 1,
            "commandId": command.number,
            "kind": "tm:transaction:commandsstate",
            "selfLink": f"{base}?ver={self._version}",
        }

    def commands(self, number: str) -> Json:
        """Return every queued command."""
        transaction = self.find(number)
        link = f"https://localhost/mgmt/tm/transaction/{transaction.number}/commands?ver={self._version}"
        items = [self._show_command(transaction, command) for command in transaction.commands]
        return {"kind": "tm:transaction:commandscollectionstate", "selfLink": link, "items": items}

    def commit(self, number: str, body: Json, execute: Callable[[list[Command], bool], None]) -> Json:
        """Execute every queued command, or only validate them."""
        transaction = self.find(number)
        if body.get("state") != "VALIDATING" or set(body) - {"state", "validateOnly"}:
            raise of_objects.bad_value("state", body.get("state"))
        if not transaction.commands:
            raise of_sessions.nothing_to_commit()
        if self._switches.transaction_commit == REJECTED:
            raise of_objects.not_supported("a commit")
        only = body.get("validateOnly") in (True, "true")
        if only and self._switches.validate_only == REJECTED:
            raise of_objects.bad_value("validateOnly", body["validateOnly"])
        only = only and self._switches.validate_only != IGNORED
        try:
            if not only or self._switches.validate_only_judges:
                execute(transaction.commands, not only)
        except Refusal as refusal:
            transaction.state, transaction.reason = "FAILED", refusal.worded(self._switches.texts).message
            del self._open[number]
            raise of_sessions.transaction_failed(transaction.reason) from refusal
        if not only:
            transaction.state = "COMPLETED"
            del self._open[number]
        return {**self.show(transaction), "state": "COMPLETED", "validateOnly": only}

    def show(self, transaction: Transaction) -> Json:
        """Return a transaction."""
        return {
            "transId": transaction.number,
            "state": transaction.state,
            "timeoutSeconds": self._switches.transaction_timeout,
            "asyncExecution": False,
            "validateOnly": False,
            "executionTimeout": 300,
            "executionTime": 0,
            "failureReason": transaction.reason,
            "kind": "tm:transactionstate",
            "selfLink": f"https://localhost/mgmt/tm/transaction/{transaction.number}?ver={self._version}",
        }


def refuse_below_command(path: str) -> None:
    """Refuse a URL below a queued command's: what it creates has a URL of its own."""
    match = re.match(r"/mgmt/tm/transaction/\d+/commands/(\d+/.+)", path)
    if match is not None:
        raise of_sessions.invalid_command(match[1])


def _find_command(transaction: Transaction, number: str) -> Command:
    command = next((one for one in transaction.commands if str(one.number) == number), None)
    if command is None:
        raise of_objects.not_found("transaction command", number)
    return command
