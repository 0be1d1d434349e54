"""Before an order the device judges the change with a pair that it has, and nothing of it is left."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.bigip import ha_group
from sectigo_f5.bigip.leftovers.uploads import delete_own_uploads
from sectigo_f5.bigip.observation import observe
from sectigo_f5.bigip.profile_change import ProfileChange
from sectigo_f5.bigip.rehearsal.change import rehearse
from sectigo_f5.bigip.rehearsal.upload import rehearse_upload
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.model import Generation, Job, Outcome
from sectigo_f5.simulator import Fault
from tests.support.hierarchy import new_authority
from tests.support.names import BOTH_KEYS, ONLY_EC, PROFILE, PROFILE_URL
from tests.support.virtual_servers import attach, attached, hand_made
from tests.support.world import World, bigip

GENERATION = Generation("Common", "www.example.com", "20261123T120000Z")
MANY = 1000
CREATE = "/profile/client-ssl$"
COMMIT = r"/transaction/\d+$"


@contextmanager
def unit(world: World) -> Iterator[Unit]:
    with ha_group.connected(world.connection(), lambda _: None) as group:
        yield group.active[0]


def planned(f5: Unit, job: Job, *, pair_only: bool = False) -> ProfileChange:
    seen = observe(f5, job)
    return ProfileChange(seen, (), () if pair_only else plan_attachments(seen), pair_only)


def rehearse_change(world: World, f5: Unit, job: Job | None = None, *, pair_only: bool = False) -> None:
    """Rehearse what a run would change now, and require that the device has afterwards what it had before."""
    change, before = planned(f5, job or world.job(), pair_only=pair_only), objects(world)
    try:
        rehearse(f5, change)
    finally:
        assert objects(world) == before


def objects(world: World) -> dict[Any, Any]:
    return dict(world.device.engine.configuration.items)


def once(world: World, job: Job | None = None) -> None:
    with unit(world) as f5:
        rehearse_change(world, f5, job)


def forward_proxy(world: World) -> Job:
    """A parent that the device refuses, and that only its settings tell; here it becomes one after our look."""
    authority = new_authority("Proxy CA", world.now)
    world.device.add_certificate("/Common/ca.crt", authority.certificate_pem, authority.key_pem)
    signs = {"sslForwardProxy": "enabled", "proxyCaCert": "/Common/ca.crt", "proxyCaKey": "/Common/ca.key"}
    world.device.add_profile("client-ssl", "/Common/proxy", **signs)
    return world.job(parent_profile="/Common/proxy")


def test_an_enrolment_is_rehearsed_and_nothing_is_left(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    once(world)
    assert f"the BIG-IP would take the change of {PROFILE} (rehearsed)" in caplog.text
    assert world.device.get("/mgmt/tm/transaction")["items"] == []


@pytest.mark.parametrize("keys", [None, ONLY_EC, BOTH_KEYS], ids=["RSA", "ECDSA", "both"])
def test_a_renewal_is_rehearsed_with_the_pair_in_service(
    world: World, keys: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    job = world.job(keys=keys) if keys else world.job()
    world.one(job)
    serving = world.device.get(PROFILE_URL)["certKeyChain"]
    with unit(world) as f5:
        rehearse_change(world, f5, job, pair_only=True)
    assert "would take the change" in caplog.text
    assert world.device.get(PROFILE_URL)["certKeyChain"] == serving


def test_a_takeover_is_rehearsed_with_its_attachments(world: World) -> None:
    attach(world, hand_made(world, "hand", "www.example.com"))
    once(world)
    assert attached(world) == {"/Common/hand"}


def test_a_refusal_names_cause_and_remedy(world: World) -> None:
    with pytest.raises(DeviceError, match=r"transaction failed:01071610:.*write another parent_profile"):
        once(world, forward_proxy(world))


def test_ecdsa_alone_is_rehearsed_with_a_pair_of_its_kind(tmp_path: Path) -> None:
    with bigip(tmp_path, tmos="13.1.1") as world:
        world.one(world.job("api.example.com", keys=BOTH_KEYS))
        attach(world)
        with pytest.raises(DeviceError, match="010717e3:.*add an RSA pair"):
            once(world, world.job(keys=ONLY_EC))


def test_a_device_that_takes_no_ciphertext_judges_an_open_pair(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with bigip(tmp_path, own_ciphertext="rejected") as world:
        world.one(world.job())
        once(world)
        assert "would take the change" in caplog.text


# -- devices that do not judge beforehand ------------------------------------------------------


def test_a_device_that_makes_the_change_is_seen_by_a_harmless_profile(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with bigip(tmp_path, validate_only="ignored") as world:
        before = objects(world).keys()
        with unit(world) as f5:
            for _ in range(2):
                rehearse(f5, planned(f5, world.job()))
        assert objects(world).keys() == before
        assert caplog.text.count("the BIG-IP makes what it is asked only to validate") == 1
        assert [call.method for call in world.device.writes() if "client-ssl" in call.path] == ["POST", "DELETE"]


def test_what_a_killed_trial_left_is_removed(tmp_path: Path) -> None:
    with bigip(tmp_path, validate_only="ignored") as world:
        world.device.add_profile("client-ssl", f"{PROFILE}_rehearsal")
        with unit(world) as f5:
            rehearse(f5, planned(f5, world.job()))
        assert not world.device.exists(f"{PROFILE_URL}_rehearsal")


def test_a_renewal_that_shows_nothing_is_no_look(tmp_path: Path) -> None:
    """Its stand-in is the pair in service, so nobody can see whether it was made; the next change is looked at."""
    with bigip(tmp_path) as world:
        world.add_virtual_server("/Common/vs_b")
        assert world.one(world.job(keys=ONLY_EC)).outcome is Outcome.ENROLLED
        other = world.job("b.example.com", keys=ONLY_EC, virtual_servers=("/Common/vs_b",))
        looks = f"/mgmt/tm/ltm/profile/client-ssl/~Common~{other.profile.rpartition('/')[2]}"
        with unit(world) as f5:
            f5.memory.validates_only = True
            for job, seen in ((world.job(keys=ONLY_EC), False), (other, True)):
                rehearse(f5, planned(f5, job))
                assert f5.memory.watched is seen
            rehearse(f5, planned(f5, other))
        assert [call.path for call in world.device.journal if call.method == "GET"].count(looks) == 1


def test_a_change_that_is_made_after_all_is_taken_back(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The trial was honoured, the change itself is not: no device is known to do so, but a site would be down."""
    with bigip(tmp_path, validate_only="ignored") as world:
        hand = hand_made(world, "hand", "www.example.com")
        attach(world, hand)
        with unit(world) as f5:
            f5.memory.validates_only = True
            rehearse(f5, planned(f5, world.job()))
            assert (f5.memory.validates_only, f5.unsaved) == (False, True)
        assert attached(world) == {hand}
        assert not world.device.exists(PROFILE_URL)
        assert "it is taken back" in caplog.text


