"""What a ``credentials_command`` prints: what is understood, and that no error says any of it."""

from __future__ import annotations

import json
import re
import traceback
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.configuration.credentials.answer import LONGEST, UnusableAnswerError, credentials_in
from tests.support.properties import generated

PAIR = {"username": "sectigo", "password": 'hun ter2: "é" \\ {x} #'}
VAULT = {"request_id": "0b9d", "lease_id": "", "renewable": False, "lease_duration": 0, "warnings": None}


def vault(data: Any) -> str:
    return json.dumps({**VAULT, "data": data}, indent=2)


@pytest.mark.parametrize(
    "printed",
    [
        "username: sectigo\npassword: 'hun ter2: \"é\" \\ {x} #'\n",
        "\ufeff# of bigip-fra\r\nusername: sectigo\r\npassword: 'hun ter2: \"é\" \\ {x} #'\r\nlease: 7\r\n",
        json.dumps(PAIR),
        json.dumps({**PAIR, "engine": "bigip", "port": 443}, indent="\t", ensure_ascii=False),
        vault({"data": PAIR, "metadata": {"version": 3, "destroyed": False}}),  # KV, version 2
        vault(PAIR),  # KV, version 1
        vault({**PAIR, "ttl": 2764790, "last_vault_rotation": "2026-11-26T10:00:00Z"}),  # ldap, database
    ],
)
def test_yaml_and_the_json_of_vaults_are_understood(printed: str) -> None:
    found = credentials_in(printed.encode())
    assert {"username": found.username, "password": found.password.reveal()} == PAIR


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        (b"", "printed nothing"),
        (b" \n\t\n", "printed nothing"),
        (b"\xff\xfeu\0s\0", "printed what is not UTF-8 text"),
        (b"username: a\npassword: caf\xe9", "printed what is not UTF-8 text"),
        (b"x" * (LONGEST + 1), f"printed more than {LONGEST} bytes"),
        (b"hunter2", "printed no mapping with username and password"),
        (b"[username, hunter2]", "printed no mapping with username and password"),
        (b"null", "printed no mapping with username and password"),
        (b"1" * 5000, "printed neither YAML nor JSON"),
        (b"hunter2: x\n", "printed no username and no password"),
        (b"username: sectigo\npasword: hunter2", "printed no password"),
        (b"username: sectigo\npassword:\n", "printed no password"),
        (vault({"data": None, "metadata": {"destroyed": True}}).encode(), "printed no mapping with username and"),
        (vault({"data": {"password": "hunter2"}}).encode(), "printed no username"),
        (b"username: sectigo\npassword: 12345678", "printed a password that YAML does not read as text; have it"),
        (b"username: [hunter2]\npassword: hunter2", "printed a username that YAML does not read as text"),
        (b'{"username": "sectigo", "password": ""}', "printed a password that is empty"),
        (b'{"username": "a", "password": "hunter2\\n"}', "printed a password that contains a line break or another"),
        (b'{"username": "a", "password": "\\ud800"}', "printed a password that contains a line break or another"),
        (b"username: *hunter2\npassword: x", "printed neither YAML nor JSON"),
        (b"username: a\npassword: hunter2: 3", "printed neither YAML nor JSON"),
        (b"username: a\npassword: !hunter2 x", "printed neither YAML nor JSON"),
        (b"hunter2: 1\nhunter2: 2\n", "printed neither YAML nor JSON"),
        (b'{"username": "hunter2"', "printed neither YAML nor JSON"),
        (b"- " * 5000, "printed neither YAML nor JSON"),
        (b"Enter hunter2: \x00", "printed neither YAML nor JSON"),
    ],
)
def test_what_cannot_be_used_is_told_without_any_of_it(printed: bytes, expected: str) -> None:
    with pytest.raises(UnusableAnswerError, match="^" + re.escape(expected)) as raised:
        credentials_in(printed)
    assert "hunter2" not in "".join(traceback.format_exception(raised.value))


PIECES = st.sampled_from(["username", "password", "data", ": ", "\n", "- ", *"{}[]\"',&*"])


def said_of(printed: bytes) -> str:
    """Return the error with all that a traceback would show; empty if there is none."""
    try:
        found = credentials_in(printed)
    except UnusableAnswerError as error:
        return "".join(traceback.format_exception(error))
    return "" if found.username and found.password else "nothing"


@generated(150)
@given(st.lists(st.one_of(PIECES, st.just("hunter2"), st.text(max_size=3)), max_size=12).map("".join))
def test_any_text_is_credentials_or_an_error_that_says_none_of_it(printed: str) -> None:
    said = said_of(printed.encode(errors="surrogatepass"))
    assert said == "" or "UnusableAnswerError: printed " in said
    assert "hunter2" not in said
