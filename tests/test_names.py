"""Which names of a certificate are valid for a host."""

import pytest

from sectigo_f5.names import common_name_of_request, covers


@pytest.mark.parametrize(
    ("names", "host", "covered"),
    [
        (("www.example.com",), "WWW.example.com", True),
        (("*.example.com",), "www.example.com", True),
        (("*.example.com",), "a.b.example.com", False),
        (("*.example.com",), "example.com", False),
        (("*.example.com",), "*.example.com", True),
        (("www.example.com",), "*.example.com", False),
    ],
)
def test_names_and_wildcards_cover_a_host(names: tuple[str, ...], host: str, covered: bool) -> None:
    assert covers(names, host) is covered


LONG = f"{'a' * 53}.example.com"  # 65 characters


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("www.example.com", "a.example.com"), "www.example.com"),
        ((LONG[1:], "a.example.com"), LONG[1:]),
        ((LONG, "a.example.com", "b.example.com"), "a.example.com"),
        ((LONG, f"b{LONG}"), None),
    ],
)
def test_the_common_name_of_a_csr_is_the_first_that_fits(names: tuple[str, ...], expected: str | None) -> None:
    assert common_name_of_request(names) == expected
