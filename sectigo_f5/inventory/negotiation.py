"""Which protocol versions a profile enables, by its options and cipher strings; pure.

Which suites are behind a keyword differs by release, so a string is judged by its text and by what the RFCs say of
suites: SHA-256, SHA-384 and AEAD suites are of TLS 1.2 (RFC 5246 section 1.2, RFC 5288), those of elliptic curves not
of SSL 3.0 (RFC 8422). ``DEFAULT`` offers no SSL 3.0 on any release that the program knows (AskF5 K13163).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from sectigo_f5.decision.protection import FAMILIES, PROTOCOLS

SHOWN = {  # as RFCs and scanners write them, oldest first; no release that the program knows has SSL 2.0 by itself
    "sslv3": "SSLv3",
    "tlsv1": "TLSv1",
    "tlsv1.1": "TLSv1.1",
    "tlsv1.2": "TLSv1.2",
    "tlsv1.3": "TLSv1.3",
}
NEWEST, NEW, OLDEST = "tlsv1.3", "tlsv1.2", "sslv3"
REMEMBERED = 256  # different settings; thousands of profiles have few
FIRST_WITH_TLS_1_3 = 14  # the release
_OF_TLS_1_2 = re.compile(r"SHA256|SHA384|GCM|CCM|CHACHA20")
_OLDER_HASH = frozenset({"SHA", "SHA1"})  # without it only suites of TLS 1.2 are left


@lru_cache(maxsize=REMEMBERED)
def enabled(options: str | None, strings: tuple[str, ...], major: int | None) -> tuple[str, ...] | None:
    """Return the versions that neither options nor cipher strings turn off, oldest first; None if that is not known.

    ``strings`` are allowed together; none: they are not known, and then SSL 3.0 is not said to be on. ``major`` is
    the release.
    """
    if options is None:
        return None
    off = {version for option in options.split() for version in FAMILIES.get(option, (option.removeprefix("no-"),))}
    left = {version for version in SHOWN if version not in off}
    by_string = [_versions(string) for string in strings]
    left &= set().union(*by_string) if by_string else {*SHOWN} - {OLDEST}
    if major is not None and major < FIRST_WITH_TLS_1_3:
        left.discard(NEWEST)
    return tuple(shown for version, shown in SHOWN.items() if version in left)


def _versions(text: str) -> set[str]:
    """Return the versions for which a cipher string leaves suites."""
    terms = [term for term in re.split(r"[:,\s]+", text.upper()) if term]
    excluded = {term[1:] for term in terms if term[0] in "!-"}
    included = [term for term in terms if term[0] not in "!-+@"]
    found = set().union(*map(_of_term, included)) if included else set()
    if not excluded.isdisjoint(_OLDER_HASH):
        found &= {NEW, NEWEST}
    return found - {named for term in excluded if (named := _named(term))}


def _of_term(term: str) -> set[str]:
    parts = term.split("+")
    named = {version for part in parts if (version := _named(part))}
    if named:
        return named
    if _OF_TLS_1_2.search(term):
        return {NEW, NEWEST}
    return {*SHOWN} - {OLDEST} if any(part == "DEFAULT" or part.startswith("ECDH") for part in parts) else {*SHOWN}


def _named(word: str) -> str | None:
    """Return the version that a keyword stands for, as in ``TLSv1_2``; None for another keyword."""
    version = word.lower().replace("_", ".").replace("tls13", NEWEST)
    return version if version in PROTOCOLS else None


def of_management(written: str | None) -> tuple[str, ...] | None:
    """Return what ``sys httpd`` enables, as in ``all -SSLv2 -SSLv3 -TLSv1``; None if it does not say.

    Whether ``all`` has TLS 1.3 depends on the release's OpenSSL, so that is named only if it is written.
    """
    if not written:
        return None
    on = set[str]()
    for word in written.lower().split():
        versions = {*SHOWN} - {NEWEST} if word.lstrip("+-") == "all" else {word.lstrip("+-")}
        on = on - versions if word.startswith("-") else on | versions
    return tuple(shown for version, shown in SHOWN.items() if version in on)


def without(strings: Iterable[str], excluded: Iterable[str]) -> tuple[str, ...]:
    """Return cipher strings that have what other strings stand for taken away."""
    terms = [term for text in excluded for term in re.split(r"[:,\s]+", text) if term and term[0] not in "!-+@"]
    return tuple(":".join([text, *(f"!{term}" for term in terms)]) for text in strings)
