"""How far a run is, as lines, by a clock of the test."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.model import Job, Outcome, Result
from sectigo_f5.report.board import Board, duration
from tests.support import builders
from tests.support.properties import generated


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


def jobs(devices: int, each: int) -> list[Job]:
    of = [builders.device(name=f"bigip-{number}") for number in range(devices)]
    return [builders.job(f"www{number}.example.com", device=device) for device in of for number in range(each)]


def result(job: Job, error: str | None = None, outcome: Outcome | None = None) -> Result:
    return Result.of(job, outcome or (Outcome.FAILED if error else Outcome.ENROLLED), "", error=error)


def shown(board: Board, room: int = 20) -> list[str]:
    lines, below = board.lines(room)
    return [*(f"{'' if line.of_device else '  '}{line.name}: {line.text}" for line in lines), *below]


def test_each_device_says_who_is_at_work_and_what_has_failed() -> None:
    clock, of = Clock(), jobs(4, 3)
    board = Board(clock)
    board.begin(of)
    board.done(result(of[0]))
    board.doing(of[1].label, "Certbot: waiting for the CA")
    board.doing("bigip-1", "logging in to 192.0.2.10")
    for job in of[6:9]:
        board.done(result(job, "the CA refuses" if job is of[7] else None))
    clock.now = 12.9
    assert shown(board) == [
        "bigip-0: 1 done, 1 running, 1 left",
        "  www1.example.com: Certbot: waiting for the CA, 12 s",
        "bigip-1: 0 done, 3 left: logging in to 192.0.2.10, 12 s",
        "bigip-2: 2 done, 1 failed, 0 left",
        "  www1.example.com: failed: the CA refuses",
        "1 more BIG-IP(s): 1 left",
        "in all: 3 done, 1 running, 1 failed, 7 left, 12 s",
    ]


def test_a_device_of_which_no_certificate_is_worked_on_counts_none() -> None:
    clock = Clock()
    board = Board(clock)
    board.doing("bigip-0", "question 3 of 36: whether the user may upload a file")
    clock.now = 3
    assert shown(board) == ["bigip-0: question 3 of 36: whether the user may upload a file, 3 s", "in all: 3 s"]
    board.leave("bigip-0")
    assert shown(board)[-1] == "in all: 3 s"


def test_a_stage_counts_its_own_seconds_and_ends_with_its_certificate() -> None:
    clock, (job,) = Clock(), jobs(1, 1)
    board = Board(clock)
    board.begin([job])
    with board.at_work(job.label):
        board.doing(job.label, "rehearsing the change")
        clock.now = 3
        board.doing(job.label, "uploading the certificate")
        clock.now = 5
        assert "  www0.example.com: uploading the certificate, 2 s" in shown(board)
    board.done(result(job))
    assert shown(board) == ["1 BIG-IP(s): 1 done", "in all: 1 done, 0 left, 5 s"]


def test_a_later_result_of_a_certificate_replaces_the_earlier_one() -> None:
    board, (job,) = Board(Clock()), jobs(1, 1)
    board.begin([job])
    board.done(result(job))
    board.done(result(job, "in service but not saved"))
    assert shown(board)[-1] == "in all: 0 done, 1 failed, 0 left, 0 s"


def test_certificates_that_were_not_reached_are_left_to_be_done() -> None:
    board, (job,) = Board(Clock()), jobs(1, 1)
    board.begin([job])
    board.done(result(job, "the run was stopped before it", Outcome.SKIPPED))
    assert shown(board)[-1] == "in all: 0 done, 1 left, 0 s"


def test_short_room_keeps_what_is_at_work_and_sums_up_the_rest() -> None:
    board, of = Board(Clock()), jobs(50, 2)
    board.begin(of)
    for job in of[:40]:
        board.done(result(job, "no"))
    for job in of[40:60:2]:
        board.doing(job.label, "reading the BIG-IP")
    assert shown(board, 8) == [
        *("bigip-20: 0 done, 1 running, 1 left", "  www0.example.com: reading the BIG-IP, 0 s"),
        *("bigip-21: 0 done, 1 running, 1 left", "  www0.example.com: reading the BIG-IP, 0 s"),
        *("bigip-22: 0 done, 1 running, 1 left", "  www0.example.com: reading the BIG-IP, 0 s"),
        "47 more BIG-IP(s): 7 running, 20 failed, 20 left",
        "in all: 0 done, 10 running, 40 failed, 50 left, 0 s",
    ]
    assert shown(board, 24)[20:] == [
        "bigip-29: 0 done, 1 running, 1 left",
        "  www0.example.com: reading the BIG-IP, 0 s",
        "38 more BIG-IP(s): 18 failed, 20 left",
        "in all: 0 done, 10 running, 40 failed, 50 left, 0 s",
    ]


EVENTS = st.lists(st.tuples(st.sampled_from(["doing", "leave", "done", "fail"]), st.integers(0, 8)), max_size=20)


@generated(30)
@given(events=EVENTS, room=st.integers(0, 12))
def test_every_certificate_is_counted_once_in_whatever_room(events: list[tuple[str, int]], room: int) -> None:
    board, of = Board(Clock()), jobs(3, 3)
    board.begin(of)
    for what, number in events:
        job = of[number]
        if what == "doing":
            board.doing(job.label, "at work")
        elif what == "leave":
            board.leave(job.label)
        else:
            board.done(result(job, "no" if what == "fail" else None))
    lines, below = board.lines(room)
    assert 1 <= len(lines) + len(below) <= max(room, 1)
    assert sum(int(number) for number in re.findall(r"(\d+) (?:done|running|failed|left)", below[-1])) == len(of)


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.9, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (9000, "2 h 30 min")]
)
def test_waits_are_told_as_people_tell_them(seconds: float, text: str) -> None:
    assert duration(seconds) == text
