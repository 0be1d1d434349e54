"""Which certificate comes first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from sectigo_f5.state.history import LastResult
from sectigo_f5.timestamps import to_iso
from sectigo_f5.visits.urgency import urgency

NOW = datetime(2026, 11, 26, tzinfo=timezone.utc)
LAST = LastResult("kept", "", None, to_iso(NOW), to_iso(NOW))


def ending(days: int, **changes: object) -> LastResult:
    return replace(LAST, not_after=to_iso(NOW + timedelta(days=days)), **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ending(3), ending(30)),
        (ending(-3), ending(3)),
        (ending(6), None),
        (None, ending(8)),
        (replace(LAST, result="failed", error="no"), ending(8)),
        (ending(80, skipped=True), ending(1)),
        (ending(2, skipped=True), ending(80, skipped=True)),
        (replace(LAST, skipped=True), ending(1)),
    ],
)
def test_what_was_skipped_comes_first_then_what_ends_first(first: LastResult | None, second: LastResult | None) -> None:
    assert urgency(first, NOW) < urgency(second, NOW)
