"""OCSP stapling: what hangs on the certificate object in service is on the new one before it serves, or a warning."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from sectigo_f5.bigip.certificate_objects import checksum_of
from sectigo_f5.bigip.surroundings import stapling
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.device_objects import OFF, ON, Pair
from sectigo_f5.icontrol.transfer import upload
from sectigo_f5.model import Generation, Issued, Job, Outcome
from sectigo_f5.simulator import Fault
from tests.support import builders
from tests.support.hierarchy import Identity, new_authority, new_server
from tests.support.names import BOTH_KEYS, EC, ONLY_EC, PROFILE_URL
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World

ISSUER, VALIDATOR, FORMER = "/Common/issuer.crt", "/Common/ocsp_of_the_ca", "/Common/former.crt"
FILES = "/mgmt/tm/sys/file/ssl-cert"
NEW = Generation("Common", "www.example.com", "20261123T153813Z")
OLDER = Generation("Common", "www.example.com", "20260923T153813Z")
CARRIED = (ISSUER, ["ocsp"], [VALIDATOR])
NOTHING: tuple[None, None, list[str]] = (None, None, [])


def url(path: str) -> str:
    return f"{FILES}/{path.replace('/', '~')}"


def staple(world: World, path: str, issuer: str = ISSUER) -> None:
    world.device.set(url(path), issuerCert=issuer, certValidationOptions=["ocsp"], certValidators=[VALIDATOR])


def stapled(world: World, path: str) -> tuple[Any, Any, list[str]]:
    """Return what a certificate object says about stapling."""
    shown, below = world.device.get(url(path)), world.device.get(f"{url(path)}/cert-validators")
    return shown.get("issuerCert"), shown.get("certValidationOptions"), [each["fullPath"] for each in below["items"]]


# -- in a run ----------------------------------------------------------------------------------------


def in_service(world: World) -> str:
    return str(world.device.get(PROFILE_URL)["certKeyChain"][0]["cert"])


def test_stapling_is_carried_before_the_certificate_serves(world: World) -> None:
    """First that of the profile that is taken over, then that of each generation; another issuer is its own chain."""
    world.device.add_certificate(ISSUER, world.authority.issuer.certificate_pem)
    attach(world, former := hand_made(world, "shop", "www.example.com"))
    staple(world, f"{former}.crt")
    job = world.job(keys=ONLY_EC)
    assert (world.one(job).outcome, stapled(world, in_service(world))) == (Outcome.ENROLLED, CARRIED)
    world.authority.issuer = new_authority("Another Issuing CA", world.now, world.authority.root)
    for _ in range(3):  # so a chain to which a certificate refers is deleted too, after it
        world.wait(days=70)
        result = world.one(job)
        assert (result.outcome, result.error, result.notes) == (Outcome.RENEWED, None, ())
        own_chain = in_service(world).replace(".crt", "_chain.crt")
        assert stapled(world, in_service(world)) == (own_chain, ["ocsp"], [VALIDATOR])
    calls = [(call.method, call.path) for call in world.device.writes()]
    served = max(place for place, call in enumerate(calls) if call == ("PATCH", PROFILE_URL))
    assert calls.index(("PATCH", url(in_service(world)))) < served
    chains = [item for item in world.device.get(FILES)["items"] if item["name"].endswith("_chain.crt")]
    assert len(chains) == 2


def test_stapling_goes_along_with_a_rollback_and_costs_nothing_without_it(world: World) -> None:
    attach(world, hand_made(world, "shop", "www.example.com"))
    job = world.job(keys=ONLY_EC)
    for outcome in (Outcome.ENROLLED, Outcome.RENEWED):
        assert world.one(job).outcome is outcome
        world.wait(days=70)
    assert [call for call in world.device.journal if "cert-validators" in call.path or call.method == "PUT"] == []
    assert stapled(world, in_service(world)) == NOTHING
    world.device.add_certificate(ISSUER, world.authority.issuer.certificate_pem)
    staple(world, second := in_service(world))
    world.wait(days=-60)
    assert world.one(job, work=roll_back).outcome is Outcome.ROLLED_BACK
    assert (in_service(world) != second, stapled(world, in_service(world))) == (True, CARRIED)


def test_a_warning_about_stapling_is_in_the_summary(world: World) -> None:
    attach(world, former := hand_made(world, "shop", "www.example.com"))
    world.device.add_certificate(ISSUER, world.authority.root.certificate_pem)
    staple(world, f"{former}.crt")
    world.device.fault(Fault("GET", "/cert-validators", action="error:403:no"))
    result = world.one(world.job(keys=ONLY_EC))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert any(f"OCSP stapling is not set for {in_service(world)}" in note for note in result.notes)


# -- what is carried ---------------------------------------------------------------------------------


@dataclass
class Scene:
    """A stapled certificate on a BIG-IP, and its successor."""

    world: World
    unit: Unit
    issuer: Identity
    above: Identity

    def carry(self, issuer: Identity | None = None, *above: Identity) -> str | None:
        """Store a successor of an issuer, with what the CA sends above it, and carry the stapling over."""
        issuer = issuer or self.issuer
        leaf = new_server(["www.example.com"], self.world.now, issuer).certificate_pem
        issued = Issued(leaf, "".join(each.certificate_pem for each in (issuer, *above)))
        self.world.device.add_certificate(NEW.certificate, issued.certificate)
        self.world.device.add_certificate(NEW.chain, issued.chain)
        return self.carry_to(issued)

    def carry_to(self, issued: Issued) -> str | None:
        self.unit.forget()
        return stapling.carry(self.unit, self.unit.holdings.certificates[FORMER], NEW, issued)

    @property
    def new(self) -> tuple[Any, Any, list[str]]:
        return stapled(self.world, NEW.certificate)


@pytest.fixture
def scene(world: World) -> Iterator[Scene]:
    with world.session() as unit:
        above = new_authority("Root", world.now)
        issuer = new_authority("Issuing CA", world.now, above)
        world.device.add_certificate(ISSUER, issuer.certificate_pem)
        world.device.add_certificate(FORMER, new_server(["www.example.com"], world.now, issuer).certificate_pem)
        staple(world, FORMER)
        yield Scene(world, unit, issuer, above)


def test_the_same_issuer_is_carried(scene: Scene) -> None:
    assert (scene.carry(), scene.new) == (None, CARRIED)
    assert (scene.carry(scene.issuer, scene.above), scene.new) == (None, CARRIED)


def test_an_issuer_of_an_earlier_generation_is_not_carried(scene: Scene) -> None:
    scene.world.device.add_certificate(OLDER.chain, scene.issuer.certificate_pem)
    staple(scene.world, FORMER, OLDER.chain)
    assert (scene.carry(), scene.new) == (None, (NEW.chain, ["ocsp"], [VALIDATOR]))
    assert (scene.carry(scene.issuer, scene.above), scene.new) == (None, CARRIED)  # the new chain is not it alone


def test_another_issuer_is_found_among_the_certificates_of_the_device(scene: Scene) -> None:
    other = new_authority("Another Issuing CA", scene.world.now, scene.above)
    scene.world.device.add_certificate("/Common/other.crt", other.certificate_pem)
    assert scene.carry(other, scene.above) is None
    assert scene.new == ("/Common/other.crt", ["ocsp"], [VALIDATOR])


def test_an_issuer_that_the_device_lacks_is_a_warning_and_never_the_former(scene: Scene) -> None:
    note = str(scene.carry(new_authority("Another Issuing CA", scene.world.now, scene.above), scene.above))
    assert f"its issuer is not {ISSUER}, which {FORMER} names" in note
    assert f"tmsh modify sys file ssl-cert {NEW.certificate}" in note
    assert scene.new == NOTHING


def test_a_device_that_takes_it_with_the_file_only_is_given_the_file(scene: Scene) -> None:
    refused = "error:400:one or more properties must be specified"
    scene.world.device.fault(Fault("PATCH", "/sys/file/ssl-cert/", action=refused, times=2))
    assert "set it by hand" in str(scene.carry())  # the file is gone
    leaf = new_server(["www.example.com"], scene.world.now, scene.issuer).certificate_pem
    upload(scene.unit.client, NEW.certificate.rpartition("/")[2], leaf.encode())
    assert (scene.carry_to(Issued(leaf, scene.issuer.certificate_pem)), scene.new) == (None, CARRIED)
    calls = [call.method for call in scene.world.device.writes() if call.path == url(NEW.certificate)]
    assert calls == ["PATCH", "PUT", "PATCH", "PUT"]
    assert scene.world.device.get(url(NEW.certificate))["checksum"] == checksum_of(leaf.encode())


@pytest.mark.parametrize("action", ["error:400:01070734:3: no", "html:502"])
def test_a_device_that_refuses_it_is_a_warning_with_the_command(scene: Scene, action: str) -> None:
    for method in ("PATCH", "PUT"):
        scene.world.device.fault(Fault(method, "/sys/file/ssl-cert/", action=action, times=9))
    by_hand = f"cert-validation-options {{ ocsp }} cert-validators add {{ {VALIDATOR} }} issuer-cert {ISSUER}"
    assert f"set it by hand: tmsh modify sys file ssl-cert {NEW.certificate} {by_hand}" in str(scene.carry())
    assert scene.new == NOTHING


def test_a_lost_answer_is_read_back(scene: Scene) -> None:
    scene.world.device.fault(Fault("PATCH", "/sys/file/ssl-cert/", action="drop-after"))
    assert (scene.carry(), scene.new) == (None, CARRIED)


# -- which certificate is replaced -------------------------------------------------------------------


def stapled_pair(of: Job, variant: str = "") -> Pair:
    pair = builders.pair(of, variant=variant)
    return replace(pair, certificate=replace(pair.certificate, validation=("ocsp",)))


def test_each_key_gets_the_stapling_of_its_own_type() -> None:
    job = builders.job(keys=BOTH_KEYS)
    pairs = stapled_pair(job), stapled_pair(job, "_ecdsa")
    seen = builders.seen(job, *pairs, serving=pairs)
    found = [stapling.replaced(seen, (), spec) for spec in BOTH_KEYS]
    assert found == [pair.certificate for pair in pairs]


@pytest.mark.parametrize(
    ("setting", "validation", "missing"), [(ON, (), True), (ON, ("ocsp",), False), (OFF, (), False)]
)
def test_a_profile_that_asks_for_stapling_in_vain_is_named(
    setting: str, validation: tuple[str, ...], missing: bool
) -> None:
    job, pair = builders.job(), builders.pair(builders.job())
    pair = replace(pair, certificate=replace(pair.certificate, validation=validation))
    seen = builders.seen(job, pair, serving=pair, client_settings={"ocspStapling": setting})
    said = stapling.missing(seen)
    assert (said is not None) is missing
    assert said is None or f"has ocspStapling, but {pair.certificate.path} names no OCSP validator" in said


def test_another_key_type_gets_the_stapling_that_there_is() -> None:
    job = builders.job(keys=BOTH_KEYS)
    pairs = stapled_pair(job), builders.pair(job, variant="_ecdsa")
    seen = builders.seen(job, *pairs, serving=pairs)
    assert stapling.replaced(seen, (), EC) == pairs[0].certificate
    assert stapling.replaced(builders.seen(job, pairs[1], serving=pairs[1]), (), EC) is None
