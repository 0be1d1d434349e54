"""Destinations of virtual servers: ``/P/10.0.0.1%2:443``, ``/P/2001:db8::1.443``; port 0 is any port; no I/O."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from sectigo_f5.simulator import refusals

_SERVICES = {"any": 0, "http": 80, "https": 443, "*": 0}
_ANY = {"any": "0.0.0.0", "any6": "::"}  # noqa: S104  BIG-IP's words for every address


@dataclass(frozen=True)
class Destination:
    """An address with its route domain, and a port."""

    partition: str
    address: str
    route_domain: str
    port: int

    @property
    def virtual_address(self) -> str:
        """Return the name of its ``ltm virtual-address``."""
        return self.address + (f"%{self.route_domain}" if self.route_domain else "")

    @property
    def mask(self) -> str:
        """Return the mask of this single address."""
        if self.address in ("any", "any6"):
            return self.address
        return "255.255.255.255" if "." in self.address else "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"

    def __str__(self) -> str:
        separator = "." if ":" in self.address or self.address == "any6" else ":"
        return f"/{self.partition}/{self.virtual_address}{separator}{self.port}"


def parse(text: str, partition: str) -> Destination:
    """Parse a request's destination; refuses an invalid one."""
    if text.startswith("/"):
        partition = text.split("/")[1]
    last = text.rpartition("/")[2]
    separator = "." if last.count(":") > 1 or last.startswith("any6") else ":"
    host, _, port = last.rpartition(separator) if separator in last else (last, "", "any")
    address, _, route_domain = host.partition("%")
    number = _SERVICES.get(port, int(port) if port.isdigit() else -1)
    try:
        ipaddress.ip_address(_ANY.get(address, address))
    except ValueError:
        number = -1
    if not 0 <= number < 1 << 16:
        raise refusals.bad_value("destination", text)
    return Destination(partition, address, route_domain, number)
