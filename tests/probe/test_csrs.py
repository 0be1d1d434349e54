"""The questions about CSRs."""

from typing import Any

import pytest

from sectigo_f5.bigip.keys.csr import FILES
from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.probing import asked, entry, found_by


@pytest.mark.parametrize("in_answer", [True, False])
def test_pem_in_the_answer_is_found(in_answer: bool) -> None:
    found = found_by("csr-of-key", csr_pem_in_answer=in_answer)
    assert found["csr_pem_in_answer"] == ("yes" if in_answer else "no")


@pytest.mark.parametrize("native", ["works", "silently-normal"])
@pytest.mark.parametrize("stays", [True, False])
def test_file_that_stays_when_its_csr_is_deleted_is_found_and_removed(stays: bool, native: str) -> None:
    with SimulatedBigIP(Switches(csr_file_stays=stays, native_password_keys=native)) as device:
        report = asked(device, "csr-of-key", "csr-with-key", "csr-reading")
        assert device.engine.world.disk.names(FILES) == []
    found = entry(report, "csr-of-key").findings
    assert found.get("csr_file_stays") == (None if native != "works" else "yes" if stays else "no")
    assert report.left == ()


def test_file_of_a_csr_is_not_looked_for_by_a_user_who_may_not() -> None:
    found = found_by("csr-of-key", role="certificate-manager")
    assert found == {"csr_for_password_keys": "works", "csr_pem_in_answer": "no"}


def test_refused_csr_of_a_protected_key_is_found() -> None:
    assert found_by("csr-of-key", csr_for_password_keys="rejected") == {"csr_for_password_keys": "rejected"}
    assert found_by("csr-with-key", csr_for_password_keys="rejected") == {"csr_with_key": "rejected"}


@pytest.mark.parametrize("question", ["csr-of-key", "csr-with-key"])
def test_csr_is_not_asked_for_without_a_protected_key(question: str) -> None:
    with SimulatedBigIP(Switches(native_password_keys="rejected")) as device:
        found = entry(asked(device, question), question)
    assert (found.outcome, found.because) == (Outcome.NOT_ASKED, "no call makes a protected key")


NAMES: dict[str, dict[str, Any]] = {
    "as-the-key": {"tmos": "16.1.4"},
    "csr": {"tmos": "13.1.1"},
    "the-value": {"gen_csr_value": "names-the-csr"},
}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("native", ["works", "silently-normal"])
def test_name_of_a_csr_that_is_made_with_its_key_is_found(name: str, native: str) -> None:
    found = found_by("csr-with-key", "Shop", native_password_keys=native, **NAMES[name])
    assert found == {
        "csr_name": name,
        "csr_with_key_in_answer": "no",
        **({"csr_with_key": "works"} if native == "works" else {}),
    }


def test_pem_in_the_answer_of_one_call_for_both_is_found() -> None:
    assert found_by("csr-with-key", csr_with_key_in_answer=True)["csr_with_key_in_answer"] == "yes"


EVERY_WAY = {
    "csr_by_tmsh": "works",
    "csr_by_file": "works",
    "csr_by_filestore": "works",
    "csr_in_file_objects": "no",
    "csr_names": "as-sent",
}
CLOSED: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    ("Common", {}, {}),
    ("Shop", {"bulk_download": "200"}, {}),
    ("Shop", {"bulk_download": "206"}, {}),
    ("Shop", {"bulk_download": "400"}, {}),
    ("Shop", {"csr_file": "common-only"}, {"csr_by_file": "rejected"}),
    ("Common", {"csr_file": "common-only"}, {}),
    ("Shop", {"unix_tools": False}, {"csr_by_file": "rejected"}),
    ("Shop", {"csr_by_tmsh": "rejected"}, {"csr_by_tmsh": "rejected"}),
    ("Shop", {"bash": False}, {"csr_by_tmsh": "rejected", "csr_by_filestore": "rejected"}),
    ("Shop", {"csr_by_filestore": "rejected"}, {"csr_by_filestore": "rejected"}),
    ("Shop", {"csr_in_file_objects": True}, {"csr_in_file_objects": "yes"}),
    ("Shop", {"csr_for_password_keys": "rejected", "csr_with_key": "works"}, {}),
    ("Shop", {"native_password_keys": "silently-normal"}, {}),
]


@pytest.mark.parametrize(("partition", "switches", "closed"), CLOSED)
def test_each_way_to_read_a_csr_is_tried(partition: str, switches: dict[str, Any], closed: dict[str, str]) -> None:
    assert found_by("csr-reading", partition, **switches) == {**EVERY_WAY, **closed}


def test_reading_is_not_asked_without_a_csr() -> None:
    with SimulatedBigIP(Switches(csr_for_password_keys="rejected")) as device:
        found = entry(asked(device, "csr-reading"), "csr-reading")
    assert found.outcome is Outcome.NOT_ASKED
    assert found.because == "no call makes a CSR of a protected key"


def test_user_who_may_neither_run_commands_nor_fetch_files_reads_no_csr() -> None:
    found = found_by("csr-reading", role="certificate-manager")
    assert found == {**EVERY_WAY, **dict.fromkeys(("csr_by_tmsh", "csr_by_file", "csr_by_filestore"), "rejected")}
