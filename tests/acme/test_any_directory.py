"""Whatever an ACME server answers instead of its directory: a directory, or an error of ours."""

from __future__ import annotations

import json
from datetime import datetime, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.acme import directory, renewal_information
from sectigo_f5.decision.clocks import compare_clocks
from sectigo_f5.errors import ConnectorError
from sectigo_f5.http.fetching import Reply
from sectigo_f5.model import Account
from tests.support.damage import damaged, odd
from tests.support.properties import generated

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=timezone.utc)
URL = "https://ca.example/directory"
DIRECTORY = {"newOrder": URL, "renewalInfo": f"{URL}/ari", "meta": {"externalAccountRequired": True}}
HEADERS = st.text(st.characters(max_codepoint=255), max_size=12) | st.sampled_from(
    ["999999999", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 +2359"]
    + ["Wed, 21 Oct 9999999999999 07:28:00 GMT"]
)


@generated(80)
@given(
    body=odd(DIRECTORY).map(lambda value: json.dumps(value).encode()) | damaged(json.dumps(DIRECTORY).encode()),
    status=st.sampled_from([200, 201, 204, 403, 404, 429, 503, 999]),
    headers=st.dictionaries(st.sampled_from(["Date", "Age", "Retry-After"]), HEADERS),
)
def test_any_answer_is_a_directory_or_an_error(body: bytes, status: int, headers: dict[str, str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(directory, "fetch", lambda *_: Reply(status, headers, body))
        try:
            answer = directory.read(Account(URL), lambda: NOW, lambda _: None)
        except ConnectorError:
            return
    assert "newOrder" in answer.directory
    directory.requires_binding(answer.directory)
    renewal_information.url_of(answer.directory)
    compare_clocks(NOW, answer.clock_ahead, None, "192.0.2.10")
