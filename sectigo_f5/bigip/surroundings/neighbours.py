"""Whose certificates are beside ours on the same virtual servers: nobody renews those here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sectigo_f5.bigip.unit import Unit
from sectigo_f5.device_objects import Observation


def unmanaged(f5: Unit, seen: Observation) -> Mapping[str, datetime | None]:
    """Return when they end, by full path, as far as they were read; it reads nothing.

    The certificate that every BIG-IP makes for itself serves nobody.
    """
    profiles, certificates = f5.holdings.profiles.at_hand, f5.holdings.certificates.at_hand
    foreign = {path for server in seen.listed for path in server.client_ssl} - {*seen.managed, *seen.job.profiles}
    held = {entry.certificate for path in foreign if path in profiles for entry in profiles[path].entries}
    return {
        path: certificates[path].not_after
        for path in held
        if path and path in certificates and not seen.is_the_devices_own(path)
    }
