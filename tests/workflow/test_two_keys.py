"""An RSA and an ECDSA certificate for the same names in one profile: renewed, changed and refused together."""

from __future__ import annotations

import re
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from sectigo_f5.model import Job, KeySpec, Outcome
from sectigo_f5.simulator import Fault
from sectigo_f5.x509.certificates import read_certificate
from tests.support.names import BOTH_KEYS, EC, ONLY_EC, PROFILE, RSA
from tests.support.virtual_servers import attached, profile
from tests.support.world import World

SIGNATURES = {"rsa": "RSA-PSS+SHA256:RSA+SHA256", "ecdsa": "ECDSA+SHA256"}


@pytest.fixture(autouse=True)
def _every_version_of_tls(world: World) -> None:
    """Allow TLS 1.3 as well, which the stock profile does not before 21.1."""
    world.device.set("/mgmt/tm/ltm/profile/client-ssl/~Common~clientssl", tmOptions=["dont-insert-empty-fragments"])


def both(world: World, **changes: Any) -> Job:
    return world.job("www.example.com", "api.example.com", **{"keys": BOTH_KEYS, **changes})


def served_to(world: World, kind: str, version: str = "tls1_3") -> str:
    """Return the serial for a client that accepts signatures of one key type; ``version`` as OpenSSL spells it."""
    address, port = world.addresses["/Common/vs_www"]
    argv = ["openssl", "s_client", "-connect", f"{address}:{port}", "-servername", "www.example.com"]
    argv += [f"-{version}", "-sigalgs", SIGNATURES[kind]]
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=20)
    block = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", done.stdout, re.DOTALL)
    assert block, done.stderr
    certificate = read_certificate(block[0])
    assert certificate.key
    assert certificate.key.type == kind
    return certificate.serial


def serials(world: World) -> dict[str, str]:
    """Return the serials by key type, and check that they are the same for each version of TLS."""
    result = {kind: served_to(world, kind) for kind in SIGNATURES}
    assert {kind: served_to(world, kind, "tls1_2") for kind in SIGNATURES} == result
    return result


def test_each_client_gets_the_certificate_of_its_key_type(world: World) -> None:
    assert world.one(both(world)).error is None
    rsa, ecdsa = (
        read_certificate(certificate.public_bytes(Encoding.PEM).decode()) for certificate in world.authority.issued
    )
    assert serials(world) == {"rsa": rsa.serial, "ecdsa": ecdsa.serial}
    assert rsa.names == ecdsa.names == {"www.example.com", "api.example.com"}


def test_both_certificates_are_renewed_in_one_change_of_the_profile(world: World) -> None:
    world.one(both(world))
    before, writes = serials(world), len(world.device.writes())
    world.wait(days=80)
    assert world.one(both(world)).outcome is Outcome.RENEWED
    assert set(serials(world).values()).isdisjoint(before.values())
    changes = world.changes_of_traffic(writes)
    assert [(call.method, call.path.rpartition("~")[2]) for call in changes] == [("PATCH", "www.example.com_clientssl")]
    assert world.one(both(world)).outcome is Outcome.KEPT


def test_a_change_from_one_key_to_two_and_back_is_rekeyed(world: World) -> None:
    assert world.one(both(world, keys=(RSA,))).outcome is Outcome.ENROLLED
    for keys in (BOTH_KEYS, (KeySpec("rsa", "3072"), EC), ONLY_EC, BOTH_KEYS, (RSA,)):
        world.wait(hours=1)
        result = world.one(both(world, keys=keys))
        assert (result.outcome, result.error) == (Outcome.REKEYED, None)
        entries: Any = profile(world, PROFILE)["certKeyChain"]
        assert len(entries) == len(keys)
        for key in keys:
            assert world.seen_by_client(only=key.type).key == key


@pytest.mark.parametrize("serving", [True, False], ids=["in service", "first"])
def test_a_failed_second_order_keeps_the_keys_and_the_next_run_orders_the_rest(world: World, serving: bool) -> None:
    if serving:
        world.one(both(world))
        world.wait(days=80)
    before, issued = objects(world), len(world.authority.issued)
    world.authority.limit = issued + 1
    failed = world.one(both(world))
    assert (failed.error, len(world.authority.issued)) == ("the CA's rate limit is reached", issued + 1)
    assert {name.split()[0] for name in objects(world) - before} == {"sys/file/ssl-key"}
    assert (attached(world), world.leftovers()) == ({PROFILE} if serving else set(), {})
    world.authority.limit = None
    assert world.one(both(world)).outcome is (Outcome.RENEWED if serving else Outcome.ENROLLED)
    assert len(world.authority.issued) == issued + 2
    assert serials(world) == {
        key: f"{world.authority.issued[n].serial_number:x}" for key, n in (("rsa", -2), ("ecdsa", -1))
    }


def test_a_refused_change_leaves_both_certificates_in_service(world: World) -> None:
    world.one(both(world))
    before, attached_before = serials(world), attached(world)
    world.wait(days=80)
    world.device.fault(
        Fault("PATCH", "/ltm/profile/client-ssl/", action="error:400:01070313:3: bad password read", times=99)
    )
    assert world.one(both(world)).outcome is Outcome.FAILED
    assert (serials(world), attached(world)) == (before, attached_before)


def objects(world: World) -> set[str]:
    kinds = ("sys/file/ssl-key", "sys/file/ssl-cert", "ltm/profile/client-ssl")
    return {f"{kind} {item['name']}" for kind in kinds for item in world.device.get(f"/mgmt/tm/{kind}")["items"]}
