"""Devices with 5,000 certificates, and devices whose objects are anything that JSON can hold."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from hypothesis import given
from hypothesis import strategies as some

from sectigo_f5.icontrol.call import Json
from sectigo_f5.icontrol.lists.reader import EXPANDED_PAGE, PAGE
from sectigo_f5.inventory import certificates, keys, listeners, profiles
from sectigo_f5.inventory.nouns import Item, Word
from sectigo_f5.inventory.reading import Survey
from tests.inventory.items import NOW
from tests.support.fake_device import holding, large_device
from tests.support.properties import generated

MANY = 5000
MOST_REQUESTS = 60


def test_5000_certificates_take_few_requests_and_no_more_than_a_page_is_held() -> None:
    """The benchmark of the name ``inventory`` measures the bytes."""
    device, found = large_device(MANY), 0
    for item in Survey(device.unit(), NOW).items():
        found += 1
        assert item.key
        assert item.servers
    assert found == MANY
    assert len(device.asked) <= MOST_REQUESTS
    assert PAGE // 2 < device.most_held <= PAGE + EXPANDED_PAGE


# -- odd -------------------------------------------------------------------------------------------

SCALARS = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=8)
WORDS = some.sampled_from(["none", "enabled", "rsa-private", "ec-public", "normal", "/Common/a", "/Common/b", "true"])
VALUES = some.recursive(
    SCALARS | WORDS,
    lambda below: some.lists(below, max_size=3) | some.dictionaries(some.sampled_from(["cert", "x"]), below),
    max_leaves=4,
)
PATHS = some.sampled_from(
    ["/Common/a", "/Common/a.crt", "/Common/a.key", "/P/f/b", "c", "/", "", "/Common/a_chain.crt"]
)
ENTRIES = some.lists(
    some.dictionaries(some.sampled_from(["cert", "key", "chain", "usage"]), SCALARS | WORDS, max_size=4)
)
ATTACHED = some.fixed_dictionaries({"items": some.lists(some.fixed_dictionaries({"fullPath": PATHS}), max_size=2)})


def objects(*properties: str, **regular: some.SearchStrategy[Any]) -> some.SearchStrategy[list[Json]]:
    """Return a strategy for the objects of a collection, each with some of the properties."""
    optional = {**dict.fromkeys(properties, VALUES), **regular}
    item = some.fixed_dictionaries({"fullPath": PATHS}, optional=optional)
    return some.lists(item, max_size=3, unique_by=lambda each: str(each["fullPath"]))


PROFILES = objects(*{name for names in profiles.SELECT.values() for name in names}, certKeyChain=ENTRIES | some.none())


@generated(50)
@given(
    held=objects(*certificates.SELECT, *certificates.OF_ENDS),
    private=objects(*keys.SELECT),
    client=PROFILES,
    server=PROFILES,
    servers=objects(*listeners.SELECT, profilesReference=ATTACHED),
    groups=objects("allow", "require", "exclude"),
)
def test_no_object_ends_the_reading_whatever_it_is(
    held: list[Json],
    private: list[Json],
    client: list[Json],
    server: list[Json],
    servers: list[Json],
    groups: list[Json],
) -> None:
    device = holding(
        sys__file__ssl_cert=held,
        sys__file__ssl_key=private,
        ltm__profile__client_ssl=client,
        ltm__profile__server_ssl=server,
        ltm__virtual=servers,
        ltm__cipher__group=groups,
    )
    found = list(Survey(device.unit(), NOW).items())
    assert len([item for item in found if item.certificate]) == len(held)
    assert all(_is_whole(item) for item in found)


def _is_whole(item: Item) -> bool:
    times = (item.not_after, item.chain_not_after)
    return (
        all(moment is None or isinstance(moment, datetime) and moment.tzinfo is timezone.utc for moment in times)
        and (item.serial is None or isinstance(item.serial, str))
        and (item.key_size is None or item.key_size > 0)
        and Word.NEW not in [finding.word for finding in item.findings]
    )
