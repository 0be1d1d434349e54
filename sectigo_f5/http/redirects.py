"""Where an answer over HTTP, or a certificate, may send us: either may come from anybody.

OCSP and CRLs are plain HTTP by design, so whoever answers could have this host, which reaches the management network,
send requests to its own services or to a cloud's metadata. So could whoever puts a certificate on a virtual server,
which names both.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from sectigo_f5.errors import ConnectorError

MOST = 3  # redirects in a row
NAT64 = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address is in its last four bytes

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Rules:
    """What a redirect may not do; ``devices`` are the hosts of BIG-IPs.

    ``of_certificate``: the first URL is one that a certificate names, and is not trusted either.
    """

    only_https: bool = False
    devices: Iterable[str] = field(default=())
    of_certificate: bool = False


@dataclass(frozen=True)
class Guard:
    """Refuses addresses that only we can reach, unless the first URL leads there already."""

    allowed: frozenset[Address]
    devices: frozenset[Address]

    def refuse(self, address: str) -> None:
        """Raise :class:`ConnectorError` for an address that a redirect may not lead to."""
        found = _address(address)
        if found not in self.allowed and (found.is_loopback or _is_special(found) or found in self.devices):
            whose = "a BIG-IP" if found in self.devices else "this host or its link"
            raise ConnectorError(f"it redirects to {found}, an address of {whose}: not followed")


def refuse_named(url: str, rules: Rules, address: str) -> None:
    """Raise :class:`ConnectorError` for an address that a certificate may not name; a CA may be on this host.

    BIG-IPs are known by host as they are written: no name is resolved here, for each question.
    """
    found = _address(address)
    of_device = {str(found), urlsplit(url).hostname} & {*rules.devices}
    if not found.is_loopback and (_is_special(found) or of_device):
        whose = "a BIG-IP" if of_device else "this host's link"
        raise ConnectorError(f"it is at {found}, an address of {whose}: not asked")


def guard(first: str, rules: Rules) -> Guard:
    """Return the guard of an exchange that began with the URL ``first``."""
    return Guard(addresses_of(urlsplit(first).hostname), frozenset().union(*map(addresses_of, rules.devices)))


def next_url(url: str, location: str, rules: Rules, guard: Guard) -> str:
    """Return where a redirect leads; raises :class:`ConnectorError` if it may not be followed."""
    try:
        target = urljoin(url, location)
        scheme, host = urlsplit(target).scheme, urlsplit(target).hostname
    except ValueError as error:
        raise ConnectorError(f"it redirects to what is no URL ({error})") from error
    if scheme != "https" and (scheme != "http" or rules.only_https):
        wanted = "https" if rules.only_https else "http or https"
        raise ConnectorError(f"it redirects to {scheme or 'no scheme'}: only {wanted} is followed")
    for address in addresses_of(host):  # again when it is connected to, unless a proxy is: names may change
        guard.refuse(str(address))
    return target


def _is_special(address: Address) -> bool:
    return address.is_link_local or address.is_unspecified or address.is_multicast


def addresses_of(host: str | None) -> frozenset[Address]:
    """Resolve a name; none if nobody knows it, as behind a proxy."""
    try:
        found = socket.getaddrinfo(host or "", None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(_address(str(each[4][0])) for each in found)


def _address(text: str) -> Address:
    """Read an address; one of IPv4 that is written as one of IPv6 is what it stands for."""
    found = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found in NAT64:
            return ipaddress.IPv4Address(found.packed[-4:])
        return found.ipv4_mapped or found
    return found
