"""``verify_handshake`` in every branch: what a client sees before and after a change, and what follows from it."""

from __future__ import annotations

import contextlib
import logging
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.device_objects import VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.listening import Listening
from sectigo_f5.model import Outcome, Result
from sectigo_f5.simulator import Fault
from sectigo_f5.tls import baseline, handshake_check
from sectigo_f5.tls.client import Expected, Handshake, compare
from sectigo_f5.x509.certificates import read_certificate
from tests.support import builders
from tests.support.hierarchy import new_authority, new_server
from tests.support.impostor import Impostor, impostor, silence
from tests.support.issuing import pem
from tests.support.names import BOTH_KEYS, ONLY_EC, PLAIN, PROFILE_URL, VIRTUAL_URL
from tests.support.virtual_servers import attach, hand_made
from tests.support.world import World, free_port

COMMIT = r"/mgmt/tm/transaction/[0-9]+$"
REFUSED = "error:400:01070734:3: Configuration error: refused by a test"


@pytest.fixture(autouse=True)
def _short_pauses(world: World) -> None:
    world.pause = lambda seconds: time.sleep(seconds / 1000)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.INFO, logger="sectigo_f5"):
        yield caplog


def run(world: World, **changes: Any) -> Result:
    force = changes.pop("force", False)
    return world.one(world.job(keys=ONLY_EC, **changes), force=force)


def renew(world: World, **changes: Any) -> Result:
    world.wait(days=1)
    return run(world, force=True, **changes)


def attached(world: World) -> list[str]:
    return [item["fullPath"] for item in world.device.get(f"{VIRTUAL_URL}/profiles")["items"]]


def ours(world: World) -> list[str]:
    """Return the names of our certificates on the device; the key of what was issued waits for the next run."""
    items = world.device.get("/mgmt/tm/sys/file/ssl-cert")["items"]
    return [item["name"] for item in items if item["name"].startswith("www.")]


@contextlib.contextmanager
def displaced_by_the_change(world: World, folder: Path, tls: bool | None = True) -> Iterator[list[Impostor]]:
    """Let a foreign server answer at the address as soon as our profile changes; none if ``tls`` is None."""
    address, port = world.addresses["/Common/vs_www"]
    with contextlib.ExitStack() as stack:
        servers: list[Impostor] = []

        def meddle(exchange: Any) -> None:
            commit = "transaction" in exchange.path and not exchange.validates_only
            alone = "client-ssl" in exchange.path and not exchange.coordination_id
            if exchange.method == "PATCH" and (commit or alone):
                world.device.hook = None
                world.device.data_plane.close()
                if tls is None:
                    stack.enter_context(_nobody(address, port))
                else:
                    servers.append(stack.enter_context(impostor(address, port, folder, tls=tls)))

        world.device.hook = meddle
        yield servers


@contextlib.contextmanager
def _nobody(address: str, port: int) -> Iterator[None]:
    """Bind the port without listening, so that the device cannot bind it again."""
    with socket.socket() as reserved:
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        reserved.bind((address, port))
        yield


# -- auto: a change that breaks what was right is undone -------------------------------------------


@pytest.mark.parametrize(
    ("tls", "problem"),
    [(True, "it serves serial"), (False, "the TLS handshake with"), (None, "does not answer")],
    ids=["another certificate", "no TLS any more", "nobody any more"],
)
def test_a_renewal_that_clients_do_not_see_is_undone_in_one_change(
    world: World, tmp_path: Path, tls: bool | None, problem: str
) -> None:
    first, before = run(world), world.device.get(PROFILE_URL)
    names, writes = ours(world), len(world.device.writes())
    with displaced_by_the_change(world, tmp_path, tls):
        result = renew(world)
    assert result.outcome is Outcome.FAILED
    assert "/Common/vs_www does not serve the certificate that was put in service: " in str(result.error)
    assert problem in str(result.error)
    assert [call.method for call in world.changes_of_traffic(writes)] == ["PATCH", "PATCH"]
    after = world.device.get(PROFILE_URL)
    assert {**after, "generation": 0} == {**before, "generation": 0}
    assert ours(world) == names
    world.device.data_plane.refresh()
    assert world.seen_by_client().serial == first.serial


