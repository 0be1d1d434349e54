"""The questions about protected keys."""

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.probing import asked, entry, found_by

KEYS = ("key-rsa-2048", "key-rsa-4096", "key-p256", "key-p384")


@pytest.mark.parametrize("native", ["works", "silently-normal", "rejected"])
def test_protection_of_every_kind_of_key_is_found(native: str) -> None:
    with SimulatedBigIP(Switches(native_password_keys=native)) as device:
        report = asked(device, *KEYS)
    assert {entry(report, key).findings["native_password_keys"] for key in KEYS} == {native}


@pytest.mark.parametrize("curve", ["works", "ignored", "rejected"])
@pytest.mark.parametrize("native", ["works", "silently-normal", "rejected"])
def test_curve_and_protection_are_told_apart(curve: str, native: str) -> None:
    found = found_by("key-p384", curve_name=curve, native_password_keys=native)
    assert (found["curve_name"], found["native_password_keys"]) == (curve, native)


def test_refused_curve_is_no_refusal_of_the_protection() -> None:
    assert found_by("key-p256", curve_name="rejected")["native_password_keys"] == "works"


def test_another_curve_than_the_one_asked_for_is_found() -> None:
    assert found_by("key-p384", curve_name="ignored")["key_as_asked"] == "no"


def test_passphrase_in_the_key_object_is_found() -> None:
    assert found_by("key-rsa-2048")["key_in_use_opens"] == "yes"
    assert found_by("key-rsa-2048", native_password_keys="silently-normal")["key_in_use_opens"] == "not-told"


def test_user_who_may_make_no_keys_is_refused_by_name() -> None:
    with SimulatedBigIP(Switches(role="guest")) as device:
        report = asked(device, "key-rsa-2048")
    found = entry(report, "key-rsa-2048")
    assert (str(found.outcome), dict(found.findings)) == ("refused", {})
    assert "a key was refused (401): Authorization failed" in found.because
