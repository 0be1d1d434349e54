"""Where virtual servers listen: addresses, names of addresses, route domains that are shown or not."""

from __future__ import annotations

from typing import Any

import pytest

from sectigo_f5.bigip.virtual_servers.destinations import destination, virtual_addresses
from sectigo_f5.listening import Destination, Listening

GROUP = "/Common/traffic-group-2"
DEFAULTS = {"Common": "0", "Shop": "2"}
ADDRESSES = virtual_addresses(
    [
        {"fullPath": "/Common/front", "address": "192.0.2.80", "trafficGroup": GROUP},
        {"fullPath": "/Common/192.0.2.81", "address": "192.0.2.81", "trafficGroup": GROUP},
        {"fullPath": "/Common/my.cool.v6", "address": "2001:db8::80"},
        {"fullPath": "/Common/any6.front", "address": "2001:db8::81"},
        {"fullPath": "/Common/everywhere", "address": "any"},
        {"fullPath": "/Shop/app/front", "address": "10.0.0.1"},
        {"fullPath": "/Shop/app/other", "address": "10.0.0.1%7"},
        {"fullPath": "/Shop/10.0.0.2", "address": "10.0.0.2%7", "trafficGroup": GROUP},
        {"fullPath": "/Shop/10.0.0.3%2", "address": "10.0.0.3%2", "trafficGroup": GROUP},
        {"fullPath": "/Common/odd", "address": "www.example.com"},
        {"fullPath": "/Common/empty"},
    ],
    DEFAULTS,
)


def listens(written: str | None, path: str = "/Common/vs", **more: Any) -> Destination:
    item = {"fullPath": path, **({} if written is None else {"destination": written}), **more}
    return destination(item, ADDRESSES, DEFAULTS)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/Common/1.1.1.2:80", ("1.1.1.2", "", 80)),
        ("/Bank/10.0.0.1%2:443", ("10.0.0.1", "2", 443)),
        ("/Common/2001:db8::1.443", ("2001:db8::1", "", 443)),
        ("/Common/2001:db8::1%5.https", ("2001:db8::1", "5", 443)),
        ("/Common/2001:DB8:0::1.443", ("2001:db8::1", "", 443)),
        ("/Common/0:0:0:0:0:0:0:0.443", ("::", "", 443)),
        ("/Common/any6.443", ("any6", "", 443)),
        ("/Common/any6%3.443", ("any6", "3", 443)),
        ("/Common/any%3:443", ("any", "3", 443)),
        ("/Common/192.0.2.1:any", ("192.0.2.1", "", 0)),
        ("/Common/192.0.2.1:0", ("192.0.2.1", "", 0)),
        ("/Common/192.0.2.1", ("192.0.2.1", "", 0)),
        ("/Common/192.0.2.1%0:443", ("192.0.2.1", "", 443)),
    ],
)
def test_destinations_are_split_into_address_route_domain_and_port(written: str, read: tuple[str, str, int]) -> None:
    assert listens(written) == Destination(*read)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("/Common/front:443", ("192.0.2.80", "", 443, GROUP)),
        ("/Common/192.0.2.81:443", ("192.0.2.81", "", 443, GROUP)),
        ("/Common/my.cool.v6:443", ("2001:db8::80", "", 443)),
        ("/Common/any6.front:443", ("2001:db8::81", "", 443)),
        ("/Common/everywhere:https", ("any", "", 443)),
        ("/Common/front", ("192.0.2.80", "", 0, GROUP)),
        ("/Shop/app/front:443", ("10.0.0.1", "2", 443)),
        ("/Shop/app/other:443", ("10.0.0.1", "7", 443)),
    ],
)
def test_a_named_virtual_address_is_looked_up(written: str, read: tuple[Any, ...]) -> None:
    assert listens(written) == Destination(*read)


@pytest.mark.parametrize(
    ("written", "port"),
    [
        ("/Common/www.example.com:443", 443),
        ("/Shop/front:443", 443),
        ("/Common/odd:80", 80),
        ("/Common/empty:80", 80),
        ("/Common/localhost", 0),
        (None, 0),
        ("", 0),
    ],
)
def test_the_address_is_unknown_if_its_object_cannot_be_seen(written: str | None, port: int) -> None:
    assert (listens(written).address, listens(written).port) == ("", port)


@pytest.mark.parametrize("written", [None, "/Common/192.0.2.80:443", "/Common/vs_VS_TMC_OBJ:0", ":0"])
@pytest.mark.parametrize("name", ["trafficMatchingCriteria", "trafficMatchingCriteriaReference"])
def test_the_address_of_criteria_that_cannot_be_seen_is_unknown(written: str | None, name: str) -> None:
    unknown = Destination("", "", 0, listed=Listening("/Common/vs_VS_TMC_OBJ"))
    link = {"link": "https://localhost/mgmt/tm/ltm/traffic-matching-criteria/~Common~vs_VS_TMC_OBJ?ver=16.1.4"}
    more: dict[str, Any] = {name: link if name.endswith("Reference") else "/Common/vs_VS_TMC_OBJ"}
    assert listens(written, **more) == unknown


@pytest.mark.parametrize(
    ("written", "path", "read"),
    [
        ("/Shop/10.0.0.1:443", "/Shop/vs", ("10.0.0.1", "2", 443)),
        ("/Shop/app/10.0.0.1:443", "/Shop/app/vs", ("10.0.0.1", "2", 443)),
        ("10.0.0.1:443", "/Shop/app/vs", ("10.0.0.1", "2", 443)),
        ("/Shop/10.0.0.1%0:443", "/Shop/vs", ("10.0.0.1", "", 443)),
        ("/Shop/10.0.0.1%3:443", "/Shop/vs", ("10.0.0.1", "3", 443)),
        ("/Shop/2001:db8::1.443", "/Shop/vs", ("2001:db8::1", "2", 443)),
        ("/Shop/any:443", "/Shop/vs", ("any", "2", 443)),
        ("/Common/10.0.0.1:443", "/Shop/vs", ("10.0.0.1", "", 443)),
        ("/Bank/10.0.0.1:443", "/Bank/vs", ("10.0.0.1", "", 443, None, True)),
        ("/Shop/10.0.0.2:443", "/Shop/vs", ("10.0.0.2", "7", 443, GROUP)),
        ("/Shop/10.0.0.3:443", "/Shop/vs", ("10.0.0.3", "2", 443, GROUP)),
    ],
)
def test_a_route_domain_not_shown_is_the_partitions_default(written: str, path: str, read: tuple[Any, ...]) -> None:
    assert listens(written, path) == Destination(*read)


@pytest.mark.parametrize(
    ("written", "shown", "assumed"),
    [
        ("10.0.0.1", None, True),
        ("10.0.0.1%0", None, False),
        ("10.0.0.1", "10.0.0.1%3", False),
        ("front", "10.0.0.1", True),
    ],
)
def test_a_route_domain_that_nothing_shows_is_only_assumed(written: str, shown: str | None, assumed: bool) -> None:
    """A role may be refused the partitions, or see its own alone."""
    addresses = virtual_addresses(
        [{"fullPath": f"/Shop/{written}", "address": shown}] if shown else [], {"Common": "0"}
    )
    read = destination({"fullPath": "/Shop/vs", "destination": f"/Shop/{written}:443"}, addresses, {"Common": "0"})
    assert (read.assumed, read.address) == (assumed, "10.0.0.1")
