"""HTTP/2: what its profile requires of the client SSL profiles on the same virtual server."""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5.simulator.refusals import of_servers
from sectigo_f5.simulator.rules.ltm.inheritance import setting
from sectigo_f5.simulator.state.configuration import Item
from sectigo_f5.simulator.state.work import Work

KIND = "ltm/profile/http2"


def check(work: Work, item: Item, client_ssl: Iterable[Item]) -> None:
    """Refuse HTTP/2 that enforces RFC 7540's rules for TLS beside a client SSL profile that may renegotiate."""
    clients = [one["path"] for one in item.get("profiles") or [] if one["context"] != "serverside"]
    attached = [work.configuration.find(KIND, path) for path in clients]
    if not any(one is not None and setting(work, one, "enforceTlsRequirements") == "enabled" for one in attached):
        return
    for profile in client_ssl:
        if setting(work, profile, "renegotiation") != "disabled":
            raise of_servers.renegotiating_http2(item.path, profile.path)
