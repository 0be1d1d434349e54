"""``--all``: the certificates of others in every client SSL profile that a virtual server of the BIG-IP uses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.commands.status.rows import foreign
from sectigo_f5.report.status.rows import Row


def in_use(f5: Unit, device: str, ours: Iterable[str], now: datetime) -> list[Row]:
    """Read all virtual servers, with their profiles and the certificates in these, page by page; ``ours`` are left out.

    A profile is looked at once, however many virtual servers have it.
    """
    servers, have = dict[str, list[str]](), f5.holdings
    for server in f5.every_server():
        for profile in server.client_ssl:
            servers.setdefault(profile, []).append(server.path)
    for profile in ours:
        servers.pop(profile, None)
    entries = {profile: have.profiles[profile].entries for profile in servers}
    have.certificates.prefetch([entry.certificate for of in entries.values() for entry in of if entry.certificate])
    found = []
    for profile, of in entries.items():
        for entry in of:
            certificate = have.certificates.get(entry.certificate or "")
            if certificate:
                row = foreign(device, "", profile, certificate, now)
                found.append(replace(row, virtual_servers=tuple(servers[profile])))
    return found
