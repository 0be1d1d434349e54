"""Whatever a CA answers about renewal: a window, or a sentence; and a decision in either case."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.acme import renewal_information
from sectigo_f5.decision.renewal import due_at
from sectigo_f5.http.fetching import Reply
from sectigo_f5.http.redirects import Rules
from sectigo_f5.timestamps import from_http_date
from sectigo_f5.untrusted import NonsenseError
from tests.support.damage import damaged, odd
from tests.support.properties import generated

NOW = datetime(2026, 11, 24, 2, 30, tzinfo=timezone.utc)
BEGAN, ENDS = NOW - timedelta(days=30), NOW + timedelta(days=60)
ANSWER = {
    "suggestedWindow": {"start": "2027-01-02T04:00:00Z", "end": "2027-01-03T04:00:00Z"},
    "explanationURL": "https://ca.example/",
}
TIMES = st.sampled_from(
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"]
)
EDGES = st.fixed_dictionaries({"suggestedWindow": st.fixed_dictionaries({"start": TIMES, "end": TIMES})})
DATE = b"Tue, 24 Nov 2026 04:30:00 GMT"


@generated(200)
@given(body=(odd(ANSWER) | EDGES).map(lambda found: json.dumps(found).encode()) | damaged(json.dumps(ANSWER).encode()))
def test_any_answer_is_a_window_or_a_sentence(body: bytes) -> None:
    try:
        found = renewal_information.parse(body, NOW)
    except NonsenseError:
        return
    planned, reason = due_at(BEGAN, ENDS, None, found, "seed")
    assert planned < ENDS
    assert reason.isprintable()


@generated(150)
@given(
    header=st.text(st.characters(codec="latin-1"), max_size=30)
    | st.sampled_from(
        ["-1", "0", "9" * 400, "1e9", "+5", " 7 ", "\xb2", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001"]
    )
    | damaged(DATE).map(lambda found: found.decode("latin-1")),
    odd_answer=st.none() | odd(ANSWER),
)
def test_any_time_to_ask_again_is_neither_soon_nor_far(header: str, odd_answer: object) -> None:
    body = json.dumps(ANSWER if odd_answer is None else odd_answer).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewal_information, "fetch_http", lambda *_: Reply(200, {"Retry-After": header}, body))
        try:
            found = renewal_information.fetch("https://ca.example/x", True, "test", NOW, Rules())
        except NonsenseError as error:
            sentence = str(error)
        else:
            sentence = found.explanation or ""
            assert renewal_information.SOONEST <= found.retry_at - NOW <= renewal_information.LATEST
            assert found.start < found.end
    assert odd_answer is not None or not sentence.startswith("it has")
    assert sentence.isprintable()


@generated(100)
@given(text=damaged(DATE).map(lambda header: header.decode("latin-1")) | st.text(max_size=20) | st.just("1 1 1 1:1:1"))
def test_any_date_of_a_header_is_a_time_or_none(text: str) -> None:
    found = from_http_date(text)
    assert found is None or found.tzinfo is timezone.utc


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@generated(60)
@given(kept=odd({"start": "2027-01-02T04:00:00Z", "end": "2027-01-03T04:00:00Z", "retry_at": "x", "explanation": None}))
def test_any_file_of_kept_answers_is_one_or_none(folder: Path, kept: object) -> None:
    file = folder / "kept.json"
    file.write_text(json.dumps(kept), encoding="utf-8")
    renewal_information.load(file, NOW)


def test_a_name_that_no_file_can_have_is_no_error(folder: Path) -> None:
    """An identifier is as long as the key identifier that the CA has chosen."""
    assert renewal_information.load(folder / ("x" * 300), NOW) is None
    assert renewal_information.load(folder / "kept.json" / "x", NOW) is None
