"""Rule 2: what a virtual server asks of its clients never becomes less.

One table of the settings of a client SSL profile, and what counts as less for each. For every name that
a client may ask for, the profile that answers now is compared with the one that will.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from sectigo_f5.decision.answers import Answer, Scene, answering
from sectigo_f5.decision.ciphers import NONE, cipher_string, is_weaker
from sectigo_f5.device_objects import OFF, ON, STOCK_PROFILE, Observation

CLIENT_CERTIFICATES = "peerCertMode"
IGNORE, REQUIRED = "ignore", "require"  # of client certificates
PROTOCOLS = ("sslv2", "sslv3", "tlsv1", "tlsv1.1", "tlsv1.2", "tlsv1.3")  # oldest first
DATAGRAM_PROTOCOLS = ("dtlsv1", "dtlsv1.2")
FAMILIES = {"no-ssl": PROTOCOLS[:2], "no-tls": PROTOCOLS[2:], "no-dtls": DATAGRAM_PROTOCOLS}


@dataclass(frozen=True)
class Setting:
    """One setting of a client SSL profile, and when its change asks less of clients."""

    name: str  # as iControl REST spells it
    unset: str  # what a profile has that does not show it; empty: not known, and then it is not compared
    less: str  # what is refused, for the documents; empty: nothing, a difference is only listed
    is_less: Callable[[str, str], bool]  # (before, after)
    of_authentication: bool = False  # it matters only where clients are asked for a certificate


def _ranked(*words: str) -> Callable[[str, str], bool]:
    """Later words ask for more; a word that is not known cannot be compared, so any change of it is less."""

    def is_less(before: str, after: str) -> bool:
        known = before in words and after in words
        return words.index(after) < words.index(before) if known else True

    return is_less


def _lifted(before: str, _after: str) -> bool:
    """Any other value is less than a restriction that was there."""
    return before != NONE


def _any(_before: str, _after: str) -> bool:
    return True


def _never(_before: str, _after: str) -> bool:
    return False


def _more(before: str, after: str) -> bool:
    return not (before.isdigit() and after.isdigit()) or int(after) > int(before)


def _older_protocol(before: str, after: str) -> bool:
    """True if a version that was off is on, and it is older than the newest that was on."""
    for family in (PROTOCOLS, DATAGRAM_PROTOCOLS):
        had, has = _versions(family, before), _versions(family, after)
        newest = max(map(family.index, had), default=len(family))
        if any(family.index(version) < newest for version in has - had):
            return True
    return False


def _versions(family: tuple[str, ...], options: str) -> set[str]:
    off = {version for option in options.split() for version in FAMILIES.get(option, (option.removeprefix("no-"),))}
    return set(family) - off


SETTINGS = (
    Setting(
        CLIENT_CERTIFICATES, IGNORE, "`require` → `request`, either → `ignore`", _ranked(IGNORE, "request", REQUIRED)
    ),
    Setting("authenticate", "once", "`always` → `once`", _ranked("once", "always"), of_authentication=True),
    Setting("authenticateDepth", "9", "a greater depth", _more, of_authentication=True),
    Setting("caFile", NONE, "any other CA bundle", _any, of_authentication=True),
    Setting("crlFile", NONE, "another CRL, or none", _lifted, of_authentication=True),
    Setting("allowExpiredCrl", OFF, "`disabled` → `enabled`", _ranked(ON, OFF), of_authentication=True),
    Setting("clientCertCa", NONE, "another bundle of advertised CAs, or none", _lifted, of_authentication=True),
    Setting("allowNonSsl", OFF, "`disabled` → `enabled`", _ranked(ON, OFF)),
    Setting("ocspStapling", OFF, "`enabled` → `disabled`", _ranked(OFF, ON)),
    Setting("tmOptions", NONE, "an older protocol version is allowed again", _older_protocol),
    Setting("renegotiation", ON, "`disabled` → `enabled`", _ranked(ON, OFF)),
    Setting(
        "secureRenegotiation",
        "require",
        "`require-strict` → `require`, either → `request`",
        _ranked("request", "require", "require-strict"),
    ),
    Setting("maxRenegotiationsPerMinute", "5", "a greater number", _more),
    Setting("strictResume", OFF, "`enabled` → `disabled`", _ranked(OFF, ON)),
    *(Setting(name, "", "", _never) for name in ("sslForwardProxy", "sslForwardProxyBypass", "proxySsl", "mode")),
)
LESS_CIPHERS = "anything but a part of the same string, or suites of forward secrecy and authenticated encryption alone"


def less(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return a phrase for each setting that asks less of clients than before."""
    return tuple(phrase for phrase, is_less in _differences(before, after) if is_less)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    """Return a phrase for each setting that differs and does not ask less."""
    return tuple(phrase for phrase, is_less in _differences(before, after) if not is_less)


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, bool]]:
    asks = before.get(CLIENT_CERTIFICATES, IGNORE) != IGNORE
    for setting in SETTINGS:
        was, will_be = (values.get(setting.name, setting.unset) for values in (before, after))
        if was != will_be and "" not in (was, will_be):
            counts = asks or not setting.of_authentication
            yield _phrase(setting.name, was, will_be), counts and setting.is_less(was, will_be)
    had, has = cipher_string(before), cipher_string(after)
    if had and has and had != has:
        yield _phrase("ciphers", had, has), is_weaker(had, has)


