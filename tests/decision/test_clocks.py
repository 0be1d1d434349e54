"""Three clocks: which of them is believed, and what follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sectigo_f5.decision.clocks import TOLERANCE, compare_clocks
from tests.support.builders import NOW

OFF = TOLERANCE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("ca_ahead", "device_ahead", "refused", "doubted"),
    [
        (None, None, False, False),
        (timedelta(), timedelta(), False, False),
        (TOLERANCE, -TOLERANCE, False, False),
        (OFF, None, True, False),
        (-OFF, timedelta(), True, False),
        (OFF, OFF, True, False),
        (None, OFF, True, False),
        (None, TOLERANCE, False, False),
        (timedelta(), OFF, False, True),
        (TOLERANCE, -OFF, False, True),
    ],
)
def test_the_ca_is_believed_before_the_bigip(
    ca_ahead: timedelta | None, device_ahead: timedelta | None, refused: bool, doubted: bool
) -> None:
    verdict = compare_clocks(NOW, ca_ahead, device_ahead, "192.0.2.10")
    assert (verdict.refusal is not None, verdict.doubt is not None) == (refused, doubted)
