"""What is remembered of orders that are not in service yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import KeySpec, Outcome
from sectigo_f5.secret import Secret
from sectigo_f5.state.orders import Attempt, Order, OrderStore, fingerprint
from sectigo_f5.timestamps import from_iso
from tests.support.builders import job

JOB = job()
SINCE = from_iso("2026-11-26T03:00:00Z")
KEYS = (KeySpec("rsa", "2048"), KeySpec("ecdsa", "secp256r1"))
STAMP = "20261126T030000Z"
ORDER = Order(STAMP, "Common", JOB.names, KEYS, {"": "one", "_ecdsa": "two"}, Outcome.RENEWED, "it was due", SINCE)


@pytest.fixture
def store(tmp_path: Path) -> OrderStore:
    return OrderStore(tmp_path / "orders")


def test_orders_are_remembered_the_newest_first(store: OrderStore) -> None:
    newer = replace(ORDER, stamp="20261127T030000Z")
    store.begin(JOB, ORDER)
    store.begin(JOB, newer)
    assert store.of(JOB) == (newer, ORDER)
    assert store.of(job("other.example.com")) == ()


def test_an_order_is_placed_once_its_url_is_known(store: OrderStore) -> None:
    store.begin(JOB, ORDER)
    assert not store.is_placed(JOB, STAMP, "_ecdsa")
    store.file(JOB, STAMP, "_ecdsa").write_text('{"url": "https://ca.example.com/order/1"}')
    assert store.is_placed(JOB, STAMP, "_ecdsa")
    assert not store.is_placed(JOB, STAMP, "")


def test_an_order_that_succeeded_leaves_nothing(store: OrderStore, tmp_path: Path) -> None:
    store.begin(JOB, ORDER)
    store.file(JOB, STAMP, "").write_text("{}")
    store.note_attempt(JOB, Attempt(SINCE, fingerprint(JOB)))
    store.succeeded(JOB)
    assert (store.of(JOB), store.attempt(JOB)) == ((), None)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"stamp": 1}', "\x00\x01", "[" * 100_000])
def test_an_order_that_cannot_be_read_is_as_good_as_none(store: OrderStore, content: str) -> None:
    store.begin(JOB, ORDER)
    (record,) = store.file(JOB, STAMP, "").parent.iterdir()
    record.write_text(content)
    assert store.of(JOB) == ()


def test_an_order_that_cannot_be_remembered_is_not_made(store: OrderStore, tmp_path: Path) -> None:
    (tmp_path / "orders").write_text("")
    with pytest.raises(ConnectorError, match="nothing was ordered"):
        store.begin(JOB, ORDER)


def test_a_problem_is_noted_with_the_attempt(store: OrderStore) -> None:
    store.note_problem(JOB, "nothing was attempted")
    assert store.attempt(JOB) is None
    store.note_attempt(JOB, Attempt(SINCE, "abc"))
    store.note_problem(JOB, "the CA refused")
    assert store.attempt(JOB) == Attempt(SINCE, "abc", "the CA refused")


def test_a_fingerprint_changes_with_the_yaml_and_not_with_its_place_or_the_password() -> None:
    device = JOB.device
    same = [
        replace(JOB, place=replace(JOB.place, line=99)),
        replace(JOB, device=replace(device, password=Secret("another"))),
    ]
    other = [
        replace(JOB, names=(*JOB.names, "more.example.com")),
        replace(JOB, validation="dns-01"),
        replace(JOB, device=replace(device, username="another")),
    ]
    assert {fingerprint(each) for each in same} == {fingerprint(JOB)}
    assert fingerprint(JOB) not in {fingerprint(each) for each in other}


def test_a_fingerprint_stays_when_a_vault_gives_another_user() -> None:
    leased = [replace(JOB.device, credentials_command=("/bin/vault",), username=name) for name in ("", "v-1", "v-2")]
    assert len({fingerprint(replace(JOB, device=device)) for device in leased}) == 1
    changed = replace(leased[0], credentials_command=("/bin/vault", "kv"))
    assert fingerprint(replace(JOB, device=changed)) != fingerprint(replace(JOB, device=leased[0]))
