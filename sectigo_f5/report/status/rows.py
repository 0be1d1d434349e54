"""One certificate in ``status``: what people and machines are told about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sectigo_f5.model import Change
from sectigo_f5.timestamps import to_iso


@dataclass(frozen=True)
class Row:
    """One certificate in ``status``; times are ISO 8601, UTC; None if it cannot be determined."""

    common_name: str
    device: str
    names: tuple[str, ...]
    virtual_servers: tuple[str, ...]
    managed: bool
    key: str | None = None
    issuer: str | None = None
    serial: str | None = None
    not_after: str | None = None
    days_left: int | None = None
    planned_renewal: str | None = None
    revoked: str | None = None  # the reason, and who says so
    result: str | None = None  # the last run's word
    reason: str | None = None
    error: str | None = None
    last_run: str | None = None
    since: str | None = None
    last_success: str | None = None
    failures: int = 0  # runs in a row that failed
    unsaved: bool = False  # what an earlier run changed is not saved on the BIG-IP
    pending_since: str | None = None  # the CA has an order since then, and has not decided
    next_order: str | None = None  # no order is made before, after failures in a row
    history: tuple[Change, ...] = ()  # how the results have changed, newest last

    @property
    def label(self) -> str:
        """What the log, the summary and ``--only`` call the certificate."""
        return f"{self.common_name}@{self.device}"

    @property
    def last_word(self) -> str:
        """The word of the last run, or that there was none."""
        return (self.result or self.reason or "") if self.managed else "unmanaged"

    @property
    def open_matters(self) -> tuple[str, ...]:
        """What is not as it should be, besides an error."""
        told = (
            (self.revoked, f"revoked: {self.revoked}"),
            (self.unsaved, "not saved on the BIG-IP"),
            (self.pending_since, f"the CA has not decided since {(self.pending_since or '')[:10]}"),
            (self.next_order, f"no order before {self.next_order}"),
        )
        return tuple(text for there, text in told if there)


def iso_or_none(moment: datetime | None) -> str | None:
    """Return ISO 8601 in UTC, or None."""
    return to_iso(moment) if moment else None


def as_json(rows: Sequence[Row], managed: bool) -> list[dict[str, object]]:
    """Return the entries of the object that ``--json`` prints: of our certificates, or of other people's."""
    return [asdict(row) for row in rows if row.managed is managed]
