"""What a client sees on the virtual servers, before and after a change (``verify_handshake``)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from sectigo_f5 import handshake
from sectigo_f5.certificates import read_certificate
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued, Job
from sectigo_f5.observed import VirtualServer

logger = logging.getLogger(__name__)

TIMEOUT = 5.0  # seconds for one handshake
TRIES = 5
PAUSE = 2.0  # seconds between tries: the change has to reach every traffic process of the device


def probe_name(job: Job) -> str:
    """Return a concrete name to ask for: SNI cannot carry a wildcard."""
    name = (job.server_name if job.sni else None) or job.common_name
    return f"connector-check{name[1:]}" if name.startswith("*") else name


def answering(job: Job, servers: Iterable[VirtualServer]) -> frozenset[str]:
    """Return the virtual servers whose TLS must work after the change.

    Those whose TLS works now, and those that have none yet. One that refuses us now (it wants a
    client certificate, say) may go on refusing us.
    """
    if job.verify_handshake == "off":
        return frozenset()
    return frozenset(server.path for server in servers if not server.client_ssl or _answers(job, server))


def _answers(job: Job, server: VirtualServer) -> bool:
    try:
        handshake.served(server.address, server.port, probe_name(job), timeout=TIMEOUT)
    except ConnectorError:
        return False
    return True


def confirm(
    job: Job,
    servers: Iterable[VirtualServer],
    installed: Sequence[Issued],
    must_answer: frozenset[str],
    pause: Callable[[float], None],
) -> None:
    """Connect to each virtual server and compare what it serves with what was installed.

    Raises :class:`ConnectorError` for another certificate, a TLS that broke, and with
    ``verify_handshake: required`` also for an address that cannot be reached from here.
    """
    if job.verify_handshake == "off":
        return
    for server in servers:
        for issued in installed:
            _confirm_one(job, server, issued, len(installed) > 1, server.path in must_answer, pause)


def _confirm_one(
    job: Job,
    server: VirtualServer,
    issued: Issued,
    by_type: bool,
    must_answer: bool,
    pause: Callable[[float], None],
) -> None:
    kind = read_certificate(issued.certificate).key
    only = kind.type if by_type and kind else None
    problem = None
    for attempt in range(TRIES):
        if attempt:
            pause(PAUSE)
        try:
            served = handshake.served(server.address, server.port, probe_name(job), timeout=TIMEOUT, only=only)
        except handshake.UnreachableError as error:
            if job.verify_handshake != "required":
                logger.info("%s cannot be reached from here, what it serves was not checked: %s", server.path, error)
                return
            problem = str(error)
        except ConnectorError as error:
            if not must_answer:
                logger.warning("%s: what it serves cannot be checked: %s", server.path, error)
                return
            problem = str(error)
        else:
            problem = handshake.compare(served, issued.certificate, issued.chain)
            if problem is None:
                logger.info("%s serves the certificate of %s", server.path, probe_name(job))
                return
    raise ConnectorError(f"{server.path} does not serve the new certificate: {problem}")
