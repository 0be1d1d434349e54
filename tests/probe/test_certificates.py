"""The questions about certificates, and the pairs that they leave to later ones."""

from typing import Any

import pytest

from sectigo_f5.bigip.profile_change import CLIENT_SSL_URL
from sectigo_f5.icontrol.client import object_url
from sectigo_f5.probe.nouns import Outcome, Text
from sectigo_f5.probe.questions.certificates import ASKED
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.probing import asked, at_bench, entry, found_by

TEXTS = {"exists", "unknown_format", "file_unreadable"}


def test_what_is_told_of_a_certificate_is_found() -> None:
    assert found_by("certificate") == {
        "certificate": "works",
        "certificate_checksum": "of-the-file",
        "certificate_fingerprint": "sha256",
        "serial_spelling": "colons",
        "subject_begins": "CN",
    }
    assert found_by("certificate", tmos="13.1.1")["certificate_fingerprint"] == "none"


def test_refusals_have_the_words_of_the_device() -> None:
    with SimulatedBigIP(Switches(partitions=("Shop",))) as device:
        texts = entry(asked(device, "certificate", partition="Shop"), "certificate").texts
    assert texts.keys() == TEXTS
    taken = "01020066:3: The requested Certificate File ({name}) already exists in partition {partition}."
    assert texts["exists"] == Text(409, taken)
    unknown = "01070712:3: Certificate/Key has unknown format or security type ({path})."
    assert texts["unknown_format"] == Text(400, unknown)


WAYS: dict[str, dict[str, Any]] = {  # what is closed, and what is left: together, apart, by OpenSSL
    "everything works": {},
    "no call makes key and CSR": {"csr_for_password_keys": "rejected"},
    "no key is protected on creation": {"native_password_keys": "silently-normal"},
    "no protected key is made": {"native_password_keys": "rejected"},
    "no curve is taken": {"curve_name": "rejected"},
    "the shell is closed": {"bash": False},
    "no file is moved": {"unix_tools": False},
    "no upload, but a shell": {"upload_role": "nobody"},
}


def test_no_file_is_brought_where_none_can_be_deleted() -> None:
    with SimulatedBigIP(Switches(bash=False, unix_tools=False)) as device:
        report = asked(device, "certificate")
        assert device.uploads == []
    assert entry(report, "certificate").outcome is Outcome.NOT_ASKED
    assert "may delete no file" in entry(report, "certificate").because
    assert report.left == ()


def made_by(**switches: Any) -> dict[str, tuple[str, int]]:
    """Return protection and size of the key in each pair; each is taken by a client SSL profile."""
    with SimulatedBigIP(Switches(**switches)) as device, at_bench(device, "certificate") as bench:
        ASKED["certificate"](bench)
        keys = {kind: device.get(object_url("sys/file/ssl-key", pair.key)) for kind, pair in bench.pairs.items()}
        for pair in bench.pairs.values():
            chain = [{"name": "x", "cert": pair.certificate, "key": pair.key, "passphrase": pair.passphrase.reveal()}]
            profile = bench.scratch.path("x")
            assert bench.ask("POST", CLIENT_SSL_URL, {"name": profile, "certKeyChain": chain}).ok
            assert bench.ask("DELETE", object_url("ltm/profile/client-ssl", profile)).ok
    return {kind: (key["securityType"], key["keySize"]) for kind, key in keys.items()}


@pytest.mark.parametrize("closed", WAYS)
def test_three_pairs_are_made_by_whatever_way_is_open(closed: str) -> None:
    pairs = made_by(**WAYS[closed])
    assert pairs == {"rsa": ("password", 2048), "rsa-2": ("password", 2048), "ec": ("password", 256)}


def test_certificate_is_stored_without_a_key_if_no_csr_can_be_had() -> None:
    closed = {"native_password_keys": "rejected", "upload_role": "nobody"}
    assert made_by(**closed) == {}
    assert found_by("certificate", **closed)["certificate"] == "works"
    assert found_by("digit-first-names", **closed)["digit_first_names"] == "rejected"


def test_no_way_for_files_is_a_refusal_that_names_both() -> None:
    with SimulatedBigIP(Switches(upload_role="nobody", bash=False)) as device:
        found = entry(asked(device, "certificate"), "certificate")
    assert found.outcome is Outcome.REFUSED
    assert "Authorization failed" in found.because
    assert "through util/bash neither" in found.because


def test_no_passphrase_is_sent_where_no_file_can_be_removed() -> None:
    with SimulatedBigIP(Switches(bash=False, unix_tools=False, native_password_keys="rejected")) as device:
        report = asked(device, "key-by-openssl", "certificate")
        assert not [call.path for call in device.writes() if call.path.endswith(".pass")]
    assert report.left == ()


@pytest.mark.parametrize("described", ["first", "last"])
def test_described_certificate_of_a_bundle_is_found(described: str) -> None:
    assert found_by("bundle", bundle_describes=described) == {"bundle_describes": described}


@pytest.mark.parametrize("digits", ["works", "rejected"])
def test_names_that_begin_with_a_digit_are_tried(digits: str) -> None:
    with SimulatedBigIP(Switches(digit_first_names=digits)) as device:
        found = entry(asked(device, "digit-first-names"), "digit-first-names")
    assert found.findings == {"digit_first_certificates": "works", "digit_first_names": digits}
    assert [text.message for text in found.texts.values()] == (
        ["01070088:3: The requested object name ({path}) is invalid."] if digits == "rejected" else []
    )
