"""Which names of a certificate are valid for a host."""

import pytest

from sectigo_f5.names import covers


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
