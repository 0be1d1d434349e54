"""Certificates that are still to be enrolled: devices, virtual servers, and a CA."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.options import Options
from benchmarks.scene.connector import Authority, Connector, certificate
from benchmarks.scene.contents import Contents
from benchmarks.scene.devices import Device, free_addresses, running
from tests.support.authorities import Acme2Certifier, ChallengeTestServer, Pebble

ALONE = tuple(f"alone{number}.example.com" for number in range(4))  # with these Certbot alone is measured


DOMAINS = ("example.com", "*.example.com")


@dataclass(frozen=True)
class Site:
    """One certificate to be enrolled, on which of the devices."""

    name: str
    address: str
    device: int

    @property
    def https(self) -> str:
        """The virtual server that gets the certificate."""
        return f"/Common/vs_{self.name}_https"

    @property
    def http(self) -> str:
        """The virtual server that answers http-01."""
        return f"/Common/vs_{self.name}_http"


@dataclass(frozen=True)
class Scene:
    """What is measured: sites, on how many devices, and the CA that is asked."""

    folder: Path
    sites: Sequence[Site]
    machines: Sequence[str]  # their addresses
    authority: Authority
    validation: str
    alone: str = ""  # the address where Certbot alone answers http-01
    latency: float = 0.0
    _made: list[Path] = field(default_factory=list)

    @contextmanager
    def devices(self) -> Iterator[list[Device]]:
        """Run fresh devices with the virtual servers of the sites, none of which has TLS yet."""
        contents = [Contents(sites=self._servers(number)) for number in range(len(self.machines))]
        with running(self.latency, contents, self.folder, self.machines) as devices:
            yield devices

    def _servers(self, device: int) -> Mapping[str, str]:
        servers: dict[str, str] = {}
        for site in self.sites:
            if site.device == device:
                servers |= {site.https: f"{site.address}:443", site.http: f"{site.address}:80"}
        return servers

    def connector(self, devices: Sequence[Device]) -> Connector:
        """Install a connector that is to enrol every site."""
        connector = Connector.install(self.new_folder(), self.authority)
        for number, device in enumerate(devices):
            mine = [site for site in self.sites if site.device == number]
            connector.manage(device, [certificate(one.name, one.https, validation=self.validation) for one in mine])
        return connector

    def new_folder(self) -> Path:
        """Return the path of a folder that does not exist yet."""
        self._made.append(self.folder / str(len(self._made)))
        return self._made[-1]


@contextmanager
def prevalidated(options: Options, count: int, machines: int) -> Iterator[Scene]:
    """Have sites whose domain the CA has validated beforehand."""
    with tempfile.TemporaryDirectory() as folder, Acme2Certifier(Path(folder) / "ca", DOMAINS) as authority:
        addresses = free_addresses(machines + count)
        sites = _sites(addresses[machines:], machines)
        yield Scene(Path(folder), sites, addresses[:machines], authority, "prevalidated", latency=options.latency)


@contextmanager
def http_01(options: Options, count: int, machines: int) -> Iterator[Scene]:
    """Have sites that the CA validates on port 80 of their virtual servers."""
    with tempfile.TemporaryDirectory() as folder, ChallengeTestServer(Path(folder) / "dns") as dns:
        alone, *addresses = free_addresses(1 + machines + count)
        sites = _sites(addresses[machines:], machines)
        for name in ALONE:
            dns.add_a(name, alone)
        for site in sites:
            dns.add_a(site.name, site.address)
        with Pebble(Path(folder) / "ca", http_port=80, dns_server=dns.dns_address, nonce_reject=0) as authority:
            yield Scene(Path(folder), sites, addresses[:machines], authority, "http-01", alone, options.latency)


def _sites(addresses: Sequence[str], machines: int) -> list[Site]:
    """Return sites at these addresses, dealt out to the devices in turn."""
    return [Site(f"www{n}.example.com", address, n % machines) for n, address in enumerate(addresses)]
