"""The table of uncertain facts, beside the catalogue."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from sectigo_f5.probe.catalogue.every import BY_NAME, QUESTIONS
from sectigo_f5.probe.explaining.facts.every import FACTS, STAY_OPEN
from sectigo_f5.probe.explaining.nouns import NUMBER, Fact

ROWS = [row for fact in FACTS for row in fact.rows]


def test_every_finding_is_explained_once() -> None:
    found = [(question.name, finding.name) for question in QUESTIONS for finding in question.findings]
    assert Counter((question, row.finding) for row in ROWS for question in row.questions) == Counter(found)


def test_every_word_has_its_sentence_and_no_other() -> None:
    for row in ROWS:
        for question in row.questions:
            finding = next(one for one in BY_NAME[question].findings if one.name == row.finding)
            assert set(row.words) == set(finding.words or [NUMBER]), f"{question}: {row.finding}"


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_a_fact_is_a_question_with_an_answer_until_it_is_settled(fact: Fact) -> None:
    assert re.match(r"(whether|how|which|who|what|where|in which) .*[^.]$", fact.unknown)
    assert re.match(r"(?!it )[a-z]+s\b.*[^.]$", fact.until_then)


def test_sentences_are_short_and_begin_small() -> None:
    texts = [means.text for row in ROWS for means in row.words.values()]
    assert [text for text in texts if len(text) > 150 or text.endswith(".") or re.match("[A-Z][a-z]+ ", text)] == []


def test_what_stays_open_is_no_fact_that_is_settled() -> None:
    assert not STAY_OPEN.keys() & {fact.unknown for fact in FACTS}
