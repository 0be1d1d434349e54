"""What else refers to earlier pairs is named in check, plan and summary; with the setting, profiles follow."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import other_references, stopping
from sectigo_f5.bigip.surroundings import references
from sectigo_f5.bigip.surroundings.notes import of_references
from sectigo_f5.bigip.surroundings.references import Reference
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.checkup.certificate import examine
from sectigo_f5.commands.plan import _plan_one
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.device_objects import Entry
from sectigo_f5.model import Generation, Job, Outcome, Result
from sectigo_f5.simulator import Fault
from sectigo_f5.stopping import StopRequest
from tests.support import builders
from tests.support.hierarchy import new_authority, new_server
from tests.support.names import ONLY_EC, PROFILE, PROFILE_URL
from tests.support.properties import generated
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World

SERVER, CLIENT, SAML = "/Common/to_servers", "/Common/other", "/Common/idp"
SERVER_URL = "/mgmt/tm/ltm/profile/server-ssl/~Common~to_servers"
CLIENT_URL = "/mgmt/tm/ltm/profile/client-ssl/~Common~other"
OLD = Generation("Common", "www.example.com", "20260901T000000Z")
NEW = Generation("Common", "www.example.com", "20261101T000000Z")


# -- a life: named without the setting, followed with it ----------------------------------------------


def pair_of(world: World, url: str) -> tuple[str, str]:
    shown = world.device.get(url)
    return shown["cert"], shown["key"]


def refer(world: World) -> None:
    """Have three others refer to the pair in service, as an operator does."""
    certificate, key = pair_of(world, PROFILE_URL)
    passphrase = world.device.get(f"/mgmt/tm/sys/file/ssl-key/{key.replace('/', '~')}")["passphrase"]
    pair = {"cert": certificate, "key": key, "passphrase": passphrase}
    world.device.add_profile("server-ssl", SERVER, defaultsFrom="/Common/serverssl", **pair)
    world.device.add_profile("client-ssl", CLIENT, certKeyChain=[{"name": "default", **pair}])
    world.device.add_profile("access", "/Common/access")  # there is APM
    world.device.add("apm/sso/saml", SAML, idpCertificate=certificate, idpSignkey=key)


def notes_of(unit: Unit, job: Job) -> str:
    unit.forget()
    return "; ".join(of_references(unit, job, (), after=True))


def notes(result: Result) -> str:
    return "; ".join(result.notes)


def test_references_are_named_and_follow_with_the_setting(world: World) -> None:
    job = world.job(keys=ONLY_EC)
    world.one(job)
    refer(world)
    first = pair_of(world, PROFILE_URL)
    everybody = f"SAML identity provider {SAML}, client SSL profile {CLIENT}, server SSL profile {SERVER}"
    with world.session() as unit:
        served = f"{first[0]} is also used by {everybody}, which will keep it when it is replaced"
        assert served in "; ".join(examine(world.run_of(job), unit, job).notes)
    world.wait(days=70)
    with world.session() as unit:
        run = replace(world.run_of(job), reads_only=True)
        assert served in notes(_plan_one(run, unit, job))
    renewed = world.one(job)
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, None)
    assert f"{first[0]}, which is not in service, is still used by {everybody}" in notes(renewed)
    assert "change that there, or write update_other_references: true" in notes(renewed)
    before = len(world.device.journal)
    assert f"is still used by client SSL profile {CLIENT};" in notes(world.one(job))  # kept: at no request
    assert [
        call.path for call in world.device.journal[before:] if "server-ssl" in call.path or "saml" in call.path
    ] == []
    assert (pair_of(world, SERVER_URL), pair_of(world, CLIENT_URL)) == (first, first)

    job = replace(job, update_other_references=True)
    second = pair_of(world, PROFILE_URL)
    assert world.one(job).outcome is Outcome.KEPT
    assert (pair_of(world, SERVER_URL), pair_of(world, CLIENT_URL)) == (second, second)
    assert world.device.saved_is_current
    (back,) = world.go(job, work=roll_back)
    assert (back.outcome, back.error) == (Outcome.ROLLED_BACK, None)
    assert (pair_of(world, SERVER_URL), pair_of(world, CLIENT_URL)) == (first, first)


# -- what follows, and what stays -----------------------------------------------------------------------


@dataclass
class Scene:
    """A pair in service, and two profiles with an earlier one."""

    world: World
    unit: Unit
    job: Job

    def update(self) -> None:
        self.unit.forget()
        other_references.update(self.world.run_of(self.job), self.unit, self.job)

    @property
    def followed(self) -> list[bool]:
        return [pair_of(self.world, url)[0] == NEW.certificate for url in (CLIENT_URL, SERVER_URL)]


def add_pair(world: World, of: Generation, *names: str) -> dict[str, str]:
    identity = new_server(names, world.now, new_authority("CA", world.now))
    world.device.add_certificate(of.certificate, identity.certificate_pem, identity.key_pem)
    return {"cert": of.certificate, "key": of.key}


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    old, new = (add_pair(world, of, "www.example.com") for of in (OLD, NEW))
    world.device.add_profile("client-ssl", PROFILE, certKeyChain=[{"name": "default", **new}])
    world.device.add_profile("client-ssl", CLIENT, certKeyChain=[{"name": "theirs", **old}])
    world.device.add_profile("server-ssl", SERVER, defaultsFrom="/Common/serverssl", **old)
    with world.session() as unit:
        yield Scene(world, unit, world.job(keys=ONLY_EC, update_other_references=True))


def test_both_kinds_of_profiles_follow_and_keep_the_rest(scene: Scene) -> None:
    scene.world.device.set(CLIENT_URL, ciphers="ECDHE")
    scene.update()
    assert scene.followed == [True, True]
    shown = scene.world.device.get(CLIENT_URL)
    assert (shown["ciphers"], shown["certKeyChain"][0]["name"]) == ("ECDHE", "theirs")
    assert (scene.unit.unsaved, scene.world.state.unsaved.is_marked("bigip-sim")) == (True, True)
    assert other_references.remaining(scene.world.run_of(scene.job), scene.unit, scene.job, changed=True) == ()
    writes = len(scene.world.device.writes())
    scene.update()
    assert scene.world.device.writes()[writes:] == []


def test_nothing_follows_without_the_setting(scene: Scene) -> None:
    scene.job = replace(scene.job, update_other_references=False)
    scene.update()
    assert (scene.followed, scene.world.device.writes()) == ([False, False], [])


def test_a_child_that_inherits_follows_its_parent(scene: Scene) -> None:
    scene.world.device.add_profile("client-ssl", "/Common/child", defaultsFrom=CLIENT)
    scene.world.device.add_profile("server-ssl", "/Common/a_child", defaultsFrom=SERVER)
    found = notes_of(scene.unit, scene.job)
    assert ("/Common/child" in found, f"client SSL profile {CLIENT}" in found) == (False, True)
    scene.update()
    assert scene.followed == [True, True]
    for kind, name in (("client-ssl", "child"), ("server-ssl", "a_child")):
        assert pair_of(scene.world, f"/mgmt/tm/ltm/profile/{kind}/~Common~{name}")[0] == NEW.certificate
    changed = [call.path.rpartition("~")[2] for call in scene.world.device.writes() if call.method == "PATCH"]
    assert sorted(changed) == ["other", "to_servers"]


def test_a_pair_that_lacks_a_name_of_the_earlier_one_is_not_followed(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    older = Generation("Common", "www.example.com", "20260801T000000Z")
    pair = add_pair(scene.world, older, "www.example.com", "shop.example.com")
    scene.world.device.set(CLIENT_URL, certKeyChain=[{"name": "theirs", **pair}])
    scene.update()
    assert scene.followed == [False, True]
    assert f"does not have shop.example.com, as {older.certificate} does" in caplog.text


def test_what_others_own_is_not_changed(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.world.device.add_folder("/Common/app.app")
    scene.world.device.add_application("/Common/app.app/app", strict_updates=False)
    scene.world.device.set(SERVER_URL, appService="/Common/app.app/app")
    scene.update()
    assert scene.followed == [True, False]
    assert "it belongs to the application service /Common/app.app/app" in caplog.text


@pytest.mark.parametrize(
    ("fault", "followed"),
    [
        (Fault("PATCH", "/server-ssl/", action="error:400:01070734:3: no"), [True, False]),
        (Fault("PATCH", "/client-ssl/", action="drop-after"), [True, True]),
        (Fault("GET", "/server-ssl", action="error:403:no", times=9), [True, False]),
        (Fault("GET", "/failover-status", action="error:403:no", times=9), [False, False]),
    ],
    ids=["refused", "answer lost", "not shown", "not known to be active"],
)
def test_what_cannot_be_updated_stays_and_stops_nothing(scene: Scene, fault: Fault, followed: list[bool]) -> None:
    scene.world.device.fault(fault)
    scene.update()
    assert scene.followed == followed


def test_references_that_cannot_be_read_are_not_known(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    scene.job = replace(scene.job, update_other_references=False)
    scene.world.device.fault(Fault("GET", "/server-ssl|/apm/", action="error:403:no", times=9))
    scene.unit.forget()
    with caplog.at_level(logging.WARNING):
        (sentence,) = other_references.remaining(scene.world.run_of(scene.job), scene.unit, scene.job, changed=True)
    assert f"is still used by client SSL profile {CLIENT};" in sentence
    assert caplog.text == ""


# -- what is found ----------------------------------------------------------------------------------------


@generated(60)
@given(
    st.recursive(
        st.sampled_from([OLD.certificate, OLD.key, OLD.chain, "none", "/Common/x.crt", 7, None, ""]),
        lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from("abc"), below, max_size=3),
    )
)
def test_a_reference_is_found_wherever_it_stands(value: Any) -> None:
    def holds(part: Any) -> bool:
        if isinstance(part, dict | list):
            return any(map(holds, part.values() if isinstance(part, dict) else part))
        return part in (OLD.certificate, OLD.key)

    item = {"name": "idp", "partition": "Common", "x": value}
    found = references.find(references.ours(builders.job()), (), {"apm/sso/saml": [item]})
    assert found == ((Reference(OLD.certificate, "apm/sso/saml", "/Common/idp"),) if holds(value) else ())


def test_a_file_of_the_file_store_is_a_reference_too() -> None:
    stem = OLD.certificate.rpartition("/")[2]
    path = f"/config/filestore/files_d/Common_d/certificate_d/:Common:{stem}_123_1"
    (found,) = references.find(references.ours(builders.job()), (), {"sys/httpd": [{"sslCertfile": path}]})
    assert (str(found), found.certificate) == ("management interface", OLD.certificate)


def test_profiles_that_inherit_are_no_references() -> None:
    entry = Entry("default", OLD.certificate, OLD.key, OLD.chain)
    child, other = (
        builders.profile("/Common/child", entry, inherits_pair=True),
        builders.profile("/Common/other", entry),
    )
    (found,) = references.find(references.ours(builders.job()), (child, other), {})
    assert str(found) == "client SSL profile /Common/other"


def test_many_references_are_one_short_sentence() -> None:
    found = [Reference(OLD.certificate, "ltm/profile/server-ssl", f"/Common/s{number}") for number in range(8)]
    (sentence,) = references.sentences(builders.job(), found, (), after=True)
    assert sentence.startswith(
        f"{OLD.certificate}, which is not in service, is still used by server SSL profile /Common/s0,"
    )
    assert "/Common/s4 and 3 more; change that there" in sentence


# -- what nobody renews ---------------------------------------------------------------------------------------


def test_other_users_of_a_pair_that_ours_replaces_are_named(world: World) -> None:
    """Another certificate of the same file is not ours to change, and goes stale where it stays."""
    attach(world, former := hand_made(world, "shop", "www.example.com"))
    pair = {"cert": f"{former}.crt", "key": f"{former}.key"}
    world.device.add_profile("server-ssl", SERVER, defaultsFrom="/Common/serverssl", **pair)
    said = f"{former}.crt, which ours replaces, is also used by server SSL profile {SERVER}; that is not renewed there"
    job = world.job(keys=ONLY_EC)
    with world.session() as unit:
        assert said in notes(_plan_one(replace(world.run_of(job), reads_only=True), unit, job))
    assert said in notes(world.one(job))
    assert said not in notes(world.one(job))


def test_a_pair_that_something_unknown_uses_is_named(scene: Scene) -> None:
    scene.job = replace(scene.job, update_other_references=False)
    run = scene.world.run_of(scene.job)
    gone, kept, named = (
        Generation("Common", "www.example.com", stamp) for stamp in ("20260101T000000Z", "20260201T000000Z", OLD.stamp)
    )
    add_pair(scene.world, kept, "www.example.com")
    run.state.orders.note_in_use(scene.job, {gone.certificate, kept.certificate, kept.key, named.key})
    scene.unit.forget()
    *_, last = other_references.remaining(run, scene.unit, scene.job, changed=False)
    assert last.startswith(f"{kept.certificate}, {kept.key} cannot be deleted: something else on the BIG-IP uses it")


def test_a_run_that_is_to_stop_begins_nothing_here_and_keeps_its_result(scene: Scene) -> None:
    run, stop = scene.world.run_of(scene.job), StopRequest()
    scene.unit.forget()
    with stopping.obeying(stop):
        stop.request("stopped by SIGTERM")
        assert other_references.remaining(run, scene.unit, scene.job, changed=True) == ()
    run.stop.request("stopped by SIGTERM")
    other_references.update(run, scene.unit, scene.job)
    assert (scene.followed, scene.world.device.writes()) == ([False, False], [])
