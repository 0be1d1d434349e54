"""What ``check`` reports about the account on the BIG-IP, without writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.permissions import BY_SHELL, UPLOADS, WITHOUT_SHELL, missing_permissions
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.world import World

TOO_LOW = f", and {UPLOADS}: make it a local Administrator (admin), or see docs/permissions.md"
UPLOAD = "POST /mgmt/shared/file-transfer/uploads/**"
READS = "GET /mgmt/**"
SHUT = "bash is disabled for every user (sys db systemauth.disablebash, as in Appliance mode)"


def problems_and_notes(
    folder: Path, *faults: Fault, key_route: str = "auto", may_call: tuple[str, ...] = (), **switches: Any
) -> tuple[list[str], list[str]]:
    with SimulatedBigIP(Switches(username="sectigo", **switches)) as device:
        world = World(device, folder)
        if may_call:
            device.restrict(*may_call)
        for fault in faults:
            device.fault(fault)
        with ha_group.connected(world.connection()) as group:
            result = missing_permissions(group.active[0], world.job(key_route=key_route))
        assert device.writes() == []
    return result


def test_an_administrator_may_do_everything(tmp_path: Path) -> None:
    assert problems_and_notes(tmp_path, role="admin") == ([], [])


def test_a_custom_rest_role_may_allow_uploads(tmp_path: Path) -> None:
    assert problems_and_notes(tmp_path, role="resource-admin", may_call=(UPLOAD, READS)) == ([], [])


def test_rest_roles_that_cannot_be_read_are_not_a_problem(tmp_path: Path) -> None:
    hidden = Fault("GET", "/authz/roles", action="error:401:Authorization failed: user=sectigo")
    assert problems_and_notes(tmp_path, hidden, role="resource-admin") == ([], [])


@pytest.mark.parametrize("role", ["certificate-manager", "manager", "guest"])
def test_a_role_that_is_too_low_is_a_problem(tmp_path: Path, role: str) -> None:
    problems, _ = problems_and_notes(tmp_path, role=role)
    assert problems == [f"sectigo has the role {role}{TOO_LOW}"]


def test_a_resource_administrator_needs_a_shell_or_a_custom_role(tmp_path: Path) -> None:
    assert problems_and_notes(tmp_path, role="resource-admin") == (
        [],
        [f"sectigo has the role resource-admin: {BY_SHELL}"],
    )
    problems, _ = problems_and_notes(tmp_path, role="resource-admin", bash=False)
    assert problems == [f"sectigo has the role resource-admin{TOO_LOW}"]


def test_the_openssl_route_needs_uploads(tmp_path: Path) -> None:
    problems, notes = problems_and_notes(tmp_path, role="resource-admin", key_route="openssl")
    assert problems == [
        f"sectigo has the role resource-admin, and {UPLOADS}, which key_route: openssl needs: write key_route: auto"
    ]
    assert notes == []


def test_a_role_in_another_partition_is_a_problem(tmp_path: Path) -> None:
    problems, _ = problems_and_notes(tmp_path, role="manager", role_partition="Shop", partitions=("Shop",))
    assert problems == ["sectigo has no role in partition Common: give it one for all partitions"]


def test_an_unavailable_shell_is_a_note_if_other_routes_are_allowed(tmp_path: Path) -> None:
    assert problems_and_notes(tmp_path, role="admin", bash=False) == ([], [f"{SHUT}: {WITHOUT_SHELL}"])
    faults = [Fault("GET", "disablebash", action="error:403:01070822:3: Access Denied")]
    shell = "sectigo has the shell tmsh, not bash"
    assert problems_and_notes(tmp_path, *faults, role="resource-admin", bash=False, may_call=(UPLOAD, READS)) == (
        [],
        [f"{shell}: {WITHOUT_SHELL}"],
    )


def test_an_unavailable_shell_is_a_problem_if_the_route_needs_it(tmp_path: Path) -> None:
    problems, notes = problems_and_notes(tmp_path, role="admin", bash=False, key_route="openssl")
    assert problems == [f"{SHUT}; key_route: openssl needs it: open it, or write key_route: auto"]
    assert notes == []


def test_an_account_that_the_device_does_not_show_is_a_note(tmp_path: Path) -> None:
    hidden = Fault("GET", "/auth/user/", action="error:404:01020036:3: The requested user (sectigo) was not found.")
    assert problems_and_notes(tmp_path, hidden) == (
        [],
        [f"sectigo is not a local user of the BIG-IP: its role cannot be determined; {BY_SHELL}, if at all"],
    )
    refused = Fault("GET", "/auth/user/", action="error:403:01070822:3: Access Denied")
    problems, (note,) = problems_and_notes(tmp_path, refused)
    assert (problems, note[:43]) == ([], "the role of sectigo cannot be determined: 1")
