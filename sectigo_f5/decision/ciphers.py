"""Whether one cipher string allows a client anything weaker than another; pure.

The suites behind a string differ by release, so it is judged by its text alone: what cannot be shown
to be as strong counts as weaker.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NONE = "none"
GROUPS = {"/Common/f5-default": "DEFAULT"}  # the cipher groups that are a cipher string by another name
_FORWARD_SECRET = re.compile(r"(EC)?DHE\b|TLS13|TLSV1_3", re.IGNORECASE)
_AUTHENTICATED = re.compile(r"GCM|CHACHA20|CCM|TLS13|TLSV1_3", re.IGNORECASE)


def cipher_string(settings: Mapping[str, str]) -> str | None:
    """Return what a profile offers: its cipher string, or its cipher group; None if the release does not say.

    The two exclude each other; since 21.1 ``/Common/clientssl`` has a group.
    """
    group = settings.get("cipherGroup", NONE)
    return settings.get("ciphers") if group == NONE else GROUPS.get(group, group)


def is_weaker(before: str, after: str) -> bool:
    """Return True unless ``after`` is ``before``, a part of it, or nothing but today's best suites."""
    if before == after:
        return False
    (had, had_not), (has, has_not) = _parts(before), _parts(after)
    if has and all(map(_is_strong, has)):
        return False
    narrower = all(any(_within(term, other) for other in had) for term in has)
    return not (narrower and had_not <= has_not)


def _parts(written: str) -> tuple[frozenset[frozenset[str]], frozenset[str]]:
    """Return the terms that a string includes, each as its parts, and those that it excludes."""
    terms = [term for term in re.split(r"[:,\s]+", written.upper()) if term and not term.startswith(("@", "+"))]
    included = frozenset(frozenset(term.split("+")) for term in terms if term[0] not in "!-")
    return included, frozenset(term[1:] for term in terms if term[0] in "!-")


def _within(term: frozenset[str], other: frozenset[str]) -> bool:
    """``ECDHE+AES-GCM`` is within ``ECDHE``, and everything within ``ALL``."""
    return other <= term or other == {"ALL"}


def _is_strong(term: frozenset[str]) -> bool:
    """Forward secrecy and authenticated encryption: all that TLS 1.3 has left (RFC 8446 section 1.2)."""
    written = "+".join(sorted(term))
    return bool(_FORWARD_SECRET.search(written)) and bool(_AUTHENTICATED.search(written))
