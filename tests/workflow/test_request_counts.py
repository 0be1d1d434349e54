"""How many requests a run sends: pinned, for each costs a BIG-IP's time, and a fleet has hundreds of certificates."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sectigo_f5.bigip.holdings import shelf
from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.simulator.rest.wire import Exchange
from tests.support.names import ONLY_EC, PLAIN
from tests.support.virtual_servers import hand_made
from tests.support.world import World, bigip

REHEARSAL = re.compile(r"(POST|PATCH|DELETE) /mgmt/tm/transaction")
ADDRESS = "192.0.2.{}:443"  # where nothing listens: the device alone is asked


def jobs(world: World, count: int) -> list[Job]:
    """Return certificates, each with a virtual server of its own."""
    made = []
    for number in range(count):
        path = f"/Common/vs_{number}"
        world.device.add_virtual_server(path, ADDRESS.format(number + 1), profiles=PLAIN)
        job = world.job(f"www{number}.example.com", keys=ONLY_EC, virtual_servers=(path,), verify_handshake="off")
        made.append(job)
    return made


def requests(world: World, *work: Job, outcome: Outcome) -> list[Exchange]:
    """Run once, and return what the BIG-IP was asked."""
    before = len(world.device.journal)
    results: list[Result] = world.go(*work)
    assert {result.outcome for result in results} == {outcome}, results
    return world.device.journal[before:]


def lines(calls: list[Exchange]) -> list[str]:
    return [f"{call.method} {call.path.split('/~')[0]}" for call in calls]


def test_nothing_to_do_costs_eight_requests_for_any_number(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        work = jobs(world, 12)
        requests(world, *work, outcome=Outcome.ENROLLED)
        for count in (1, 2, 12):
            asked = lines(requests(world, *work[:count], outcome=Outcome.KEPT))
            assert sorted(asked) == [
                "DELETE /mgmt/shared/authz/tokens/" + world.device.journal[-1].path.rpartition("/")[2],
                "GET /mgmt/tm/cm/failover-status",
                "GET /mgmt/tm/cm/sync-status",
                "GET /mgmt/tm/ltm/profile/client-ssl",
                "GET /mgmt/tm/ltm/virtual",
                "GET /mgmt/tm/sys/file/ssl-cert",
                "GET /mgmt/tm/sys/file/ssl-key",
                "POST /mgmt/shared/authn/login",
            ]


def test_ten_certificates_cost_so_many_requests_each(tmp_path: Path) -> None:
    """With their rehearsals, the login and the save; the first time that this BIG-IP is met."""
    with bigip(tmp_path) as world:
        work = jobs(world, 10)
        assert len(requests(world, *work, outcome=Outcome.ENROLLED)) <= 245
        world.wait(days=70)
        assert len(requests(world, *work, outcome=Outcome.RENEWED)) <= 196


def test_from_the_key_to_the_save_are_eighteen_requests_and_a_rehearsal_of_six(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        first, second = jobs(world, 2)
        requests(world, first, outcome=Outcome.ENROLLED)
        asked = lines(requests(world, second, outcome=Outcome.ENROLLED))
        begin, end = asked.index("POST /mgmt/tm/sys/crypto/key"), asked.index("POST /mgmt/tm/sys/config")
        assert asked[begin : end + 1] == [
            "POST /mgmt/tm/sys/crypto/key",
            "GET /mgmt/tm/sys/file/ssl-key",  # a password protects it
            "POST /mgmt/tm/util/bash",  # the CSR
            "POST /mgmt/tm/transaction",  # the rehearsal
            "POST /mgmt/tm/ltm/profile/client-ssl",
            "POST /mgmt/tm/ltm/virtual",
            "PATCH " + asked[begin + 6].partition(" ")[2],
            "DELETE " + asked[begin + 6].partition(" ")[2],
            "GET /mgmt/tm/ltm/profile/client-ssl",  # nothing was made
            "POST /mgmt/shared/file-transfer/uploads/" + asked[begin + 9].rpartition("/")[2],
            "POST /mgmt/tm/sys/file/ssl-cert",
            "GET /mgmt/tm/sys/file/ssl-cert",
            "POST /mgmt/shared/file-transfer/uploads/" + asked[begin + 12].rpartition("/")[2],
            "POST /mgmt/tm/sys/file/ssl-cert",
            "GET /mgmt/tm/sys/file/ssl-cert",
            "GET /mgmt/tm/cm/failover-status",
            "POST /mgmt/tm/transaction",
            "POST /mgmt/tm/ltm/profile/client-ssl",
            "POST /mgmt/tm/ltm/virtual",
            "PATCH " + asked[begin + 19].partition(" ")[2],
            "GET /mgmt/tm/ltm/profile/client-ssl",
            "GET /mgmt/tm/ltm/virtual",
            "GET /mgmt/tm/cm/failover-status",
            "POST /mgmt/tm/sys/config",
        ]


def test_a_large_device_is_asked_for_what_is_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Small for the tests: forty objects of others are many. Of these only the names of certificates are read."""
    monkeypatch.setattr(shelf, "SMALL", 4)
    monkeypatch.setattr(shelf, "FOR_EACH", 2)
    with bigip(tmp_path) as world:
        for number in range(40):
            profiles = (*PLAIN, hand_made(world, f"theirs_{number}", f"theirs{number}.example.org"))
            world.device.add_virtual_server(f"/Common/their_vs_{number}", f"198.51.100.{number + 1}:443", profiles)
        work = jobs(world, 5)
        requests(world, *work, outcome=Outcome.ENROLLED)
        assert len(requests(world, *work, outcome=Outcome.KEPT)) <= 12
        few = requests(world, *work, outcome=Outcome.KEPT)
        assert (len(few), sum(call.size for call in few) < 60_000) == (10, True)
        world.wait(days=70)
        renewal = requests(world, *work, outcome=Outcome.RENEWED)
        assert len(renewal) <= 125  # of what others have only names are read, and their profiles once
        assert len(requests(world, *work, outcome=Outcome.KEPT)) <= 12
        world.device.delete("/mgmt/tm/ltm/virtual/~Common~their_vs_3")  # what follows is elsewhere now
        assert len(requests(world, *work, outcome=Outcome.KEPT)) == 10
