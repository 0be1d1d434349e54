"""What the JSON of virtual servers refers to without showing it; each collection is read once per login at most."""

from __future__ import annotations

import functools
import logging
from collections.abc import Set

import requests

from sectigo_f5.bigip.readers import flag, full_path
from sectigo_f5.bigip.virtual_servers import destinations
from sectigo_f5.bigip.virtual_servers.destinations import VirtualAddress
from sectigo_f5.icontrol.answers import json_object
from sectigo_f5.icontrol.call import Call, Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError

logger = logging.getLogger(__name__)

BAD_REQUEST, SERVER_ERROR = 400, 500  # the statuses between are refusals
ABSENT = (requests.codes.bad_request, requests.codes.not_found)


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
        listed = self._unless_refused("/mgmt/tm/ltm/profile/fasthttp", "FastHTTP profiles are not known")
        return frozenset(map(full_path, listed or ()))

    def enforcing_http2(self, candidates: Set[str]) -> str | None:
        """Return the one of these profiles that is an HTTP/2 profile which enforces TLS requirements."""
        return min(candidates & self._http2, default=None) if candidates else None

    @functools.cached_property
    def _http2(self) -> frozenset[str]:
        """The HTTP/2 profiles that enforce TLS requirements; none if the release does not know the type.

        It may say "not registered", as a REST service does that is starting: nobody waits for that here.
        """
        answer = self._client.send(Call("GET", "/mgmt/tm/ltm/profile/http2", accepted=ABSENT))
        listed = json_object(answer).get("items") or ()
        return frozenset(full_path(item) for item in listed if flag(item, "enforceTlsRequirements"))

    def _unless_refused(self, path: str, consequence: str) -> list[Json] | None:
        """Read a collection without which a renewal is possible; None if the device refuses to show it.

        A device that is busy, or whose answer was lost, may show it to the next run: that is an error.
        """
        try:
            return self._client.items(path)
        except DeviceError as error:
            if error.busy or not BAD_REQUEST <= error.status < SERVER_ERROR:
                raise
            logger.warning("%s; %s", error, consequence)
            return None