def test_an_enrolment_that_clients_do_not_see_is_undone(world: World, tmp_path: Path) -> None:
    attach(world, "/Common/clientssl")
    before = attached(world)
    with displaced_by_the_change(world, tmp_path):
        result = run(world)
    assert "it serves serial" in str(result.error)
    assert attached(world) == before
    assert not world.device.exists(PROFILE_URL)
    assert ours(world) == []


def test_a_rollback_that_clients_do_not_see_is_undone(world: World, tmp_path: Path) -> None:
    run(world)
    second = renew(world)
    with displaced_by_the_change(world, tmp_path):
        result = world.one(world.job(keys=ONLY_EC), work=roll_back)
    assert "does not serve the certificate that was put in service" in str(result.error)
    world.device.data_plane.refresh()
    assert world.seen_by_client().serial == second.serial
    kept = run(world)
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, second.serial)


def test_drift_is_not_repaired_when_a_change_is_undone(world: World, tmp_path: Path) -> None:
    """Only our own change is undone: settings that somebody else chose stay."""
    run(world)
    world.device.set(PROFILE_URL, description="theirs", serverName="shop.example.com")
    with displaced_by_the_change(world, tmp_path):
        assert renew(world).outcome is Outcome.FAILED
    after = world.device.get(PROFILE_URL)
    assert (after["description"], after["serverName"]) == ("theirs", "shop.example.com")


# -- the undo fails too ----------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "back"), [(REFUSED, False), ("drop", False), ("drop-after", True)])
def test_a_failed_undo_is_reported_and_a_lost_answer_is_resolved(
    world: World, tmp_path: Path, way: str, back: bool
) -> None:
    first = run(world)
    (old,) = world.device.get(PROFILE_URL)["certKeyChain"]
    world.device.fault(Fault(method="PATCH", path="client-ssl", nth=3, times=2, action=way))
    with displaced_by_the_change(world, tmp_path):
        result = renew(world)
    assert "does not serve the certificate that was put in service: it serves serial" in str(result.error)
    (now,) = world.device.get(PROFILE_URL)["certKeyChain"]
    world.device.data_plane.refresh()
    if back:
        assert "could not be put back" not in str(result.error)
        assert (now["cert"], world.seen_by_client().serial) == (old["cert"], first.serial)
        return
    assert "and what was in service could not be put back: " in str(result.error)
    assert f"clientssl holds {now['cert']}, {now['key']}, {now['chain']}; to go back by hand, " in str(result.error)
    assert f"give /Common/www.example.com_clientssl back {old['cert']}, {old['key']}" in str(result.error)
    assert now["cert"] != old["cert"]
    assert world.seen_by_client().serial == read_certificate(_last_issued(world)).serial


def _last_issued(world: World) -> str:
    return pem(world.authority.issued[-1])


@pytest.mark.parametrize(("way", "back"), [(REFUSED, False), ("drop", True), ("drop-after", True)])
def test_an_enrolment_that_cannot_be_undone_describes_manual_recovery(
    world: World, tmp_path: Path, way: str, back: bool
) -> None:
    attach(world, "/Common/clientssl")
    world.device.fault(Fault(method="PATCH", path=COMMIT, nth=4, action=way))
    with displaced_by_the_change(world, tmp_path):
        result = run(world)
    profile = world.job().profile
    assert ("/Common/clientssl" in attached(world), profile in attached(world)) == (back, not back)
    by_hand = f"take {profile} off /Common/vs_www, put /Common/clientssl on /Common/vs_www"
    assert (by_hand in str(result.error)) is not back


