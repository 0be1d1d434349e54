"""What is noted of an exchange, whatever was answered."""

from __future__ import annotations

import json
from typing import Any

import requests
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.icontrol.call import Call
from sectigo_f5.probe import recorder as recording
from sectigo_f5.probe.harmless import vocabulary
from sectigo_f5.probe.nouns import Entry, Exchange, Outcome, Release, Report
from sectigo_f5.probe.recorder import Recorder
from sectigo_f5.probe.redaction import Redactor
from sectigo_f5.probe.report_file import as_text, from_json
from tests.support.properties import generated

STEM = "sectigo-f5-probe-1a2b3c4d"
WORDS = sorted(word for word in vocabulary.WORDS if word.isalpha() and len(word) > 3)
KEY = "/mgmt/tm/sys/crypto/key"


def answer(content: bytes, status: int = 200, **headers: str) -> requests.Response:
    found = requests.Response()
    found.status_code, found._content = status, content  # noqa: SLF001  # as an adapter does
    found.headers.update({name.replace("_", "-"): value for name, value in headers.items()})
    return found


def noted(*exchanges: tuple[Call, requests.Response | None]) -> list[Exchange]:
    recorder = Recorder(Redactor(STEM, "Shop"))
    for call, found in exchanges:
        recorder.note(call, found, 0.0004)
    return recorder.taken()


def test_an_exchange_is_noted_without_what_was_in_it() -> None:
    call = Call("POST", KEY, body={"name": f"{STEM}.key", "partition": "Shop", "keySize": 2048, "options": [{"x": 1}]})
    body = {"kind": "tm:sys:crypto:key:keystate", "name": f"{STEM}.key", "fullPath": f"/Shop/{STEM}.key"}
    (found,) = noted((call, answer(json.dumps(body).encode())))
    assert found == Exchange(
        "POST",
        KEY,
        {},
        {"keySize": "number", "name": "string", "options": [{"<property>": "number"}], "partition": "string"},
        200,
        "",
        {"fullPath": "string", "kind": "string", "name": "string"},
        {"fullPath": "/PARTITION/sectigo-f5-probe.key", "kind": body["kind"], "name": "sectigo-f5-probe.key"},
        0.0,
    )


def test_a_refusal_is_noted_with_its_code_and_words() -> None:
    body = {"code": 400, "message": "01070088:3: The requested object name (/Shop/9) is invalid.", "apiError": 3}
    (found,) = noted((Call("GET", f"{KEY}/~Shop~9"), answer(json.dumps(body).encode(), 400)))
    assert (found.status, found.path) == (400, f"{KEY}/~PARTITION~<name>")
    assert found.message == "01070088:3: The requested object name (/PARTITION/<name>) is invalid."
    assert found.values == {"apiError": 3, "code": 400}


def test_answers_that_are_not_objects_are_noted_by_their_kind() -> None:
    contents = (b"", b"[1, 2]", b"7", b"<html>Contoso Gateway</html>", b"\x00\xff", b'{"a": ', b"[" * 99999)
    found = [noted((Call("GET", KEY), answer(content)))[0].answered for content in contents]
    assert found == [None, ["number"], "number", "page", "bytes", "bytes", "bytes"]
    assert noted((Call("GET", KEY), None))[0].status == 0


def test_a_page_is_told_in_words_that_are_known() -> None:
    page = b"<html><body>Contoso Gateway: AsyncContext timeout for jane</body></html>"
    assert noted((Call("GET", KEY), answer(page, 502)))[0].message == "<name> Gateway: AsyncContext timeout for <name>"


def test_a_range_is_noted_without_its_numbers() -> None:
    ranges = {"0-99/100": "0-last/total", "0-511999/100": "0-other/total", "512-599/600": "n-last/total", "x": "other"}
    found = [noted((Call("GET", KEY), answer(b"", Content_Range=told)))[0].values for told in ranges]
    assert found == [{"Content-Range": kind} for kind in ranges.values()]


