"""What is wrong with an item, the gravest first; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from sectigo_f5.inventory.negotiation import REMEMBERED
from sectigo_f5.inventory.nouns import Finding, Holds, Item, Role, Severity, Use, UseKind, Word

SOON = timedelta(days=30)  # before its end a certificate counts as expiring ...
SHARE = 4  # ... or in the last quarter of its lifetime, if that is known and shorter: renewals come before that
RSA_BITS, CURVE_BITS = 2048, 256  # the least that NIST SP 800-57 part 1 and the CA/Browser Forum (6.1.5) allow
WEAK_HASHES = ("md2", "md4", "md5", "sha1")
WEAK_PROTOCOLS = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")  # RFC 6176, RFC 7568, RFC 8996
WEAK_CIPHERS = {  # keywords of a cipher string, and what they stand for
    **dict.fromkeys(("NULL", "ENULL"), "no encryption"),
    **dict.fromkeys(("ADH", "ANULL", "ANON", "AECDH"), "no authentication"),
    **dict.fromkeys(("EXP", "EXPORT", "EXPORT40", "EXPORT56"), "export ciphers"),
    **dict.fromkeys(("DES", "LOW"), "DES"),
    **dict.fromkeys(("RC2", "RC4", "MD5", "3DES"), ""),  # they say it themselves
}

Rule = Callable[[Item, datetime], Finding | None]


def findings(item: Item, now: datetime, *, every_use_is_known: bool = True) -> tuple[Finding, ...]:
    """Return what is to be said of an item, the gravest first; ``NEW`` is not among it, see :func:`new`."""
    found = [finding for rule in _RULES if (finding := rule(item, now))]
    found += _of_profiles(item)
    if every_use_is_known and (finding := _unused(item)):
        found.append(finding)
    return in_order(*found)


def in_order(*found: Finding) -> tuple[Finding, ...]:
    """Return findings by severity, and those of one severity as the words stand in :class:`Word`."""
    words = list(Word)
    return tuple(sorted(found, key=lambda finding: (-finding.severity, words.index(finding.word))))


def new(item: Item) -> Finding:
    """Return what is said of an item that was on no inventory before."""
    return Finding(Word.NEW, Severity.NOTE, f"{item.object_path} is on no earlier inventory")


def _expired(item: Item, now: datetime) -> Finding | None:
    if item.not_after is None or item.not_after > now or _is_a_trust_store(item):
        return None
    severity = Severity.CRITICAL if item.is_shown else Severity.WARNING if item.uses else Severity.NOTE
    return Finding(Word.EXPIRED, severity, f"{_what(item)} ended on {item.not_after:%Y-%m-%d}")


def _expiring(item: Item, now: datetime) -> Finding | None:
    if item.not_after is None or not now < item.not_after <= now + _soon(item) or _is_a_trust_store(item):
        return None
    severity = Severity.WARNING if item.is_shown else Severity.NOTE
    return Finding(Word.EXPIRING, severity, f"{_what(item)} ends on {item.not_after:%Y-%m-%d}")


def _soon(item: Item) -> timedelta:
    if item.not_before is None or item.not_after is None:
        return SOON
    return min(SOON, (item.not_after - item.not_before) / SHARE)


def _weak_key(item: Item, _now: datetime) -> Finding | None:
    if _is_a_trust_store(item) or not (why := _weakness(item)):
        return None
    severity = Severity.CRITICAL if item.is_shown else Severity.WARNING if item.uses else Severity.NOTE
    return Finding(Word.WEAK_KEY, severity, why)


def _weakness(item: Item) -> str | None:
    if item.key_type == "dsa":
        return "its key is DSA, which no client of today accepts"
    if item.key_type == "rsa" and item.key_size is not None and item.key_size < RSA_BITS:
        return f"its RSA key has {item.key_size} bits; {RSA_BITS} are the least"
    bits = curve_bits(item.curve) if item.key_type == "ecdsa" else None
    if bits is not None and bits < CURVE_BITS:
        return f"its key is on {item.curve}; the curves of NIST begin to be strong enough at P-{CURVE_BITS}"
    return None


def curve_bits(curve: str | None) -> int | None:
    """Return the size of a curve by its name, as in ``secp384r1``; None for a name that does not tell."""
    found = re.search(r"\d{3}", curve or "")
    return int(found[0]) if found else None


def _weak_signature(item: Item, _now: datetime) -> Finding | None:
    """Nobody checks the signature of a root on itself."""
    if item.signature not in WEAK_HASHES or item.self_signed or _is_a_trust_store(item):
        return None
    severity = Severity.CRITICAL if item.is_shown else Severity.NOTE
    return Finding(Word.WEAK_SIGNATURE, severity, f"it is signed with {str(item.signature).upper()}")


def _chain_ends_first(item: Item, now: datetime) -> Finding | None:
    chain = item.chain_not_after
    if chain is None or item.not_after is None or chain >= item.not_after:
        return None
    severity = Severity.CRITICAL if chain <= now and item.is_shown else Severity.WARNING
    verb = "ended" if chain <= now else "ends"
    sentence = f"a CA certificate that is sent with it {verb} on {chain:%Y-%m-%d}, before its own end"
    return Finding(Word.CHAIN_ENDS_FIRST, severity, sentence)


def _unprotected_key(item: Item, _now: datetime) -> Finding | None:
    if item.custody.protected is not False:
        return None
    severity = Severity.NOTE if item.is_the_devices_own and not item.is_shown else Severity.WARNING
    return Finding(Word.UNPROTECTED_KEY, severity, f"no password guards {item.key or 'its key'}")


_RULES: tuple[Rule, ...] = (_expired, _weak_key, _weak_signature, _chain_ends_first, _expiring, _unprotected_key)


def _of_profiles(item: Item) -> Iterator[Finding]:
    """Yield what the profiles allow in which it is shown; one that is not in effect negotiates nothing."""
    for use in item.uses:
        if use.role is not Role.PAIR or use.tls is None or not use.is_in_effect:
            continue
        if old := [version for version in use.tls.protocols or () if version in WEAK_PROTOCOLS]:
            yield Finding(Word.WEAK_PROTOCOL, Severity.WARNING, f"{_of(use)} allows {', '.join(old)}")
        if weak := tuple(dict.fromkeys(each for text in _strings(use) for each in weak_ciphers(text))):
            yield Finding(Word.WEAK_CIPHER, Severity.WARNING, f"{_of(use)} allows {', '.join(weak)}")


def _of(use: Use) -> str:
    return f"the management interface of {use.path}" if use.kind is UseKind.MANAGEMENT else use.path


def _strings(use: Use) -> tuple[str, ...]:
    return tuple(filter(None, (use.tls.ciphers, *use.tls.allowed))) if use.tls else ()


@lru_cache(maxsize=REMEMBERED)
def weak_ciphers(text: str) -> tuple[str, ...]:
    """Return what a cipher string names that nobody should use, and does not exclude again.

    Only what is written counts: which suites are behind ``DEFAULT`` or ``ALL`` differs by release.
    """
    terms = [term for term in re.split(r"[:,\s]+", text.upper()) if term]
    excluded = {term[1:] for term in terms if term[0] in "!-"}
    found = set[str]()
    for term in terms:
        if term[0] not in "!-+@" and excluded.isdisjoint({term, *term.split("+")}):
            found |= _keywords(term) - excluded
    return tuple(sorted(f"{word} ({WEAK_CIPHERS[word]})" if WEAK_CIPHERS[word] else word for word in found))


def _keywords(term: str) -> set[str]:
    """Return the weak parts of a term, as in ``RSA+RC4``, or of a suite's name, as in ``ECDHE-RSA-DES-CBC3-SHA``."""
    parts = set(re.split("[+-]", term))
    if "CBC3" in parts:
        parts = parts - {"DES"} | {"3DES"}
    return parts & {*WEAK_CIPHERS}


def _unused(item: Item) -> Finding | None:
    if item.is_the_devices_own or item.holds is Holds.MANAGEMENT:
        return None
    if not item.uses:
        return Finding(Word.UNUSED, Severity.NOTE, "no SSL profile names it, and nothing else that an inventory reads")
    if any(use.servers or use.path not in _profiles(item) for use in item.uses):
        return None
    names = ", ".join(sorted(_profiles(item)))
    return Finding(Word.UNUSED, Severity.NOTE, f"it is only in {names}, and on no virtual server")


def _profiles(item: Item) -> set[str]:
    return {use.path for use in item.uses if use.kind.is_profile}


def _is_a_trust_store(item: Item) -> bool:
    """Of a file with many CA certificates the device describes one, which may be any of them."""
    return item.holds is Holds.BUNDLE and not any(use.role in (Role.PAIR, Role.CHAIN) for use in item.uses)


def _what(item: Item) -> str:
    return "a certificate in the file" if item.holds is Holds.BUNDLE else "it"
