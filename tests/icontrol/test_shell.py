"""What reaches the shell of a BIG-IP: one word of an alphabet without a meaning there, or nothing."""

from __future__ import annotations

import re
import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.errors import ConnectorError
from sectigo_f5.icontrol.shell import shell_safe
from tests.support.properties import generated

NASTY = st.text("aZ9._/-'\"`$&|;<>(){}[]*?~#!\\ \t\n\r\0\u00e9\u2028", max_size=12)


@generated(200)
@given(st.one_of(NASTY, st.text(max_size=12)))
def test_any_name_is_one_word_without_a_meaning_or_is_refused(name: str) -> None:
    try:
        safe = shell_safe(name)
    except ConnectorError:
        return
    assert safe == name
    assert shlex.split(f"rm -f {safe}") == ["rm", "-f", name]
    assert re.fullmatch(r"/?[A-Za-z0-9][A-Za-z0-9._/-]*", name, re.ASCII)
    assert "\n" not in name
    assert ".." not in name


@pytest.mark.parametrize("name", ["", "-rf", "/-x", "a b", "a\n", "a;b", "$(id)", "../x", "a/../b", "a'b", "~", "*"])
def test_a_name_with_a_meaning_is_refused(name: str) -> None:
    with pytest.raises(ConnectorError, match="must not reach a shell"):
        shell_safe(name)
