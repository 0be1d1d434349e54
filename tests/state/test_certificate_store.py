"""Copies of issued certificates that cannot be written, or are damaged."""

from __future__ import annotations

from functools import partial

import pytest

from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.model import Outcome
from tests.state.conftest import EC, enrol
from tests.support.world import World


def test_a_certificate_goes_into_service_without_its_copy(world: World, warnings: pytest.LogCaptureFixture) -> None:
    (world.state.path / "certificates").write_text("")
    result = enrol(world)
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.ENROLLED, result.serial)
    expected = "no copy of the certificate is kept, so `revoke`, OCSP and ARI will not work for it: "
    assert expected in warnings.text
    assert "make room, or correct its owner and rights" in warnings.text
    assert enrol(world).outcome is Outcome.KEPT
    world.wait(days=65)
    assert enrol(world).outcome is Outcome.RENEWED


def test_a_revocation_that_cannot_be_noted_is_still_reported(world: World, warnings: pytest.LogCaptureFixture) -> None:
    first = enrol(world)
    folder = world.state.path / "certificates" / "bigip-sim" / "www.example.com"
    (copy,) = [path for path in folder.glob("*.pem") if "chain" not in path.name]
    copy.with_suffix(".revoked").mkdir()
    result = world.one(world.job(keys=EC), work=partial(revoke_in_service, reason="superseded"))
    assert (result.outcome, result.serial, len(world.authority.revoked)) == (Outcome.REVOKED, first.serial, 1)
    remedy = "replace the certificate by `start_acme.py run --force --only www.example.com@bigip-sim`"
    assert remedy in warnings.text


def test_names_that_were_asked_for_are_kept_if_the_ca_added_some(world: World) -> None:
    enrol(world)
    assert list(world.state.path.rglob("*.asked")) == []
    world.authority.adds = ("www.example.net", "*.example.net")
    world.one(world.job(keys=EC), force=True)
    (note,) = world.state.path.rglob("*.asked")
    assert note.read_text() == "www.example.com\n"


@pytest.mark.parametrize("content", ["", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\xff"])
@pytest.mark.parametrize("which", ["certificate", "chain"])
def test_a_damaged_copy_counts_as_none(
    world: World, which: str, content: str, warnings: pytest.LogCaptureFixture
) -> None:
    first = enrol(world)
    for path in (world.state.path / "certificates").rglob("*.pem"):
        if ("chain" in path.name) == (which == "chain"):
            path.write_text(content, encoding="latin-1")
    kept = world.one(world.job(keys=EC, revocation_check=True))
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, first.serial)
    if content or which == "certificate":
        assert "has no copy under STATE_DIR/certificates" in warnings.text
