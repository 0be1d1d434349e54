"""Which versions a profile enables."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from sectigo_f5.inventory import negotiation
from tests.support.properties import generated

ALL = ("SSLv3", "TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3")
TLS = ALL[1:]
STOCK = "dont-insert-empty-fragments no-tlsv1.3"


@pytest.mark.parametrize(
    ("options", "strings", "versions"),
    [
        (None, ("DEFAULT",), None),
        ("", ("DEFAULT",), TLS),
        (STOCK, ("DEFAULT",), TLS[:-1]),
        ("no-ssl", ("ECDHE:RSA",), TLS),
        ("no-sslv3", ("RSA",), TLS),
        ("", ("RSA",), ALL),
        ("", ("RSA:!SSLV3",), TLS),
        ("", ("ECDHE",), TLS),  # no suite of elliptic curves is of SSL 3.0
        ("", ("ALL:!TLSv1:!TLSv1_1:-SSLv3",), ALL[3:]),
        ("no-tls", ("DEFAULT",), ()),
        ("no-tlsv1 no-tlsv1.1 no-ssl", ("DEFAULT",), ALL[3:]),
        (STOCK, ("DHE-RSA-AES256-GCM-SHA384",), ("TLSv1.2",)),
        ("", ("ECDHE+AES-GCM:AES128-SHA256",), ALL[3:]),
        ("", ("DEFAULT:!SHA",), ALL[3:]),
        ("", ("TLSv1_2+ECDHE",), ("TLSv1.2",)),
        ("", ("TLSv1_2", "TLSv1_1"), ("TLSv1.1", "TLSv1.2")),
        ("", ("TLS13-AES128-GCM-SHA256",), ALL[3:]),
        ("", (), TLS),  # of a cipher group that cannot be read
        ("", ("!RSA",), ()),
    ],
)
def test_options_and_strings_leave_versions(
    options: str | None, strings: tuple[str, ...], versions: tuple[str, ...] | None
) -> None:
    assert negotiation.enabled(options, strings, 17) == versions


def test_releases_before_14_have_no_tls_1_3() -> None:
    assert negotiation.enabled("", ("DEFAULT",), 13) == TLS[:-1]
    assert negotiation.enabled("", ("DEFAULT",), None) == TLS


@pytest.mark.parametrize(
    ("written", "versions"),
    [
        ("all -SSLv2 -SSLv3 -TLSv1", ("TLSv1.1", "TLSv1.2")),
        ("all", ALL[:-1]),
        ("TLSv1.2", ("TLSv1.2",)),
        ("-all +TLSv1.2 +TLSv1.3", ALL[3:]),
        ("", None),
        (None, None),
    ],
)
def test_the_management_interface_has_what_apache_is_told(
    written: str | None, versions: tuple[str, ...] | None
) -> None:
    assert negotiation.of_management(written) == versions


@generated(60)
@given(some.text("no-tlsv1.23 ", max_size=30), some.lists(some.text("TLSv1_23DHEC+:!-@ ALR", max_size=20), max_size=3))
def test_more_strings_never_take_a_version_away(options: str, strings: list[str]) -> None:
    found = negotiation.enabled(options, tuple(strings), 17) or ()
    assert list(found) == [version for version in ALL if version in found]
    if strings:
        assert set(negotiation.enabled(options, tuple(strings[1:]) or ("!X",), 17) or ()) <= set(found)
