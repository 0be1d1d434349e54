"""The table of the benchmarks, and the command that prints it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import benchmarks.__main__
from benchmarks.__main__ import PARTS, main
from benchmarks.measuring import BenchmarkError
from benchmarks.options import Options
from benchmarks.table import HEADINGS, Figure, Row, markdown, plain

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "docs" / "performance.md").read_text()
ROWS = [
    Row("reading", (Figure("requests", 9, "requests", goal=8), Figure("time", 1.25, "s", 0.5))),
    Row("writing", (Figure("times as fast", 12, "x", goal=10),)),
]


@pytest.mark.parametrize(
    ("value", "unit", "goal", "met"),
    [(8, "requests", 8, "yes"), (8.1, "s", 8, "no"), (10, "x", 10, "yes"), (9.9, "x", 10, "no"), (1, "s", None, "")],
)
def test_goals_are_upper_bounds_but_for_ratios(value: float, unit: str, goal: float | None, met: str) -> None:
    assert Figure("", value, unit, goal=goal).met == met


def test_the_plain_table_names_each_work_once() -> None:
    lines = plain(ROWS).splitlines()
    assert [line.split()[0] for line in lines] == ["work", "reading", "time", "writing"]
    assert lines[1].split() == ["reading", "requests", "9", "<=", "8", "no"]
    assert lines[2].split() == ["time", "1.25", "s", "0.50", "s"]
    assert lines[3].split() == ["writing", "times", "as", "fast", "12.0", "x", ">=", "10.0", "x", "yes"]
    columns = zip(lines, ("figure", "requests", "time", "times as fast"), strict=True)
    assert len({line.index(cell) for line, cell in columns}) == 1


def test_the_markdown_table_has_a_cell_for_each_heading() -> None:
    lines = markdown(ROWS).splitlines()
    assert {line.count("|") for line in lines} == {len(HEADINGS) + 1}
    assert lines[3] == "|  | time | 1.25 s | 0.50 s |  |  |"


def test_performance_shows_a_table_of_the_command_and_names_every_part() -> None:
    assert f"| {' | '.join(HEADINGS)} |" in PAGE
    assert [part for part in PARTS if f"`{part}`" not in PAGE] == []


def test_an_unknown_part_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["everything"])
    assert f"no such part: everything; choose from {', '.join(PARTS)}" in capsys.readouterr().err


def test_what_cannot_be_measured_is_told_and_the_others_are_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Options) -> Iterator[Row]:
        yield ROWS[1]
        raise BenchmarkError("the device is gone")

    def stopped(_: Options) -> Iterator[Row]:
        raise KeyboardInterrupt

    parts = {"broken": broken, "reading": lambda _: iter(ROWS[:1]), "stopped": stopped, "never": broken}
    monkeypatch.setattr(benchmarks.__main__, "PARTS", parts)
    assert main(["--markdown"]) == 1
    shown = capsys.readouterr()
    assert shown.out.startswith("Measured on ")
    assert shown.out.endswith(f" BIG-IP.\n\n{markdown([ROWS[1], ROWS[0]])}\n")
    assert "broken could not be measured: the device is gone" in shown.err
    assert "interrupted in stopped; everything that was started has ended" in shown.err
