"""What has become of a certificate over time: a bounded list that says what differs, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.model import Change, Outcome, Result
from sectigo_f5.state import changes
from sectigo_f5.state.changes import LONGEST, MOST
from sectigo_f5.state.history import History
from sectigo_f5.timestamps import to_iso
from tests.support import builders
from tests.support.properties import generated

KEPT = Result.of(builders.job(), Outcome.KEPT, "all is well")
RENEWED = Result.of(builders.job(), Outcome.RENEWED, "30 days left")
DOWN = Result.of(builders.job(), Outcome.FAILED, "no answer within 30 s", error="no answer within 30 s")
REFUSED = Result.of(builders.job(), Outcome.FAILED, "wrong password", error="wrong password")
SKIPPED = Result.of(builders.job(), Outcome.SKIPPED, "stopped", error="stopped")
PENDING = Result.of(builders.job(), Outcome.PENDING, "the CA has not decided")


def after(results: Sequence[Result]) -> tuple[Change, ...]:
    """Return the changes that results of one day each make."""
    known: tuple[Change, ...] = ()
    for day, result in enumerate(results):
        known = changes.following(known, result, to_iso(builders.NOW + timedelta(days=day)))
    return known


def words(*results: Result) -> list[str]:
    return [change.result for change in after(results)]


def test_a_row_of_equal_results_is_one_change() -> None:
    (kept, down) = after([KEPT, KEPT, DOWN, replace(DOWN, error="no answer within 31 s"), SKIPPED])
    assert (kept.at, kept.result, kept.reason, kept.error) == (to_iso(builders.NOW), "kept", "all is well", None)
    assert (down.at[:10], down.reason, down.error) == ("2026-11-25", "", "no answer within 30 s")


def test_whatever_was_done_and_every_new_error_is_a_change() -> None:
    assert words(RENEWED, RENEWED, KEPT) == ["renewed", "renewed", "kept"]
    assert words(DOWN, REFUSED, PENDING, KEPT) == ["failed", "failed", "pending", "kept"]
    assert words(KEPT, replace(KEPT, error="in the way")) == ["kept", "kept"]


OUTCOMES = st.sampled_from([KEPT, RENEWED, DOWN, REFUSED, SKIPPED, PENDING, replace(DOWN, error="x" * 9000)])


@generated(100)
@given(results=st.lists(OUTCOMES, max_size=40))
def test_changes_are_bounded_read_again_and_end_with_the_last_result(results: list[Result]) -> None:
    known = after(results)
    assert len(known) <= MOST
    assert all(len(change.error or "") <= LONGEST for change in known)
    assert changes.read(json.loads(json.dumps(changes.as_json(known)))) == known
    told = [result for result in results if result.outcome is not Outcome.SKIPPED]
    assert [change.result for change in known[-1:]] == [result.outcome.value for result in told[-1:]]


def test_a_damaged_change_is_left_out_alone(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    History(file).record([KEPT], builders.NOW)
    content = json.loads(file.read_text())
    entry = content[builders.job().label]
    (good,) = entry["changes"]
    damaged = [
        3,
        {},
        {**good, "at": "soon"},
        {**good, "result": None},
        {**good, "error": 5},
        {**good, "reason": "\ud800"},
    ]
    entry["changes"] = [*damaged, {**good, "of a later release": 1}]
    file.write_text(json.dumps(content))
    assert [change.at for change in History(file).results()[builders.job().label].changes] == [good["at"]]
    for other in (None, "none", {"at": 1}):
        assert changes.read(other) == ()


def test_a_result_of_an_earlier_release_begins_the_changes(tmp_path: Path) -> None:
    history = History(tmp_path / "results.json")
    history.record([KEPT], builders.NOW)
    content = json.loads((tmp_path / "results.json").read_text())
    del content[builders.job().label]["changes"]
    (tmp_path / "results.json").write_text(json.dumps(content))
    assert history.results()[builders.job().label].changes == ()
    history.record([DOWN], builders.NOW + timedelta(days=1))
    assert [change.result for change in history.results()[builders.job().label].changes] == ["failed"]
