"""Which pairs of the device stand in for one that is not issued yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sectigo_f5.bigip.rehearsal.stand_ins import stand_ins
from sectigo_f5.device_objects import Entry, KeyObject, Observation
from sectigo_f5.model import KeySpec
from tests.support import builders
from tests.support.names import BOTH_KEYS, EC, ONLY_EC, RSA

OWN = "/Common/default"


def key(path: str, spec: KeySpec, security: str = "normal", ciphertext: str | None = None) -> KeyObject:
    return KeyObject(path, security, spec, ciphertext)


def device(
    *others: tuple[str, KeySpec], keys: tuple[KeySpec, ...] = (RSA,)
) -> tuple[Observation, dict[str, KeyObject]]:
    """A device with its own RSA pair, and other profiles with a pair of their own."""
    made = [builders.hand_made(path, "shop.example.com") for path, _ in others]
    seen = builders.seen(builders.job(keys=keys), others=tuple(made))
    certificates = {f"{path}_pair.crt": builders.certificate(f"{path}_pair.crt", key=spec) for path, spec in others}
    own = {f"{OWN}.crt": builders.certificate(f"{OWN}.crt", key=RSA)}
    held = {f"{OWN}.key": key(f"{OWN}.key", RSA), **{f"{p}_pair.key": key(f"{p}_pair.key", s) for p, s in others}}
    return replace(seen, certificates={**certificates, **own}), held


def test_the_own_pair_of_the_device_stands_in_if_nothing_else_does() -> None:
    seen, keys = device()
    assert stand_ins(seen, keys) == ({"name": "default", "cert": f"{OWN}.crt", "key": f"{OWN}.key"},)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [((RSA,), [OWN]), (ONLY_EC, ["/Common/hand_pair"]), (BOTH_KEYS, [OWN, "/Common/hand_pair"])],
    ids=["RSA", "ECDSA", "both"],
)
def test_pairs_are_of_the_kinds_that_the_yaml_asks_for(wanted: tuple[KeySpec, ...], expected: list[str]) -> None:
    seen, keys = device(("/Common/hand", EC), keys=wanted)
    found = stand_ins(seen, keys)
    assert [entry["key"] for entry in found] == [f"{stem}.key" for stem in expected]
    assert [entry["name"] for entry in found] == ["default", "ecdsa"][: len(found)]


def test_another_kind_stands_in_if_there_is_none_of_the_wanted() -> None:
    seen, keys = device(keys=ONLY_EC)
    assert [entry["key"] for entry in stand_ins(seen, keys)] == [f"{OWN}.key"]


def test_the_pair_in_service_comes_first_opened_by_its_ciphertext() -> None:
    job = builders.job()
    pair = builders.pair(job)
    seen = builders.seen(job, pair, serving=pair)
    (found,) = stand_ins(seen, {pair.key.path: pair.key})
    assert (found["cert"], found["passphrase"]) == (pair.certificate.path, "$M$xy$abc=")
    assert stand_ins(seen, {pair.key.path: pair.key}, unprotected=True) == ()


def test_a_pair_of_another_partition_or_without_passphrase_is_left_out() -> None:
    seen, keys = device(("/Shop/hand", EC), ("/Common/locked", EC), keys=ONLY_EC)
    keys["/Common/locked_pair.key"] = key("/Common/locked_pair.key", EC, "password")
    assert [entry["key"] for entry in stand_ins(seen, keys)] == [f"{OWN}.key"]


def test_an_entry_whose_files_are_gone_is_left_out() -> None:
    seen, keys = device()
    gone = builders.profile("/Common/a", Entry("default", "/Common/gone.crt", "/Common/gone.key", None))
    seen = replace(seen, profiles={**seen.profiles, gone.path: gone})
    assert [entry["key"] for entry in stand_ins(seen, keys)] == [f"{OWN}.key"]
    assert stand_ins(replace(seen, certificates={}), keys) == ()
