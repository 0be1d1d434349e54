"""Certificates with more names than a BIG-IP shows: it cuts the list off at 4095 bytes (F5 Bug ID 891565)."""

from __future__ import annotations

import shutil
from dataclasses import replace

import pytest

from sectigo_f5.circumstances import believed
from sectigo_f5.device_objects import Observation
from sectigo_f5.model import Issued, Job, Outcome
from tests.support import builders
from tests.support.hierarchy import new_authority, new_server
from tests.support.names import ONLY_EC
from tests.support.world import World

MANY = tuple(f"host-{number:03}.shop.example.com" for number in range(200))  # 6,400 bytes as the device writes them


def job(world: World, *names: str) -> Job:
    return world.job("www.example.com", *names, keys=ONLY_EC)


def test_a_certificate_with_many_names_is_ordered_once(world: World) -> None:
    assert world.one(job(world, *MANY)).outcome is Outcome.ENROLLED
    world.wait(days=1)
    assert world.one(job(world, *MANY)).outcome is Outcome.KEPT
    assert len(world.authority.issued) == 1


def test_a_certificate_with_many_names_and_no_copy_is_ordered_once(world: World) -> None:
    world.one(job(world, *MANY))
    shutil.rmtree(world.folder / "state" / "certificates")
    world.wait(days=1)
    assert world.one(job(world, *MANY)).outcome is Outcome.KEPT
    assert len(world.authority.issued) == 1


def test_a_change_among_many_names_is_noticed(world: World) -> None:
    """The last name is one that the device does not show: our copy knows it."""
    world.one(job(world, *MANY))
    world.wait(days=1)
    result = world.one(job(world, *MANY[:-1]))
    assert (result.outcome, result.error) == (Outcome.REPLACED, None)
    assert MANY[-1] in result.reason


# -- which copy is believed ------------------------------------------------------------------------


def seen_and_kept(world: World, *names: str, serial: str | None = None) -> Observation:
    """Observe a pair that shows but one name of its certificate, of which there is a copy."""
    of = builders.job(*names)
    pair = builders.pair(of, names=names[:1])
    identity = new_server(names, world.now, new_authority("CA", world.now))
    world.state.certificates.keep(of, pair.generation, Issued(identity.certificate_pem, ""))
    known = serial if serial is not None else f"{identity.certificate.serial_number:x}"
    pair = replace(pair, certificate=replace(pair.certificate, serial=known, cut=True))
    return builders.seen(of, pair, serving=pair)


def test_a_copy_with_the_same_serial_number_is_believed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    names = ("www.example.com", "api.example.com")
    seen = believed(world.run_of(), seen_and_kept(world, *names))
    (pair,) = seen.pairs
    for certificate in (pair.certificate, seen.certificates[pair.certificate.path]):
        assert (certificate.names, certificate.cut) == (frozenset(names), False)
    assert seen.in_service() == (pair,)
    assert caplog.text == ""


@pytest.mark.parametrize("serial", ["0a", ""])
def test_a_copy_with_another_serial_number_is_not_believed(world: World, serial: str) -> None:
    observed = seen_and_kept(world, "www.example.com", "api.example.com", serial=serial)
    assert believed(world.run_of(), observed) == observed


def test_without_a_copy_the_device_is_believed(world: World, caplog: pytest.LogCaptureFixture) -> None:
    pair = builders.pair(builders.job())
    observed = builders.seen(builders.job(), pair, serving=pair)
    assert believed(world.run_of(), observed) == observed
    assert caplog.text == ""
