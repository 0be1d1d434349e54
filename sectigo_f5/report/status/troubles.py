"""What is wrong, in whole sentences below the table: once for all certificates that have it in common (pure)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sectigo_f5.printable import one_line
from sectigo_f5.report.status import attention
from sectigo_f5.report.status.attention import SOON, SOON_FOREIGN, Level
from sectigo_f5.report.status.rows import Row

NAMED = 3  # certificates that are named; the others are counted
ERROR, END, OPEN = range(3)  # kinds of troubles, in their order
REFUSED = (Level.EXPIRED, Level.REVOKED)  # clients refuse these
ENDS = {  # by level, and by whether it is ours
    (Level.EXPIRED, True): "has ended, and clients refuse it: run start_acme.py, and see whether cron still does",
    (Level.EXPIRED, False): "has ended, and clients refuse it: renew it where it comes from, or add it to a YAML file",
    (
        Level.ENDING,
        True,
    ): f"ends within {SOON} days, and no renewal is planned before: see whether cron still runs",
    (Level.ENDING, False): f"ends within {SOON_FOREIGN} days: renew it where it comes from, or add it to a YAML file",
}


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


def troubles(rows: Iterable[Row], now: datetime) -> tuple[Trouble, ...]:
    """Return the errors of certificates, then their ends, then what else is open, each in the order of the rows."""
    found: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        urgency = attention.level(row, now)
        ends = ENDS.get((urgency, row.managed))
        texts = [(ERROR, row.error), (END, ends), *((OPEN, matter) for matter in row.open_matters)]
        for kind, text in texts:
            if text:
                found.setdefault((kind, one_line(text)), []).append(row)
    return tuple(
        Trouble(text, tuple(of), is_error=kind == ERROR or attention.level(of[0], now) in REFUSED)
        for (kind, text), of in sorted(found.items(), key=lambda each: each[0][0])
    )
