"""The questions about who may do what: on each simulated device they find what its switches say."""

from __future__ import annotations

from typing import Any

import pytest

from sectigo_f5.probe.endpoints import BY_NAME, COLLECTIONS, OBJECTS
from sectigo_f5.probe.nouns import Outcome
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.probing import asked, entry, found_by

ROLES = ("admin", "resource-admin", "certificate-manager", "manager", "guest")


@pytest.mark.parametrize("role", ROLES)
def test_role_is_found(role: str) -> None:
    told = "not-told" if role == "admin" else "bash"
    assert found_by("user", role=role) == {"role": role, "role_where": "all-partitions", "shell_told": told}


def test_role_in_one_partition_is_found() -> None:
    found = found_by("user", role="manager", role_partition="Shop", bash=False)
    assert found == {"role": "manager", "role_where": "one", "shell_told": "tmsh"}


@pytest.mark.parametrize("shell", ["bash", "tmsh", "none", "not-told"])
def test_shell_that_is_told_is_found(shell: str) -> None:
    assert found_by("user", shell_told=shell)["shell_told"] == shell


def test_remote_user_is_not_told() -> None:
    assert found_by("user", user_shown=False) == dict.fromkeys(("role", "role_where", "shell_told"), "not-told")


@pytest.mark.parametrize(
    ("switches", "findings"),
    [
        ({}, {"apm": "yes", "as3": "no", "key_export": "enabled"}),
        ({"apm": False, "key_export": "disabled"}, {"apm": "no", "as3": "no", "key_export": "disabled"}),
        ({"as3": True, "paging": "rejected"}, {"apm": "yes", "as3": "yes", "key_export": "enabled"}),
        ({"select": "rejected", "role": "guest"}, {"apm": "yes", "as3": "no", "key_export": "enabled"}),
        ({"key_export": "not-told"}, {"apm": "yes", "as3": "no", "key_export": "not-told"}),
    ],
)
def test_modules_are_found_whatever_options_are_refused(switches: dict[str, Any], findings: dict[str, str]) -> None:
    assert found_by("endpoints", **switches) == findings


def test_path_that_is_not_registered_is_noted_with_its_placeholder() -> None:
    with SimulatedBigIP(Switches(apm=False)) as device:
        texts = entry(asked(device, "endpoints"), "endpoints").texts
    assert (texts["not_registered"].status, texts["not_registered"].message) == (
        404,
        "Public URI path not registered: {path}",
    )


def test_what_is_read_is_told_in_full() -> None:
    with SimulatedBigIP() as device:
        exchanges = entry(asked(device, "endpoints"), "endpoints").exchanges
    assert len({each.path for each in exchanges}) == len(COLLECTIONS) + len(OBJECTS) + len(BY_NAME) + 4
    assert not [each for each in exchanges if "<" in f"{each.path}{each.query}"]


def test_what_the_user_may_not_read_is_named() -> None:
    with SimulatedBigIP() as device:
        device.fault(Fault("GET", "/sys/httpd$", action="error:401:Authorization failed: user"))
        found = entry(asked(device, "endpoints"), "endpoints")
    assert (found.outcome, found.because) == (Outcome.REFUSED, "this user may not read /mgmt/tm/sys/httpd")
    assert found.findings["apm"] == "yes"


@pytest.mark.parametrize("ha", ["standalone", "active", "standby"])
def test_state_of_the_unit_is_found(ha: str) -> None:
    assert found_by("high-availability", ha=ha) == {"ha": ha, "auto_sync": "no"}


def test_group_that_syncs_by_itself_is_found() -> None:
    assert found_by("high-availability", ha="active", auto_sync=True) == {"ha": "active", "auto_sync": "yes"}


@pytest.mark.parametrize(
    ("switches", "findings"),
    [
        ({}, {"bash": "yes", "stderr_in_answer": "yes"}),
        ({"stderr_in_answer": False}, {"bash": "yes", "stderr_in_answer": "no"}),
        ({"bash": False}, {"bash": "no"}),
        ({"role": "manager"}, {"bash": "no"}),
    ],
)
def test_shell_is_found(switches: dict[str, Any], findings: dict[str, str]) -> None:
    assert found_by("shell", **switches) == findings


@pytest.mark.parametrize(("role", "texts"), [("manager", {"no_shell"}), ("admin", set())])
def test_refusal_of_the_shell_is_noted_if_it_speaks_of_one(role: str, texts: set[str]) -> None:
    with SimulatedBigIP(Switches(role=role, bash=False)) as device:
        assert set(entry(asked(device, "shell"), "shell").texts) == texts


@pytest.mark.parametrize(
    ("switches", "findings"),
    [
        ({}, {"uploads": "works"}),
        ({"unix_tools": False}, {"uploads": "works"}),
        ({"role": "resource-admin"}, {"uploads": "rejected"}),
        ({"role": "resource-admin", "upload_role": "resource-admin", "bash": False}, {"uploads": "works"}),
        ({"upload_role": "nobody"}, {"uploads": "rejected"}),
        ({"bash": False, "unix_tools": False}, {}),  # who can delete no file uploads none
        ({"role": "guest"}, {}),
    ],
)
def test_upload_is_found(switches: dict[str, Any], findings: dict[str, str]) -> None:
    assert found_by("upload", **switches) == findings


def test_refusal_of_an_upload_is_noted_with_its_placeholders() -> None:
    with SimulatedBigIP(Switches(username="operator", role="resource-admin")) as device:
        text = entry(asked(device, "upload"), "upload").texts["upload_refused"]
    assert text.status == 401
    assert "/users/{user} resource={path} verb={method} " in text.message


@pytest.mark.parametrize("status", ["200", "206", "400"])
def test_status_of_a_wide_range_is_found(status: str) -> None:
    assert found_by("file-tools", bulk_download=status) == {"unix_tools": "yes", "bulk_download": status}


@pytest.mark.parametrize(
    ("switches", "findings"),
    [
        ({"tmos": "13.1.1"}, {"unix_tools": "yes", "bulk_download": "400"}),
        ({"tmos": "14.1.2", "upload_role": "nobody"}, {"unix_tools": "yes", "bulk_download": "206"}),
        ({"unix_tools": False}, {"unix_tools": "no"}),
        ({"role": "guest"}, {"unix_tools": "no"}),
        ({"upload_role": "nobody", "bash": False}, {}),  # no way to bring a file there
    ],
)
def test_file_tools_are_found(switches: dict[str, Any], findings: dict[str, str]) -> None:
    assert found_by("file-tools", **switches) == findings
