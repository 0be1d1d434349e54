"""What is made of single certificates: names, keys, issuers; and of text from a device in a comment."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from sectigo_f5.discovery.issuers import why_private
from sectigo_f5.discovery.naming import common_name, key_like, keys, names_served
from sectigo_f5.discovery.nouns import Draft
from sectigo_f5.discovery.writing import Sheet, text_of
from sectigo_f5.model import KeySpec
from tests.support.builders import certificate, profile
from tests.support.names import EC, RSA

WWW, API = "www.example.com", "api.example.com"


@pytest.mark.parametrize(
    ("key", "like"),
    [
        (KeySpec("rsa", "1024"), RSA),
        (KeySpec("rsa", "2500"), KeySpec("rsa", "3072")),
        (KeySpec("rsa", "8192"), KeySpec("rsa", "4096")),
        (KeySpec("ecdsa", "secp521r1"), KeySpec("ecdsa", "secp384r1")),
        (KeySpec("dsa", "2048"), None),
        (None, None),
        (EC, EC),
    ],
)
def test_a_key_becomes_the_nearest_that_the_program_makes(key: KeySpec | None, like: KeySpec | None) -> None:
    assert key_like(key) == like


def test_rsa_and_ecdsa_become_two_keys_and_nothing_becomes_rsa() -> None:
    both = [certificate("/Common/a", WWW, key=EC), certificate("/Common/b", WWW, key=RSA)]
    assert keys(both) == (RSA, EC)
    assert keys([]) == (RSA,)


@pytest.mark.parametrize(
    ("common", "names", "called"),
    [
        (WWW, {WWW, API}, WWW),
        ("an old name", {WWW, API}, API),  # not among the alternative names
        (WWW, set(), WWW),
        ("192.0.2.1", {"192.0.2.1"}, None),
        ("bigip", {"bigip"}, None),  # no full name
        (None, {"*.example.com", WWW}, WWW),
    ],
)
def test_the_common_name_is_one_of_the_names(common: str | None, names: set[str], called: str | None) -> None:
    held = replace(certificate("/Common/a"), names=frozenset(names) or None, common_name=common)
    assert common_name(profile("/Common/p"), (held,)) == called


def test_persons_and_uris_are_no_names_that_are_served() -> None:
    held = certificate("/Common/a", WWW, "admin@example.com", "https://example.com/")
    assert names_served([held]) == (WWW,)


@pytest.mark.parametrize(
    ("issuer", "why"),
    [
        ("CN=Sectigo Public Server Authentication CA OV R36,O=Sectigo Limited,C=GB", None),
        ("C=US, O=Let's Encrypt, CN=R11", None),
        ("CN=DigiCert TLS RSA SHA256 2020 CA1,O=DigiCert Inc,C=US", None),
        (f"CN={WWW},O=Example", "is self-signed"),
        ("CN=Issuing CA 2,O=Example\\, Inc.,C=DE", "is perhaps of an internal CA (Example, Inc.)"),
        ("CN=Issuing CA 2", "is perhaps of an internal CA (Issuing CA 2)"),
        (None, None),
    ],
)
def test_an_issuer_that_no_browser_knows_is_noticed(issuer: str | None, why: str | None) -> None:
    assert why_private(replace(certificate("/Common/a", WWW), issuer=issuer)) == why


def test_text_of_a_device_stays_in_its_comment_and_values_stay_values() -> None:
    odd = {"common_name": WWW, "virtual_servers": ["vs: #1", "yes", "010", "- a", "a" * 150, "é\n- x"]}
    nasty = "first\n- common_name: evil.example.com\r\x85\u2028\x1b[2J \u202e" + "word " * 60
    draft = Draft(odd, (nasty,), (nasty,))
    device = {"name": "yes", "host": ["192.0.2.1", "::1"], "credentials_file": "/etc/a: b #c"}
    printed = text_of(Sheet((nasty,), device, (nasty,), (draft, replace(draft, refused=(nasty,))), (nasty,)))
    (read,) = yaml.safe_load(printed)["devices"]
    assert {**read, "certificates": None} == {**device, "certificates": None}
    assert read["certificates"] == [odd]
    assert all(line.isprintable() for line in printed.split("\n"))