@pytest.mark.parametrize(
    "fault",
    [
        Fault("POST", "/transaction$", action="error:404:URI path /mgmt/tm/transaction is unknown", times=MANY),
        Fault("PATCH", COMMIT, action="error:400:unknown property validateOnly", times=MANY),
        Fault("PATCH", COMMIT, action="status:501", times=MANY),
        Fault("PATCH", COMMIT, action="async-timeout", times=MANY),
        Fault("PATCH", COMMIT, action="drop-after", times=MANY),
    ],
    ids=lambda fault: fault.action[:20],
)
def test_a_device_that_cannot_judge_is_no_reason_to_stop(
    world: World, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    world.one(world.job())
    world.device.fault(fault)
    with unit(world) as f5:
        for _ in range(2):
            rehearse_change(world, f5, pair_only=True)
    assert caplog.text.count("does not judge them beforehand") == 1


def test_an_old_release_is_not_asked(world: World) -> None:
    with unit(world) as f5:
        rehearse(replace(f5, release="11.6.1"), planned(f5, world.job()))
    assert [call.path for call in world.device.writes()] == []


@pytest.mark.parametrize(
    ("method", "path", "action"),
    [
        ("POST", "/transaction$", "error:401:Authorization failed: user=sectigo resource=/mgmt/tm/transaction"),
        ("POST", CREATE, "error:403:01070822:3: Access Denied"),
        ("POST", CREATE, "status:500"),
        ("PATCH", COMMIT, "error:400:transaction failed:01071610:3: no"),
        ("PATCH", COMMIT, "error:401:Authorization failed: user=sectigo"),
        ("POST", "vs_www/profiles$", "status:500"),
    ],
)
def test_a_write_that_an_enrolment_needs_is_refused_beforehand(
    world: World, method: str, path: str, action: str
) -> None:
    world.device.fault(Fault(method, path, action=action, times=MANY))
    with pytest.raises(DeviceError):
        once(world)


def test_a_renewal_does_not_need_what_only_an_enrolment_needs(world: World) -> None:
    """The trial creates a profile, which a renewal does not."""
    world.one(world.job())
    world.device.fault(Fault("POST", CREATE, action="error:400:01071610:3: no", times=MANY))
    with unit(world) as f5:
        rehearse_change(world, f5, pair_only=True)


@pytest.mark.parametrize("action", ["drop", "drop-after", "async-timeout", "async-timeout-after"])
def test_one_lost_answer_is_asked_for_again(world: World, action: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    world.device.fault(Fault("PATCH", COMMIT, nth=2, action=action))
    once(world)
    assert "would take the change" in caplog.text


# -- the small file ----------------------------------------------------------------------------


def test_a_file_is_stored_and_removed(world: World) -> None:
    with unit(world) as f5:
        rehearse_upload(f5, GENERATION)
        rehearse_upload(f5, GENERATION)
        delete_own_uploads(f5)
    paths = [call.path for call in world.device.writes()]
    assert paths.count("/mgmt/shared/file-transfer/uploads/www.example.com_20261123T120000Z.crt") == 1
    assert paths[-1].endswith("util/bash")
    assert world.device.uploads == []


def test_a_refused_upload_goes_through_the_shell(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with bigip(tmp_path, upload_role="nobody") as world:
        with unit(world) as f5:
            rehearse_upload(f5, GENERATION)
            delete_own_uploads(f5)
        assert world.device.uploads == []
        assert "certificates go to the BIG-IP through util/bash" in caplog.text
        assert world.one(world.job()).outcome is Outcome.ENROLLED
        assert world.leftovers() == {}


def test_no_way_for_files_is_an_error_with_both_reasons(tmp_path: Path) -> None:
    with (
        bigip(tmp_path, username="sectigo", role="resource-admin", bash=False) as world,
        unit(world) as f5,
        pytest.raises(ConnectorError, match=r"role is too low.*through util/bash neither.*give it bash"),
    ):
        rehearse_upload(f5, GENERATION)
