"""What earlier runs knew of a certificate, beside what this one found out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.state.history import LastResult
from sectigo_f5.state.orders import OrderStore
from sectigo_f5.timestamps import from_iso


def with_history(results: Iterable[Result], history: Mapping[str, LastResult]) -> list[Result]:
    """Add what serves as far as it was ever known, the last success, and how many runs in a row failed."""
    return [_with_last(result, history[result.label]) if result.label in history else result for result in results]


def _with_last(result: Result, last: LastResult) -> Result:
    same = result.serial in (None, last.serial)
    return replace(
        result,
        serial=result.serial or last.serial,
        not_after=result.not_after or (_moment(last.not_after) if same else None),
        last_success=_moment(last.last_success),
        failures=last.failures,
        failing_since=_moment(last.since) if last.error else None,
    )


def from_history(history: Mapping[str, LastResult]) -> list[Result]:
    """Return the last results as results; an entry that is none of ours is left out."""
    return [result for label, last in history.items() if (result := _as_result(label, last))]


def _as_result(label: str, last: LastResult) -> Result | None:
    name, _, device = label.partition("@")
    try:
        outcome = Outcome(last.result)
    except ValueError:  # of a later release
        return None
    return _with_last(Result(name, device, (), outcome, last.reason, error=last.error), last)


def pending_since(orders: OrderStore, job: Job, last: LastResult | None) -> datetime | None:
    """Return when the order was placed that the CA has not decided; None if the last run knew of none."""
    if last is None or last.result != Outcome.PENDING:
        return None
    return next((order.since for order in orders.of(job)), from_iso(last.since))


def _moment(text: str | None) -> datetime | None:
    return from_iso(text) if text else None
