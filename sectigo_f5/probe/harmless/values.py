"""Values that a report may hold: by the name of the property, and only words of F5's, or names of the probe's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sectigo_f5.probe.harmless.names import NAME, NUMBER, SCRATCH, TOKEN, USER, Names
from sectigo_f5.probe.harmless.shapes import DEEPEST, property_name
from sectigo_f5.probe.harmless.texts import Texts
from sectigo_f5.probe.harmless.vocabulary import MODULES
from sectigo_f5.probe.harmless.words import is_term

Value = str | int

MOST, MOST_ITEMS, MOST_TOGETHER = 60, 2000, 6  # values of an answer, items that are looked at, values of one place
EACH = " | "  # between the values of one place
PRINTED = "commandResult"  # what a command line has printed
LONGEST_PRINTED, LONGEST_PLACE = 200, 200  # characters
_ROLES = (
    "admin|resource-admin|user-manager|auditor|manager|certificate-manager|irule-manager|application-editor|operator|"
    "firewall-manager|web-application-security-(?:administrator|editor)|fraud-protection-manager|acceleration-policy-"
    "editor|log-manager|guest|no-access"
)
_SWITCH, _TRUTH = "enabled|disabled", "yes|no|true|false"
# By property; whatever these do not match is told as a type alone.
WORDS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(pattern)
    for name, pattern in {
        "kind": r"[a-z]+(?::[a-z0-9-]+){1,8}",
        "securityType": "normal|password|fips|nethsm",
        "keyType": "(?:rsa|dsa|ec)-(?:private|public)",
        "certificateKeyCurveName": "none|prime256v1|secp[0-9]{3}[rk]1",
        "curveName": "none|prime256v1|secp[0-9]{3}[rk]1",
        "keyCurveName": "none|prime256v1|secp[0-9]{3}[rk]1",
        "isBundle": _TRUTH,
        "state": "[A-Z_]{2,20}|present|absent",
        "_taskState": "[A-Z_]{2,20}",
        "command": "run|install|save|load|generate|list",
        "context": "all|clientside|serverside",
        "sniDefault": _TRUTH,
        "sniRequire": _TRUTH,
        "secureRenegotiation": "request|require|require-strict",
        "mode": _SWITCH,
        "passphrase": r"none",
        "level": "none|nominal|minimum|dedicated|custom",
        "role": _ROLES,
        "shell": "none|bash|tmsh",
        "failoverState": "active|standby|offline|forced-offline|unknown",
        "autoSync": _SWITCH,
        "type": "sync-failover|sync-only|array|file|string|integer",
        "value": f"{_SWITCH}|{_TRUTH}",
        "consumer": "ltm|enterprise-manager|iquery|iquery-big3d|webserver|undefined",
        "version": r"[0-9]{1,2}(?:\.[0-9]{1,3}){1,3}",
    }.items()
}
_OPEN = frozenset(("kind", "state", "_taskState"))  # whose words have to be known ones besides
_SIZES = frozenset((256, 384, 512, 521, 1024, 2048, 3072, 4096, 8192))
_STATUSES = frozenset(range(200, 600))
_API_ERRORS = frozenset((*range(100), 26214401, 26214404, 32768001, 65536001, 67108865, 134217729))
NUMBERS: Mapping[str, frozenset[int]] = {
    "keySize": _SIZES,
    "certificateKeySize": _SIZES,
    "bitLength": _SIZES,
    "code": _STATUSES,
    "apiError": _API_ERRORS,
    "timeout": frozenset(range(36001)),  # seconds: of a token
    "timeoutSeconds": frozenset(range(86401)),  # of a transaction
}
_NAME_LIKE = frozenset(
    ("name", "fullPath", "partition", "key", "cert", "chain", "profile", "defaultsFrom", "sourcePath")
)


def values(content: object, names: Names, texts: Texts) -> dict[str, Value]:
    """Return what an answer says in F5's own words or with names of ours, by the place of the property."""
    found: dict[str, set[Value]] = {}
    for place, value in _told(content, "", names, texts, 0):
        found.setdefault(place, set()).add(value)
    return {place: _of_one_place(found[place]) for place in sorted(found)[:MOST]}


def together(one: Mapping[str, Value], other: Mapping[str, Value]) -> dict[str, Value]:
    """Return what two answers to one question say."""
    places = sorted({*one, *other})[:MOST]
    return {place: _of_one_place({each[place] for each in (one, other) if place in each}) for place in places}


def _of_one_place(values: set[Value]) -> Value:
    """Return one value, or several as one text: in order, each once."""
    if len(values) == 1:
        return next(iter(values))
    several = {each for value in values for each in str(value).split(EACH)}
    return EACH.join(sorted(several)[:MOST_TOGETHER])


def _told(content: object, place: str, names: Names, texts: Texts, depth: int) -> Iterator[tuple[str, Value]]:
    if depth > DEEPEST:
        return
    if isinstance(content, list):
        for each in content[:MOST_ITEMS]:
            if isinstance(each, dict) and _is_ours(each, names):
                yield from _told(each, place, names, texts, depth + 1)
    elif isinstance(content, dict):
        for name, value in list(content.items())[:MOST_ITEMS]:
            shown = property_name(str(name), names)
            where = f"{place}.{shown}" if place else shown
            if isinstance(value, dict | list):
                yield from _told(value, where, names, texts, depth + 1)
            elif len(where) <= LONGEST_PLACE:
                told = _value(shown, value, names, texts)
                yield from [] if told is None else [(where, told)]


def _is_ours(item: Mapping[object, object], names: Names) -> bool:
    """Tell whether an object of a list is the probe's, or has no name, or one that every BIG-IP has."""
    name = item.get("name", item.get("fullPath"))
    return name is None or (isinstance(name, str) and (name in MODULES or names.is_own(name.rpartition("/")[2])))


def _value(name: str, value: object, names: Names, texts: Texts) -> Value | None:
    """Return a value that may be told, or None."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return value if value in NUMBERS.get(name, ()) else None
    return _text(name, value, names, texts) if isinstance(value, str) else None


def _text(name: str, value: str, names: Names, texts: Texts) -> str | None:
    if name == PRINTED:
        return None if "-----BEGIN" in value else texts.shown(value, LONGEST_PRINTED, numbers=False) or None
    if name in NUMBERS and value.isascii() and value.isdigit() and int(value[:9]) in NUMBERS[name]:
        return value
    if name in WORDS and WORDS[name].fullmatch(value):
        return value if name not in _OPEN or all(map(is_term, _parts(value))) else None
    return _name(value, names) if name in _NAME_LIKE else None


def _parts(kind: str) -> list[str]:
    """Return the words of a kind: of ``tm:sys:crypto:key:keystate``, ``key`` is the last one."""
    return [re.sub("(?<=.)(?:collection)?(?:state|stats)$", "", part) for part in kind.split(":")]


def _name(value: str, names: Names) -> str | None:
    """Return a name or a path that is the probe's own or F5's."""
    if value.startswith("/"):
        shown = names.path(value)
        hidden = any(each in shown for each in (NAME, NUMBER, TOKEN, USER))
        return shown if not hidden and ("/" in shown[1:] or SCRATCH in shown) else None
    return names.ours(value)
