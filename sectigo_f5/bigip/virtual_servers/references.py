"""What the JSON of virtual servers refers to without showing it; each collection is read once per login at most."""

from __future__ import annotations

import functools
import logging

import requests

from sectigo_f5.bigip.readers import full_path
from sectigo_f5.bigip.virtual_servers import destinations
from sectigo_f5.bigip.virtual_servers.destinations import VirtualAddress
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError

logger = logging.getLogger(__name__)

REFUSALS = (requests.codes.unauthorized, requests.codes.forbidden)


class References:
    """The collections of one login."""

    def __init__(self, client: IControl) -> None:
        self._client = client

    @functools.cached_property
    def partitions(self) -> dict[str, str] | None:
        """The default route domains by partition; None if the user may not read partitions."""
        listed = self._unless_refused("/mgmt/tm/auth/partition", "default route domains are taken for 0")
        return None if listed is None else destinations.default_route_domains(listed)

    @functools.cached_property
    def addresses(self) -> dict[str, VirtualAddress] | None:
        """The virtual addresses by full path; None if the user may not read them."""
        listed = self._unless_refused("/mgmt/tm/ltm/virtual-address", "addresses that have a name are not known")
        return None if listed is None else destinations.virtual_addresses(listed, self.partitions or {})

    @functools.cached_property
    def fast_http(self) -> frozenset[str]:
        """The FastHTTP profiles; needed only if a virtual server has no HTTP profile."""
        return frozenset(map(full_path, self._client.items("/mgmt/tm/ltm/profile/fasthttp")))

    def _unless_refused(self, path: str, consequence: str) -> list[Json] | None:
        """Read a collection without which a renewal is possible; None if the user may not read it."""
        try:
            return self._client.items(path)
        except DeviceError as error:
            if error.status not in REFUSALS:
                raise
            logger.warning("%s; %s", error, consequence)
            return None