def test_a_device_that_fails_before_the_undo_is_reported(world: World, tmp_path: Path) -> None:
    run(world)
    with displaced_by_the_change(world, tmp_path):
        world.device.fault(Fault(method="PATCH", path="client-ssl", nth=3, action="drop"))
        world.device.fault(Fault(method="GET", path="client-ssl/~Common~www", nth=3, times=99, action=REFUSED))
        result = renew(world)
    assert "could not be put back" in str(result.error)
    assert "holds what cannot be read now; to go back by hand, give" in str(result.error)


def test_a_change_that_cannot_be_read_back_is_reported_as_unknown(world: World) -> None:
    first = run(world)
    world.device.fault(Fault(method="GET", path="client-ssl/~Common~www", nth=1, action=REFUSED))
    result = renew(world)
    assert (
        "was sent, and whether it was made cannot be read; either pair is complete, and the next run continues"
        in str(result.error)
    )
    kept = run(world)
    assert (kept.outcome, kept.error) == (Outcome.KEPT, None)
    assert world.seen_by_client().serial == kept.serial != first.serial


# -- handshakes that prove nothing -----------------------------------------------------------------


def test_an_unreachable_address_is_logged(world: World, log: pytest.LogCaptureFixture) -> None:
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=PLAIN)
        result = run(world, virtual_servers=("/Common/vs_far",))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert "/Common/vs_far cannot be reached from here, what it serves was not checked" in log.text


@pytest.mark.parametrize("profiles", [(), ("/Common/clientssl",)], ids=["no TLS yet", "TLS already"])
def test_a_foreign_certificate_before_the_change_is_named_in_the_failure(
    world: World, tmp_path: Path, profiles: tuple[str, ...]
) -> None:
    """As in a partition whose default route domain is not 0, which the device does not show in the destination."""
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path) as other:
        world.device.add_virtual_server("/Common/vs_x", f"127.0.0.1:{port}", profiles=(*PLAIN, *profiles))
        result = run(world, virtual_servers=("/Common/vs_x",))
        assert other.connections > 1
    assert result.outcome is Outcome.FAILED
    assert "/Common/vs_x does not serve the certificate that was put in service: it serves serial" in str(result.error)
    assert "before the change it showed serial" in str(result.error)
    assert "set verify_handshake: off" in str(result.error)
    assert (ours(world), world.device.exists(PROFILE_URL)) == ([], False)


def test_a_renewal_behind_another_host_is_made(world: World, tmp_path: Path, log: pytest.LogCaptureFixture) -> None:
    """Since the enrolment something else answers at the address, seen from here: the certificate must not expire."""
    first = run(world)
    world.device.data_plane.close()
    with impostor(*world.addresses["/Common/vs_www"], tmp_path):
        renewed = renew(world)
        required = renew(world, verify_handshake="required")
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, None)
    assert "from here its address leads to another host, what it serves was not checked" in log.text
    assert "before the change it showed serial" in (required.error or "")
    world.device.data_plane.refresh()
    assert world.seen_by_client().serial == renewed.serial != first.serial


def test_a_neighbour_that_is_replaced_meanwhile_fails_no_renewal(world: World) -> None:
    """While the CA works, somebody gives the other profile of the virtual server a new certificate."""
    attach(world, hand := hand_made(world, "hand", "shop.example.com", sniDefault="true"))
    run(world, sni=True)
    hand_made(world, "newer", "shop.example.com")
    pair = [{"name": "default", "cert": "/Common/newer.crt", "key": "/Common/newer.key"}]
    url = f"/mgmt/tm/ltm/profile/client-ssl/{hand.replace('/', '~')}"
    world.meanwhile(lambda: world.device.set(url, certKeyChain=pair))
    renewed = renew(world, sni=True)
    assert (renewed.outcome, renewed.error) == (Outcome.RENEWED, None)


