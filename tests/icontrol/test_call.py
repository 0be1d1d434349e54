"""A call as a value: what it shows, and when it may be repeated."""

import pytest

from sectigo_f5.icontrol.call import Call
from tests.support.replies import THING, TOKEN


def test_call_shows_neither_body_nor_token() -> None:
    upload = Call("POST", THING, body={"passphrase": "s3cr3t"}, raw=b"s3cr3t", headers={"X": "s3cr3t"})
    assert repr(upload) == str(upload) == f"POST {THING}"
    logout = Call("DELETE", f"/mgmt/shared/authz/tokens/{TOKEN}")
    assert repr(logout) == "DELETE /mgmt/shared/authz/tokens/***"


@pytest.mark.parametrize(
    ("call", "harmless"),
    [
        (Call("GET", THING), True),
        (Call("POST", THING), False),
        (Call("POST", THING, repeatable=True), True),
        (Call("PATCH", THING), False),
        (Call("DELETE", THING), False),
    ],
)
def test_only_reads_and_repeatable_calls_are_harmless(call: Call, harmless: bool) -> None:
    assert call.harmless is harmless
