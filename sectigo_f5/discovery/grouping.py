"""Which virtual servers have to do with TLS, and which of them one certificate serves; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sectigo_f5.configuration.checks import object_fault
from sectigo_f5.device_objects import (
    FOR_OTHERS,
    OFF,
    ON,
    OWN_CERTIFICATE,
    CertificateObject,
    ClientSslProfile,
    VirtualServer,
)
from sectigo_f5.discovery.naming import common_name, names_served
from sectigo_f5.discovery.nouns import Bare, Found, Group, Use
from sectigo_f5.model import base_of, partition_of

HTTPS = 443


def concerns_tls(server: VirtualServer) -> bool:
    """Tell whether a virtual server has a client SSL profile, or has HTTP on port 443."""
    if server.client_ssl:
        return True
    where = server.listens if server.http else None
    return bool(where and (where.port == HTTPS or (where.listed and where.listed.takes(HTTPS))))


def of_partitions(servers: Collection[VirtualServer], partitions: Collection[str]) -> tuple[VirtualServer, ...]:
    """Return the virtual servers that concern TLS, of these partitions or, without any, of all."""
    wanted = (each for each in servers if not partitions or partition_of(each.path) in partitions)
    return tuple(sorted(filter(concerns_tls, wanted), key=lambda server: server.path))


def grouped(have: Found) -> tuple[tuple[Group, ...], tuple[Bare, ...]]:
    """Sort virtual servers by the certificate that they serve; those for which there can be no entry come with why."""
    groups, bare = dict[str, Group](), list[Bare]()
    for server in have.servers:
        if why := _cannot_be_listed(server):
            bare.append(Bare(server, why))
            continue
        uses = tuple(_uses(have, server))
        named = [(name, use) for use in uses if (name := common_name(use.profile, use.certificates))]
        for name, use in named:
            former = groups.get(base_of(name), Group(name, ()))
            groups[base_of(name)] = Group(former.common_name, (*former.uses, use))
        if not named:
            bare.append(Bare(server, _why_nameless(have, server, uses), nameless=True))
    return tuple(sorted(groups.values(), key=lambda group: group.common_name)), tuple(bare)


def _uses(have: Found, server: VirtualServer) -> Iterator[Use]:
    for path in server.client_ssl:
        profile = have.profiles[path]
        certificates = tuple(_certificates(have, profile))
        if certificates and _serves_its_own(profile):
            yield Use(server, profile, certificates)


def _certificates(have: Found, profile: ClientSslProfile) -> Iterator[CertificateObject]:
    for entry in profile.entries:
        certificate = have.certificates.get(entry.certificate or "")
        if certificate and not certificate.is_the_devices_own:
            yield certificate


def _serves_its_own(profile: ClientSslProfile) -> bool:
    return ON not in map(profile.client_settings.get, FOR_OTHERS) and profile.client_settings.get("mode") != OFF


def _cannot_be_listed(server: VirtualServer) -> str | None:
    if fault := object_fault(server.path):
        return f"its name cannot be written in the YAML: {fault}"
    if not server.http:
        return "it has no HTTP profile, so nobody renews what it serves; attach one (/Common/http, say) if it is HTTP"
    return None


def _why_nameless(have: Found, server: VirtualServer, uses: tuple[Use, ...]) -> str:
    if uses:
        names = ", ".join(names_served(each for use in uses for each in use.certificates)) or "no name at all"
        return f"its certificate is for {names}, for which none can be ordered; which name is meant?"
    for path in server.client_ssl:
        profile = have.profiles[path]
        if not _serves_its_own(profile):
            return f"its client SSL profile {path} serves certificates of others, or is switched off"
        known = (None, OWN_CERTIFICATE, *have.certificates)
        hidden = [entry.certificate for entry in profile.entries if entry.certificate not in known]
        if hidden:
            return f"the certificate {hidden[0]} of its client SSL profile {path} is not shown to this user"
    return (
        "it serves no certificate but the BIG-IP's own; which name is meant?"
        if server.client_ssl
        else ("it has HTTP on port 443 and no client SSL profile; which name is meant, if it is to have TLS?")
    )