def test_an_address_of_another_route_domain_is_checked_only_if_required(
    world: World, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    with silence() as port:
        pass
    servers = ("/Common/vs_rd",)
    with impostor("127.0.0.1", port, tmp_path) as other:
        world.device.add_virtual_server("/Common/vs_rd", f"127.0.0.1%2:{port}", profiles=PLAIN)
        assert run(world, virtual_servers=servers).error is None
        assert renew(world, virtual_servers=servers).error is None
        assert other.connections == 0
        assert "/Common/vs_rd: what it serves was not checked: its address is in route domain 2" in log.text
        handshake_check = world.device.get(PROFILE_URL)["cert"]
        strict = renew(world, virtual_servers=servers, verify_handshake="required")
        assert "/Common/vs_rd does not serve the certificate that was put in service" in str(strict.error)
        assert world.device.get(PROFILE_URL)["cert"] == handshake_check


@pytest.mark.parametrize("tls", [True, False], ids=["TLS", "no TLS"])
def test_a_stranger_at_an_address_of_unknown_route_domain_judges_no_change(
    tmp_path: Path, log: pytest.LogCaptureFixture, tls: bool
) -> None:
    """The role may not read partitions, so the address may be in another route domain, and another host's here."""
    port = free_port()
    virtual = builders.server(address="127.0.0.1", port=port, assumed=True)
    with impostor("127.0.0.1", port, tmp_path, tls=tls):
        check = _check_of(virtual, "auto")
        handshake_check.confirm(check, baseline.look_before(check), [Expected("aa", "rsa")], lambda _: None)
        strict = _check_of(virtual, "required")
        with pytest.raises(ConnectorError, match="does not serve the certificate that was put in service"):
            handshake_check.confirm(strict, baseline.look_before(strict), [Expected("aa", "rsa")], lambda _: None)
    assert f"/Common/vs_www: what it serves was not checked: {baseline.ASSUMED}" in log.text


def test_a_virtual_server_that_showed_its_own_certificate_is_judged(world: World, tmp_path: Path) -> None:
    """Then its address leads to it, whatever the role may read."""
    world.device.fault(Fault("GET", "auth/partition", action="error:401:Authorization failed: refused", times=99))
    first = run(world)
    with displaced_by_the_change(world, tmp_path):
        assert "does not serve the certificate that was put in service" in (renew(world).error or "")
    world.device.data_plane.refresh()
    assert world.seen_by_client().serial == first.serial


def test_a_virtual_server_of_any_port_is_checked_on_443(world: World, tmp_path: Path) -> None:
    number = os.getpid()
    address = f"127.{192 + (number >> 14) % 32}.{(number >> 6) % 256}.{number % 64 + 1}"
    world.device.add_virtual_server("/Common/vs_any", f"{address}:0", profiles=(*PLAIN, "/Common/clientssl"))
    with impostor(address, 443, tmp_path) as other:
        assert run(world, virtual_servers=("/Common/vs_any",)).error is None
        assert other.connections == 1


@pytest.mark.parametrize("destination", ["any:443", "0.0.0.0:443", "any6.443", "::.443"])
def test_a_virtual_server_of_every_address_cannot_be_checked(
    world: World, destination: str, log: pytest.LogCaptureFixture
) -> None:
    world.device.add_virtual_server("/Common/vs_all", destination, profiles=PLAIN)
    servers = ("/Common/vs_all",)
    strict = run(world, virtual_servers=servers, verify_handshake="required")
    assert "/Common/vs_all: it listens on every address" in str(strict.error)
    assert (world.authority.issued, world.device.writes()) == ([], [])
    assert run(world, virtual_servers=servers).error is None
    assert "/Common/vs_all: what it serves was not checked: it listens on every address" in log.text


def test_a_virtual_server_of_unknown_address_is_never_connected_to(
    tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    """An empty host name is this host: whoever listens here must not be taken for the BIG-IP."""
    port = free_port()
    virtual = builders.server(address="", port=port)
    with impostor("127.0.0.1", port, tmp_path) as here:
        with pytest.raises(ConnectorError, match="its address is not known, so there is none to look at"):
            baseline.look_before(_check_of(virtual, "required"))
        check = _check_of(virtual, "auto")
        before = baseline.look_before(check)
        handshake_check.confirm(check, before, [Expected("aa", "rsa")], lambda _: None)
        assert here.connections == 0
    assert "/Common/vs_www: what it serves was not checked: its address is not known" in log.text


@pytest.mark.parametrize(
    ("networks", "sentence"),
    [
        (("192.0.2.0/24", "10.0.0.0/8"), "it listens on 192.0.2.0/24, 10.0.0.0/8 and no single address"),
        ((), "its addresses are a list that cannot be read (/Common/criteria)"),
    ],
)
def test_a_list_without_a_single_address_cannot_be_checked(
    log: pytest.LogCaptureFixture, networks: tuple[str, ...], sentence: str
) -> None:
    virtual = builders.server(address="", port=443, listed=Listening("/Common/criteria", networks))
    with pytest.raises(ConnectorError, match=re.escape(sentence)):
        baseline.look_before(_check_of(virtual, "required"))
    check = _check_of(virtual, "auto")
    handshake_check.confirm(check, baseline.look_before(check), [Expected("aa", "rsa")], lambda _: None)
    assert f"/Common/vs_www: what it serves was not checked: {sentence}" in log.text


def _check_of(virtual: VirtualServer, demand: str) -> baseline.Check:
    seen = builders.seen(builders.job(verify_handshake=demand), servers=(virtual,))
    return baseline.check_of(seen, plan_attachments(seen), (virtual,))


def test_a_virtual_server_that_refused_us_before_may_refuse_us_again(
    world: World, tmp_path: Path, log: pytest.LogCaptureFixture
) -> None:
    """For example, it requires a client certificate: no reason to leave an old certificate in service."""
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path, tls=False):
        profiles = (*PLAIN, "/Common/clientssl")
        world.device.add_virtual_server("/Common/vs_mtls", f"127.0.0.1:{port}", profiles=profiles)
        assert run(world, virtual_servers=("/Common/vs_mtls",)).error is None
        assert "/Common/vs_mtls: what it serves cannot be checked: the TLS handshake with" in log.text
        strict = renew(world, virtual_servers=("/Common/vs_mtls",), verify_handshake="required")
        assert "the TLS handshake with" in str(strict.error)


def test_a_virtual_server_without_tls_must_have_it_after_the_change(world: World, tmp_path: Path) -> None:
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path, tls=False):
        world.device.add_virtual_server("/Common/vs_new", f"127.0.0.1:{port}", profiles=PLAIN)
        result = run(world, virtual_servers=("/Common/vs_new",))
    assert "/Common/vs_new does not serve the certificate that was put in service" in str(result.error)
    assert not world.device.exists(PROFILE_URL)


