"""Bytes and JSON as a broken or hostile peer sends them, for property-based tests."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

BYTES = st.binary(max_size=4)
HUGE = 10**400
SCALARS = (
    st.none()
    | st.booleans()
    | st.sampled_from([0, -1, 2**63, HUGE, -HUGE, 1e308, float("inf"), float("nan")])
    | st.sampled_from(["", "none", "\x00", "\ud800", "²", "9" * 5000, "/", "/Common/x", "a\nb\x1b[2J", "\u202e"])
    | st.text(max_size=8)
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """Return bytes with a few of them replaced, left out or added, most of all near their beginning."""
    result = content
    for _ in range(draw(st.integers(1, 3))):
        end = len(result) if draw(st.booleans()) else min(len(result), 60)
        start = draw(st.integers(0, end))
        result = result[:start] + draw(BYTES) + result[start + draw(st.integers(0, 4)) :]
    return result


@st.composite
def odd(draw: st.DrawFn, item: Any) -> Any:
    """Return a JSON value with one or two of its parts, at any depth, replaced by anything."""
    result = item
    for _ in range(draw(st.integers(1, 2))):
        result = _replaced(draw, result)
    return result


def _replaced(draw: st.DrawFn, item: Any) -> Any:
    if not item or not isinstance(item, dict | list) or draw(st.integers(0, 4)) == 0:
        return draw(JSON)
    if isinstance(item, dict):
        name = draw(st.sampled_from(sorted(item)))
        return {**item, name: _replaced(draw, item[name])}
    place = draw(st.integers(0, len(item) - 1))
    return [*item[:place], _replaced(draw, item[place]), *item[place + 1 :]]
