"""A TLS client that looks at the site all along: after each write of a run, before it is answered, and at the end."""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass, field

from cryptography import x509

from sectigo_f5.simulator import Exchange
from tests.support.world import World
from tests.walk.operations import SITE

NAME = "www.example.com"
_CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
_CONTEXT.check_hostname, _CONTEXT.verify_mode = False, ssl.CERT_NONE  # what it gets is judged by the world's clock


@dataclass
class Watch:
    """What the client got, and when; a read changes nothing, so it looks after writes alone."""

    world: World
    gets_one: bool  # whether there is a certificate in service from the beginning
    looks: int = 0
    problems: list[str] = field(default_factory=list)

    def look_after(self, exchange: Exchange) -> None:
        """Look if the request may have changed anything."""
        if exchange.method != "GET":
            self.look(f"after {exchange.method} {exchange.path}")

    def look(self, when: str) -> None:
        """Look once: nothing but a certificate of the CA's for this name, valid now, whose key it proved to have."""
        self.looks += 1
        serial = served(self.world)
        valid = {each.serial_number for each in self.world.authority.issued if _is_valid(each, self.world)}
        if serial is None and not self.gets_one:
            return
        if serial not in valid:
            got = "no certificate" if serial is None else f"the certificate {serial:x}"
            self.problems.append(f"a client got {got} {when}")


def served(world: World, path: str = SITE) -> int | None:
    """Return the serial of the certificate that a client gets, which completes the handshake; None if there is none."""
    try:
        with (
            socket.create_connection(world.addresses[path], timeout=5) as connection,
            _CONTEXT.wrap_socket(connection, server_hostname=NAME) as tls,
        ):
            shown = tls.getpeercert(binary_form=True)
    except OSError:
        return None
    return x509.load_der_x509_certificate(shown).serial_number if shown else None


def _is_valid(certificate: x509.Certificate, world: World) -> bool:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return begins <= world.now < ends and NAME in names.get_values_for_type(x509.DNSName)