# -- required and off ------------------------------------------------------------------------------


def test_a_required_handshake_out_of_reach_is_refused_before_any_write(world: World) -> None:
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=PLAIN)
        result = run(world, virtual_servers=("/Common/vs_far",), verify_handshake="required")
    assert "does not answer" in str(result.error)
    assert "verify_handshake is required, so nothing was changed: make it reachable from here" in str(result.error)
    assert (world.authority.issued, world.device.writes()) == ([], [])


def test_a_required_handshake_that_succeeds_is_not_a_failure(world: World) -> None:
    result = run(world, verify_handshake="required")
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.ENROLLED, result.serial)


def test_verify_handshake_off_never_connects(world: World, tmp_path: Path) -> None:
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path) as other:
        world.device.add_virtual_server("/Common/vs_off", f"127.0.0.1:{port}", profiles=PLAIN)
        assert run(world, virtual_servers=("/Common/vs_off",), verify_handshake="off").error is None
        assert renew(world, virtual_servers=("/Common/vs_off",), verify_handshake="off").error is None
        assert other.connections == 0


# -- what is compared ------------------------------------------------------------------------------


def test_the_serial_number_alone_is_compared_if_there_is_no_copy(world: World, tmp_path: Path) -> None:
    first = run(world)
    renew(world)
    for file in (world.state.path / "certificates").rglob("*.pem"):
        file.unlink()
    with displaced_by_the_change(world, tmp_path):
        result = world.one(world.job(keys=ONLY_EC), work=roll_back)
    assert f"instead of serial {first.serial}" in str(result.error)
    world.device.data_plane.refresh()
    assert world.one(world.job(keys=ONLY_EC), work=roll_back).serial == first.serial


