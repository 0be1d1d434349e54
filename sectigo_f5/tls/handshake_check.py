"""What a client sees on the virtual servers, before and after a change (``verify_handshake``)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sectigo_f5.device_objects import Observation, Pair, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued, Job
from sectigo_f5.tls import client
from sectigo_f5.tls.client import Expected, Served
from sectigo_f5.x509.certificates import read_certificate, read_chain

logger = logging.getLogger(__name__)

TIMEOUT = 5.0  # seconds for one handshake
TRIES = 5
PAUSE = 2.0  # seconds between tries: the change has to reach every traffic process of the device
HTTPS = 443  # where a virtual server of any port is looked at
EVERY_ADDRESS = ("any", "any6", "0.0.0.0", "::")  # noqa: S104  # to connect there would be to connect to ourselves


@dataclass(frozen=True)
class Before:
    """What a virtual server showed before a change: it decides what its handshake proves after it."""

    serves: bool = False  # TLS worked: it has to work again
    elsewhere: str | None = None  # why its address may, seen from here, lead to somebody else
    doubt: str = ""  # what to think of, should it show another certificate after the change
    by_kind: bool = True  # it can be asked for its RSA and its ECDSA certificate, each alone


def probe_name(job: Job) -> str:
    """Return a concrete name to ask for: SNI cannot carry a wildcard."""
    name = (job.server_name if job.sni else None) or job.common_name
    return f"connector-check{name[1:]}" if name.startswith("*") else name


def expected_of_issued(issued: Issued) -> Expected:
    """Return what a client is to see of a certificate that we have here."""
    leaf = read_certificate(issued.certificate)
    chain = tuple(certificate.fingerprint for certificate in read_chain(issued.chain))
    return Expected(leaf.serial, leaf.key.type if leaf.key else None, leaf.fingerprint, chain)


def expected_pair(pair: Pair, copy: Issued | None) -> Expected:
    """Return what a client is to see of a pair on the device, of which there may be a copy here."""
    if copy is not None:
        return expected_of_issued(copy)
    return Expected(pair.certificate.serial, pair.spec.type if pair.spec else None)


def look_before(job: Job, servers: Iterable[VirtualServer], seen: Observation) -> Mapping[str, Before]:
    """Look at virtual servers before they are changed.

    Raises :class:`ConnectorError` where ``verify_handshake: required`` could not be kept afterwards.
    """
    if job.verify_handshake == "off":
        return {}
    return {server.path: _look_before(job, seen, server) for server in servers}


def _look_before(job: Job, seen: Observation, server: VirtualServer) -> Before:
    required = job.verify_handshake == "required"
    if server.address in EVERY_ADDRESS:
        if required:
            raise ConnectorError(_cannot_be_kept(server, "it listens on every address, so there is none to look at"))
        return Before(elsewhere="it listens on every address")
    if server.route_domain not in ("", "0") and not required:
        return Before(elsewhere=f"its address is one of route domain {server.route_domain}")
    try:
        served = _see(job, server)
    except client.UnreachableError as error:
        if required:
            raise ConnectorError(_cannot_be_kept(server, str(error))) from error
        return Before()
    except ConnectorError:
        return Before()
    return _who_answered(job, seen, server, served)


def _who_answered(job: Job, seen: Observation, server: VirtualServer, served: Served) -> Before:
    """Tell the virtual server itself from another host, or another virtual server, at its address."""
    serial = read_certificate(served.certificate_pem).serial
    own = _serials(seen, server)
    by_kind = len(job.keys) == 1 or _can_be_asked(job, server)
    if serial in own or None in own:
        return Before(serves=True, by_kind=by_kind)
    if not server.port:
        return Before(elsewhere=f"it listens on any port, and another virtual server may have {HTTPS}")
    told = f"; before the change it showed serial {serial}, which none of its profiles has: where its address leads to "
    return Before(serves=True, by_kind=by_kind, doubt=f"{told}another host from here, set verify_handshake: off")


def _can_be_asked(job: Job, server: VirtualServer) -> bool:
    """Tell whether it speaks TLS 1.2, which alone lets a client choose: its profile may allow nothing but 1.3."""
    for kind in ("rsa", "ecdsa"):
        with contextlib.suppress(ConnectorError):
            _see(job, server, only=kind)
            return True
    return False


def _cannot_be_kept(server: VirtualServer, why: str) -> str:
    return (
        f"{server.path}: {why}; verify_handshake is required, so nothing was changed: "
        "make it reachable from here, or set verify_handshake: auto"
    )


def _serials(seen: Observation, server: VirtualServer) -> set[str | None]:
    """Return the serial numbers of everything that the virtual server can serve; None: one is not known."""
    entries = (entry for path in server.client_ssl for entry in seen.profiles[path].entries)
    found = (seen.certificates.get(entry.certificate or "") for entry in entries)
    return {certificate.serial if certificate else None for certificate in found}


def confirm(
    job: Job,
    servers: Iterable[VirtualServer],
    expected: Sequence[Expected],
    before: Mapping[str, Before],
    pause: Callable[[float], None],
) -> None:
    """Connect to each virtual server and compare what it serves with what was put in service.

    Raises :class:`ConnectorError` for another certificate, a TLS that broke, and with
    ``verify_handshake: required`` also for an address that cannot be reached from here. Without
    it, an address that may lead to somebody else proves nothing, and is not looked at.
    """
    if job.verify_handshake == "off":
        return
    for server in servers:
        known = before[server.path]
        if known.elsewhere and job.verify_handshake != "required":
            logger.info("%s: what it serves was not checked: %s", server.path, known.elsewhere)
        else:
            _confirm_one(job, server, expected, known, pause)


def _confirm_one(
    job: Job, server: VirtualServer, expected: Sequence[Expected], known: Before, pause: Callable[[float], None]
) -> None:
    strict = known.serves or job.verify_handshake == "required"
    problem = None
    for attempt in range(TRIES):
        if attempt:
            pause(PAUSE)
        try:
            problem = _difference(job, server, expected, known.by_kind)
        except client.UnreachableError as error:
            if not strict:
                logger.info("%s cannot be reached from here, what it serves was not checked: %s", server.path, error)
                return
            problem = str(error)
        except ConnectorError as error:
            if server.client_ssl and not strict:  # it refused us before, too: it wants a client certificate, say
                logger.warning("%s: what it serves cannot be checked: %s", server.path, error)
                return
            problem = str(error)
        if problem is None:
            logger.info("%s serves the certificate of %s", server.path, probe_name(job))
            return
    raise ConnectorError(
        f"{server.path} does not serve the certificate that was put in service: {problem}{known.doubt}"
    )


def _difference(job: Job, server: VirtualServer, expected: Sequence[Expected], by_kind: bool) -> str | None:
    """Return what is wrong with what is served; of two certificates each has to be there for those who ask for it."""
    served = _see(job, server)
    problems = [client.compare(served, wanted) for wanted in expected]
    if all(problems):
        return problems[0]
    if len(expected) > 1 and not by_kind:
        logger.info("%s: which of the certificates others get was not checked: it speaks no TLS 1.2", server.path)
        return None
    others = expected if len(expected) > 1 else ()
    found = (client.compare(_see(job, server, only=wanted.kind), wanted) for wanted in others)
    return next((problem for problem in found if problem), None)


def _see(job: Job, server: VirtualServer, only: str | None = None) -> Served:
    return client.served(server.address, server.port or HTTPS, probe_name(job), timeout=TIMEOUT, only=only)
