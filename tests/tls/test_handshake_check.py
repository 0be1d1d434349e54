"""``verify_handshake`` in every branch: what a client sees before and after a change, and what is done about it."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import KeySpec, Outcome, Result
from sectigo_f5.simulator import Fault
from sectigo_f5.tls import handshake_check
from sectigo_f5.tls.client import Expected, Handshake, compare
from sectigo_f5.x509.certificates import read_certificate
from tests.support import builders
from tests.support.hierarchy import new_authority, new_server
from tests.support.impostor import Impostor, impostor, silence
from tests.support.issuing import pem
from tests.support.world import World

EC = (KeySpec("ecdsa", "secp256r1"),)
VIRTUAL = "/mgmt/tm/ltm/virtual/~Common~vs_www"
PROFILE = "/mgmt/tm/ltm/profile/client-ssl/~Common~www.example.com_clientssl"
COMMIT = r"/mgmt/tm/transaction/[0-9]+$"
REFUSED = "error:400:01070734:3: Configuration error: refused by a test"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handshake_check, "PAUSE", 0.01)


@pytest.fixture
def told(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    logging.getLogger("sectigo_f5").propagate = True
    with caplog.at_level(logging.INFO, logger="sectigo_f5"):
        yield caplog


def run(world: World, **changes: Any) -> Result:
    force = changes.pop("force", False)
    return world.one(world.job(keys=EC, **changes), force=force)


def renew(world: World, **changes: Any) -> Result:
    world.wait(days=1)
    return run(world, force=True, **changes)


def attached(world: World) -> list[str]:
    return [item["fullPath"] for item in world.device.get(f"{VIRTUAL}/profiles")["items"]]


def ours(world: World) -> list[str]:
    """Return the names of our keys and certificates on the device."""
    kinds = [world.device.get(f"/mgmt/tm/sys/file/{kind}")["items"] for kind in ("ssl-key", "ssl-cert")]
    return [item["name"] for items in kinds for item in items if item["name"].startswith("www.")]


@contextlib.contextmanager
def displaced_by_the_change(world: World, folder: Path, tls: bool | None = True) -> Iterator[list[Impostor]]:
    """As soon as our profile changes somebody else answers at the address; nobody with ``tls`` None."""
    address, port = world.addresses["/Common/vs_www"]
    with contextlib.ExitStack() as stack:
        servers: list[Impostor] = []

        def meddle(exchange: Any) -> None:
            commit = "transaction" in exchange.path and exchange.method == "PATCH"
            if exchange.method == "PATCH" and (commit or "client-ssl" in exchange.path):
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
    """Hold the port, so that the device cannot bind it again, and do not listen."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind((address, port))
        yield


# -- auto: what was right and is wrong is taken back ---------------------------------------------


@pytest.mark.parametrize(
    ("tls", "problem"),
    [(True, "it serves serial"), (False, "the TLS handshake with"), (None, "does not answer")],
    ids=["another certificate", "no TLS any more", "nobody any more"],
)
def test_a_renewal_that_clients_do_not_see_is_taken_back_in_one_change(
    world: World, tmp_path: Path, tls: bool | None, problem: str
) -> None:
    first, before = run(world), world.device.get(PROFILE)
    held, wrote = ours(world), len(world.device.writes())
    with displaced_by_the_change(world, tmp_path, tls):
        result = renew(world)
    assert result.outcome is Outcome.FAILED
    assert "/Common/vs_www does not serve the certificate that was put in service: " in str(result.error)
    assert problem in str(result.error)
    traffic = [call.method for call in world.device.writes()[wrote:] if "/ltm/" in call.path]
    assert traffic == ["PATCH", "PATCH"]
    after = world.device.get(PROFILE)
    assert {**after, "generation": 0} == {**before, "generation": 0}
    assert ours(world) == held
    world.device.data_plane.refresh()
    assert world.seen_by_client().serial == first.serial


def test_an_enrolment_that_clients_do_not_see_leaves_the_virtual_server_as_it_was(world: World, tmp_path: Path) -> None:
    world.device.set(
        VIRTUAL, profiles=[{"name": name} for name in ("/Common/tcp", "/Common/http", "/Common/clientssl")]
    )
    before = attached(world)
    with displaced_by_the_change(world, tmp_path):
        result = run(world)
    assert "it serves serial" in str(result.error)
    assert attached(world) == before
    assert not world.device.exists(PROFILE)
    assert ours(world) == []


