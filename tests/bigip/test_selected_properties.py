"""What is asked for of objects is what is read of them: with ``$select`` a property left out would never come."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from sectigo_f5.bigip import readers
from sectigo_f5.bigip.virtual_servers import criteria, destinations, references
from sectigo_f5.bigip.virtual_servers.reader import virtual_server
from sectigo_f5.icontrol.lists.manner import NAMES


class Noting(Mapping[str, Any]):
    """An object that notes which of its properties are read; it has ``present`` and no others."""

    def __init__(self, **present: Any) -> None:
        self.read, self._present = set[str](), present

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return self._present[name]

    def __contains__(self, name: object) -> bool:
        self.read.add(str(name))
        return name in self._present

    def __iter__(self) -> Iterator[str]:
        return iter(self._present)

    def __len__(self) -> int:
        return len(self._present)


def read_virtual_server(item: Noting) -> None:
    listens = destinations.destination(item, {}, {})
    attached = (item.get("profilesReference") or {}).get("items") or ()
    virtual_server(item, lambda: listens, attached, {}, frozenset)


def read_list(item: Noting) -> None:
    named = {"fullPath": "/Common/c", "destinationAddressList": "/Common/x", "destinationPortList": "/Common/x"}
    criteria.by_criteria([named], criteria.Referred({"/Common/x": item}, {"/Common/x": item}, {}, {}))


READERS: dict[tuple[str, ...], Callable[[Noting], object]] = {
    readers.OF_PROFILES: readers.client_ssl_profile,
    readers.OF_CERTIFICATES: readers.certificate_object,
    readers.OF_KEYS: readers.key_object,
    readers.OF_VIRTUAL_SERVERS: read_virtual_server,
    readers.NAMES_ALONE: readers.full_path,
    criteria.OF_CRITERIA: lambda item: criteria.by_criteria([item], criteria.Referred({}, {}, {}, {})),
    (*criteria.ADDRESSES, *criteria.PORTS): read_list,
    references.OF_PARTITIONS: lambda item: destinations.default_route_domains([item]),
    references.OF_ADDRESSES: lambda item: destinations.virtual_addresses([item], {}),
}


@pytest.mark.parametrize(
    ("selected", "reader"), READERS.items(), ids=lambda value: value[0] if isinstance(value, tuple) else ""
)
def test_every_property_that_is_read_is_asked_for(selected: tuple[str, ...], reader: Callable[[Noting], Any]) -> None:
    """Of an object that has none, and of one that has them all, since some are read only if another is there."""
    whole = dict.fromkeys(selected, "1") | {"keyType": "rsa-private", "certKeyChain": [], "fullPath": "/Common/x"}
    without_links = {name: value for name, value in whole.items() if "Reference" not in name and "Criteria" not in name}
    empty, full = Noting(), Noting(**without_links)
    for item in (empty, full):
        reader(item)
    read = {name for name in empty.read | full.read if name not in NAMES}
    assert read == {name for name in selected if name not in NAMES}
