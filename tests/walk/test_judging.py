"""What the walk calls wrong: a word that is not true, a site that was down, an order too many, what is left over."""

from __future__ import annotations

import re
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from sectigo_f5.model import Outcome, Result
from tests.support.builders import job
from tests.support.installation import ROOT
from tests.walk.__main__ import main
from tests.walk.catalogue import FAULTS
from tests.walk.cells import Cell, Walked
from tests.walk.judging import Course, faults_of
from tests.walk.operations import OPERATIONS
from tests.walk.table import as_json, as_markdown, read

OLD, NEW = 0xA, 0xB
KEPT = Result.of(job(), Outcome.KEPT, "is valid", serial="b")
RENEWED = Result.of(job(), Outcome.RENEWED, "was due", serial="b")
GOOD = Course(
    operation=OPERATIONS["renewal"],
    serving_before=OLD,
    first=(RENEWED, 0, NEW, True),
    signal=None,
    dead=False,
    later=(KEPT,),
    issued=(OLD, NEW),
    orders=1,
    served=(NEW,),
    is_saved=True,
    unknown=(),
)
THERE = {"sys/file/ssl-key /Common/a.key": "{}"}


def failed(error: str) -> Result:
    return Result.of(job(), Outcome.FAILED, error, error=error)


def judged(course: Course, found: dict[str, str] | None = None) -> list[str]:
    return list(faults_of(course, THERE, THERE if found is None else found))


@pytest.mark.parametrize(
    "first",
    [
        (RENEWED, 0, NEW, True),
        (failed("no certificate was issued"), 1, OLD, True),
        (failed("in service but not saved"), 1, NEW, False),
    ],
    ids=["done", "not done", "done and not saved"],
)
def test_a_true_word_is_good(first: tuple[Result | None, int, int | None, bool]) -> None:
    assert judged(replace(GOOD, first=first)) == []
    assert judged(replace(GOOD, first=(None, -signal.SIGKILL, OLD, False), signal=signal.SIGKILL)) == []


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ((RENEWED, 0, OLD, True), "a serves, but the first run said renewed"),
        ((RENEWED, 0, None, True), "no certificate serves, but"),
        ((RENEWED, 0, NEW, False), "it is not saved, but"),
        ((RENEWED, 1, NEW, True), "the exit code is not that of the word"),
        ((replace(RENEWED, bug=True), 3, NEW, True), "a bug"),
        ((failed("no certificate was issued"), 1, NEW, True), "the change is in service, but"),
        ((failed("no certificate was issued"), 0, OLD, True), "the exit code is not that of the word"),
        ((KEPT, 0, OLD, True), "nobody expects that, but"),
        ((None, 3, OLD, True), "the first run ended by 3 without a word"),
    ],
)
def test_a_word_that_is_not_true_is_told(first: tuple[Result | None, int, int | None, bool], said: str) -> None:
    (problem,) = judged(replace(GOOD, first=first))
    assert problem.startswith(said)


def test_what_the_last_run_has_left_is_told() -> None:
    assert judged(replace(GOOD, orders=2)) == ["2 orders"]
    assert judged(replace(GOOD, orders=2, dead=True)) == []
    assert judged(replace(GOOD, is_saved=False)) == ["it is not saved in the end"]
    assert judged(replace(GOOD, served=(OLD,))) == ["the last run said b, and ['a'] serves"]
    assert judged(replace(GOOD, later=(failed("busy"),), served=()))[0] == "the last run said failed: busy"
    assert judged(GOOD, {}) == ["missing: sys/file/ssl-key /Common/a.key"]
    assert judged(GOOD, {**THERE, "rule /Common/x": ""}) == ["left: rule /Common/x"]
    assert judged(GOOD, dict.fromkeys(THERE, "[]"))[0].startswith("different: ")


def test_a_cell_is_read_back_and_counted(tmp_path: Path) -> None:
    good = Walked(Cell("renewal", "SIGKILL", 3), "GET /x", ("-", "renewed"), 1, ())
    bad = replace(good, cell=Cell("renewal", "SIGKILL", 4), orders=2, problems=("2 orders",))
    file = tmp_path / "results"
    file.write_text(f"{as_json(good)}\n{as_json(bad)}\n{as_json(good)[:40]}")
    assert read(file) == [good, bad]
    assert as_markdown([good, bad, replace(good, cell=Cell("repair", "empty", 1), orders=0)]).splitlines() == [
        "| fault | renewal | repair |",
        "| --- | --- | --- |",
        "| SIGKILL | 1 of 2; 1 or 2 |  |",
        "| empty |  | 1 of 1; 0 |",
        "| all | 1 of 2; 1 or 2 | 1 of 1; 0 |",
    ]


def test_a_bad_cell_of_an_earlier_walk_is_not_walked_again_and_ends_by_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "results"
    for problems, code in (((), 0), (("2 orders",), 1)):
        file.write_text(as_json(Walked(Cell("renewal", "SIGKILL", 3), "GET /x", ("-",), 1, problems)) + "\n")
        before = file.read_bytes()
        assert main(["--operation", "renewal", "--fault", "SIGK*", "--results", str(file)]) == code
        assert (file.read_bytes(), f"| SIGKILL | {1 - code} of 1; 1 |" in capsys.readouterr().out) == (before, True)


def test_the_table_of_the_page_lacks_no_cell() -> None:
    page = (ROOT / "docs" / "walks.md").read_text()
    rows = [[word.strip() for word in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]
    head = rows.index(["fault", *OPERATIONS])
    table = {fault: figures for fault, *figures in rows[head + 2 :]}
    assert list(table) == [*FAULTS, "all"]
    for fault, figures in table.items():
        assert [bool(re.fullmatch(r"(\d+) of \1; [012 or]+", each)) for each in figures] == [True] * 4, fault
