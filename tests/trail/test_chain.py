"""The chain: whatever is done to a line that others follow is found, and a line that was cut is closed by its mark."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.trail.chain import digest, encode, following, parse, verified
from sectigo_f5.trail.nouns import CUT, GENESIS, Head
from tests.support.properties import generated
from tests.support.trails import breaks, chained, lines_of_chain, raws, record

CHAIN = lines_of_chain(6)


def test_a_chain_verifies_and_its_head_is_its_last_line() -> None:
    found = verified(raws(CHAIN))
    assert (found.breaks, found.lines, found.first, found.before) == ([], 6, 1, GENESIS)
    assert found.head == Head(6, digest(CHAIN[-1]))


def test_no_line_at_all_is_a_chain() -> None:
    assert verified([]).head == Head(0, GENESIS)


def test_a_line_is_one_line_of_json_that_can_be_read_back() -> None:
    _, line = following(Head(), record(1, ticket="CHG-1: Köln\nnot a line"))
    assert b"\n" not in line
    found = parse(line)
    assert found is not None
    assert (found["number"], found["ticket"]) == (1, "CHG-1: Köln\nnot a line")


@generated(150)
@given(st.integers(0, 4), st.data())
def test_a_flipped_bit_in_the_middle_is_found(number: int, data: st.DataObject) -> None:
    line = CHAIN[number]
    place, bit = data.draw(st.integers(0, len(line) - 1)), data.draw(st.integers(0, 7))
    changed = line[:place] + bytes([line[place] ^ 1 << bit]) + line[place + 1 :]
    pieces = b"\n".join([*CHAIN[:number], changed, *CHAIN[number + 1 :]]).split(b"\n")
    assert breaks(pieces)


@generated(40)
@given(st.sets(st.integers(0, 5), min_size=1))
def test_lines_that_are_taken_out_are_found(left: set[int]) -> None:
    at_the_ends_alone = len(left) == max(left) - min(left) + 1
    assert bool(breaks(CHAIN[number] for number in sorted(left))) != at_the_ends_alone


@generated(40)
@given(st.permutations(range(6)))
def test_lines_in_another_order_are_found(order: list[int]) -> None:
    assert bool(breaks(CHAIN[number] for number in order)) == (order != sorted(order))


@generated(60)
@given(st.integers(0, 5), st.sampled_from([b"", b"{}", b"null", b"[" * 5000, *CHAIN, encode(record(3))]))
def test_a_line_that_is_put_in_is_found(at: int, line: bytes) -> None:
    assert breaks([*CHAIN[:at], line, *CHAIN[at:]])


def test_a_break_names_the_line_and_what_it_means() -> None:
    changed = CHAIN[1].replace(b"made", b"fail")
    expected = "audit.jsonl, line 3: audit.jsonl, line 2 was changed after it was written: "
    assert breaks([CHAIN[0], changed, *CHAIN[2:]]) == [f"{expected}its SHA-256 is another one"]
    assert breaks([CHAIN[0], *CHAIN[3:]]) == ["audit.jsonl, line 2: numbers 2 to 3 are missing before it"]
    assert breaks([CHAIN[0], *CHAIN[2:]]) == ["audit.jsonl, line 2: number 2 is missing before it"]
    twice = "audit.jsonl, line 3: number 2 follows number 2: inserted, or out of order"
    assert twice in breaks([*CHAIN[:2], CHAIN[1], *CHAIN[2:]])
    nonsense = "audit.jsonl, line 2: this is not a line of the trail, and no mark closes it"
    assert breaks([CHAIN[0], b"nonsense", *CHAIN[2:]]) == [nonsense]


def test_older_lines_that_are_kept_elsewhere_are_said_and_no_break() -> None:
    found = verified(raws(CHAIN[2:]))
    assert (found.breaks, found.first, found.before) == ([], 3, digest(CHAIN[1]))


def closed(lines: list[bytes], fragment: bytes, *more: dict[str, object]) -> list[bytes]:
    """Return a chain whose last line was cut, as the next run closes it."""
    return [*lines, fragment, *chained([record(9, what=CUT), *more], Head(len(lines) + 1, digest(fragment)))]


@generated(40)
@given(st.integers(0, 4), st.data())
def test_a_line_that_was_cut_anywhere_is_closed_by_its_mark(number: int, data: st.DataObject) -> None:
    fragment = CHAIN[number][: data.draw(st.integers(1, len(CHAIN[number])))]
    assert verified(raws([*CHAIN[:number], fragment], cut=True)).is_cut
    assert breaks([*CHAIN[:number], fragment], cut=True) == []
    whole = closed(CHAIN[:number], fragment, record(10))
    found = verified(raws(whole))
    assert (found.breaks, len(found.marks), found.head.number) == ([], 1, number + 3)
    other = [*whole[:number], fragment[:-1] + b"~", *whole[number + 1 :]]
    assert breaks(other), "another fragment than the one that was marked"


def test_what_is_cut_off_is_never_accepted_before_another_line() -> None:
    assert breaks([*CHAIN[:2], CHAIN[2][:40], CHAIN[3]])
    found = verified(raws([*CHAIN[:2], CHAIN[2][:40]]))
    assert (found.is_cut, found.breaks) == (True, []), "the power failed between the line break and the mark"
