"""The text of an explanation."""

from __future__ import annotations

from dataclasses import replace

from sectigo_f5.probe.catalogue import QUESTIONS
from sectigo_f5.probe.explaining.explanation import WIDTH, explanation
from sectigo_f5.probe.nouns import Entry, Outcome, Release, Report

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
    assert "save (whether the configuration is saved, as a whole and by partition; only with --save)" in told
    assert "not asked, for --save was not given; probe with --save" in told


def test_refused_question_names_the_role_that_would_do() -> None:
    told = flat(with_entry(ANSWERED, Entry("upload", Outcome.REFUSED, "the upload was refused (403)")))
    assert "refused, for the upload was refused (403); probe as a local user with the role Administrator" in told


def test_question_that_an_older_connector_did_not_know_is_told() -> None:
    told = flat(replace(ANSWERED, entries=ANSWERED.entries[:-1]))
    assert f"{QUESTIONS[-1].name} ({QUESTIONS[-1].asks}): the connector that made the report" in told


def test_what_was_left_is_told_by_name() -> None:
    assert flat(ANSWERED).endswith("to be deleted by hand nothing")
    left = replace(ANSWERED, left=("sys/file/ssl-key /Common/sectigo-f5-probe-rsa.key",))
    assert "  sys/file/ssl-key /Common/sectigo-f5-probe-rsa.key\n" in explanation(left)


def test_lines_are_no_wider_than_a_screen() -> None:
    assert max(map(len, explanation(replace(ANSWERED, entries=())).splitlines())) <= WIDTH
