"""The row of an item, and by what it is known again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.commands.inventory import spool
from sectigo_f5.commands.inventory.rows import identity, row_of
from sectigo_f5.inventory.nouns import Custody, Finding, Holds, Item, Listener, Role, Severity, Tls, Use, UseKind, Word
from sectigo_f5.report.inventory import attention
from sectigo_f5.report.inventory.rows import Found, Row, as_json, from_json
from sectigo_f5.state.inventory import LastInventory, digest
from tests.support import builders
from tests.support.builders import NOW
from tests.support.inventories import items
from tests.support.properties import generated

SERVER = Listener("/Common/vs", ("192.0.2.1",), ("443",))
ITEM = Item(
    "bigip-fra",
    "/Common/bigip1",
    Holds.PAIR,
    certificate="/Common/a.crt",
    key="/Common/a.key",
    fingerprint="ab" * 32,
    not_after=NOW,
    custody=Custody("password", True, False),
    uses=(Use("/Common/p", UseKind.CLIENT_SSL, Role.PAIR, (SERVER,), Tls(("TLSv1.2",))),),
    findings=(Finding(Word.UNUSED, Severity.NOTE, "no profile names it"),),
)
SEVERE = st.lists(st.sampled_from(["critical", "warning", "note"]), max_size=3)


def last(*of: Item) -> LastInventory:
    return LastInventory(NOW, frozenset(digest(identity(item)) for item in of))


def words(item: Item, before: LastInventory | None) -> list[str]:
    return [found.word for found in row_of(item, None, before, NOW).findings]


def test_another_certificate_at_the_same_path_is_new_and_a_key_is_known_by_its_path() -> None:
    key = replace(ITEM, fingerprint=None, certificate=None, holds=Holds.KEY)
    other, before = replace(ITEM, fingerprint="cd" * 32), last(ITEM, key)
    assert [words(item, before) for item in (ITEM, other, key)] == [["unused"], ["new", "unused"], ["unused"]]
    assert words(other, None) == ["unused"], "nothing is new on a first inventory"


def test_owner_and_purpose_are_those_of_the_certificate_in_the_yaml() -> None:
    job = replace(builders.job("www.example.com"), owner="Web team", purpose="Portal")
    row = row_of(ITEM, job, None, NOW)
    assert (row.owner, row.purpose, row.days_left) == ("Web team", "Portal", 0)
    assert (row.security_type, row.protected, row.exportable) == ("password", True, False)
    assert (row.uses[0].protocols, row.virtual_servers[0].ports) == (("TLSv1.2",), ("443",))


def test_row_comes_back_from_json_as_it_was() -> None:
    rows = [*items(49, NOW), row_of(ITEM, None, last(), NOW)]
    assert [from_json(json.loads(json.dumps(as_json(row)))) for row in rows] == rows


@generated(50)
@given(severities=st.lists(SEVERE, max_size=12))
def test_spool_yields_everything_in_the_order_of_attention(severities: list[list[str]]) -> None:
    (plain,) = items(1, NOW)
    found = [tuple(Found("unused", each, "") for each in sorted(of)) for of in severities]
    rows = [replace(plain, certificate=f"/Common/{number}", findings=of) for number, of in enumerate(found)]
    with spool.opened() as kept:
        assert [kept.add([row]) for row in rows] == [1] * len(rows)
        kept.finish(lambda row: replace(row, owner="finished"))
        expected = sorted((replace(row, owner="finished") for row in rows), key=attention.place)
        assert list(kept) == list(kept) == expected
        assert len(kept) == len(rows)
        grave = [row for row in expected if attention.severity(row) in ("critical", "warning")]
        assert list(kept.grave()) == grave


def half() -> Iterator[Row]:
    yield from items(2, NOW)
    raise ZeroDivisionError


def test_device_that_fails_halfway_leaves_nothing_in_the_spool() -> None:
    with spool.opened() as kept:
        kept.add(items(2, NOW))
        with pytest.raises(ZeroDivisionError):
            kept.add(half())
        assert len(list(kept)) == 2
