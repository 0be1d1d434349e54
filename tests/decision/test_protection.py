"""Rule 2, setting by setting: each value against each other one."""

from __future__ import annotations

import pytest

from sectigo_f5.decision.ciphers import is_weaker
from sectigo_f5.decision.protection import SETTINGS, differences, less

ASKS = {"peerCertMode": "require"}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("peerCertMode", "require", "request"),
        ("peerCertMode", "request", "ignore"),
        ("peerCertMode", "require", "a word of a later release"),
        ("authenticate", "always", "once"),
        ("authenticateDepth", "2", "9"),
        ("caFile", "/Common/corporate.crt", "/Common/ca-bundle.crt"),
        ("crlFile", "/Common/corporate.crl", "none"),
        ("allowExpiredCrl", "disabled", "enabled"),
        ("clientCertCa", "/Common/corporate.crt", "none"),
        ("allowNonSsl", "disabled", "enabled"),
        ("ocspStapling", "enabled", "disabled"),
        ("tmOptions", "no-tlsv1 no-tlsv1.1", "no-tlsv1"),
        ("tmOptions", "no-ssl", "no-sslv2"),
        ("tmOptions", "no-dtls", "no-dtlsv1.2"),
        ("renegotiation", "disabled", "enabled"),
        ("secureRenegotiation", "require-strict", "request"),
        ("maxRenegotiationsPerMinute", "5", "100"),
        ("strictResume", "enabled", "disabled"),
        ("ciphers", "ECDHE+AES-GCM", "DEFAULT"),
    ],
)
def test_less_is_less_one_way_and_a_difference_the_other(name: str, before: str, after: str) -> None:
    had, has = {**ASKS, name: before}, {**ASKS, name: after}
    assert less(had, has) == (f"{name} {after} instead of {before}",)
    if name not in ("caFile", "peerCertMode") and (name, before) != ("tmOptions", "no-dtls"):
        assert (less(has, had), differences(has, had)) == ((), (f"{name} {before} instead of {after}",))
    assert (less(had, had), differences(had, had)) == ((), ())


def test_a_newer_protocol_version_is_not_less() -> None:
    assert less({"tmOptions": "no-tlsv1.3 no-tlsv1"}, {"tmOptions": "no-tlsv1"}) == ()


def test_settings_of_authentication_count_where_clients_are_asked() -> None:
    had, has = {"crlFile": "/Common/corporate.crl"}, {"crlFile": "none"}
    assert (less(had, has), len(differences(had, has))) == ((), 1)


@pytest.mark.parametrize("setting", [each for each in SETTINGS if each.unset], ids=lambda each: each.name)
def test_a_setting_that_is_not_shown_has_its_default(setting: object) -> None:
    name, unset = getattr(setting, "name", ""), getattr(setting, "unset", "")
    assert less({**ASKS, name: unset}, ASKS if name != "peerCertMode" else {}) == ()


@pytest.mark.parametrize(
    ("before", "after", "weaker"),
    [
        ("DEFAULT", "DEFAULT", False),
        ("DEFAULT", "DEFAULT:!RC4", False),
        ("DEFAULT:!RC4", "DEFAULT", True),
        ("ALL", "DEFAULT", False),
        ("DEFAULT", "ALL", True),
        ("DEFAULT", "ECDHE+AES-GCM:ECDHE+CHACHA20-POLY1305", False),
        ("DEFAULT", "ECDHE-RSA-AES128-GCM-SHA256", False),
        ("DEFAULT", "AES128-GCM-SHA256", True),  # no forward secrecy
        ("DEFAULT", "ECDHE-RSA-AES128-SHA", True),  # no authenticated encryption
        ("ECDHE+AES-GCM", "ECDHE+AES", True),
        ("ECDHE", "ECDHE+AES", False),
        ("DEFAULT", "/Common/of_somebody", True),
        ("/Common/of_somebody", "/Common/of_another", True),
        ("DEFAULT:@STRENGTH", "DEFAULT", False),
    ],
)
def test_a_cipher_string_is_judged_by_its_text(before: str, after: str, weaker: bool) -> None:
    assert is_weaker(before, after) is weaker


def test_a_cipher_group_is_compared_with_a_string() -> None:
    """Since 21.1 the stock profile has the group f5-default instead of the string DEFAULT."""
    old, new = {"ciphers": "DEFAULT", "cipherGroup": "none"}, {"ciphers": "none", "cipherGroup": "/Common/f5-default"}
    assert (less(old, new), less(new, old), differences(old, new)) == ((), (), ())
