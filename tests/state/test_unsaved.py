"""The mark of a device whose configuration is not saved."""

from __future__ import annotations

import pytest

from sectigo_f5.model import Outcome
from tests.state.conftest import enrol
from tests.support.world import World


def test_a_mark_that_cannot_be_written_does_not_stop_a_renewal(
    world: World, warnings: pytest.LogCaptureFixture
) -> None:
    (world.state.path / "unsaved").write_text("")
    result = enrol(world)
    assert (result.outcome, world.device.saved_is_current) == (Outcome.ENROLLED, True)
    expected = "if this run dies before it saves the BIG-IP's configuration, no later run will save it: "
    assert expected in warnings.text
