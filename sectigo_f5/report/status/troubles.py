"""What is wrong, in whole sentences below the table: once for all certificates that have it in common (pure)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sectigo_f5.printable import one_line
from sectigo_f5.report.status.rows import Row

NAMED = 3  # certificates that are named; the others are counted


@dataclass(frozen=True)
class Trouble:
    """One sentence, with its remedy, and the certificates of which it is true."""

    text: str
    rows: tuple[Row, ...]
    is_error: bool

    @property
    def of_whom(self) -> str:
        """Name the first certificates, and count the others."""
        named, others = self.rows[:NAMED], len(self.rows) - NAMED
        labels = ", ".join(one_line(row.label) for row in named)
        return f"{labels} and {others} more" if others > 0 else labels

    @property
    def for_how_long(self) -> str:
        """Say since when it lasts, and when all was well; empty if that is not the same for all."""
        facts = {(row.since, row.failures, row.last_success) for row in self.rows}
        if not self.is_error or len(facts) > 1:
            return ""
        ((since, failures, success),) = facts
        parts = (
            f"since {since[:10]}" if since and failures else "",
            f"{failures} runs in a row" if failures > 1 else "",
            f"last success {success[:10]}" if success else "",
        )
        return ", ".join(filter(None, parts))


def troubles(rows: Iterable[Row]) -> tuple[Trouble, ...]:
    """Return the errors of certificates, and what is open with them, in the order of the rows."""
    errors, matters = dict[str, list[Row]](), dict[str, list[Row]]()
    for row in rows:
        if row.error:
            errors.setdefault(one_line(row.error), []).append(row)
        for matter in row.open_matters:
            matters.setdefault(one_line(matter), []).append(row)
    return (*_of(errors, is_error=True), *_of(matters, is_error=False))


def _of(found: dict[str, list[Row]], is_error: bool) -> Sequence[Trouble]:
    return [Trouble(text, tuple(rows), is_error) for text, rows in found.items()]