def _phrase(name: str, was: str, will_be: str) -> str:
    return f"{name} {will_be} instead of {was}"


# -- on the virtual servers --------------------------------------------------------------------


@dataclass(frozen=True)
class Comparison:
    """A profile that answers for a name now, and one that will answer in its place."""

    server: str  # full path of the virtual server
    before: Answer
    after: Answer


def comparisons(foreseen: Iterable[Scene]) -> tuple[Comparison, ...]:
    """Return every two profiles of which the second may take the place of the first for some client.

    Which of several that match a name is chosen is not documented, and may change with any of them.
    """
    found: dict[Comparison, None] = {}
    for scene in foreseen:
        for name in (*scene.names(), None):
            before, after = answering(scene.before, name), answering(scene.after, name)
            if before != after:
                pairs = ((was, will_be) for was in before for will_be in after if was != will_be)
                found.update((Comparison(scene.server.path, *pair), None) for pair in pairs)
    return tuple(sorted(found, key=lambda each: (each.server, each.before.profile)))


def less_protection(seen: Observation, foreseen: Iterable[Scene]) -> Mapping[str, str]:
    """Rule 2: return what virtual servers would no longer ask of clients, by their paths, with the key to write."""
    refusals = dict[str, str]()
    for each in comparisons(foreseen):
        lost = less(each.before.settings, each.after.settings)
        if lost:
            refusals.setdefault(each.server, _refuse(seen, each, lost))
    return refusals


def other_differences(foreseen: Iterable[Scene]) -> tuple[str, ...]:
    """Return what else changes for clients, a sentence for each virtual server and profile."""
    sentences = (
        f"{each.server}: {', '.join(changed)} of {each.before.profile}"
        for each in comparisons(foreseen)
        if (changed := differences(each.before.settings, each.after.settings))
    )
    return tuple(dict.fromkeys(sentences))


def _refuse(seen: Observation, each: Comparison, lost: Iterable[str]) -> str:
    job, before = seen.job, each.before.profile
    kept = seen.profiles[before].parent or STOCK_PROFILE if before == job.profile else before
    remedy = f"`parent_profile: {kept}` for {job.common_name} to keep its settings, or change {before}"
    if before == job.profile != each.after.profile and seen.profiles[before].server_name:
        name = seen.profiles[before].server_name
        remedy = f"`server_name: {name}` for {job.common_name} to go on answering it, or change {each.after.profile}"
    return (
        f"{each.server} would ask less of its clients than {before} does now: {', '.join(lost)}; write {remedy} "
        "on the BIG-IP first"
    )
