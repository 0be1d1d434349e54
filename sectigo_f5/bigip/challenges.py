"""How the CA validates the names of one certificate, and what may be in the way; determined before a key is made."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from sectigo_f5.bigip.obstacles import strict_updates
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.bigip.virtual_servers import port_80
from sectigo_f5.bigip.virtual_servers.irules import answering_first
from sectigo_f5.device_objects import COMMON, Observation, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Job, partition_of
from sectigo_f5.trust.stores import system_store
from sectigo_f5.validation import Dns01, Http01, Prevalidated, Validation, hook_programs, too_long

PLUGIN_PORT = 443
PLUGIN_DEPTH = 3  # certbot-bigip knows /Partition/name and /Partition/folder/name
TRANSPORT = re.compile(r"/Common/(?:(?:f5-)?tcp(?:-[\w-]+)?|udp|fastL4|oneconnect)")  # of every BIG-IP
CHALLENGE_RULE = "/Certbot-Letsencrypt-"  # how certbot-bigip names its iRules
SHOWN = 5  # addresses that a sentence names
MANUAL_HOOK = "manual-auth-hook"


def validation_for(f5: Unit, seen: Observation) -> Validation:
    """Choose the validation of a certificate; raises :class:`ConnectorError` if a challenge could not be answered."""
    validation = _chosen(f5, seen)
    if fault := too_long(validation, len(seen.job.names)):
        raise ConnectorError(f"validation {seen.job.validation}: {fault}")
    return validation


def _chosen(f5: Unit, seen: Observation) -> Validation:
    job = seen.job
    if job.validation == "prevalidated":
        return Prevalidated()
    if job.validation == "dns-01":
        return _dns_01(job)
    if job.device.port != PLUGIN_PORT:
        raise ConnectorError(
            f"validation http-01: certbot-bigip reaches a BIG-IP on port 443 only, not {job.device.port}; "
            "use validation: prevalidated or dns-01, or the BIG-IP's port 443"
        )
    answering, unanswered, faults = challenge_servers(f5, seen)
    return Http01(
        hosts=f5.answering,  # certbot-bigip logs in to each, and gives up if one is down
        username=job.device.username,
        password=job.device.password,
        virtual_servers=tuple(server.path for server in answering),
        partition=_rule_partition(job, answering),
        ca_file=_ca_file(job.device.verify_tls),
        apm=any(_has_access_profile(f5, server) for server in answering),
        doubts=(*unanswered, *(doubt for server in answering for doubt in _rivals(f5, server))),
        faults=faults,
    )


def doubts(validation: Validation | None) -> tuple[str, ...]:
    """Return what may keep the CA from seeing the answer to its challenge."""
    return validation.doubts if isinstance(validation, Http01) else ()


def faults(validation: Validation | None) -> tuple[str, ...]:
    """Return what the YAML names for the validation and cannot be used; the renewal does without it."""
    return validation.faults if isinstance(validation, Http01) else ()


def challenge_servers(
    f5: Unit, seen: Observation
) -> tuple[tuple[VirtualServer, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the virtual servers that answer http-01, for which addresses there is none, and what is wrong in the YAML.

    Those of the YAML, else those that answer port 80 on the addresses of the virtual servers that the YAML
    lists or that have our profile, whatever is in the way on them: a renewal must not fail for that, nor for
    a name in the YAML that cannot be used.
    certbot-bigip skips a virtual server that does not exist or has no HTTP profile with a
    DEBUG line only, so everything is checked here; and it sleeps ten seconds for each, so it gets no
    others. Raises :class:`ConnectorError` if none can answer.
    """
    named, wrong = _named(f5, seen.job)
    if wrong and not seen.in_service():
        raise ConnectorError("; ".join(wrong))
    if named:
        return named, (), wrong
    try:
        return *_found(f5, seen), wrong
    except ConnectorError as error:
        raise ConnectorError("; ".join((*wrong, str(error)))) from error


def _found(f5: Unit, seen: Observation) -> tuple[tuple[VirtualServer, ...], tuple[str, ...]]:
    every = f5.every_server()
    ours = (*seen.listed, *(server for server in every if seen.job.profile in server.client_ssl))
    answering, missing = dict[str, VirtualServer](), dict[str, list[str]]()
    places = ((address, server.listens.route_domain) for server in ours for address in port_80.addresses(server))
    for address, route_domain in dict.fromkeys(places):
        faults = {server: _fault(f5, server) for server in f5.answering_80(address, route_domain)}
        answering |= {server.path: server for server, fault in faults.items() if not fault}
        if all(faults.values()):
            missing.setdefault("; ".join(filter(None, faults.values())), []).append(address)
    unanswered = [*dict.fromkeys(_not_known(server) for server in ours if not port_80.addresses(server))]
    unanswered += [_unanswered(addresses, why) for why, addresses in missing.items()]
    if not answering:
        raise ConnectorError(
            f"validation http-01: {'; '.join(unanswered) or 'there is no virtual server'}; create one, "
            "name it under challenge_virtual_servers, or use validation: prevalidated or dns-01"
        )
    return tuple(answering.values()), tuple(f"{sentence}: a challenge sent there fails" for sentence in unanswered)