@pytest.mark.parametrize("only_tls_1_3", [True, False])
def test_each_of_two_certificates_is_requested_if_tls_1_2_is_spoken(
    tmp_path: Path, log: pytest.LogCaptureFixture, only_tls_1_3: bool
) -> None:
    """TLS 1.3 lets no client choose. If nothing else was spoken before, no answer per key type is not a failure."""
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path, only_tls_1_3=only_tls_1_3):
        ecdsa = read_certificate((tmp_path / "impostor.pem").read_text())
        job = builders.job(keys=BOTH_KEYS)
        profile, certificate = builders.hand_made("/Common/old", "www.example.com")
        virtual = builders.server("/Common/old", address="127.0.0.1", port=port)
        others = ((profile, replace(certificate, serial=ecdsa.serial)),)
        observation = builders.seen(job, servers=(virtual,), others=others)
        check = baseline.check_of(observation, plan_attachments(observation), (virtual,))
        before = baseline.look_before(check)
        expected = [Expected("0a", "rsa", "0b"), Expected(ecdsa.serial, "ecdsa", ecdsa.fingerprint)]
        if only_tls_1_3:
            handshake_check.confirm(check, before, expected, lambda _: None)
            assert "which of the certificates others get was not checked: it speaks no TLS 1.2" in log.text
        else:
            with pytest.raises(ConnectorError, match="does not serve the certificate that was put in service"):
                handshake_check.confirm(check, before, expected, lambda _: None)


def test_certificate_and_chain_are_compared(world: World) -> None:
    root = new_authority("Root", world.now)
    issuer = new_authority("Issuer", world.now, root)
    leaf, other = (new_server(["www.example.com"], world.now, issuer).certificate_pem for _ in range(2))
    links = (issuer.certificate_pem, root.certificate_pem)
    of = {text: read_certificate(text) for text in (leaf, other, *links)}
    wanted = Expected(of[leaf].serial, "ecdsa", of[leaf].fingerprint, (of[links[0]].fingerprint,))
    assert compare(Handshake(leaf, links[:1]), wanted) is None
    assert compare(Handshake(leaf, links), wanted) is None  # an additional root does no harm
    assert "sends 0 chain certificates, which are not the 1" in str(compare(Handshake(leaf, ()), wanted))
    assert "sends 1 chain certificates" in str(compare(Handshake(leaf, links[1:]), wanted))
    assert f"instead of serial {of[leaf].serial}" in str(compare(Handshake(other, links), wanted))
    assert compare(Handshake(leaf, ()), Expected(of[leaf].serial, "ecdsa")) is None
    assert compare(Handshake(other, ()), Expected(of[leaf].serial, "ecdsa")) is not None


def test_a_required_handshake_out_of_reach_does_not_prevent_a_renewal(world: World) -> None:
    """A virtual server is added that cannot be looked at: it gets nothing, and the one in service is renewed."""
    assert run(world, verify_handshake="required").error is None
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=PLAIN)
        both = {"virtual_servers": ("/Common/vs_www", "/Common/vs_far"), "verify_handshake": "required"}
        refused, renewed = run(world, **both), renew(world, **both)
    assert refused.outcome is Outcome.FAILED
    assert (renewed.outcome, "/Common/vs_far" in str(renewed.error)) == (Outcome.RENEWED, True)
    assert world.seen_by_client().serial == renewed.serial
