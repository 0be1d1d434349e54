"""Virtual servers that cannot be looked at from here, or whose certificate nobody can read."""

from __future__ import annotations

import contextlib
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sectigo_f5.deadlines.sockets import TimedSocket, connected
from sectigo_f5.model import Outcome
from sectigo_f5.simulator import Exchange
from sectigo_f5.tls import baseline, client
from tests.support.impostor import Impostor, black_hole
from tests.support.names import ONLY_EC, PLAIN
from tests.support.odd_certificates import ODD, Spoil, odd_pair
from tests.support.serving import serving
from tests.support.three_commands import refused
from tests.support.virtual_servers import attached
from tests.support.world import World, free_port

WWW, SHOP = "www.example.com", "shop.example.com"
TIMEOUT = 0.5  # seconds


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ports that were connected to by handshakes, in order; each waits for half a second."""
    monkeypatch.setattr(baseline, "TIMEOUT", TIMEOUT)
    ports = list[int]()

    def noted(address: str, port: int, patience: float) -> TimedSocket:
        ports.append(port)
        return connected(address, port, patience)

    monkeypatch.setattr(client, "connected", noted)
    return ports


@pytest.fixture
def far(world: World) -> Iterator[dict[str, int]]:
    """Twenty virtual servers behind a firewall that drops, by their paths with their ports."""
    with contextlib.ExitStack() as opened:
        ports = [opened.enter_context(black_hole()) for _ in range(20)]
        servers = {f"/Common/vs_{port}": port for port in ports}
        for path, port in servers.items():
            world.device.add_virtual_server(path, f"127.0.0.1:{port}", profiles=PLAIN)
        yield servers


def test_virtual_servers_out_of_reach_cost_one_time_out_a_run(
    world: World, far: dict[str, int], tried: list[int]
) -> None:
    """Side by side, and for the first certificate alone; the next run tries again."""
    first, second = (world.job(name, keys=ONLY_EC, virtual_servers=tuple(far), sni=True) for name in (WWW, SHOP))
    begin = time.monotonic()
    assert [result.error for result in world.go(first, second)] == [None, None]
    assert sorted(tried) == sorted(far.values())
    assert time.monotonic() - begin < len(far) * TIMEOUT
    assert all(attached(world, path) == {first.profile, second.profile} for path in far)
    world.wait(days=80)
    tried.clear()
    assert {result.outcome for result in world.go(first, second)} == {Outcome.RENEWED}
    assert sorted(tried) == sorted(far.values())


def test_a_virtual_server_out_of_reach_hides_none_that_is_not(
    world: World, far: dict[str, int], tried: list[int]
) -> None:
    """The one that can be reached is still looked at, before and after."""
    result = world.one(world.job(keys=ONLY_EC, virtual_servers=("/Common/vs_www", *far)))
    assert (result.error, world.seen_by_client().serial) == (None, result.serial)
    assert tried.count(world.addresses["/Common/vs_www"][1]) > 1
    assert {tried.count(port) for port in far.values()} == {1}


def test_a_required_handshake_out_of_reach_is_refused_in_a_time_out(
    world: World, far: dict[str, int], tried: list[int]
) -> None:
    begin = time.monotonic()
    refusal = refused(world, world.job(keys=ONLY_EC, virtual_servers=tuple(far), verify_handshake="required"))
    assert "verify_handshake is required, so nothing was changed" in refusal
    assert time.monotonic() - begin < 3 * len(far) * TIMEOUT


# -- certificates that cannot be read ----------------------------------------------------------


@pytest.mark.parametrize("spoil", ODD, ids=lambda each: each.__name__)
def test_an_odd_certificate_that_was_served_before_costs_none(world: World, tmp_path: Path, spoil: Spoil) -> None:
    """Somebody else answers with it until the change is sent; that it cannot be read must not fail an order."""
    certificate, key = tmp_path / "odd.pem", tmp_path / "odd.key"
    for path, text in zip((certificate, key), odd_pair(world.now, spoil), strict=True):
        path.write_text(text)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    port = free_port()
    with contextlib.ExitStack() as odd:
        server = odd.enter_context(serving(Impostor(("127.0.0.1", port), context)))
        world.add_virtual_server("/Common/vs_odd", "/Common/clientssl", port=port)

        def until_the_change(exchange: Exchange) -> None:
            if exchange.path.endswith("/transaction") and world.authority.issued:
                odd.close()

        world.device.hook = until_the_change
        result = world.one(world.job(keys=ONLY_EC, virtual_servers=("/Common/vs_odd",)))
    assert server.connections > 0
    assert (result.error, len(world.authority.issued)) == (None, 1)
    assert world.seen_by_client("/Common/vs_odd").serial == result.serial
