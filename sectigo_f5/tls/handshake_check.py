"""What a client sees on the virtual servers, before and after a change (``verify_handshake``)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sectigo_f5.decision.takeover import split_profiles
from sectigo_f5.device_objects import Observation, Pair, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued
from sectigo_f5.names import covers
from sectigo_f5.tls import client
from sectigo_f5.tls.client import Expected, Handshake
from sectigo_f5.x509.certificates import read_certificate, read_chain

logger = logging.getLogger(__name__)

TIMEOUT = 5.0  # seconds for one handshake
TRIES = 5
PAUSE = 2.0  # seconds between tries: the change has to reach every traffic process of the device
HTTPS = 443  # the port at which a virtual server of any port is looked at
NOWHERE = {  # to connect there would be to connect to ourselves
    **dict.fromkeys(("any", "any6", "0.0.0.0", "::"), "it listens on every address"),  # noqa: S104
    "": "its address is not known",
}


@dataclass(frozen=True)
class Baseline:
    """What a virtual server showed before a change: it decides what its handshake proves after it."""

    serves: bool = False  # TLS worked: it has to work again
    elsewhere: str | None = None  # why its address may, seen from here, lead to somebody else
    doubt: str = ""  # a likely cause, if it shows another certificate after the change
    by_kind: bool = True  # it can be asked for its RSA and its ECDSA certificate, each alone


@dataclass(frozen=True)
class Probe:
    """What a handshake asks for, and how much depends on it."""

    server_name: str
    required: bool  # verify_handshake: required
    kinds: int  # how many certificates, of different key types, answer for the name


def probe_of(seen: Observation) -> Probe | None:
    """Return what to ask the virtual servers of a certificate for; None if they are not to be looked at.

    That is so with ``verify_handshake: off``, and if no name is this certificate's alone.
    """
    job = seen.job
    name = None if job.verify_handshake == "off" else distinct_name(seen)
    return Probe(name, job.verify_handshake == "required", len(job.keys)) if name else None


def distinct_name(seen: Observation) -> str | None:
    """Return a name that is answered by this certificate alone; None if there is none.

    If two profiles have a name in common (a wildcard beside one of its hosts), it is not documented
    which of them a BIG-IP chooses, and either would be right.
    """
    job = seen.job
    if not job.sni or job.wanted_server_name:
        return _concrete(job.wanted_server_name or job.common_name)
    splits = (split_profiles(seen, server) for server in seen.virtual_servers)
    theirs = {name for split in splits for path in split.kept for name in _answered_by(seen, path)}
    own = [name for name in job.names if not covers(theirs, name)]
    if job.common_name in own:
        return _concrete(job.common_name)
    return _concrete(own[0]) if own else None


def _answered_by(seen: Observation, path: str) -> Iterable[str]:
    """Return the names that a profile is chosen for."""
    server_name = seen.profiles[path].server_name
    return (server_name,) if server_name else seen.names_of(path)


def _concrete(name: str) -> str:
    """Return a host name: SNI cannot carry a wildcard."""
    return f"connector-check{name[1:]}" if name.startswith("*") else name


def expected_of_issued(issued: Issued) -> Expected:
    """Return what a client is to see of a certificate that we have here."""
    leaf = read_certificate(issued.certificate)
    chain = tuple(certificate.fingerprint for certificate in read_chain(issued.chain))
    return Expected(leaf.serial, leaf.key.type if leaf.key else None, leaf.fingerprint, chain)


def expected_pair(pair: Pair, copy: Issued | None) -> Expected:
    """Return what a client is to see of a pair on the device; there may be a copy of it here."""
    if copy is not None:
        return expected_of_issued(copy)
    return Expected(pair.certificate.serial, pair.spec.type if pair.spec else None)


def look_before(probe: Probe, servers: Iterable[VirtualServer], seen: Observation) -> Mapping[str, Baseline]:
    """Look at virtual servers before they are changed; by their paths.

    Raises :class:`ConnectorError` if ``verify_handshake: required`` could not be kept afterwards.
    """
    return {server.path: _look_before(probe, seen, server) for server in servers}


def _look_before(probe: Probe, seen: Observation, server: VirtualServer) -> Baseline:
    if server.address in NOWHERE:
        if probe.required:
            raise ConnectorError(_cannot_be_kept(server, f"{NOWHERE[server.address]}, so there is none to look at"))
        return Baseline(elsewhere=NOWHERE[server.address])
    if server.route_domain not in ("", "0") and not probe.required:
        return Baseline(elsewhere=f"its address is in route domain {server.route_domain}")
    try:
        served = _see(probe, server)
    except client.UnreachableError as error:
        if probe.required:
            raise ConnectorError(_cannot_be_kept(server, str(error))) from error
        return Baseline()
    except ConnectorError:
        return Baseline()
    return _who_answered(probe, seen, server, served)


def _who_answered(probe: Probe, seen: Observation, server: VirtualServer, served: Handshake) -> Baseline:
    """Tell the virtual server itself from another host, or another virtual server, at its address."""
    serial = read_certificate(served.certificate_pem).serial
    own = _serials(seen, server)
    by_kind = probe.kinds == 1 or _can_be_asked(probe, server)
    if serial in own or None in own:
        return Baseline(serves=True, by_kind=by_kind)
    if not server.port:
        return Baseline(elsewhere=f"it listens on any port, and another virtual server may have {HTTPS}")
    before = f"; before the change it showed serial {serial}, which none of its profiles has"
    remedy = "if its address leads to another host from here, set verify_handshake: off"
    return Baseline(serves=True, by_kind=by_kind, doubt=f"{before}: {remedy}")


def _can_be_asked(probe: Probe, server: VirtualServer) -> bool:
    """Tell whether it speaks TLS 1.2, which alone lets a client choose: its profile may allow nothing but 1.3."""
    for kind in ("rsa", "ecdsa"):
        with contextlib.suppress(ConnectorError):
            _see(probe, server, only=kind)
            return True
    return False


def _cannot_be_kept(server: VirtualServer, why: str) -> str:
    return (
        f"{server.path}: {why}; verify_handshake is required, so nothing was changed: "
        "make it reachable from here, or set verify_handshake: auto"
    )


def _serials(seen: Observation, server: VirtualServer) -> set[str | None]:
    """Return the serial numbers of everything that the virtual server can serve; None if one is not known."""
    entries = (entry for path in server.client_ssl for entry in seen.profiles[path].entries)
    certificates = (seen.certificates.get(entry.certificate or "") for entry in entries)
    return {certificate.serial if certificate else None for certificate in certificates}


def confirm(
    probe: Probe,
    before: Mapping[str, Baseline],
    servers: Iterable[VirtualServer],
    expected: Sequence[Expected],
    pause: Callable[[float], None],
) -> None:
    """Connect to each virtual server and compare what it serves with what was put in service.

    Raises :class:`ConnectorError` for another certificate, for TLS that broke, and with
    ``verify_handshake: required`` also for an address that cannot be reached from here. Without
    it, an address that may lead to somebody else proves nothing, and is not looked at.
    """
    for server in servers:
        baseline = before[server.path]
        if baseline.elsewhere and not probe.required:
            logger.info("%s: what it serves was not checked: %s", server.path, baseline.elsewhere)
        else:
            _confirm_one(probe, baseline, server, expected, pause)


def _confirm_one(
    probe: Probe,
    baseline: Baseline,
    server: VirtualServer,
    expected: Sequence[Expected],
    pause: Callable[[float], None],
) -> None:
    strict = baseline.serves or probe.required
    problem = None
    for attempt in range(TRIES):
        if attempt:
            pause(PAUSE)
        try:
            problem = _difference(probe, server, expected, baseline.by_kind)
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
            logger.info("%s serves the certificate of %s", server.path, probe.server_name)
            return
    raise ConnectorError(
        f"{server.path} does not serve the certificate that was put in service: {problem}{baseline.doubt}"
    )


def _difference(probe: Probe, server: VirtualServer, expected: Sequence[Expected], by_kind: bool) -> str | None:
    """Return what is wrong with what is served; of two certificates, each has to be there for clients that need it."""
    served = _see(probe, server)
    problems = [client.compare(served, wanted) for wanted in expected]
    if all(problems):
        return problems[0]
    if len(expected) > 1 and not by_kind:
        logger.info("%s: which of the certificates others get was not checked: it speaks no TLS 1.2", server.path)
        return None
    others = expected if len(expected) > 1 else ()
    comparisons = (client.compare(_see(probe, server, only=wanted.kind), wanted) for wanted in others)
    return next((problem for problem in comparisons if problem), None)


def _see(probe: Probe, server: VirtualServer, only: str | None = None) -> Handshake:
    return client.handshake(server.address, server.port or HTTPS, probe.server_name, timeout=TIMEOUT, only=only)