def test_a_roll_back_that_clients_do_not_see_is_taken_back(world: World, tmp_path: Path) -> None:
    run(world)
    second = renew(world)
    with displaced_by_the_change(world, tmp_path):
        result = world.one(world.job(keys=EC), work=roll_back)
    assert "does not serve the certificate that was put in service" in str(result.error)
    world.device.data_plane.refresh()
    assert world.seen_by_client().serial == second.serial
    kept = run(world)
    assert (kept.outcome, kept.serial) == (Outcome.KEPT, second.serial)


def test_what_drifted_meanwhile_is_not_put_right_by_going_back(world: World, tmp_path: Path) -> None:
    """Going back undoes our change alone: the parent that somebody chose stays chosen."""
    run(world)
    world.device.set(PROFILE, description="theirs", serverName="shop.example.com")
    with displaced_by_the_change(world, tmp_path):
        assert renew(world).outcome is Outcome.FAILED
    after = world.device.get(PROFILE)
    assert (after["description"], after["serverName"]) == ("theirs", "shop.example.com")


# -- going back fails too --------------------------------------------------------------------------


@pytest.mark.parametrize(("way", "back"), [(REFUSED, False), ("drop", False), ("drop-after", True)])
def test_both_failures_are_told_and_a_lost_answer_is_looked_after(
    world: World, tmp_path: Path, way: str, back: bool
) -> None:
    first = run(world)
    (old,) = world.device.get(PROFILE)["certKeyChain"]
    world.device.fault(Fault(method="PATCH", path="client-ssl", nth=2, times=2, action=way))
    with displaced_by_the_change(world, tmp_path):
        result = renew(world)
    assert "does not serve the certificate that was put in service: it serves serial" in str(result.error)
    (now,) = world.device.get(PROFILE)["certKeyChain"]
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
def test_an_enrolment_that_cannot_be_taken_back_says_how_to(world: World, tmp_path: Path, way: str, back: bool) -> None:
    world.device.set(
        VIRTUAL, profiles=[{"name": name} for name in ("/Common/tcp", "/Common/http", "/Common/clientssl")]
    )
    world.device.fault(Fault(method="PATCH", path=COMMIT, nth=2, action=way))
    with displaced_by_the_change(world, tmp_path):
        result = run(world)
    profile = world.job().profile
    assert ("/Common/clientssl" in attached(world), profile in attached(world)) == (back, not back)
    by_hand = f"take {profile} off /Common/vs_www, put /Common/clientssl on /Common/vs_www"
    assert (by_hand in str(result.error)) is not back


def test_a_device_that_dies_before_it_can_go_back(world: World, tmp_path: Path) -> None:
    run(world)
    with displaced_by_the_change(world, tmp_path):
        world.device.fault(Fault(method="PATCH", path="client-ssl", nth=2, action="drop"))
        world.device.fault(Fault(method="GET", path="client-ssl/~Common~www", nth=2, times=99, action=REFUSED))
        result = renew(world)
    assert "could not be put back" in str(result.error)
    assert "holds what cannot be read now; to go back by hand, give" in str(result.error)


def test_a_change_that_cannot_be_read_back_is_said_to_be_unknown(world: World) -> None:
    first = run(world)
    world.device.fault(Fault(method="GET", path="client-ssl/~Common~www", action=REFUSED))
    result = renew(world)
    assert (
        "was sent, and whether it was made cannot be read; either pair is complete, and the next run continues"
        in str(result.error)
    )
    kept = run(world)
    assert (kept.outcome, kept.error) == (Outcome.KEPT, None)
    assert world.seen_by_client().serial == kept.serial != first.serial


# -- what proves nothing -----------------------------------------------------------------------------


def test_an_address_that_cannot_be_reached_is_noted(world: World, told: pytest.LogCaptureFixture) -> None:
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=("/Common/tcp", "/Common/http"))
        result = run(world, virtual_servers=("/Common/vs_far",))
    assert (result.outcome, result.error) == (Outcome.ENROLLED, None)
    assert "/Common/vs_far cannot be reached from here, what it serves was not checked" in told.text


