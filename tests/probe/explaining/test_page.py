"""The page on real BIG-IPs, beside the table of uncertain facts."""

from __future__ import annotations

from pathlib import Path

from sectigo_f5.probe.explaining.facts.every import FACTS, STAY_OPEN

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "real-devices.md").read_text()


def rows_below(heading: str) -> list[str]:
    """Return the rows of the table below a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("|")][2:]


def test_every_fact_is_in_the_table_with_the_questions_that_settle_it() -> None:
    questions = [", ".join(f"`{question}`" for question in fact.questions) for fact in FACTS]
    assert rows_below("What a report settles") == [
        f"| {fact.unknown} | {fact.until_then} | {asked} |" for fact, asked in zip(FACTS, questions, strict=True)
    ]


def test_what_no_probe_can_settle_is_in_the_other_table() -> None:
    assert rows_below("What no report settles") == [f"| {what} | {why} |" for what, why in STAY_OPEN.items()]
