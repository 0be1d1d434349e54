"""Refusals that the connector looks for, beside those of the simulated BIG-IP."""

from __future__ import annotations

import inspect
from dataclasses import replace

import pytest

from sectigo_f5.probe.catalogue.every import QUESTIONS
from sectigo_f5.probe.explaining.refusals import LOOKED_FOR, is_recognised, unrecognised
from sectigo_f5.probe.nouns import Entry, Outcome, Release, Report, Text
from sectigo_f5.simulator.refusals.every import BY_KIND

OF_REST = {  # what the simulated BIG-IP answers elsewhere
    "upload_refused": (401, "Authorization failed: user=x resource=/mgmt/shared/file-transfer/uploads/{file}"),
    "transaction_missing": (404, "Missing transaction ID for this call."),
}
OTHER = Text(418, "I'm a teapot")


def told(kind: str) -> Text:
    """Return a refusal as a report has it, with placeholders for names."""
    if kind in OF_REST:
        return Text(*OF_REST[kind])
    refusal = BY_KIND[kind]
    names = {name: f"{{{name}}}" for name in inspect.signature(refusal).parameters}
    made = refusal(**{**names, **({"before_14": False} if "before_14" in names else {})})
    return Text(made.status, made.message)


@pytest.mark.parametrize("kind", LOOKED_FOR)
def test_refusal_of_the_simulated_device_is_recognised_and_another_is_not(kind: str) -> None:
    assert is_recognised(kind, told(kind))
    assert not is_recognised(kind, OTHER)


def test_every_refusal_that_is_looked_for_is_noted_by_a_question() -> None:
    assert LOOKED_FOR.keys() <= {kind for question in QUESTIONS for kind in question.texts}


def test_unrecognised_refusal_is_told_with_its_words_and_consequence() -> None:
    entry = Entry("in-use", Outcome.ANSWERED, texts={"in_use": OTHER})
    report = Report("2.0.0", "Common", Release(), (entry,))
    (sentence,) = unrecognised(report)
    assert sentence.startswith('in-use: a refusal in words that are not looked for ("I\'m a teapot"): it is taken for')
    known = replace(entry, texts={"in_use": told("in_use"), "unknown_format": OTHER})
    assert list(unrecognised(replace(report, entries=(known,)))) == []
