"""The question about collections: on each simulated device it finds what the switches say."""

from __future__ import annotations

from itertools import product

import pytest

from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.probing import asked, entry, found_by


@pytest.mark.parametrize(
    ("paging", "select"),
    list(product(("works", "ignored", "rejected"), ("works", "ignored", "rejected", "without-items"))),
)
def test_options_are_found(paging: str, select: str) -> None:
    assert found_by("lists", paging=paging, select=select) == {"paging": paging, "select": select, "empty_items": "yes"}


@pytest.mark.parametrize(("tmos", "shown"), [("13.1.1", "no"), ("17.1.2", "yes")])
def test_items_of_an_empty_collection_are_found(tmos: str, shown: str) -> None:
    assert found_by("lists", tmos=tmos)["empty_items"] == shown


def test_user_who_may_make_nothing_finds_what_the_own_profiles_of_the_device_show() -> None:
    assert found_by("lists", role="guest") == {"paging": "works", "select": "works"}


def test_no_collection_is_read_as_a_whole_where_pages_work() -> None:
    with SimulatedBigIP(Switches(select="rejected")) as device:
        for number in range(30):
            device.add_profile("client-ssl", f"/Common/p{number}")
        exchanges = entry(asked(device, "lists"), "lists").exchanges
    reads = [each for each in exchanges if each.method == "GET" and each.path.endswith("/client-ssl")]
    assert reads
    assert all(each.query.get("$top") == "1" for each in reads)