def test_repeated_exchanges_are_one() -> None:
    """How often something was asked may tell how much of it there is: pages, polls."""
    pages = [(Call("GET", KEY, query={"$skip": str(skip)}), answer(b'{"items": [{"name": "x"}]}')) for skip in (51, 77)]
    other = (Call("GET", KEY, query={"$skip": "99"}), answer(b'{"items": [{"keySize": 1}], "totalPages": 1}'))
    (found,) = noted(*pages, other)
    assert found.query == {"$skip": "<number>"}
    assert found.answered == {"items": [{"keySize": "number", "name": "string"}], "totalPages": "number"}
    assert len(noted(pages[0], (Call("DELETE", KEY), answer(b"")), pages[0])) == 3


def test_a_question_has_no_more_exchanges_than_a_reader_can_use(monkeypatch: Any) -> None:
    monkeypatch.setattr(recording, "MOST", 3)
    assert len(noted(*((Call("GET", KEY), answer(b"", status)) for status in range(200, 210)))) == 3


def test_large_answers_are_bounded(monkeypatch: Any) -> None:
    wide = {f"{first}{second}": 1 for first in ("name", "size", "mode") for second in map(chr, range(0x4E00, 0x5200))}
    deep: Any = []
    for _ in range(200):
        deep = [deep]
    (found,) = noted((Call("GET", KEY), answer(json.dumps({"wide": wide, "deep": deep}).encode())))
    assert len(json.dumps(found.answered)) < 300
    monkeypatch.setattr(recording, "LARGEST", 10)
    assert noted((Call("GET", KEY), answer(b'{"name": "long"}')))[0].answered == "too large"


def test_what_cannot_be_noted_is_noted_as_such(monkeypatch: Any) -> None:
    def fail(*_: object) -> None:
        raise OverflowError

    monkeypatch.setattr(Redactor, "shape", fail)
    (found,) = noted((Call("GET", f"{KEY}/~Shop~x"), answer(b'{"name": 1}')))
    assert (found.status, found.path, found.answered) == (200, f"{KEY}/~PARTITION~<name>", "unreadable")


names = st.one_of(st.text(max_size=60), st.sampled_from(["name", "items", "kind", "value", "https://x/mgmt/tm/y"]))
anything = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), names, st.just("none"), st.just("run")
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(names, inner, max_size=4)),
    max_leaves=20,
)
contents = st.one_of(st.binary(max_size=99), anything.map(lambda found: json.dumps(found).encode()))


@generated(60)
@given(st.lists(st.tuples(contents, st.sampled_from([200, 302, 400, 404])), min_size=1, max_size=4), names, anything)
def test_any_answers_are_noted_as_who_reads_the_report_expects(found: Any, name: str, body: Any) -> None:
    call = Call("POST", f"/mgmt/tm/{name}", query={name: name}, body={name: body})
    exchanges = noted(*((call, answer(content, status)) for content, status in found), (call, None))
    report = Report("2.0.0", "other", Release(), (Entry("user", Outcome.FAILED, exchanges=exchanges),))
    assert from_json(json.loads(as_text(report))).entries[0].exchanges == tuple(exchanges)
    assert len(exchanges) <= len(found) + 1


def test_the_deepest_and_widest_answer_is_one_that_can_be_read() -> None:
    deep: Any = 1
    for number in range(40):
        deep = [{"name": deep, "items": number}, [], None, "x"] if number % 2 else {"name": deep}
    wide = {f"{one}{other}": 1 for one in WORDS[:25] for other in map(str.title, WORDS[:25])} | {"deep": deep}
    exchanges = noted((Call("GET", f"{KEY}/{'x' * 9999}"), answer(json.dumps(wide).encode())))
    report = Report("2.0.0", "other", Release(), (Entry("user", Outcome.FAILED, exchanges=exchanges),))
    assert from_json(json.loads(as_text(report))).entries[0].exchanges == tuple(exchanges)