@pytest.mark.parametrize("profiles", [(), ("/Common/clientssl",)], ids=["no TLS yet", "TLS already"])
def test_who_answered_as_somebody_else_before_fails_with_what_to_think_of(
    world: World, tmp_path: Path, profiles: tuple[str, ...]
) -> None:
    """As in a partition whose default route domain is not 0: the device does not show it in the destination."""
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path) as other:
        world.device.add_virtual_server(
            "/Common/vs_x", f"127.0.0.1:{port}", profiles=("/Common/tcp", "/Common/http", *profiles)
        )
        result = run(world, virtual_servers=("/Common/vs_x",))
        assert other.asked > 1
    assert result.outcome is Outcome.FAILED
    assert "/Common/vs_x does not serve the certificate that was put in service: it serves serial" in str(result.error)
    assert "before the change it showed serial" in str(result.error)
    assert "set verify_handshake: off" in str(result.error)
    assert (ours(world), world.device.exists(PROFILE)) == ([], False)


def test_another_route_domain_is_not_looked_at_unless_required(
    world: World, tmp_path: Path, told: pytest.LogCaptureFixture
) -> None:
    with silence() as port:
        pass
    servers = ("/Common/vs_rd",)
    with impostor("127.0.0.1", port, tmp_path) as other:
        world.device.add_virtual_server(
            "/Common/vs_rd", f"127.0.0.1%2:{port}", profiles=("/Common/tcp", "/Common/http")
        )
        assert run(world, virtual_servers=servers).error is None
        assert renew(world, virtual_servers=servers).error is None
        assert other.asked == 0
        assert "/Common/vs_rd: what it serves was not checked: its address is in route domain 2" in told.text
        handshake_check = world.device.get(PROFILE)["cert"]
        strict = renew(world, virtual_servers=servers, verify_handshake="required")
        assert "/Common/vs_rd does not serve the certificate that was put in service" in str(strict.error)
        assert world.device.get(PROFILE)["cert"] == handshake_check


def test_a_virtual_server_of_any_port_is_looked_at_on_443(world: World, tmp_path: Path) -> None:
    number = os.getpid()
    address = f"127.{192 + (number >> 14) % 32}.{(number >> 6) % 256}.{number % 64 + 1}"
    world.device.add_virtual_server("/Common/vs_any", f"{address}:0", profiles=("/Common/tcp", "/Common/http"))
    with impostor(address, 443, tmp_path) as other:
        assert run(world, virtual_servers=("/Common/vs_any",)).error is None
        assert other.asked == 1


@pytest.mark.parametrize("destination", ["any:443", "0.0.0.0:443", "any6.443", "::.443"])
def test_a_virtual_server_of_every_address_has_none_to_look_at(
    world: World, destination: str, told: pytest.LogCaptureFixture
) -> None:
    world.device.add_virtual_server("/Common/vs_all", destination, profiles=("/Common/tcp", "/Common/http"))
    servers = ("/Common/vs_all",)
    strict = run(world, virtual_servers=servers, verify_handshake="required")
    assert "/Common/vs_all: it listens on every address" in str(strict.error)
    assert (world.authority.issued, world.device.writes()) == ([], [])
    assert run(world, virtual_servers=servers).error is None
    assert "/Common/vs_all: what it serves was not checked: it listens on every address" in told.text


def test_one_that_refuses_us_may_go_on_so(world: World, tmp_path: Path, told: pytest.LogCaptureFixture) -> None:
    """It wants a client certificate, say: that is no reason to leave an old certificate in service."""
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path, tls=False):
        profiles = ("/Common/tcp", "/Common/http", "/Common/clientssl")
        world.device.add_virtual_server("/Common/vs_mtls", f"127.0.0.1:{port}", profiles=profiles)
        assert run(world, virtual_servers=("/Common/vs_mtls",)).error is None
        assert "/Common/vs_mtls: what it serves cannot be checked: the TLS handshake with" in told.text
        strict = renew(world, virtual_servers=("/Common/vs_mtls",), verify_handshake="required")
        assert "the TLS handshake with" in str(strict.error)


def test_one_that_has_no_tls_yet_must_have_it_afterwards(world: World, tmp_path: Path) -> None:
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path, tls=False):
        world.device.add_virtual_server("/Common/vs_new", f"127.0.0.1:{port}", profiles=("/Common/tcp", "/Common/http"))
        result = run(world, virtual_servers=("/Common/vs_new",))
    assert "/Common/vs_new does not serve the certificate that was put in service" in str(result.error)
    assert not world.device.exists(PROFILE)


# -- required and off --------------------------------------------------------------------------------


