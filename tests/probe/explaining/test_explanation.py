"""The text of an explanation."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sectigo_f5.probe.catalogue.every import QUESTIONS
from sectigo_f5.probe.explaining.explanation import UNFORESEEN, WIDTH, explanation
from sectigo_f5.probe.explaining.facts.every import FACTS, STAY_OPEN
from sectigo_f5.probe.nouns import Entry, Outcome, Release, Report, Text
from sectigo_f5.simulator.releases import RELEASES
from tests.reports.making import file_of, read

RELEASE = Release("16.1.4", "0.0.10", "Final", "Fri Jul 14 14:34:35 PDT 2023", ("apm", "ltm"))
ANSWERED = Report("2.0.0", "Common", RELEASE, tuple(Entry(question.name, Outcome.ANSWERED) for question in QUESTIONS))


def with_entry(report: Report, entry: Entry) -> Report:
    others = (each for each in report.entries if each.question != entry.question)
    return replace(report, entries=(*others, entry))


def flat(report: Report) -> str:
    """Return the explanation without the breaks of its lines."""
    return " ".join(explanation(report).split())


def test_release_build_edition_and_modules_are_in_the_first_line() -> None:
    first = explanation(ANSWERED).splitlines()[0]
    assert first == (
        "BIG-IP 16.1.4, build 0.0.10, edition Final, modules apm, ltm, partition Common, asked by connector 2.0.0"
    )


def test_question_without_answer_is_told_with_reason_and_remedy() -> None:
    not_asked = Entry("save", Outcome.NOT_ASKED, "--save was not given")
    told = flat(with_entry(ANSWERED, not_asked))
    assert "save: not asked (--save was not given); probe with --save" in told


def test_refused_question_names_the_role_that_would_do() -> None:
    told = flat(with_entry(ANSWERED, Entry("upload", Outcome.REFUSED, "the upload was refused (403)")))
    assert "refused (the upload was refused (403)); probe as a local user with the role Administrator" in told


def test_refusal_of_a_user_with_every_right_asks_for_the_report() -> None:
    report = with_entry(ANSWERED, Entry("user", Outcome.ANSWERED, findings={"role": "admin"}))
    report = with_entry(report, Entry("shell", Outcome.ANSWERED, findings={"bash": "yes"}))
    told = flat(with_entry(report, Entry("lists", Outcome.REFUSED, "a list was refused (400)")))
    assert "lists: refused (a list was refused (400)); the user has every right" in told


def test_questions_without_answer_for_one_reason_share_a_sentence() -> None:
    report = ANSWERED
    for question in ("bundle", "certificate"):
        report = with_entry(report, Entry(question, Outcome.FAILED, "no answer came " + "again " * 100))
    told = flat(report)
    assert told.count("certificate, bundle: no certain answer (no answer came again") == 1
    assert "…); probe again; if it comes to the same, send the report" in told


def test_question_that_an_older_connector_did_not_know_is_told() -> None:
    told = flat(replace(ANSWERED, entries=ANSWERED.entries[:-1]))
    assert f"{QUESTIONS[-1].name}: the connector that made the report did not ask it yet" in told


def test_what_was_left_is_told_by_name() -> None:
    assert flat(ANSWERED).endswith("Left on the BIG-IP nothing")
    left = replace(ANSWERED, left=("sys/file/ssl-key /Common/sectigo-f5-probe-rsa.key",))
    first = explanation(left).splitlines()[2:4]
    assert first == [
        "Left on the BIG-IP, to be deleted by hand",
        "  sys/file/ssl-key /Common/sectigo-f5-probe-rsa.key",
    ]


def test_finding_is_told_with_what_the_connector_does() -> None:
    report = with_entry(ANSWERED, Entry("key-p256", Outcome.ANSWERED, findings={"native_password_keys": "rejected"}))
    assert "(key-p256): rejected; the connector has OpenSSL on the BIG-IP make keys of this kind" in flat(report)


def test_questions_that_found_the_same_share_a_sentence() -> None:
    found = {"native_password_keys": "works"}
    report = ANSWERED
    for question in ("key-rsa-2048", "key-p256"):
        report = with_entry(report, Entry(question, Outcome.ANSWERED, findings=found))
    assert "on creation (key-rsa-2048, key-p256): works; keys of this kind" in flat(report)


def test_number_is_told_in_its_sentence() -> None:
    report = with_entry(ANSWERED, Entry("token", Outcome.ANSWERED, findings={"token_lifetime": 1200}))
    assert "a token lives 1200 seconds" in flat(report)


def test_word_of_another_version_is_told_as_unknown() -> None:
    report = with_entry(ANSWERED, Entry("save", Outcome.ANSWERED, findings={"save": "perhaps"}))
    assert "a save (save): perhaps; this connector does not know the word" in flat(report)


def test_what_was_not_answered_leaves_its_fact_open() -> None:
    unknown, until_then = FACTS[0].unknown, FACTS[0].until_then
    assert f"What it leaves open {unknown}; until then the connector {until_then}" in flat(ANSWERED)


def test_a_surprise_asks_for_the_report() -> None:
    surprise = Entry("in-use", Outcome.ANSWERED, findings={"delete_used_key": "works"})
    assert f"{UNFORESEEN} nothing" in flat(ANSWERED)
    assert f"{UNFORESEEN} deletion of a key in use (in-use): works; an old key" in flat(with_entry(ANSWERED, surprise))


@pytest.mark.parametrize("release", RELEASES)
def test_report_of_a_simulated_release_settles_everything_and_surprises_nobody(release: str) -> None:
    told = flat(read(file_of(release)))
    assert f"{UNFORESEEN} nothing" in told
    assert "What it leaves open nothing" in told
    assert "does not know the word" not in told


def test_what_no_probe_can_settle_is_told_with_the_reason() -> None:
    assert [what for what, why in STAY_OPEN.items() if f"{what}: {why}" not in flat(ANSWERED)] == []


def test_no_terminal_obeys_what_a_stranger_has_written() -> None:
    odd = "\x1b[2J\r\u202e"
    entry = Entry("save", Outcome.FAILED, odd, {"save": odd}, {"in_use": Text(400, odd)})
    report = replace(with_entry(ANSWERED, entry), release=Release(version=odd), left=(odd,), connector=odd)
    assert [line for line in explanation(report).splitlines() if not line.isprintable()] == []


def test_lines_are_no_wider_than_a_screen() -> None:
    assert max(map(len, explanation(replace(ANSWERED, entries=())).splitlines())) <= WIDTH
