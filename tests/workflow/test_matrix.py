"""Every release with every switch: each cell ends in a handshake, or in a refusal that leaves the device unchanged."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.model import KeySpec
from sectigo_f5.simulator.releases import RELEASES
from tests.support.names import BOTH_KEYS, EC, ONLY_EC, RSA
from tests.support.spread import spread
from tests.support.virtual_servers import hand_made
from tests.support.world import bigip
from tests.workflow.cells import must_enrol_and_renew, must_refuse

ALL = tuple(RELEASES)
NEWEST = ALL[-1:]  # the others meet every choice in pairs
EITHER = (True, False)
ANYWHERE: dict[str, tuple[Any, ...]] = {  # answers that must not fail a run
    "tmos": ALL,
    "role": ("admin", "resource-admin"),
    "upload_role": ("resource-admin",),
    "ha": ("standalone", "active"),
    "latency": (0.0, 0.005),
    "token_lifetime": (1200, 1),
    "token_limit": (100, 2),
    "csr_pem_in_answer": EITHER,
    "gen_csr_value": ("ignored", "names-the-csr"),
    "bulk_download": ("200", "206", "400"),
    "profile_passphrase": ("required", "optional"),
    "own_ciphertext": ("works", "rejected"),
    "cert_key_chain_patch": ("replaces", "adds"),
    "name_reference": EITHER,
    "sni_checked_on_profile": EITHER,
    "same_server_names": EITHER,
    "bundle_describes": ("first", "last"),
    "empty_items": EITHER,
    "ec_only": (True,),
    "transactions_take": ("configuration", "everything"),
}
WITH_A_SHELL = {
    **ANYWHERE,
    "native_password_keys": ("works", "silently-normal", "rejected"),
    "csr_for_password_keys": ("works", "rejected"),
    "curve_name": ("works", "ignored", "rejected"),
    "stderr_in_answer": EITHER,
    "csr_file": ("every-partition", "common-only"),
}
WITHOUT = {**ANYWHERE, "bash": (False,)}  # CSRs are read by util/unix-mv and a download
APPLIANCE = {**ANYWHERE, "bash": (False,), "unix_tools": (False,), "csr_pem_in_answer": (True,)}


def any_two(choices: dict[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return a few devices, so that any two choices meet on one of them."""
    open_pairs = {
        frozenset({(one, first), (other, second)})
        for one, other in combinations(choices, 2)
        for first in choices[one]
        for second in choices[other]
    }
    devices = []
    while open_pairs:
        device = dict(min(open_pairs, key=lambda pair: sorted(map(repr, pair))))
        for name, values in choices.items():
            if name not in device:
                met = [
                    sum(frozenset({(name, value), known}) in open_pairs for known in device.items()) for value in values
                ]
                device[name] = values[met.index(max(met))]
        open_pairs -= {frozenset(pair) for pair in combinations(device.items(), 2)}
        devices.append(device)
    return devices


