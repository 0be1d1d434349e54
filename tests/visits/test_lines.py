"""Who is next."""

from __future__ import annotations

from typing import Any, cast

from sectigo_f5.model import Job, Result
from sectigo_f5.visits.lines import Line, Lines
from sectigo_f5.visits.visit import Visit
from tests.support import builders


def visit(*names: str) -> Visit:
    def work(*_: Any) -> Result:
        raise AssertionError

    return Visit(cast("Any", None), [builders.job(name) for name in names], work)


def taken(lines: Lines) -> tuple[Line, Visit, str]:
    found = lines.take()
    assert found
    line, of, job = found
    return line, of, job.common_name


def test_certificates_are_spread_over_bigips_in_their_order() -> None:
    lines = Lines([[visit("a1", "a2", "a3")], [visit("b1", "b2")], [visit("c1")]])
    first, second, third = taken(lines), taken(lines), taken(lines)
    assert [first[2], second[2], third[2]] == ["a1", "b1", "c1"]
    first[0].turn.give_back()  # it waits for the CA
    second[0].turn.give_back()
    assert taken(lines)[2] == "a2"
    third[0].turn.give_back()
    lines.end(second[0], second[1])
    assert taken(lines)[2] == "b2"


def test_the_next_login_waits_until_each_certificate_of_the_first_has_ended() -> None:
    one, two = visit("a"), visit("b")
    lines = Lines([[one, two]])
    line, _, name = taken(lines)
    assert (name, line.is_ready, line.is_waiting) == ("a", False, True)
    line.turn.give_back()
    assert not line.is_ready
    one._ended = 1  # noqa: SLF001
    lines.end(line, one)
    assert line.is_ready
    line, _, name = taken(lines)
    line.turn.give_back()
    assert (name, lines.take()) == ("b", None)


def test_a_line_that_leads_where_another_does_continues_after_it() -> None:
    lines = Lines([[visit("a1", "a2")], [visit("b")]])
    first, second = taken(lines), taken(lines)
    assert not lines.put_off(first[0], first[1], _job(first), {"one box"})
    assert lines.put_off(second[0], second[1], _job(second), {"one box"})
    second[0].turn.give_back()
    lines.end(second[0], second[1])
    assert not second[0].is_waiting
    first[0].turn.give_back()
    assert taken(lines)[2] == "a2"
    assert [of.waiting for of in first[0].visits] == [[], [_job(second)]]


def _job(found: tuple[Line, Visit, str]) -> Job:
    return builders.job(found[2])
