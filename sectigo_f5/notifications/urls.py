"""The URLs of who is told: what of them is secret, and where a heartbeat goes."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

from sectigo_f5.secret import Secret

SHORTEST = 8  # characters of what is masked by itself


def parts(url: Secret) -> list[Secret]:
    """Return what must not be printed of a URL: the whole, and what may be a token or a password in it."""
    text = url.reveal()
    try:
        split = urlsplit(text)
        words = [
            split.username,
            split.password,
            *split.path.split("/"),
            *(value for _, value in parse_qsl(split.query)),
        ]
    except ValueError:
        words = []
    likely = [word for word in words if word and len(word) >= SHORTEST and re.search(r"\d", word)]
    found = {text, *likely, *map(unquote, likely)} | ({split.password} if words and split.password else set())
    return [Secret(each) for each in found if each]


def with_code(url: str, code: int) -> str:
    """Return where a heartbeat goes: the exit code is the last part of the path, as healthchecks has it."""
    split = urlsplit(url)
    return urlunsplit(split._replace(path=f"{split.path.rstrip('/')}/{code}", fragment=""))
