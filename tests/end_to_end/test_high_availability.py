"""An HA group with the real certbot-bigip, which logs in to every unit that it gets.

The names are validated beforehand, so no challenge costs its ten seconds; with ``validation: http-01``
the plugin logs in nevertheless.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.authorities import Acme2Certifier
from tests.support.installation import Installation, verified_names
from tests.support.loopback import own_address

HTTP = ("/Common/tcp", "/Common/http")


SITE = own_address(0)


@pytest.fixture
def pair() -> Iterator[tuple[SimulatedBigIP, SimulatedBigIP]]:
    with (
        SimulatedBigIP(Switches(), address=own_address(1), port=443) as first,
        SimulatedBigIP(Switches(), address=own_address(2), port=443) as other,
    ):
        first.add_virtual_server("/Common/vs_https", f"{SITE}:443", profiles=HTTP)
        first.add_virtual_server("/Common/vs_http", f"{SITE}:80", profiles=HTTP)
        first.make_pair(other)
        yield first, other


@pytest.fixture
def here(tmp_path: Path, pair: tuple[SimulatedBigIP, SimulatedBigIP]) -> Iterator[Installation]:
    with Acme2Certifier(tmp_path / "ca", ["www.example.com"]) as ca:
        installation = Installation(tmp_path / "connector", pair[0], ca)
        bundle = tmp_path / "devices.pem"
        bundle.write_text("".join(unit.ca_file.read_text() for unit in pair))
        installation.write_config(
            {"common_name": "www.example.com", "virtual_servers": ["vs_https"]},
            host=[unit.address for unit in pair],
            verify_tls=str(bundle),
        )
        yield installation


def plugin_logins(unit: SimulatedBigIP) -> int:
    return len([call for call in unit.journal if call.path == "/mgmt/shared/authn/login"]) - 1


@pytest.mark.parametrize("active", [0, 1])
def test_the_plugin_gets_every_unit_of_the_group(
    here: Installation, pair: tuple[SimulatedBigIP, SimulatedBigIP], active: int
) -> None:
    if active == 1:
        pair[0].fail_over()
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (0, {"enrolled": 1}), found["log"]
    assert verified_names(SITE, 443, "www.example.com", here.ca.root) == {"www.example.com"}
    assert min(plugin_logins(unit) for unit in pair) >= 1
    assert "Changes Pending" in found["results"][0]["reason"]
    assert [unit.tokens for unit in pair] == [[], []]


def test_a_standby_that_is_down_stops_neither_us_nor_the_plugin(
    here: Installation, pair: tuple[SimulatedBigIP, SimulatedBigIP]
) -> None:
    for method in ("GET", "POST"):
        pair[1].fault(Fault(method=method, path=".*", times=10_000, action="drop"))
    found = here.run_json()
    assert (found["exit_code"], found["summary"]) == (0, {"enrolled": 1}), found["log"]
    assert f"{pair[1].address}" in found["log"]
    assert "continuing with" in found["log"]
    assert verified_names(SITE, 443, "www.example.com", here.ca.root) == {"www.example.com"}
