"""What is said of an item: a row for each rule, and the rules for all of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sectigo_f5.inventory import findings as rules
from sectigo_f5.inventory.nouns import Custody, Finding, Holds, Item, Role, Severity, Tls, Word
from tests.inventory.items import DAY, NOW, SERVER, item, use
from tests.support.properties import generated

OLD = (use(Role.PAIR, SERVER, tls=Tls(("SSLv3", "TLSv1.1", "TLSv1.2"), "DEFAULT")),)
BY_GROUP = Tls(None, None, "/Common/group", ("3DES",))
OPEN = Custody("normal", protected=False)
FOR_TRUST = (use(Role.TRUSTED, SERVER),)

TABLE: list[tuple[dict[str, Any], dict[Word, Severity]]] = [
    ({}, {}),
    ({"not_after": NOW - DAY}, {Word.EXPIRED: Severity.CRITICAL}),
    ({"not_after": NOW}, {Word.EXPIRED: Severity.CRITICAL}),
    ({"not_after": NOW - DAY, "uses": FOR_TRUST}, {Word.EXPIRED: Severity.WARNING}),
    ({"not_after": NOW - DAY, "uses": ()}, {Word.EXPIRED: Severity.NOTE, Word.UNUSED: Severity.NOTE}),
    ({"not_after": NOW - DAY, "holds": Holds.BUNDLE, "uses": FOR_TRUST}, {}),
    ({"not_after": NOW - DAY, "holds": Holds.MANAGEMENT, "uses": ()}, {Word.EXPIRED: Severity.CRITICAL}),
    ({"not_after": None}, {}),
    ({"not_after": NOW + 30 * DAY}, {Word.EXPIRING: Severity.WARNING}),
    ({"not_after": NOW + 30 * DAY + timedelta(seconds=1)}, {}),
    ({"not_before": NOW - 30 * DAY, "not_after": NOW + 17 * DAY}, {}),  # 47 days
    ({"not_before": NOW - 36 * DAY, "not_after": NOW + 11 * DAY}, {Word.EXPIRING: Severity.WARNING}),
    ({"not_before": NOW - 368 * DAY, "not_after": NOW + 30 * DAY}, {Word.EXPIRING: Severity.WARNING}),
    ({"key_size": 1024}, {Word.WEAK_KEY: Severity.CRITICAL}),
    ({"key_size": None}, {}),
    ({"key_type": "dsa"}, {Word.WEAK_KEY: Severity.CRITICAL}),
    ({"key_type": "ecdsa", "key_size": 256, "curve": "secp256r1"}, {}),
    ({"key_type": "ecdsa", "key_size": 192, "curve": "prime192v1"}, {Word.WEAK_KEY: Severity.CRITICAL}),
    ({"key_type": "ecdsa", "key_size": None, "curve": "of-tomorrow"}, {}),
    ({"key_size": 1024, "holds": Holds.BUNDLE, "uses": FOR_TRUST}, {}),
    ({"signature": "sha1"}, {Word.WEAK_SIGNATURE: Severity.CRITICAL}),
    ({"signature": "sha1", "self_signed": True}, {}),
    ({"signature": "sha256"}, {}),
    ({"chain_not_after": NOW + DAY}, {Word.CHAIN_ENDS_FIRST: Severity.WARNING}),
    ({"chain_not_after": NOW - DAY}, {Word.CHAIN_ENDS_FIRST: Severity.CRITICAL}),
    ({"chain_not_after": NOW + 60 * DAY}, {}),
    ({"custody": OPEN}, {Word.UNPROTECTED_KEY: Severity.WARNING}),
    ({"custody": OPEN, "is_the_devices_own": True}, {Word.UNPROTECTED_KEY: Severity.WARNING}),
    ({"custody": OPEN, "is_the_devices_own": True, "uses": ()}, {Word.UNPROTECTED_KEY: Severity.NOTE}),
    ({"custody": Custody()}, {}),
    ({"uses": OLD}, {Word.WEAK_PROTOCOL: Severity.WARNING}),
    ({"uses": (replace(OLD[0], servers=()),)}, {Word.UNUSED: Severity.NOTE}),
    ({"uses": (replace(OLD[0], role=Role.CHAIN),)}, {}),
    ({"uses": (use(Role.PAIR, SERVER, tls=Tls(None, "DEFAULT:RC4")),)}, {Word.WEAK_CIPHER: Severity.WARNING}),
    ({"uses": (use(Role.PAIR, SERVER, tls=BY_GROUP),)}, {Word.WEAK_CIPHER: Severity.WARNING}),
    ({"uses": ()}, {Word.UNUSED: Severity.NOTE}),
    ({"uses": (), "is_the_devices_own": True}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), TABLE, ids=map(str, range(len(TABLE))))
def test_an_item_gets_the_findings_of_its_faults(changes: dict[str, Any], expected: dict[Word, Severity]) -> None:
    found = rules.findings(item(**changes), NOW)
    assert {finding.word: finding.severity for finding in found} == expected
    assert all(finding.sentence for finding in found)


def test_nothing_is_called_unused_while_not_every_use_is_known() -> None:
    assert rules.findings(item(uses=()), NOW, every_use_is_known=False) == ()


def test_a_profile_on_no_virtual_server_is_named() -> None:
    (unused,) = rules.findings(item(uses=(use(),)), NOW)
    assert unused.sentence == "it is only in /Common/www, and on no virtual server"


@pytest.mark.parametrize(
    ("text", "weak"),
    [
        ("DEFAULT", ()),
        ("ECDHE+AES-GCM:!RC4:!3DES", ()),
        ("rc4-sha:ecdhe", ("RC4",)),
        ("ECDHE-RSA-DES-CBC3-SHA", ("3DES",)),
        ("ECDHE-RSA-DES-CBC3-SHA:!3DES", ()),
        ("ECDHE:RSA+3DES", ("3DES",)),
        ("RSA+3DES:!3DES", ()),
        ("DEFAULT:+RC4:@SPEED", ()),  # moved to the end, not added
        ("!EXPORT:!DH:RSA+RC4:RSA+AES:RSA+DES:RSA+3DES", ("3DES", "DES (DES)", "RC4")),
        ("NULL-SHA:ADH", ("ADH (no authentication)", "NULL (no encryption)")),
    ],
)
def test_weak_ciphers_are_those_that_a_string_names(text: str, weak: tuple[str, ...]) -> None:
    assert rules.weak_ciphers(text) == weak


FINDINGS = some.builds(Finding, some.sampled_from(Word), some.sampled_from(Severity), some.just("why"))
MOMENTS = some.none() | some.integers(-800, 800).map(lambda days: NOW + days * DAY)
USES = some.lists(
    some.builds(
        use,
        some.sampled_from(Role),
        some.just(SERVER),
        tls=some.builds(Tls, ciphers=some.none() | some.text("RC4D:!+@- ,")),
    )
    | some.sampled_from(Role).map(use)
).map(tuple)
ITEMS = some.builds(
    item,
    holds=some.sampled_from(Holds),
    not_before=MOMENTS,
    not_after=MOMENTS,
    chain_not_after=MOMENTS,
    self_signed=some.none() | some.booleans(),
    signature=some.none() | some.sampled_from(["md5", "sha1", "sha256", "?"]),
    key_type=some.none() | some.sampled_from(["rsa", "ecdsa", "dsa", "?"]),
    key_size=some.none() | some.integers(-1, 2**70),
    curve=some.none() | some.text(),
    uses=USES,
)


@generated(60)
@given(some.lists(FINDINGS))
def test_findings_are_in_one_order_whatever_order_they_came_in(found: list[Finding]) -> None:
    ordered = rules.in_order(*found)
    assert ordered == rules.in_order(*reversed(found))
    assert [each.severity for each in ordered] == sorted((each.severity for each in found), reverse=True)


@generated(100)
@given(ITEMS)
def test_findings_of_any_item_contradict_neither_it_nor_each_other(any_item: Item) -> None:
    found = rules.findings(any_item, NOW)
    words = [finding.word for finding in found]
    assert found == rules.in_order(*found)
    assert not {Word.EXPIRED, Word.EXPIRING} <= set(words)
    assert (Word.EXPIRED in words) <= (any_item.not_after is not None and any_item.not_after <= NOW)
    assert all(finding.severity < Severity.CRITICAL for finding in found) or any_item.is_shown
    assert any_item.uses == () or Word.UNUSED not in words or not any(each.servers for each in any_item.uses)


@generated(60)
@given(ITEMS, some.integers(0, 800))
def test_what_has_expired_stays_expired(any_item: Item, days: int) -> None:
    words = {finding.word for finding in rules.findings(any_item, NOW)}
    later = {finding.word for finding in rules.findings(any_item, NOW + days * DAY)}
    assert (Word.EXPIRED in words) <= (Word.EXPIRED in later)
    assert words - later <= {Word.EXPIRING}
