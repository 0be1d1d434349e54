"""Secrets do not print: while one is alive no text shows it, and no exception takes it along when it is forgotten."""

from __future__ import annotations

import html
import json
import pickle
import re
import traceback
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import secret
from sectigo_f5.errors import ConnectorError
from sectigo_f5.secret import QuotedSecretError, Secret, mask, one_time_passphrase
from tests.support.canaries import unique
from tests.support.properties import generated

QUOTED: tuple[Callable[[str], str], ...] = (
    str,
    repr,
    lambda text: repr(text.encode()),
    json.dumps,
    lambda text: json.dumps(text, ensure_ascii=False),
    quote,
    lambda text: quote(text, safe=""),
    quote_plus,
    html.escape,
)
AGAIN: tuple[Callable[[str], str], ...] = (str, repr, json.dumps, lambda text: json.dumps({"x": [json.dumps(text)]}))
ODD = " '\"%&+\\<>#;$\u00e9\u20ac"


@generated(60)
@given(st.text(ODD, max_size=4), st.sampled_from(QUOTED), st.sampled_from(AGAIN))
def test_a_secret_is_masked_however_it_is_quoted(
    odd: str, quoted: Callable[[str], str], again: Callable[[str], str]
) -> None:
    begin, end = unique(8), unique(8)
    held = Secret(begin + odd + end)
    text = mask(f"before {again(quoted(held.reveal()))} after")
    assert begin not in text
    assert end not in text
    assert "***" in text


def test_a_thousand_passwords_cost_a_line_no_pattern_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """``re`` keeps 512 patterns, and to make one again takes two milliseconds."""
    held, made = [Secret(f"{unique(12)} $ {number}") for number in range(1000)], list[str]()

    def spellings(character: str) -> str:
        made.append(character)
        return re.escape(character)

    monkeypatch.setattr(secret, "_spellings", spellings)
    assert mask("nothing & more \\ at 100%") == "nothing & more \\ at 100%"
    assert made == []
    assert mask(f"& {held[7].reveal()}") == "& ***"
    assert made == [], "it was there in clear"


def test_a_secret_that_is_gone_or_short_is_masked_no_more() -> None:
    with one_time_passphrase() as passphrase:
        clear = passphrase.reveal()
        assert mask(f"it is {clear}") == "it is ***"
    short = Secret("abc")
    assert mask(f"{clear} abc") == f"{clear} abc"
    assert mask("abc", [short, Secret("")]) == "***"


def test_an_error_shows_no_secret_that_it_was_given() -> None:
    held = Secret(unique())
    assert str(ConnectorError(f"it says {held.reveal()}")) == "it says ***"
    with pytest.raises(TypeError, match="never serialised"):
        pickle.dumps(held)


def failed(error: type[Exception], because: type[Exception], text: str) -> tuple[Exception, str]:
    """Let a passphrase be quoted by what ends its block; return that, and the passphrase."""
    quoted = list[str]()

    def fail(passphrase: Secret) -> None:
        quoted.append(passphrase.reveal())
        raise error(text.format(*quoted)) from because(*quoted)

    with pytest.raises(Exception) as raised, one_time_passphrase() as passphrase:  # noqa: PT011  # whichever it is
        fail(passphrase)
    return raised.value, quoted[0]


def test_an_exception_outlives_a_passphrase_without_it() -> None:
    met, passphrase = failed(ValueError, KeyError, "of {}")
    told = "".join(traceback.format_exception(met))
    assert passphrase not in told
    assert "QuotedSecretError: KeyError: '***'" in told
    assert told.rstrip().endswith("QuotedSecretError: ValueError: of ***")


def test_an_exception_that_quotes_nothing_stays_what_it_is() -> None:
    met, passphrase = failed(ConnectorError, OSError, "no")
    assert (type(met), str(met)) == (ConnectorError, "no")
    assert passphrase not in "".join(traceback.format_exception(met))
    assert isinstance(met.__cause__, QuotedSecretError)
