"""Virtual servers with a history: hand-made profiles, attached profiles, and SNI defaults."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sectigo_f5.simulator.rest.wire import Exchange
from tests.support.hierarchy import new_authority, new_server
from tests.support.names import PLAIN
from tests.support.world import World


def url(path: str) -> str:
    """Return the URL of a virtual server."""
    return f"/mgmt/tm/ltm/virtual/{path.replace('/', '~')}"


def hand_made(world: World, path: str, *names: str, days: int = 30, **properties: object) -> str:
    """Create a foreign profile, in Common unless ``path`` is full, whose certificate has ``names``; return its path."""
    path = path if path.startswith("/") else f"/Common/{path}"
    identity = new_server(names, world.now, new_authority("Hand CA", world.now), days=days)
    world.device.add_certificate(f"{path}.crt", identity.certificate_pem, identity.key_pem)
    entry = {"name": "default", "cert": f"{path}.crt", "key": f"{path}.key"}
    world.device.add_profile("client-ssl", path, certKeyChain=[entry], **properties)
    return path


def attach(world: World, *profiles: str, path: str = "/Common/vs_www") -> None:
    """Give a virtual server exactly these profiles besides tcp and http."""
    world.device.set(url(path), profiles=[{"name": name} for name in (*PLAIN, *profiles)])


def attached(world: World, path: str = "/Common/vs_www") -> set[str]:
    """Return the profiles of a virtual server besides tcp and http."""
    items = world.device.get(f"{url(path)}/profiles")["items"]
    return {item["fullPath"] for item in items} - {*PLAIN}


def profile(world: World, path: str) -> dict[str, object]:
    """Return a client SSL profile as the device shows it."""
    return world.device.get(f"/mgmt/tm/ltm/profile/client-ssl/{path.replace('/', '~')}")


def defaults(world: World, path: str = "/Common/vs_www") -> list[str]:
    """Return the SNI defaults among the profiles of a virtual server."""
    profiles = world.device.get("/mgmt/tm/ltm/profile/client-ssl")["items"]
    present = attached(world, path)
    return [item["fullPath"] for item in profiles if item["fullPath"] in present and item["sniDefault"] == "true"]


@contextmanager
def one_default_at_every_moment(world: World) -> Iterator[None]:
    """Fail unless, after each write, every virtual server with several client SSL profiles has one SNI default."""
    wrong: list[str] = []
    exchanges = []

    def check_defaults(exchange: Exchange) -> None:
        if exchange.method == "GET":
            return
        exchanges.append(exchange)
        profiles = {item["fullPath"]: item for item in world.device.get("/mgmt/tm/ltm/profile/client-ssl")["items"]}
        for server in world.device.get("/mgmt/tm/ltm/virtual")["items"]:
            items = [profiles[path] for path in attached(world, server["fullPath"]) if path in profiles]
            count = sum(item["sniDefault"] == "true" for item in items)
            if len(items) > 1 and count != 1:
                wrong.append(f"{count} SNI defaults on {server['fullPath']} after {exchange}")

    world.device.hook = check_defaults
    try:
        yield
    finally:
        world.device.hook = None
    assert exchanges
    assert wrong == []
