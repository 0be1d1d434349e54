"""The circle closes for every release and every choice of every switch, in Common and elsewhere: other ones each day.

``SPREAD=all`` goes through all of them.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.simulator.releases import RELEASES
from tests.probe.circle import OTHER, Cell, cells, differences, every_choice
from tests.support.properties import daily
from tests.support.spread import spread

DAYS = 400


@pytest.mark.parametrize("cell", spread(cells(), DAYS), ids=str)
def test_circle_closes_for_a_choice_of_a_switch(cell: Cell) -> None:
    assert differences(cell) == []


@pytest.mark.parametrize("release", spread(RELEASES, 6))
def test_circle_closes_for_a_release(release: str) -> None:
    assert differences(Cell(release, ())) == []


@st.composite
def several_choices(draw: st.DrawFn) -> Cell:
    names = st.lists(st.sampled_from(every_choice()), min_size=2, max_size=12, unique_by=lambda choice: choice[0])
    return Cell(draw(st.sampled_from([*RELEASES])), tuple(draw(names)), draw(st.sampled_from(["Common", OTHER])))


@daily(1)
@given(several_choices())
def test_circle_closes_for_several_choices_together(cell: Cell) -> None:
    assert differences(cell) == []


def test_every_choice_has_a_cell_with_every_release() -> None:
    met: dict[tuple[str, Any], set[str]] = {}
    for cell in cells():
        (choice,) = cell.switches
        met.setdefault(choice, set()).add(cell.partition)
    assert list(met) == every_choice()
    assert all(partitions == {"Common", OTHER} for partitions in met.values())
    assert len(cells()) == len(RELEASES) * len(met)
