"""Values read from the JSON of every release, and from JSON that no release sends."""

from datetime import datetime, timezone
from typing import Any

import pytest

from sectigo_f5.bigip import readers
from sectigo_f5.model import KeySpec
from tests.support.names import EC, RSA

END = datetime(2029, 10, 7, 14, 15, 29, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("answer", "path"),
    [
        ({"fullPath": "/Shop/app.app/vs", "name": "vs", "partition": "Shop"}, "/Shop/app.app/vs"),
        ({"fullPath": "ssl_csr_1", "name": "ssl_csr_1"}, "/Common/ssl_csr_1"),
        ({"name": "/Common/default.key"}, "/Common/default.key"),
        ({"name": "vs", "partition": "Shop"}, "/Shop/vs"),
        ({"name": "vs", "partition": "Shop", "subPath": "app.app"}, "/Shop/app.app/vs"),
    ],
)
def test_full_paths_are_read_in_every_form(answer: dict[str, Any], path: str) -> None:
    assert readers.full_path(answer) == path


@pytest.mark.parametrize(
    ("answer", "end"),
    [
        ({"expirationDate": 1886076929}, END),
        ({"expirationDate": "1886076929"}, END),
        ({"expirationString": "Oct  7 14:15:29 2029 GMT"}, END),
        ({"expirationDate": "none", "expirationString": "Oct  7 14:15:29 2029 GMT"}, END),
        ({"expirationDate": 10**15}, None),
        ({"expirationDate": ["?"]}, None),
        ({}, None),
    ],
)
def test_expiry_dates_are_read_in_every_form(answer: dict[str, Any], end: datetime | None) -> None:
    assert readers.certificate_object({"name": "/Common/x.crt", **answer}).not_after == end


def test_a_key_chain_in_the_form_of_a_map_is_read() -> None:
    answer = {"name": "/Common/x", "certKeyChain": {"default": {"cert": "/Common/x.crt", "key": "/Common/x.key"}}}
    (entry,) = readers.client_ssl_profile(answer).entries
    assert (entry.name, entry.certificate, entry.key, entry.chain) == (
        "default",
        "/Common/x.crt",
        "/Common/x.key",
        None,
    )


@pytest.mark.parametrize(
    ("answer", "spec"),
    [
        ({"keyType": "rsa-private", "keySize": 2048}, RSA),
        ({"keyType": "rsa-private", "keySize": "2048", "curveName": "none"}, RSA),
        ({"keyType": "ec-private", "curveName": "prime256v1"}, EC),
        ({"keyType": "ec-private", "keySize": 256, "curveName": "none"}, EC),
        ({}, None),
    ],
)
def test_key_types_are_read_in_every_form(answer: dict[str, Any], spec: KeySpec | None) -> None:
    assert readers.key_object({"name": "/Common/x.key", **answer}).spec == spec


@pytest.mark.parametrize(
    ("written", "serial"),
    [
        ("1", "1"),
        ("308384129", "12619181"),
        ("701058068914639872426452733405319971053587695545", "7acc87f304d3887054ca2f62c682e3aaf0d487b9"),
        ("0A:FF:01", "aff01"),
        ("01:23:45:67:89:ab:cd:ef:01", "123456789abcdef01"),
        ("01:23:45:67:89:01:23:45:67", "12345678901234567"),
    ],
)
def test_serial_numbers_are_normalized(written: str, serial: str) -> None:
    assert readers.serial_number(written) == serial


def test_subject_alternative_names_are_read() -> None:
    written = "DNS:www.Example.com, DNS:*.example.com, IP Address:192.0.2.1"
    assert readers.alternative_names(written) == {"www.example.com", "*.example.com", "192.0.2.1"}


@pytest.mark.parametrize("length", [4090, 4094, 4095, 4200])
def test_a_list_of_names_that_was_cut_off_lacks_its_last(length: int) -> None:
    whole = ", ".join(f"DNS:host-{number:03}.example.com" for number in range(200))
    certificate = readers.certificate_object({"name": "/Common/x.crt", "subjectAlternativeName": whole[:length]})
    assert certificate.cut
    assert certificate.names
    assert certificate.names < {f"host-{number:03}.example.com" for number in range(200)}


def test_a_list_of_names_that_fits_is_whole() -> None:
    names = [f"host-{number:03}.example.com" for number in range(150)]
    listed = ", ".join(f"DNS:{name}" for name in names)
    certificate = readers.certificate_object({"name": "/Common/x.crt", "subjectAlternativeName": listed})
    assert (certificate.cut, certificate.names) == (False, frozenset(names))