def test_required_and_out_of_reach_is_refused_before_anything_is_made(world: World) -> None:
    with silence() as port:
        world.device.add_virtual_server("/Common/vs_far", f"127.0.0.1:{port}", profiles=("/Common/tcp", "/Common/http"))
        result = run(world, virtual_servers=("/Common/vs_far",), verify_handshake="required")
    assert "does not answer" in str(result.error)
    assert "verify_handshake is required, so nothing was changed: make it reachable from here" in str(result.error)
    assert (world.authority.issued, world.device.writes()) == ([], [])


def test_required_and_right_is_fine(world: World) -> None:
    result = run(world, verify_handshake="required")
    assert (result.outcome, world.seen_by_client().serial) == (Outcome.ENROLLED, result.serial)


def test_off_never_connects(world: World, tmp_path: Path) -> None:
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path) as other:
        world.device.add_virtual_server("/Common/vs_off", f"127.0.0.1:{port}", profiles=("/Common/tcp", "/Common/http"))
        assert run(world, virtual_servers=("/Common/vs_off",), verify_handshake="off").error is None
        assert renew(world, virtual_servers=("/Common/vs_off",), verify_handshake="off").error is None
        assert other.asked == 0


# -- what is compared --------------------------------------------------------------------------------


def test_without_a_copy_the_serial_number_has_to_do(world: World, tmp_path: Path) -> None:
    first = run(world)
    renew(world)
    for file in (world.state.path / "certificates").rglob("*.pem"):
        file.unlink()
    with displaced_by_the_change(world, tmp_path):
        result = world.one(world.job(keys=EC), work=roll_back)
    assert f"instead of serial {first.serial}" in str(result.error)
    world.device.data_plane.refresh()
    assert world.one(world.job(keys=EC), work=roll_back).serial == first.serial


@pytest.mark.parametrize("only_tls_1_3", [True, False])
def test_of_two_certificates_each_is_asked_for_where_that_can_be_done(
    tmp_path: Path, told: pytest.LogCaptureFixture, only_tls_1_3: bool
) -> None:
    """TLS 1.3 lets no client choose. Where it is all that was spoken before, no answer by kind is no failure."""
    with silence() as port:
        pass
    with impostor("127.0.0.1", port, tmp_path, only_tls_1_3=only_tls_1_3):
        ecdsa = read_certificate((tmp_path / "impostor.pem").read_text())
        made = builders.job(keys=(builders.RSA, builders.EC))
        profile, certificate = builders.hand_made("/Common/old", "www.example.com")
        virtual = builders.server("/Common/old", address="127.0.0.1", port=port)
        others = ((profile, replace(certificate, serial=ecdsa.serial)),)
        seen = builders.seen(made, servers=(virtual,), others=others)
        probe = handshake_check.probe_of(seen)
        assert probe is not None
        before = handshake_check.look_before(probe, [virtual], seen)
        expected = [Expected("0a", "rsa", "0b"), Expected(ecdsa.serial, "ecdsa", ecdsa.fingerprint)]
        if only_tls_1_3:
            handshake_check.confirm(probe, before, [virtual], expected, lambda _: None)
            assert "which of the certificates others get was not checked: it speaks no TLS 1.2" in told.text
        else:
            with pytest.raises(ConnectorError, match="does not serve the certificate that was put in service"):
                handshake_check.confirm(probe, before, [virtual], expected, lambda _: None)


def test_certificate_and_chain_are_compared(world: World) -> None:
    root = new_authority("Root", world.now)
    issuer = new_authority("Issuer", world.now, root)
    leaf, other = (new_server(["www.example.com"], world.now, issuer).certificate_pem for _ in range(2))
    links = (issuer.certificate_pem, root.certificate_pem)
    of = {text: read_certificate(text) for text in (leaf, other, *links)}
    wanted = Expected(of[leaf].serial, "ecdsa", of[leaf].fingerprint, (of[links[0]].fingerprint,))
    assert compare(Handshake(leaf, links[:1]), wanted) is None
    assert compare(Handshake(leaf, links), wanted) is None  # a root more does no harm
    assert "sends 0 chain certificates, which are not the 1" in str(compare(Handshake(leaf, ()), wanted))
    assert "sends 1 chain certificates" in str(compare(Handshake(leaf, links[1:]), wanted))
    assert f"instead of serial {of[leaf].serial}" in str(compare(Handshake(other, links), wanted))
    assert compare(Handshake(leaf, ()), Expected(of[leaf].serial, "ecdsa")) is None
    assert compare(Handshake(other, ()), Expected(of[leaf].serial, "ecdsa")) is not None