def _unanswered(addresses: list[str], why: str) -> str:
    more = f" and {len(addresses) - SHOWN} more" if len(addresses) > SHOWN else ""
    where = f"{', '.join(addresses[:SHOWN])}{more}"
    return f"no virtual server with an HTTP profile answers port 80 of {where}{f' ({why})' if why else ''}"


def _not_known(server: VirtualServer) -> str:
    what = f"the address of {server.path} is not shown"
    if server.listens.listed:
        what = f"the addresses of {server.path} are a list that cannot be read ({server.listens.listed.criteria})"
    return f"{what}, so it is not known what answers its port 80"


def _named(f5: Unit, job: Job) -> tuple[tuple[VirtualServer, ...], tuple[str, ...]]:
    """Return which of ``challenge_virtual_servers`` can answer, and a sentence if others cannot."""
    usable, wrong = list[VirtualServer](), list[str]()
    for path in job.challenge_virtual_servers:
        server = f5.find_virtual_server(path)
        fault = _fault(f5, server) if server else f5.missing_server(path)
        if fault:
            wrong.append(fault)
        elif server:
            usable.append(server)
    return tuple(usable), (f"challenge_virtual_servers: {'; '.join(wrong)}",) if wrong else ()


def _fault(f5: Unit, server: VirtualServer) -> str | None:
    """Return why certbot-bigip cannot answer on a virtual server; None if it can."""
    if not server.enabled:
        return f"{server.path} is disabled; enable it"
    if not server.http or server.fast_http:  # FastHTTP will not do: the plugin looks for this type alone
        return (
            f"{server.path} has no HTTP profile, so no iRule can answer the challenge there; attach one (for example "
            "/Common/http)"
        )
    if server.path.count("/") > PLUGIN_DEPTH:
        return f"{server.path} is too deep for certbot-bigip, which knows /Partition/folder/name at most"
    if "%" in server.path:  # f5-sdk writes it into the URL as it is (f5-icontrol-rest-python issue 131)
        remedy = "use validation: prevalidated or dns-01"
        return f"{server.path} has a % in its name, which certbot-bigip cannot send; {remedy}"
    return strict_updates(f5, server.path, server.app_service) if server.app_service else None


def _rule_partition(job: Job, servers: Iterable[VirtualServer]) -> str:
    """Return where the challenge's iRule goes: a virtual server uses those of its partition and Common (01070726)."""
    return job.partition if {partition_of(server.path) for server in servers} <= {job.partition} else COMMON


def _has_access_profile(f5: Unit, server: VirtualServer) -> bool:
    """Tell whether APM stands before a virtual server's iRules; some releases do not report a profile's type."""
    untyped = {path for path in server.untyped if not TRANSPORT.fullmatch(path)}
    return server.access or bool(untyped and f5.references.access & untyped)


def _rivals(f5: Unit, server: VirtualServer) -> list[str]:
    """Return what may answer a request before the challenge's iRule does."""
    rivals = [
        f"the iRule {path} of {server.path} may answer before the challenge's does: its HTTP_REQUEST has priority "
        f"{priority} and responds; leave /.well-known/acme-challenge/ alone there, or give it a priority above "
        "100"
        for path in server.rules
        if CHALLENGE_RULE not in path and (priority := answering_first(f5.rule_text(path))) is not None
    ]
    rivals += [
        f"the iRule {path} of {server.path} is left over from a killed run; detach and delete it"
        for path in server.rules
        if CHALLENGE_RULE in path
    ]
    rivals += [
        f"the policy {path} of {server.path} is evaluated before the challenge's iRule (AskF5 K16590); if it redirects "
        "or rejects, except /.well-known/acme-challenge/ from it"
        for path in server.policies
    ]
    return rivals


def _dns_01(job: Job) -> Dns01:
    if job.dns_authenticator == "manual" and MANUAL_HOOK not in job.dns_options:
        raise ConnectorError(
            "dns_authenticator: manual asks a program for the DNS record; name it: dns_options: {auth-hook: …}"
        )
    if job.dns_authenticator == "manual":
        for name, program in hook_programs(job.dns_options).items():
            if program is None:
                remedy = "write its full path, and make it executable: chmod +x"
                raise ConnectorError(f"dns_options: {name} names no program that can be run; {remedy}")
    return Dns01(str(job.dns_authenticator), job.dns_options)


def _ca_file(verify_tls: bool | Path) -> Path | None:
    """Return what the plugin can verify the BIG-IP with: it takes a file, never ``true``."""
    if isinstance(verify_tls, Path):
        return verify_tls
    return Path(system_store()) if verify_tls else None
