"""A change that is taken back: the former pair is opened by what the device shows of its passphrase, if anything."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from sectigo_f5 import cutover
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Outcome
from tests.support.names import ONLY_EC
from tests.support.world import bigip


@pytest.mark.parametrize("shown", ["ciphertext", "other", "none"])
def test_former_pair_comes_back_whatever_a_profile_shows_of_its_passphrase(shown: str, tmp_path: Path) -> None:
    with bigip(tmp_path, profile_shows=shown) as world:
        job = world.job(keys=ONLY_EC)
        first = world.one(job)
        world.wait(days=80)
        with patch.object(cutover, "confirm", side_effect=ConnectorError("clients see another certificate")):
            result = world.one(job)
        assert (result.outcome, "clients see another" in str(result.error)) == (Outcome.FAILED, True)
        assert world.seen_by_client().serial == first.serial