def each(choices: dict[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Return a few devices, so that each choice is made on one of them."""
    longest = max(map(len, choices.values()))
    return [{name: values[number % len(values)] for name, values in choices.items()} for number in range(longest)]


@pytest.mark.parametrize("switches", spread([*any_two(WITH_A_SHELL), *each(WITHOUT), *each(APPLIANCE)], days=4))
def test_devices_with_any_two_choices_enrol_and_renew(tmp_path: Path, switches: dict[str, Any]) -> None:
    with bigip(tmp_path, **switches) as world:
        hand_made(world, "other", "other.example.net")  # shows TMOS 13 to take an ECDSA pair alone
        must_enrol_and_renew(world, keys=ONLY_EC)


@pytest.mark.parametrize("tmos", NEWEST)
@pytest.mark.parametrize("keys", ["works", "silently-normal", "rejected"])
@pytest.mark.parametrize("requests", ["works", "rejected"])
def test_every_key_route_enrols_and_renews(tmp_path: Path, tmos: str, keys: str, requests: str) -> None:
    with bigip(tmp_path, tmos=tmos, native_password_keys=keys, csr_for_password_keys=requests) as world:
        must_enrol_and_renew(world)


@pytest.mark.parametrize("tmos", NEWEST)
@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("bash", [True, False])
def test_every_way_to_read_the_csr_enrols_and_renews(tmp_path: Path, tmos: str, answer: bool, bash: bool) -> None:
    with bigip(tmp_path, tmos=tmos, csr_pem_in_answer=answer, bash=bash, ec_only=True) as world:
        hand_made(world, "other", "other.example.net")  # shows TMOS 13 to take an ECDSA pair alone
        must_enrol_and_renew(world, keys=ONLY_EC)


@pytest.mark.parametrize("tmos", [ALL[0], ALL[-1]])
@pytest.mark.parametrize("ec_only", [True, False])
def test_ecdsa_alone_is_accepted_or_refused_with_the_remedy(tmp_path: Path, tmos: str, ec_only: bool) -> None:
    with bigip(tmp_path, tmos=tmos, ec_only=ec_only) as world:
        if ec_only:
            hand_made(world, "other", "other.example.net")  # shows TMOS 13 to take an ECDSA pair alone
            must_enrol_and_renew(world, keys=ONLY_EC)
        else:
            must_refuse(world, "does not take an ECDSA certificate alone: add an RSA pair", keys=ONLY_EC)
            must_enrol_and_renew(world, keys=BOTH_KEYS)


@pytest.mark.parametrize(("tmos", "taken"), [("13.1.1", False), ("15.1.5", True), ("16.1.4", True), ("17.1.2", True)])
def test_ecdsa_alone_is_accepted_by_the_releases_that_support_it(tmp_path: Path, tmos: str, taken: bool) -> None:
    with bigip(tmp_path, tmos=tmos) as world:
        if taken:
            must_enrol_and_renew(world, keys=ONLY_EC)
        else:
            must_refuse(world, "010717e3", keys=ONLY_EC)


@pytest.mark.parametrize(
    ("role", "sentence"),
    [
        ("admin", None),
        ("resource-admin", None),
        ("certificate-manager", "role is too low"),
        ("manager", "role"),
        ("guest", "role"),
    ],
)
def test_every_role_enrols_or_is_refused(tmp_path: Path, role: str, sentence: str | None) -> None:
    with bigip(tmp_path, role=role) as world:
        if sentence:
            must_refuse(world, sentence)
        else:
            must_enrol_and_renew(world)


def test_resource_administrator_suffices_if_it_may_upload(tmp_path: Path) -> None:
    with bigip(tmp_path, role="resource-admin", upload_role="resource-admin") as world:
        must_enrol_and_renew(world)


@pytest.mark.parametrize("role", ["admin", "resource-admin"])
@pytest.mark.parametrize("native", ["silently-normal", "rejected"])
def test_a_device_without_any_key_route_is_refused(tmp_path: Path, native: str, role: str) -> None:
    with bigip(tmp_path, native_password_keys=native, bash=False, role=role) as world:
        must_refuse(world, "makes no password-protected key for this user; a key made elsewhere is never used")


@pytest.mark.parametrize("route", ["native", "openssl"])
@pytest.mark.parametrize("spec", [RSA, EC])
def test_a_pinned_route_is_used(tmp_path: Path, route: str, spec: KeySpec) -> None:
    with bigip(tmp_path) as world:
        must_enrol_and_renew(world, key_route=route, keys=(spec,))
        assert any("openssl" in line for line in world.device.audit) is (route == "openssl")


@pytest.mark.parametrize("closed", [{"native_password_keys": "rejected"}, {"csr_for_password_keys": "rejected"}])
def test_a_pinned_route_that_is_unavailable_is_not_replaced(tmp_path: Path, closed: dict[str, str]) -> None:
    with bigip(tmp_path, **closed) as world:
        must_refuse(world, "makes no password-protected key", key_route="native")


def test_the_hundredth_token_is_refused_with_advice(tmp_path: Path) -> None:
    with bigip(tmp_path, token_limit=0) as world:
        result = world.one(world.job())
        assert "delete them or wait 20 minutes" in (result.error or "")


def test_a_token_that_expires_during_a_run_is_renewed(tmp_path: Path) -> None:
    with bigip(tmp_path, token_lifetime=1, latency=0.1) as world:
        assert world.one(world.job()).error is None


def test_a_standby_is_never_written_to(tmp_path: Path) -> None:
    with bigip(tmp_path, ha="standby") as world:
        must_refuse(world, "is not the active unit: nothing in service was changed")
        assert world.device.writes() == []
