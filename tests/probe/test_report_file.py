"""A report as JSON: written, checked by its schema, and read with every fault told by its place."""

from __future__ import annotations

import copy
import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.errors import ConnectorError
from sectigo_f5.probe import report_file
from sectigo_f5.probe.catalogue.every import BY_NAME, QUESTIONS
from sectigo_f5.probe.filing.report_form import KIND
from sectigo_f5.probe.nouns import Entry, Exchange, Outcome, Release, Report, Text
from sectigo_f5.probe.report_file import as_json, as_text, comparable, from_json, read_report
from sectigo_f5.simulator import SimulatedBigIP, Switches
from tests.support.installation import ROOT
from tests.support.probing import probed
from tests.support.properties import generated

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "probe-report.schema.json").read_text(encoding="utf-8"))
EXCHANGE = Exchange(
    method="POST",
    path="/mgmt/tm/sys/crypto/key",
    query={"$select": "name"},
    sent={"name": "string", "options": [{"gen-csr": "string"}]},
    status=400,
    message="01070088:3: The requested object name (/PARTITION/<name>) is invalid.",
    answered={"code": "number", "items": {"|": ["null", {}]}},
    values={"code": 400, "kind": "tm:sys:crypto:key:keystate"},
    seconds=0.25,
)
REPORT = Report(
    connector="2.0.0",
    partition="other",
    release=Release("16.1.4", "0.0.10", "Final", "Fri Jul 14 14:34:35 PDT 2023", ["ltm"]),
    entries=(
        Entry("user", Outcome.ANSWERED, findings={"role": "admin", "shell_told": "bash"}, exchanges=(EXCHANGE,)),
        Entry("token", Outcome.REFUSED, "a login was refused", {"token_lifetime": 1200}),
        Entry("in-use", Outcome.ANSWERED, texts={"in_use": Text(400, "The {title} ({path}) is in use.")}),
    ),
    left=("sys/crypto/key sectigo-f5-probe-rsa.key",),
)


def content(**changes: Any) -> dict[str, Any]:
    """Return the object of the report with some places changed: ``questions.0.outcome`` written with ``__``."""
    found = json.loads(as_text(REPORT))
    for place, value in changes.items():
        *way, last = (int(step) if step.isdigit() else step for step in place.split("__"))
        inner: Any = found
        for step in way:
            inner = inner[step]
        inner[last] = value
    return dict(found)


def is_valid(report: object) -> bool:
    return jsonschema.Draft202012Validator(SCHEMA).is_valid(report)


def fault_of(report: object) -> str:
    with pytest.raises(ConnectorError) as caught:
        from_json(report)
    return str(caught.value)


# -- written and read ------------------------------------------------------------------------------


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(as_text(REPORT), encoding="utf-8")
    assert read_report(file) == from_json(content()) == from_json(as_json(REPORT))
    assert as_text(read_report(file)) == as_text(REPORT)
    assert read_report(file).entry("token") == REPORT.entry("token")


