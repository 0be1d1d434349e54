"""A simulated BIG-IP that is like the one of a report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import __version__
from sectigo_f5.probe.catalogue import every as catalogue
from sectigo_f5.simulator import likeness
from sectigo_f5.simulator.likeness import reading, table
from sectigo_f5.simulator.likeness.table import DERIVED, FIXED, SWITCHES, UNTOLD
from sectigo_f5.simulator.switches import Switches
from tests.simulator.conftest import Make
from tests.simulator.test_switches import logged_in
from tests.support.properties import generated

RELEASE = {"version": "17.5.1.3", "build": "0.0.4", "edition": "Point Release 3", "date": "today", "modules": ["ltm"]}
FOUND_IN = {finding.name: question.name for question in catalogue.QUESTIONS for finding in question.findings}
FINDINGS = {finding.name: finding for question in catalogue.QUESTIONS for finding in question.findings}
TEXTS = sorted({kind for question in catalogue.QUESTIONS for kind in question.texts})


def report(
    findings: Mapping[str, Mapping[str, Any]] | None = None,
    texts: Mapping[str, Any] | None = None,
    partition: str = "Common",
    **release: Any,
) -> dict[str, Any]:
    """Return a report with findings by question."""
    asked = {**(findings or {}), **({"sni": {}} if texts else {})}
    questions: list[dict[str, Any]] = [{"question": name, "findings": found} for name, found in asked.items()]
    if texts:
        told_texts = {kind: {"status": status, "message": words} for kind, (status, words) in texts.items()}
        questions[-1]["texts"] = told_texts
    told = {"report": reading.KIND, "version": 1, "connector": __version__, "partition": partition, "left": []}
    return {**told, "release": {**RELEASE, **release}, "questions": questions}


def finding(name: str, value: Any, **others: Any) -> dict[str, dict[str, Any]]:
    """Return findings by question."""
    found: dict[str, dict[str, Any]] = {}
    for each, word in {name: value, **others}.items():
        found.setdefault(FOUND_IN[each], {})[each] = word
    return found


def doubts(content: dict[str, Any]) -> list[str]:
    """Return what could not be taken over, but for what no or not this report tells."""
    return [text for text in likeness.of(content).doubts if "as usual: " not in text or "switch has" in text]


def spelled(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value


# -- the contract with the catalogue -----------------------------------------------------------


def test_every_switch_is_told_by_a_finding_or_by_no_report() -> None:
    from_others = set(OTHERWISE)
    told = {name for name in SWITCHES if name in FINDINGS and name not in DERIVED} | from_others | {"tmos"}
    assert told | set(UNTOLD) == set(SWITCHES)
    assert not told & set(UNTOLD)
    assert all(UNTOLD.values())


def test_every_finding_is_a_switch_or_says_why_not() -> None:
    places = [name in SWITCHES and name not in DERIVED for name in FINDINGS]
    others = [*DERIVED, *FIXED]
    assert sorted(set(FINDINGS) - {name for name, same in zip(FINDINGS, places, strict=True) if same}) == sorted(others)


def test_words_of_a_finding_are_choices_of_its_switch_or_named() -> None:
    for name, found in FINDINGS.items():
        for word in found.words if name not in (*DERIVED, *FIXED) else ():
            try:
                table.value_of(name, word)
            except ValueError:
                assert word in ("other", "neither", "not-told"), name
                assert any(text.startswith(f"{name} '{word}'") for text in doubts(report(finding(name, word))))


def test_every_text_of_the_catalogue_is_one_of_a_refusal() -> None:
    texts = dict.fromkeys(TEXTS, (418, "in words of its own"))
    like = likeness.of(report(texts=texts))
    assert like.switches.texts == texts


# -- switches ----------------------------------------------------------------------------------

SAME = sorted(name for name in SWITCHES if name in FINDINGS and name not in DERIVED)


@pytest.mark.parametrize("name", SAME)
def test_every_choice_of_a_switch_comes_back(name: str) -> None:
    for choice in SWITCHES[name].metadata["choices"] or (7,):
        content = report(finding(name, spelled(choice)))
        like = likeness.of(content)
        assert getattr(like.switches, name) == choice
        assert name in like.taken
        assert doubts(content) == []


# What a report says if a switch has a value, besides the findings of the same name.
OTHERWISE: dict[str, list[tuple[Any, dict[str, dict[str, Any]]]]] = {
    "role": [(role, finding("role", role)) for role in SWITCHES["role"].metadata["choices"]],
    "user_shown": [(False, finding("role", "not-told", role_where="not-told")), (True, finding("role", "admin"))],
    "upload_role": [
        ("admin", finding("uploads", "works", role="admin")),
        ("admin", finding("uploads", "rejected", role="manager")),
        ("resource-admin", finding("uploads", "works", role="resource-admin")),
        ("certificate-manager", finding("uploads", "works", role="certificate-manager")),
        ("manager", finding("uploads", "works", role="manager")),
        ("nobody", finding("uploads", "rejected", role="admin")),
        ("nobody", finding("uploads", "rejected", role="not-told")),
    ],
    "native_password_keys": [
        ("works", {"key-p256": {"native_password_keys": "works"}}),
        ("rejected", {"key-rsa-4096": {"native_password_keys": "rejected"}}),
        ("silently-normal", {"key-rsa-2048": {"native_password_keys": "silently-normal"}}),
    ],
    "native_password_ec_keys": [
        (ec, {"key-rsa-2048": {"native_password_keys": rsa}, "key-p256": {"native_password_keys": ec}})
        for ec, rsa in (("works", "rejected"), ("rejected", "silently-normal"), ("silently-normal", "works"))
    ],
    "key_in_use_opens": [
        (word, {"key-p256": {"native_password_keys": "works", "key_in_use_opens": word}})
        for word in ("yes", "no", "not-told")
    ]
    + [
        ("no", {"key-by-openssl": {"openssl_protected": "yes", "key_in_use_opens": "no"}}),
        ("yes", {"key-by-openssl": {"openssl_protected": "no", "key_in_use_opens": "not-told"}}),
    ],
    "gen_csr_value": [
        ("names-the-csr", finding("csr_name", "the-value")),
        ("ignored", finding("csr_name", "csr")),
    ],
    "csr_name": [(word, finding("csr_name", word)) for word in ("as-the-key", "csr")],
    "csr_file": [
        ("every-partition", finding("csr_by_file", "works")),
        ("nowhere", finding("csr_by_file", "rejected", unix_tools="yes")),
        ("every-partition", finding("csr_by_file", "rejected", unix_tools="no")),
    ],
    "digit_first_certificates": [
        ("works", finding("digit_first_certificates", "works", certificate="works")),
        ("rejected", finding("digit_first_certificates", "rejected")),
        ("works", finding("digit_first_certificates", "rejected", certificate="rejected")),
    ],
    "server_ssl": [
        ("works", finding("server_ssl", "works")),
        ("rejected", finding("server_ssl", "rejected")),
        (
            "works",
            {
                "key-p256": {"native_password_keys": "works", "key_in_use_opens": "not-told"},
                "server-ssl": {"server_ssl": "rejected"},
            },
        ),
        (
            "rejected",
            {
                "key-p256": {"native_password_keys": "works", "key_in_use_opens": "not-told"},
                "profile-without-passphrase": {"profile_passphrase": "optional"},
                "server-ssl": {"server_ssl": "rejected"},
            },
        ),
    ],
    "virtual_servers": [(word, finding("virtual_server", word)) for word in ("works", "rejected")],
    "default_route_domain_shown": [(False, finding("default_route_domain_shown", "not-told"))],
}


@pytest.mark.parametrize(("name", "value", "found"), [(n, *case) for n, cases in OTHERWISE.items() for case in cases])
def test_switches_follow_from_findings_of_other_names(name: str, value: Any, found: Any) -> None:
    content = report(found)
    assert getattr(likeness.of(content).switches, name) == value
    assert doubts(content) == []


def test_every_choice_of_a_derived_switch_is_among_these() -> None:
    for name, cases in OTHERWISE.items():
        told = {str(value) for value, _ in cases} | {"common-only", "True"}
        assert {str(choice) for choice in SWITCHES[name].metadata["choices"]} <= told


def test_partition_other_than_common_is_made() -> None:
    found = finding("role", "manager", role_where="one", csr_by_file="rejected", default_route_domain_shown="yes")
    like = likeness.of(report(found, partition="other"))
    assert (like.partition, like.switches.partitions) == ("PARTITION", ("PARTITION",))
    assert like.switches.role_partition == "PARTITION"
    assert (like.switches.csr_file, like.switches.default_route_domain) == ("common-only", 1)
    assert like.switches.default_route_domain_shown
    assert likeness.of(report(found)).switches.role_partition == "Common"


def test_release_is_taken_over_with_all_that_is_told_of_it(make: Make) -> None:
    like = likeness.of(report(modules=["apm", "ltm", "no such module"]))
    assert (like.switches.tmos, like.switches.modules) == ("17.5.1.3", ("apm", "ltm"))
    assert (like.switches.build, like.switches.date, like.switches.edition) == ("0.0.4", "today", "Point Release 3")


@pytest.mark.parametrize("version", ["22.0.0", "12.1.0", "", "17.1.2\n", "${x}", 17, None])
def test_release_that_is_not_simulated_is_told(version: Any) -> None:
    content = report(version=version)
    assert likeness.of(content).switches.tmos == Switches().tmos
    assert any(text.startswith("release: the version") for text in doubts(content))


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({"user": {"role": "other"}}, "role is one that is not simulated"),
        ({"user": {"role": "admin", "role_where": "several"}}, "roles in several partitions"),
        ({"user": {"role": "guest"}, "upload": {"uploads": "works"}}, "a guest may upload files"),
        ({"key-p256": {"native_password_keys": "works"}, "key-p384": {"native_password_keys": "rejected"}}, "key-p384"),
        ({"key-p256": {"native_password_keys": "perhaps"}}, "native_password_keys 'perhaps': the switch has no such"),
        ({"csr-with-key": {"csr_name": "other"}}, "csr_name 'other'"),
        ({"key-p256": {"key_as_asked": "no"}}, "key_as_asked 'no': there is no switch"),
        ({"later": {"something_new": "yes"}}, "'something_new' 'yes': there is no such switch"),
        ({"token": {"token_lifetime": "long"}}, "token_lifetime 'long'"),
        ({"token": {"token_lifetime": -1}}, "token_lifetime -1"),
        ({"token": {"token_lifetime": 10**4000}}, "neither a word nor a number"),
        ({"token": {"token_lifetime": 10**9}}, "token_lifetime 1000000000"),
        ({"token": {"token_lifetime": True}}, "neither a word nor a number"),
        ({"shell": {"bash": ["yes"]}}, "neither a word nor a number"),
        ({"shell": {"bash": "yes"}, "again": {"bash": "no"}}, "bash: several questions found different things"),
        ({"x\n\x1b[2J": {"\u202e": "\n"}}, r"'x\n\x1b[2J': the finding '\u202e' is neither"),
        ({"x": {"name" * 500: "yes"}}, "namen… 'yes': there is no such switch"),
    ],
)
def test_what_cannot_be_taken_over_is_told(found: dict[str, Any], told: str) -> None:
    (sentence,) = doubts(report(found))
    assert told in sentence
    assert len(sentence) < 250
    assert sentence.isprintable()


def test_usual_finding_without_a_switch_is_not_worth_a_word() -> None:
    assert doubts(report({"key-p256": {"key_as_asked": "yes"}})) == []


def test_sentences_are_not_too_many() -> None:
    told = doubts(report({"x": {f"odd_{number}": "yes" for number in range(5000)}}))
    assert (len(told), told[-1]) == (61, "and 4940 more")


def test_empty_report_gives_the_usual_device() -> None:
    like = likeness.of({"report": reading.KIND, "version": 1})
    assert like.switches == Switches(partitions=("PARTITION",))
    assert likeness.of(report()).doubts[0].startswith("no report tells these, which are as usual: token_limit")
    assert "bulk_download" in likeness.of(report()).doubts[1]


# -- texts -------------------------------------------------------------------------------------

OWN = {
    "not_found": (404, "01020036:3: The requested profile ({name}) was not found."),
    "no_shell": (400, '"bash" unexpected argument'),
    "file_unreadable": (400, "Failed! exit_code (37)."),
    "transaction_failed": (400, "transaction failed:{reason}"),
    "mismatch": (400, "01070317:3: profile {profile}'s key({key}) and certificate({certificate}) do not match."),
    "upload_refused": (
        401,
        "Authorization failed: user=https://localhost/mgmt/shared/authz/users/<user> resource={path} verb=POST "
        "uri:http://localhost:8100{path} referrer:<address> sender:<address>",
    ),
}


def test_texts_that_are_the_simulators_own_are_not_taken_over() -> None:
    ours = {kind: words for kind, words in OWN.items() if kind != "upload_refused"}
    assert likeness.of(report(texts=ours)).switches.texts == {}


def test_other_words_or_another_status_are_taken_over() -> None:
    texts = {
        "not_found": (410, OWN["not_found"][1]),
        "exists": (409, "01020066:3: ({name}) is there, a Certificate File"),
        "transaction_failed": (409, "not committed, because {reason}"),
        "mismatch": (400, "01070317:3: profile {profile}'s key and certificate do not match"),  # as on TMOS 13
    }
    expected = {**texts, "exists": (409, "01020066:3: ({name}) is there, a {title}")}
    assert likeness.of(report(texts=texts)).switches.texts == expected
    older = {"mismatch": texts["mismatch"]}
    assert likeness.of(report(texts=older, version="13.0.1")).switches.texts == {}


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"no_such_text": (400, "x")}, "'no_such_text' belongs to no refusal"),
        ({"in_words": (400, "x")}, "'in_words' belongs to no refusal"),
        ({"__import__": (400, "x")}, "'__import__' belongs to no refusal"),
        ({"no_shell": (400, "{path} {0.__class__}")}, "no_shell names 'path'"),
        ({"no_shell": (200, "fine")}, "'no_shell' is not a refusal"),
        ({"no_shell": (True, "fine")}, "'no_shell' is not a refusal"),
        ({"no_shell": (400, "x" * 1001)}, "'no_shell' is not a refusal"),
        ({"no_shell": (400, "\ud800")}, "'no_shell' is not a refusal"),
        ({"no_shell": (400, ["x"])}, "'no_shell' is not a refusal"),
    ],
)
def test_text_that_cannot_be_taken_over_is_told(texts: dict[str, Any], told: str) -> None:
    content = report(texts=texts)
    (sentence,) = doubts(content)
    assert told in sentence
    assert likeness.of(content).switches.texts == {}


@pytest.mark.parametrize(("kind", "finding_of"), table.CONDITIONS.items())
def test_text_of_a_call_that_is_always_refused_is_not_taken_over(kind: str, finding_of: str) -> None:
    texts = {kind: (400, "this is not possible here")}
    content = report(finding(finding_of, "rejected"), texts=texts)
    assert doubts(content) == [f"the text {kind} is told of a call that this device refuses in any case"]
    assert likeness.of(content).switches.texts == {}
    assert likeness.of(report(finding(finding_of, "works"), texts=texts)).switches.texts == texts


def test_texts_are_data_and_never_a_format(make: Make) -> None:
    texts = {"not_found": (404, "{name} {title:>99} {name.__class__} %s {} {0} \\g<0>")}
    like = likeness.of(report(texts=texts))
    with logged_in(make, texts=like.switches.texts) as rest:
        told = rest.refusal("GET", "sys/file/ssl-cert/x.crt")
    assert told == (404, "/Common/x.crt {title:>99} {name.__class__} %s {} {0} \\g<0>")


# -- files -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON"),
        (b"[" * 100_000, "is not JSON"),
        (b"\xff\xfe{}", "is not JSON"),
        (b'{"x": ' + b"9" * 5000 + b"}", "is not JSON"),
        (b"[]", "this is not the report of a probe"),
        (b'{"report": "another"}', "this is not the report of a probe"),
        (b'{"report": "sectigo-f5 probe", "version": 2}', "another version than 1"),
        (b'{"report": "sectigo-f5 probe", "version": true}', "another version than 1"),
        (b" " * (reading.LARGEST + 1), "a report has at most 8 MiB"),
    ],
)
def test_file_that_is_not_a_report_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    (tmp_path / "report.json").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        likeness.read(tmp_path / "report.json")


ODD: list[Any] = [None, True, 7, 1.5, "x", [], [[]], {}, {"x": None}, [None, 3, {"question": 7, "findings": []}]]


@pytest.mark.parametrize("part", ["partition", "release", "questions", "left", "connector"])
def test_odd_parts_of_a_report_are_passed_over(part: str) -> None:
    for value in ODD:
        likeness.of({**report(finding("bash", "no")), part: value})
        inner = {"question": "shell", "findings": value, "texts": value}
        likeness.of({**report(), "questions": [inner]})
        likeness.of({**report(), "release": {**RELEASE, "modules": value, "build": value}})


NAMES = st.sampled_from([*FINDINGS, "x", "\n"]) | st.text(max_size=9)
WORDS_OF_ALL = sorted({word for found in FINDINGS.values() for word in found.words})
VALUES = st.sampled_from(WORDS_OF_ALL) | st.integers() | st.text(max_size=9) | st.none() | st.booleans() | st.floats()
ANYTHING = st.recursive(VALUES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=9)
TOLD = st.fixed_dictionaries(
    {"question": NAMES, "findings": st.dictionaries(NAMES, VALUES) | ANYTHING},
    optional={"texts": st.dictionaries(st.sampled_from(TEXTS), ANYTHING) | ANYTHING},
)


@generated(150)
@given(st.lists(TOLD | ANYTHING, max_size=6) | ANYTHING, ANYTHING, ANYTHING)
def test_any_report_makes_a_device_and_sentences(questions: Any, release: Any, partition: Any) -> None:
    like = likeness.of({**report(), "questions": questions, "release": release, "partition": partition})
    assert all(text.isprintable() and len(text) < 3000 for text in like.doubts)
    assert set(like.switches.texts) <= set(TEXTS)


def test_report_in_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text(json.dumps(report(finding("bash", "no"))), encoding="utf-8")
    assert not likeness.read(tmp_path / "report.json").switches.bash
