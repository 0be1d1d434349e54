"""What killed probes have left is found by name and deleted, and nothing else is."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from sectigo_f5.icontrol.transfer import BULK, DOWNLOADS
from sectigo_f5.probe.clearing.leftovers import COLLECTIONS, NAME, delete_leftovers
from sectigo_f5.simulator import Fault, SimulatedBigIP, Switches
from tests.support.hierarchy import new_authority
from tests.support.probing import logged_in

OURS = "sectigo-f5-probe-0a1b2c3d"


def leave(device: SimulatedBigIP, stem: str, partition: str = "Common") -> None:
    """Leave what a probe makes, with everything that refers to something else."""
    base = f"/{partition}/{stem}"
    own = new_authority("Throw-away", datetime.now(timezone.utc))
    device.add_certificate(f"{base}-rsa.crt", own.certificate_pem, own.key_pem)
    chain = [{"name": "default", "cert": f"{base}-rsa.crt", "key": f"{base}-rsa.key"}]
    device.add_profile("client-ssl", f"{base}-profile", certKeyChain=chain)
    device.add_profile("client-ssl", f"{base}-child", defaultsFrom=f"{base}-profile")
    device.add_virtual_server(
        f"{base}-vs",
        f"/{partition}/192.0.2.7:{1000 + len(names(device))}",
        ("/Common/tcp", f"{base}-child"),
        disabled=True,
    )
    for folder in (DOWNLOADS, BULK):
        device.engine.world.disk.write(f"{folder}/{stem}-file", b"x")


def names(device: SimulatedBigIP) -> list[str]:
    items = [item["fullPath"] for kind in COLLECTIONS for item in device.get(f"/mgmt/tm/{kind}").get("items", [])]
    return sorted(name for name in (*items, *device.uploads) if "probe" in name)


def cleared(device: SimulatedBigIP, partition: str = "Common") -> list[str]:
    with logged_in(device) as unit:
        return [thing.name for thing in delete_leftovers(unit.client, partition)]


@pytest.mark.parametrize("bash", [True, False])
def test_everything_of_killed_probes_is_deleted(bash: bool, caplog: pytest.LogCaptureFixture) -> None:
    with SimulatedBigIP(Switches(bash=bash)) as device:
        leave(device, OURS)
        leave(device, "sectigo-f5-probe-ffffffff")
        assert cleared(device) == []
        assert names(device) == []
    assert "a probe that was killed has left 14 thing(s); now deleted: " in caplog.text


def test_objects_of_others_and_of_other_partitions_stay() -> None:
    with SimulatedBigIP(Switches(partitions=("Shop",))) as device:
        leave(device, "sectigo-f5-probe-notes")
        leave(device, "the-sectigo-f5-probe-0a1b2c3d")
        leave(device, OURS, "Shop")
        before = names(device)
        assert cleared(device) == []
        files = [name for name in before if "/" not in name and name.startswith(OURS)]
        assert names(device) == [name for name in before if name not in files]
        writes = [call.path for call in device.writes() if call.method != "POST"]
        assert writes == []


def test_a_device_without_leftovers_is_only_read() -> None:
    with SimulatedBigIP() as device:
        assert cleared(device) == []
        assert [call.path for call in device.writes()] == ["/mgmt/tm/util/bash"] * 2, "ls"
        assert len(device.journal) < 15


def test_lists_that_cannot_be_read_keep_nobody_from_probing(caplog: pytest.LogCaptureFixture) -> None:
    with SimulatedBigIP(Switches(bash=False, unix_tools=False)) as device:
        leave(device, OURS)
        device.fault(Fault("GET", "ltm/virtual", action="error:401:Authorization failed: user", times=9))
        left = cleared(device)
    assert {name.rpartition("-")[2] for name in left} >= {"child", "rsa.key"}, "the virtual server is not found"
    assert "what killed probes may have left is not looked for in ltm/virtual" in caplog.text


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        (OURS, True),
        (f"{OURS}-rsa.key", True),
        (f"7{OURS}-x.crt", True),
        (f"{OURS}.csr", True),
        (f"{OURS}0-rsa.key", False),
        (f"8{OURS}-x", False),
        (f"{OURS}-x; reboot", False),
        (f"{OURS}-x\n", False),
        (f"{OURS}-../x", False),
        ("sectigo-f5-probe-", False),
        ("sectigo-f5-probe-notes-of-ours", False),
    ],
)
def test_only_names_with_the_random_part_are_ours(name: str, is_ours: bool) -> None:
    assert bool(NAME.fullmatch(name)) is is_ours