def test_the_text_of_a_report_is_for_people_and_always_the_same() -> None:
    backwards = json.loads(as_text(REPORT), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    assert as_text(from_json(backwards)) == as_text(REPORT)
    assert '\n  {\n   "because": ""' in as_text(REPORT)
    assert max(map(len, as_text(REPORT).splitlines())) < 120


def test_two_probes_of_one_device_compare_without_time_and_connector() -> None:
    later = content(connector="9.9.9", questions__0__exchanges__0__seconds=99)
    assert later != content()
    assert comparable(later) == comparable(content())
    assert comparable(content(questions__0__findings__role="guest")) != comparable(content())
    assert comparable(content(questions__0__exchanges__0__status=404)) != comparable(content())


# -- what a stranger may have written --------------------------------------------------------------

WRONG: dict[str, tuple[Any, str]] = {
    "questions__0__findings__role": ("root", "questions[0].findings.role: 'root' is none of admin, resource-admin"),
    "questions__1__findings__token_lifetime": ("long", "questions[1].findings.token_lifetime: 'long' is not a whole"),
    "questions__0__outcome": (None, "questions[0].outcome: None is none of answered, refused"),
    "questions__0__because": ("a\x1b[31mb", "questions[0].because: 'a\\x1b[31mb' is not one printable line"),
    "questions__2__texts__in_use__status": (True, "questions[2].texts.in_use.status: True is not a whole number"),
    "questions__0__exchanges__0__method": ("BREW", "questions[0].exchanges[0].method: 'BREW' is none of GET"),
    "questions__0__exchanges__0__path": ("/mgmt?x", "questions[0].exchanges[0].path: '/mgmt?x' is not spelt"),
    "questions__0__exchanges__0__seconds": (float("nan"), "questions[0].exchanges[0].seconds: nan is not between"),
    "questions__0__exchanges__0__message": ("x" * 9999, "questions[0].exchanges[0].message: longer than 1000"),
    "questions__0__exchanges__0__sent": ({"a": ["b"]}, "questions[0].exchanges[0].sent.a[0]: 'b' is none of string"),
    "questions__0__exchanges__0__values": ({"x": {}}, "questions[0].exchanges[0].values.x: an object is not a text"),
    "questions__0__exchanges__0__answered": ({"\n": {}}, "questions[0].exchanges[0].answered, a property: '\\n' is"),
    "questions__1": (7, "questions[1]: not an object with a question"),
    "questions": ({}, "questions: an object is not a list"),
    "left": (["x"] * 501, "left: more than 500 items"),
    "release__modules": ("ltm", "release.modules: 'ltm' is not a list"),
    "partition": ("Shop", "partition: 'Shop' is none of Common, other"),
    "serial": ("x", "the report: the property 'serial' is unknown"),
    "report": ("mine", "it is not a report that `probe` has written"),
    "version": (2, "its form has another version; this connector reads version 1: explain it with the connector that"),
}


@pytest.mark.parametrize("place", WRONG)
def test_a_fault_is_told_by_its_place(place: str) -> None:
    value, sentence = WRONG[place]
    assert fault_of(content(**{place: value})).startswith(sentence)
    assert "nan" in sentence or "printable" in sentence or not is_valid(content(**{place: value}))


def test_what_is_missing_is_told_and_not_more_than_five_faults() -> None:
    short = content()
    del short["questions"][0]["findings"]
    assert fault_of(short) == "questions[0].findings is missing"
    assert fault_of({"report": KIND, "version": 1, "serial": 7}).endswith("left is missing; and more")
    assert fault_of(content(version=True)).startswith("its form has another version")
    assert fault_of([]) == "it is not a report that `probe` has written"


def test_questions_and_findings_of_a_newer_connector_are_kept() -> None:
    newer = content(questions__0__findings__shoe_size=44, questions__2__texts__too_wide={"status": 400, "message": "x"})
    newer["questions"].append({**copy.deepcopy(newer["questions"][1]), "question": "weather"})
    read = from_json(newer)
    assert read.entries[0].findings["shoe_size"] == 44
    assert read.entries[2].texts["too_wide"] == Text(400, "x")
    assert read.entries[-1].question == "weather"
    assert not is_valid(newer)
    assert fault_of(content(questions__0__findings__shoe="a\tb")).startswith("questions[0].findings.shoe: 'a\\tb' is")


def test_a_file_that_is_no_report_is_refused_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "report.json"
    told = []
    for written in (b"", b"\xff\xfe", b"[" * 99999, b"{}", b'{"report": "sectigo-f5 probe", "version": 1e999}'):
        file.write_bytes(written)
        with pytest.raises(ConnectorError) as caught:
            read_report(file)
        told.append(str(caught.value))
    assert all(line.startswith(f"{file}") and line.isprintable() for line in told), told
    monkeypatch.setattr(report_file, "LARGEST", 1 << 20)
    file.write_bytes(b" " * (2 << 20))
    for path, sentence in ((file, "is larger than 1 MiB"), (tmp_path, "cannot be read"), (tmp_path / "x", "No such")):
        with pytest.raises(ConnectorError, match=sentence):
            read_report(path)


anything = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=9), inner, max_size=3)),
    max_leaves=6,
)
PLACES = sorted({place for place in WRONG if place not in ("serial",)})


@generated(80)
@given(st.dictionaries(st.sampled_from(PLACES), anything, min_size=1, max_size=2))
def test_any_report_is_read_whole_or_refused_in_one_line(changes: dict[str, Any]) -> None:
    try:
        changed = content(**changes)
    except (KeyError, IndexError, TypeError, ValueError):
        return  # a place within one that has been changed
    try:
        report, fault = from_json(changed), ""
    except ConnectorError as error:
        report, fault = REPORT, str(error)
    assert fault.isprintable()
    assert as_text(from_json(json.loads(as_text(report)))) == as_text(report)


# -- the schema ------------------------------------------------------------------------------------


def generator() -> ModuleType:
    """Import the script, which is no module of a package."""
    spec = importlib.util.spec_from_file_location("probe_schema", ROOT / "script" / "probe_schema.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_schema_is_what_the_script_writes() -> None:
    assert generator().text() == generator().FILE.read_text(encoding="utf-8"), "run script/generate"
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert "script.probe_schema" in (ROOT / "script" / "generate").read_text()


def test_the_schema_knows_each_question_with_its_findings_words_and_texts() -> None:
    assert is_valid(content())
    known = SCHEMA["properties"]["questions"]["items"]["allOf"]
    assert [one["if"]["properties"]["question"]["const"] for one in known] == [one.name for one in QUESTIONS]
    for one in known:
        question, own = BY_NAME[one["if"]["properties"]["question"]["const"]], one["then"]["properties"]
        assert set(own["texts"]["properties"]) == set(question.texts)
        words = {name: tuple(found.get("enum", ())) for name, found in own["findings"]["properties"].items()}
        assert words == {finding.name: finding.words for finding in question.findings}


@pytest.mark.parametrize("tmos", ["13.1.1", "21.1.0"])
def test_a_report_of_a_release_is_valid(tmos: str) -> None:
    """A report of each release as a whole is compared by the circle; what ``probed`` returns has been read back."""
    with SimulatedBigIP(Switches(tmos=tmos)) as device:
        report = probed(device, questions=("release", "token", "user", "lists", "key-p256", "profile"))
    assert [error.message for error in jsonschema.Draft202012Validator(SCHEMA).iter_errors(as_json(report))] == []
