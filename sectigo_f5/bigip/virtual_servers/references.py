"""What the JSON of virtual servers refers to without showing it; each collection is read once per login at most."""

from __future__ import annotations

import functools
import logging
from collections.abc import Collection, Mapping, Set

from sectigo_f5.bigip.readers import NAMES_ALONE, flag, full_path
from sectigo_f5.bigip.virtual_servers import criteria, destinations
from sectigo_f5.bigip.virtual_servers.destinations import VirtualAddress
from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.client import IControl
from sectigo_f5.icontrol.errors import DeviceError
from sectigo_f5.listening import Destination

OF_PARTITIONS = ("defaultRouteDomain",)
OF_ADDRESSES = ("address", "trafficGroup")

logger = logging.getLogger(__name__)

BAD_REQUEST, NOT_FOUND, SERVER_ERROR = 400, 404, 500  # from the first to before the last they are refusals


class References:
    """The collections of one login."""

    def __init__(self, client: IControl) -> None:
        self._client = client

    @functools.cached_property
    def partitions(self) -> dict[str, str] | None:
        """The default route domains by partition; None if the user may not read partitions."""
        consequence = "route domains that addresses do not show are not known"
        listed = self._unless_refused("/mgmt/tm/auth/partition", OF_PARTITIONS, consequence)
        return None if listed is None else destinations.default_route_domains(listed)

    @functools.cached_property
    def addresses(self) -> dict[str, VirtualAddress] | None:
        """The virtual addresses by full path; None if the user may not read them."""
        listed = self._unless_refused(
            "/mgmt/tm/ltm/virtual-address", OF_ADDRESSES, "addresses that have a name are not known"
        )
        return None if listed is None else destinations.virtual_addresses(listed, self.partitions or {})

    def listens(self, item: Json) -> Destination:
        """Return where a virtual server listens; criteria are read only if one has some."""
        lists = self._criteria if destinations.criteria_of(item) else {}
        return destinations.destination(item, self.addresses or {}, self.partitions or {}, lists)

    @functools.cached_property
    def _criteria(self) -> Mapping[str, Destination]:
        """Where those listen that have traffic matching criteria, as far as these and their lists can be read."""
        found = self._of_lists("/mgmt/tm/ltm/traffic-matching-criteria", criteria.OF_CRITERIA)
        addresses, ports, route_domains = (
            criteria.by_path(self._of_lists(path, select) if criteria.are_named(found, by) else ())
            for path, (select, by) in criteria.COLLECTIONS.items()
        )
        referred = criteria.Referred(addresses, ports, route_domains, self.partitions or {})
        return criteria.by_criteria(found, referred)

    def _of_lists(self, path: str, select: Collection[str]) -> list[Json]:
        return self._unless_refused(path, select, "where virtual servers with lists listen is not known") or []

    @functools.cached_property
    def fast_http(self) -> frozenset[str]:
        """The FastHTTP profiles; needed only if a virtual server has no HTTP profile."""
        return frozenset(map(full_path, self._of_module("/mgmt/tm/ltm/profile/fasthttp", "FastHTTP profiles")))

    @functools.cached_property
    def access(self) -> frozenset[str]:
        """The APM access profiles; needed only for profiles whose type the release does not tell."""
        return frozenset(map(full_path, self._of_module("/mgmt/tm/apm/profile/access", "APM access profiles")))

    def enforcing_http2(self, candidates: Set[str]) -> str | None:
        """Return the one of these profiles that is an HTTP/2 profile which enforces TLS requirements."""
        return min(candidates & self._http2, default=None) if candidates else None

    @functools.cached_property
    def _http2(self) -> frozenset[str]:
        """The HTTP/2 profiles that enforce TLS requirements."""
        listed = self._of_module("/mgmt/tm/ltm/profile/http2", "HTTP/2 profiles", ("enforceTlsRequirements",))
        return frozenset(full_path(item) for item in listed if flag(item, "enforceTlsRequirements"))

    def _of_module(self, path: str, what: str, select: Collection[str] = NAMES_ALONE) -> list[Json]:
        """Read a collection; empty if its module is not provisioned, or the release does not know the type."""
        return self._unless_refused(path, select, f"{what} are not known", absent=(BAD_REQUEST, NOT_FOUND)) or []

    def _unless_refused(
        self, path: str, select: Collection[str], consequence: str, absent: Collection[int] = ()
    ) -> list[Json] | None:
        """Read a collection without which a renewal is possible; None if the device refuses to show it.

        ``absent`` are statuses that an operator need not hear of. A device that is busy, or whose answer was
        lost, may show it to the next run: that is an error.
        """
        try:
            return self._client.items(path, select)
        except DeviceError as error:
            if error.busy or not BAD_REQUEST <= error.status < SERVER_ERROR:
                raise
            level = logging.DEBUG if error.status in absent else logging.WARNING
            logger.log(level, "%s; %s", error, consequence)
            return None
