"""Whole runs, and what the trail has of them: every write to a BIG-IP, and what came of each change."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.commands.revoke import revoke_in_service
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.model import Outcome, Result
from sectigo_f5.recording import BOOKKEEPING, Ending, What
from sectigo_f5.simulator import Fault
from sectigo_f5.trail import reading
from sectigo_f5.trail.chain import verified
from sectigo_f5.trail.nouns import Line
from sectigo_f5.trail.volumes import every_line
from tests.support.impostor import impostor, silence
from tests.support.names import EC, ONLY_EC, PLAIN, RSA
from tests.support.world import World, bigip


def told(world: World) -> list[Line]:
    """Return the lines of the trail, which is unbroken."""
    assert verified(every_line(world.state.path)).breaks == []
    return list(reading.lines(world.state.path))


def must_be_accounted_for(world: World) -> None:
    """Fail unless the trail names exactly the writes that the device has seen."""
    seen = [call for call in world.device.writes() if not call.path.startswith(BOOKKEEPING)]
    named = [write for line in told(world) for write in line.record.get("writes", ())]
    assert Counter(named) == Counter(f"{call.method} {call.path}" for call in seen)


def whats(lines: list[Line]) -> list[tuple[str, str]]:
    return [(line.what, line.result) for line in lines]


ENROLMENT = [
    ("key-made", "made"),
    ("change-rehearsed", "nothing"),
    ("certificate-ordered", "made"),
    ("certificate-stored", "made"),
    ("put-in-service", "made"),
    ("configuration-saved", "made"),
    ("csr-removed", "made"),
    ("files-removed", "made"),
]


def test_an_enrolment_is_told_line_by_line(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        result = world.one(world.job(keys=ONLY_EC))
        lines = told(world)
        must_be_accounted_for(world)
        served = world.seen_by_client()
    assert whats(lines) == ENROLMENT
    key, _, order, stored, change, saved, *_ = lines
    assert {line.certificate for line in (key, order, stored, change)} == {result.label}
    assert (saved.certificate, saved.device, saved.record["unit"]) == ("", "bigip-sim", "127.0.0.1")
    for line in (order, stored, change):
        assert (line.record["serial"], line.record["sha256"]) == (served.serial, served.fingerprint)
    assert change.record["virtual_servers"] == ["/Common/vs_www"]
    assert "attach to /Common/vs_www" in change.record["new"]
    assert "/Common/www.example.com_clientssl" in change.record["objects"]
    assert "unit" not in order.record


def test_a_renewal_names_what_was_before_and_a_rollback_goes_back(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        world.one(world.job(keys=ONLY_EC))
        world.wait(days=1)
        world.one(world.job(keys=ONLY_EC), force=True)
        world.wait(hours=1)
        assert world.one(world.job(keys=ONLY_EC), work=roll_back).outcome is Outcome.ROLLED_BACK
        changes = [line for line in told(world) if line.what == What.SERVICE]
        must_be_accounted_for(world)
    first, second, third = (line.record for line in changes)
    assert "old" not in first
    assert second["old"] == first["new"].partition(";")[0] == third["new"]
    assert third["old"] == second["new"]


def test_tidying_names_all_that_is_deleted(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        for _ in range(3):
            world.one(world.job(keys=ONLY_EC), force=True)
            world.wait(days=1)
        (deleted,) = (line for line in told(world) if line.what == What.DELETED)
        must_be_accounted_for(world)
    assert len(deleted.record["objects"]) == 3
    assert [path.rpartition(".")[2] for path in sorted(deleted.record["objects"])] == ["crt", "key", "crt"]


def test_a_revocation_is_told_with_its_reason(tmp_path: Path) -> None:
    def work(run: Any, f5: Any, job: Any) -> Result:
        return revoke_in_service(run, f5, job, "superseded")

    with bigip(tmp_path) as world:
        result = world.one(world.job(keys=ONLY_EC))
        world.one(world.job(keys=ONLY_EC), work=work)
        line = told(world)[-1]
    assert (line.what, line.result, line.record["new"]) == ("certificate-revoked", "made", "superseded")
    assert line.record["serial"] == result.serial


def test_two_keys_of_a_certificate_are_put_in_service_by_one_change(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        assert world.one(world.job(keys=(EC, RSA))).error is None
        words = Counter(line.what for line in told(world))
        must_be_accounted_for(world)
    assert (words["key-made"], words["certificate-ordered"], words["put-in-service"]) == (2, 2, 1)


def test_a_change_that_clients_must_not_see_and_its_way_back_are_one_line(tmp_path: Path) -> None:
    with silence() as port:
        pass
    with bigip(tmp_path) as world, impostor("127.0.0.1", port, tmp_path):
        world.device.add_virtual_server("/Common/vs_x", f"127.0.0.1:{port}", profiles=PLAIN)
        world.pause = lambda seconds: None
        assert world.one(world.job(keys=ONLY_EC, virtual_servers=("/Common/vs_x",))).outcome is Outcome.FAILED
        (change,) = (line for line in told(world) if line.what == What.SERVICE)
        must_be_accounted_for(world)
    assert change.result == "taken-back"
    assert "does not serve the certificate that was put in service" in change.record["reason"]


REFUSED = "error:400:01070734:3: Configuration error: refused by a test"


@pytest.mark.parametrize(
    ("fault", "what", "ending"),
    [
        (Fault("POST", "sys/file/ssl-cert", action=REFUSED, times=9), What.CERTIFICATE, Ending.REFUSED),
        (Fault("POST", "sys/config$", action="error:403:access denied", times=9), What.SAVED, Ending.REFUSED),
        (Fault("PATCH", "client-ssl", 2, "error:400:01070313:3: refused", times=9), What.SERVICE, Ending.REFUSED),
        (Fault("POST", "crypto/key", action="error:403:access denied", times=9), What.KEY, Ending.FAILED),
    ],
)
def test_what_came_of_a_change_is_told(tmp_path: Path, fault: Fault, what: What, ending: Ending) -> None:
    with bigip(tmp_path, bash=what is not What.KEY) as world:
        world.one(world.job(keys=ONLY_EC))
        world.wait(days=70)
        world.pause = lambda seconds: None
        world.device.fault(fault)
        world.one(world.job(keys=ONLY_EC))
        line = [line for line in told(world) if line.what == what][-1]
        must_be_accounted_for(world)
    assert (line.result, bool(line.record["reason"])) == (ending.value, True)


@pytest.mark.parametrize("pending", [True, False])
def test_an_order_that_is_refused_or_pending_is_told(tmp_path: Path, pending: bool) -> None:
    with bigip(tmp_path) as world:
        world.authority.processing, world.authority.refusal = pending, None if pending else "no such domain"
        world.one(world.job(keys=ONLY_EC))
        lines = told(world)
        must_be_accounted_for(world)
    (order,) = (line for line in lines if line.what == What.ORDER)
    assert order.result == ("pending" if pending else "failed")
    deleted = [line.record["objects"] for line in lines if line.what == What.DELETED]
    assert len(deleted) == (0 if pending else 1), "the key of a refused order"


def test_a_kept_certificate_leaves_no_line(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        world.one(world.job(keys=ONLY_EC))
        before = len(told(world))
        world.wait(days=1)
        assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.KEPT
        assert len(told(world)) == before


def test_a_line_is_json_that_other_programs_read(tmp_path: Path) -> None:
    with bigip(tmp_path) as world:
        world.one(world.job(keys=ONLY_EC))
        lines = (world.state.path / "audit.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert list(first)[:4] == ["number", "time", "id", "began"]
    assert (first["number"], first["previous"]) == (1, "0" * 64)
    assert (first["actor"], first["host"], first["command"]) == ({"user": "tests"}, "host", "start_acme.py run")
