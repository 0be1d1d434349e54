"""How the CA is shown that the names are ours, for one certificate; found out before a key is made."""

from __future__ import annotations

from pathlib import Path

import certifi

from sectigo_f5.acme import Dns01, Http01, Prevalidated, Validation
from sectigo_f5.bigip import BigIP
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job
from sectigo_f5.observed import VirtualServer

HTTP_PORT = 80
PLUGIN_PORT = 443


def validation_for(f5: BigIP, job: Job) -> Validation:
    """Choose the validation; raises :class:`ConnectorError` where http-01 cannot be answered."""
    if job.validation == "prevalidated":
        return Prevalidated()
    if job.validation == "dns-01":
        return Dns01(str(job.dns_authenticator), job.dns_options)
    if job.device.port != PLUGIN_PORT:
        raise ConnectorError(
            f"validation http-01: certbot-bigip reaches a BIG-IP on port 443 only, not {job.device.port}; "
            "use validation: prevalidated or dns-01, or the BIG-IP's port 443"
        )
    servers = challenge_servers(f5, job)
    return Http01(
        hosts=f5.answering,  # certbot-bigip logs in to each, and gives up where one is down
        username=job.device.username,
        password=job.device.password,
        virtual_servers=tuple(server.path for server in servers),
        partition=job.partition,
        ca_file=_ca_file(job.device.verify_tls),
        apm=any(server.access for server in servers),
    )


def challenge_servers(f5: BigIP, job: Job) -> tuple[VirtualServer, ...]:
    """Return the virtual servers that answer http-01: those of the YAML, else port 80 on the same addresses.

    certbot-bigip skips a virtual server that does not exist or has no HTTP profile with a DEBUG
    line only, so both are checked here; and it sleeps ten seconds for each, so it gets no others.
    """
    if job.challenge_virtual_servers:
        named = tuple(f5.virtual_server(path) for path in job.challenge_virtual_servers)
        without = [server.path for server in named if not server.http]
        if without:
            raise ConnectorError(
                f"challenge_virtual_servers: {', '.join(without)} has no HTTP profile, so no iRule can answer "
                "the challenge there; attach one (for example /Common/http)"
            )
        return named
    addresses = {(server.address, server.route_domain) for server in f5.virtual_servers(job)}
    found = tuple(
        server
        for server in f5.every_server()
        if server.port == HTTP_PORT
        and (server.address, server.route_domain) in addresses
        and server.http
        and server.enabled
    )
    if not found:
        told = ", ".join(sorted(address for address, _ in addresses))
        raise ConnectorError(
            f"validation http-01: no virtual server with an HTTP profile answers port 80 of {told}; create one, "
            "name it under challenge_virtual_servers, or use validation: prevalidated or dns-01"
        )
    return found


def _ca_file(verify_tls: bool | Path) -> Path | None:
    """Return what the plugin can verify the BIG-IP with: it takes a file, never a yes."""
    if isinstance(verify_tls, Path):
        return verify_tls
    return Path(certifi.where()) if verify_tls else None
