"""What a ``credentials_command`` has printed: the YAML of a credentials file, or the JSON of a vault.

No error repeats any part of it, not even the name of a key: it might be the password.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from sectigo_f5.acme.certbot_options import secret_fault
from sectigo_f5.configuration.credentials.inline import KEYS, Credentials
from sectigo_f5.configuration.findings import Findings
from sectigo_f5.configuration.sources.yaml_lines import Value, parse
from sectigo_f5.secret import Secret

LONGEST = 1 << 16  # bytes


class UnusableAnswerError(Exception):
    """What was printed cannot be used; the text goes behind the name of the program."""


def credentials_in(printed: bytes) -> Credentials:
    """Read the user name and password; raises :class:`UnusableAnswerError`.

    Other keys do not matter. Vault wraps a secret into ``data``, and that of its KV store, version 2, once more.
    """
    found: object = _read(printed)
    for _ in range(2):
        if isinstance(found, Mapping) and not set(KEYS) & set(found) and "data" in found:
            found = found["data"]
    if not isinstance(found, Mapping):
        raise UnusableAnswerError("printed no mapping with username and password")
    missing = [key for key in KEYS if found.get(key) is None]
    if missing:
        raise UnusableAnswerError(f"printed no {' and no '.join(missing)}")
    username, password = (_text(key, found[key]) for key in KEYS)
    return Credentials(username, Secret(password))


def _read(printed: bytes) -> object:
    if len(printed) > LONGEST:
        raise UnusableAnswerError(f"printed more than {LONGEST} bytes")
    try:
        text = printed.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnusableAnswerError("printed what is not UTF-8 text") from None
    if not text.strip():
        raise UnusableAnswerError("printed nothing")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass  # it is YAML, as a rule
    findings = Findings(Path())
    value = findings.attempt(parse, printed, findings)
    if value is None or findings.mistakes:
        raise UnusableAnswerError("printed neither YAML nor JSON")
    return _plain(value)


def _plain(value: Value) -> object:
    """Return a value without its lines."""
    if value.entries is not None:
        return {key: _plain(entry.value) for key, entry in value.entries.items()}
    return value.data


def _text(key: str, found: object) -> str:
    if not isinstance(found, str):
        raise UnusableAnswerError(f"printed a {key} that YAML does not read as text; have it quoted")
    if fault := secret_fault(found):
        raise UnusableAnswerError(f"printed a {key} that {fault}")
    return found
