"""What is on a simulated BIG-IP before a run: put there at once, because a thousand enrolments take minutes.

One certificate is really enrolled, by the connector. Its objects are then copied under other names, each with a
certificate of its own for those names (and the same key), and so are the objects of other people.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from benchmarks.measuring import BenchmarkError
from sectigo_f5.model import Generation, Issued
from sectigo_f5.simulator import SimulatedBigIP
from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.state.configuration import Item
from sectigo_f5.simulator.state.work import Work
from sectigo_f5.state.directory import StateDirectory
from tests.support.issuing import new_leaf
from tests.support.local_authority import LocalAuthority
from tests.support.names import ONLY_EC, PLAIN
from tests.support.virtual_servers import hand_made
from tests.support.world import World

DOMAIN = "example.com"
OURS, THEIRS = "template.example.com", "theirs"  # of which there are copies
OUR_ADDRESS, THEIR_ADDRESS = "192.0.2.1", "198.51.100.1"  # where nothing listens: reading is all that is done there
FIRST_PORT = 1024
DIFFERENT = 50  # certificates of other people that differ; the others are copies of these


@dataclass(frozen=True)
class Contents:
    """How many objects there are, and the virtual servers of certificates that are still to be enrolled."""

    ours: int = 0  # certificates that are in service, each on a virtual server of its own
    certificates: int = 0  # of other people, with their keys
    servers: int = 0  # virtual servers of other people, each with a client SSL profile
    sites: Mapping[str, str] | None = None  # virtual servers with HTTP, and their addresses with ports


def names(ours: int, device: str) -> list[str]:
    """Return the common names of the certificates that are in service on a device."""
    return [f"www{number}.{device}.{DOMAIN}" for number in range(ours)]


def server_of(name: str) -> str:
    """Return the virtual server of a certificate that is in service."""
    return f"vs_{name}"


def arrange(device: SimulatedBigIP, contents: Contents, label: str, state: Path) -> None:
    """Fill a device, and save it; ``label`` is its name in the configuration, and part of every name of ours there.

    Under ``state`` are the copies of what the CA has issued, as an enrolment leaves them.
    """
    for path, address in (contents.sites or {}).items():
        device.add_virtual_server(path, address, PLAIN)
    with tempfile.TemporaryDirectory() as folder:
        world = World(device, Path(folder), pause=lambda _: None)
        patterns = [*_enrolled(world, contents, label, state), *_handmade(world, contents)]
    with device.engine.lock:
        work = device.engine.work("admin", arranged=True)
        for pattern in patterns:
            pattern.copy(work)
        device.engine.receive(work.configuration)
    device.save()
    if device.data_plane.problems:
        raise BenchmarkError("; ".join(device.data_plane.problems))


@dataclass(frozen=True)
class _Pattern:
    """Objects that are on the device once, and the names that take the place of theirs."""

    word: str  # what is replaced in paths and references
    names: Sequence[str]
    leaves: Sequence[bytes]  # the certificates in PEM; used over and over
    items: Sequence[Item]

    def copy(self, work: Work) -> None:
        """Replace the objects by their copies."""
        for item in self.items:
            work.configuration.items.pop(item.place, None)
        for number, name in enumerate(self.names):
            for item in self.items:
                work.configuration.put(self._copied(work, item, number, name))

    def _copied(self, work: Work, item: Item, number: int, name: str) -> Item:
        text = json.dumps(item.properties).replace(self.word, name)
        properties = json.loads(text)
        if item.kind == "ltm/virtual":
            properties["destination"] = properties["destination"].rpartition(":")[0] + f":{FIRST_PORT + number}"
        copied = Item(item.kind, item.path.replace(self.word, name), properties, item.generation, item.content)
        if item.kind == files.CERTIFICATE and not item.path.endswith("_chain.crt"):
            return files.store_certificate(work, copied, self.leaves[number % len(self.leaves)])
        return copied


def _enrolled(world: World, contents: Contents, label: str, state: Path) -> list[_Pattern]:
    """Enrol one certificate with a CA in this process, and have its objects copied."""
    if not contents.ours:
        return []
    server = world.add_virtual_server(f"/Common/vs_{OURS}", address=OUR_ADDRESS, port=443)
    result = world.one(world.job(OURS, keys=ONLY_EC, virtual_servers=(server,), verify_handshake="off"))
    if result.error:
        raise BenchmarkError(f"the first certificate could not be enrolled: {result.error}")
    wanted = names(contents.ours, label)
    leaves = [_signed(world.authority, world, name) for name in wanted]
    items = _items(world.device, OURS)
    (generation,) = filter(None, (Generation.parse(item.path, OURS) for item in items if item.kind == files.KEY))
    device = replace(world.connection(), name=label)
    for name, leaf in zip(wanted, leaves, strict=True):
        issued = Issued(leaf.decode(), world.authority.issuer.certificate_pem)
        job = replace(world.job(name), device=device)
        StateDirectory(state).certificates.keep(job, replace(generation, base=name), issued)
    return [_Pattern(OURS, wanted, leaves, items)]


def _handmade(world: World, contents: Contents) -> list[_Pattern]:
    """Make one certificate and one virtual server by hand, and have both copied."""
    if not contents.certificates:
        return []
    path = hand_made(world, THEIRS, "www.example.org")
    world.add_virtual_server(f"/Common/vs_{THEIRS}", path, address=THEIR_ADDRESS, port=443)
    items = _items(world.device, THEIRS)
    leaves = [_signed(world.authority, world, f"www{number}.example.org") for number in range(DIFFERENT)]
    busy = [f"{THEIRS}{number}" for number in range(contents.servers)]
    spare = [f"{THEIRS}{number}" for number in range(contents.servers, contents.certificates)]
    stored = [item for item in items if item.kind in (files.KEY, files.CERTIFICATE)]
    return [_Pattern(THEIRS, busy, leaves, items), _Pattern(THEIRS, spare, leaves, stored)]


def _items(device: SimulatedBigIP, word: str) -> list[Item]:
    return [item for item in device.engine.configuration.items.values() if word in item.path]


def _signed(authority: LocalAuthority, world: World, name: str) -> bytes:
    """Return a certificate for ``name`` with the key of the one that was issued last, or of the CA if there is none."""
    key = authority.issued[-1] if authority.issued else authority.issuer.certificate
    begins = world.now - timedelta(hours=1)
    return new_leaf(authority.issuer, key, name, begins=begins).public_bytes(Encoding.PEM)
