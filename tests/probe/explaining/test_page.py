"""The page on real BIG-IPs, beside the uncertain facts."""

from __future__ import annotations

import re
from pathlib import Path

from script.uncertain_facts import PAGE, page
from sectigo_f5.configuration.environment.variables import VARIABLES
from sectigo_f5.configuration.files import read_configuration
from sectigo_f5.probe.explaining.facts.every import FACTS, STAY_OPEN


def test_tables_of_the_page_are_what_generate_writes() -> None:
    text = PAGE.read_text()
    assert page(text) == text, "run script/generate"


def test_every_fact_is_on_the_page() -> None:
    told = page(PAGE.read_text())
    assert [fact.unknown for fact in FACTS if f"| {fact.unknown} | {fact.until_then} |" not in told] == []
    assert [what for what, why in STAY_OPEN.items() if f"| {what} | {why} |" not in told] == []


def test_files_for_somebody_with_nothing_but_a_bigip_are_valid(tmp_path: Path) -> None:
    yaml, env = re.findall(r"^```(?:yaml)?\n(.*?)^```", PAGE.read_text(), re.DOTALL | re.MULTILINE)
    (tmp_path / "try.yaml").write_text(yaml)
    assert [job.label for job in read_configuration(tmp_path).jobs] == ["www.example.com@bigip"]
    assert {line.partition("=")[0] for line in env.splitlines()} <= set(VARIABLES)
