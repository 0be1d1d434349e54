"""What is found of client SSL profiles and virtual servers follows each switch of the simulator, and nothing stays."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest

from sectigo_f5.probe.catalogue.every import BY_NAME
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.probe_pairs import answer, bench, pair

QUESTIONS = (
    "profile",
    "profile-without-passphrase",
    "profile-by-ciphertext",
    "profile-two-keys",
    "profile-ec-only",
    "profile-change",
    "virtual-server",
    "sni",
    "in-use",
)
USUAL = Switches()
NAMED_OTHERWISE = {"virtual_server": "virtual_servers"}  # findings whose switch has another name
SWITCHES = {one.name: one.metadata["choices"] for one in fields(Switches) if one.metadata.get("choices")}


def _cells() -> list[tuple[str, str, Any]]:
    names = [(question, one.name) for question in QUESTIONS for one in BY_NAME[question].findings]
    cells = [(question, name, value) for question, name in names for value in SWITCHES.get(_switch(name), ())]
    return [cell for cell in cells if cell[2] != getattr(USUAL, _switch(cell[1]))]  # that is in the other tests


def _switch(finding: str) -> str:
    return NAMED_OTHERWISE.get(finding, finding)


@pytest.mark.parametrize(("question", "finding", "value"), _cells())
def test_finding_follows_its_switch(question: str, finding: str, value: Any) -> None:
    word = value if isinstance(value, str) else "yes" if value else "no"
    gone = {"delete_used_certificate": [pair("rsa-2").certificate], "delete_used_key": [pair("rsa-2").key]}
    with SimulatedBigIP(Switches(**{_switch(finding): value})) as device:
        partition = "Common"
        if finding == "default_route_domain_shown":  # which only shows where there is one
            device.add_partition(partition := "Shop", default_route_domain=5)
        with bench(device, partition) as made:
            given = answer(
                device, made, question, gone=gone.get(finding, ()) if word == "works" else (), complete=False
            )
    assert given.findings[finding] == word


def test_every_finding_has_a_switch() -> None:
    names = {_switch(one.name) for question in QUESTIONS for one in BY_NAME[question].findings}
    assert names - SWITCHES.keys() == set()


@pytest.mark.parametrize("checked", [True, False])
def test_check_of_a_changed_profile_is_found_where_two_defaults_may_be(checked: bool) -> None:
    with (
        SimulatedBigIP(Switches(two_defaults="works", sni_checked_on_profile=checked)) as device,
        bench(device) as made,
    ):
        assert answer(device, made, "sni").findings["sni_checked_on_profile"] == ("yes" if checked else "no")


def test_device_that_refuses_nothing_of_sni_tells_nothing_of_its_checks() -> None:
    with SimulatedBigIP(Switches(two_defaults="works", no_default="works")) as device, bench(device) as made:
        given = answer(device, made, "sni", complete=False)
    assert given.error is None
    assert "sni_checked_on_profile" not in given.findings
