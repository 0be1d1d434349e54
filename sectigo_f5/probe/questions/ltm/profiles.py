"""A client SSL profile with one pair: what opens its key, how that is shown, and whether it is taken back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.bigip.profile_change import KEY_CHAIN, old_entry
from sectigo_f5.bigip.readers import CIPHERTEXT, Json, text
from sectigo_f5.device_objects import Entry
from sectigo_f5.probe.bench import Bench, NotAskedError, Pair
from sectigo_f5.probe.catalogue.nouns import WORKS
from sectigo_f5.probe.making import certificates
from sectigo_f5.probe.questions.ltm import client_ssl
from sectigo_f5.probe.questions.ltm.client_ssl import entry, entry_of
from sectigo_f5.probe.questions.ltm.verdicts import verdict

WRONG = "not-its-passphrase"  # it opens nothing


def profile(bench: Bench) -> None:
    """Make a profile with a pair and its passphrase, and three that cannot be."""
    pair = bench.pair("rsa")
    made = client_ssl.create(bench, "profile", entry(pair))
    found = client_ssl.verdict_on(bench, made, pair)
    bench.find("profile_with_passphrase", found)
    if found == WORKS:  # else every other one is refused for the same reason
        bench.find("profile_shows", _shown_as(client_ssl.read(bench, made)))
        _refusals(bench, pair)


def _refusals(bench: Bench, pair: Pair) -> None:
    if client_ssl.is_protected(bench, pair):
        _wrong_passphrase(bench, pair)
    _missing_key(bench, pair)
    _other_key(bench, pair)


def _shown_as(profile: Json) -> str:
    """Return how the passphrase of a profile with one pair is shown."""
    chain = profile.get(KEY_CHAIN) or ()
    entries = chain.values() if isinstance(chain, dict) else chain
    shown = next((text(each, "passphrase") for each in entries), None)
    return "none" if not shown else "ciphertext" if shown.startswith(CIPHERTEXT) else "other"


def _wrong_passphrase(bench: Bench, pair: Pair) -> None:
    made = client_ssl.create(bench, "wrong-passphrase", entry(pair, passphrase=WRONG))
    bench.note_text("bad_passphrase", made.seen, key=pair.key, profile=made.path)


def _missing_key(bench: Bench, pair: Pair) -> None:
    missing = bench.scratch.path("no-such.key")  # that nobody makes
    made = client_ssl.create(bench, "missing-key", {**entry(pair), "key": missing})
    bench.note_text("file_missing", made.seen, what="key", path=missing)


def _other_key(bench: Bench, pair: Pair) -> None:
    other = bench.pair("rsa-2")
    made = client_ssl.create(bench, "other-key", {**entry(other), "cert": pair.certificate})
    bench.note_text("mismatch", made.seen, profile=made.path, key=other.key, certificate=pair.certificate)


def with_chain(bench: Bench) -> None:
    """Make a profile with a pair and the certificate of its CA, as every enrolment does."""
    pair = bench.pair("rsa")
    if not bench.issuer:
        raise NotAskedError("the pairs have no CA of the probe's")
    chain = bench.scratch.path("chain.crt")
    bench.must(certificates.store(bench, chain, bench.issuer), "a certificate")
    made = client_ssl.created(bench, "no-chain", entry(pair))  # whatever is refused after this is so for the chain
    seen = client_ssl.change(bench, made, {KEY_CHAIN: [{**entry(pair), "chain": chain}]})
    bench.find("profile_with_chain", verdict(bench, seen, "a chain in a client SSL profile"))
    if seen.ok:
        client_ssl.must_hold(bench, client_ssl.created(bench, "chain", {**entry(pair), "chain": chain}), pair)


def without_passphrase(bench: Bench) -> None:
    """Make a profile with the passphrase, and one without it."""
    pair = bench.pair("rsa")
    client_ssl.must_be_protected(bench, pair)
    client_ssl.created(bench, "with-passphrase", entry(pair))  # whatever is refused after this is so for the passphrase
    made = client_ssl.create(bench, "without-passphrase", entry(pair, passphrase=""))
    enough = client_ssl.verdict_on(bench, made, pair) == WORKS
    bench.find("profile_passphrase", "optional" if enough else "required")


def by_ciphertext(bench: Bench) -> None:
    """Put another pair into a profile, and the former one back by the device's own ciphertext, as a rollback does.

    The ciphertext is read immediately before, and goes nowhere but back to the device.
    """
    pair, other = bench.pair("rsa"), bench.pair("rsa-2")
    client_ssl.must_be_protected(bench, pair)
    made = client_ssl.created(bench, "profile", entry(pair))
    former = entry_of(client_ssl.must_hold(bench, made, pair), pair)
    renewed = client_ssl.change(bench, made, {KEY_CHAIN: [entry(other)]})
    bench.must(renewed, "another pair in a client SSL profile")
    ciphertext = (former and former.ciphertext) or client_ssl.key_ciphertext(bench, pair)
    if not ciphertext:
        raise NotAskedError("the BIG-IP shows no passphrase as it keeps it")
    put_back = old_entry(Entry(client_ssl.FIRST, pair.certificate, pair.key, None, ciphertext))
    seen = client_ssl.change(bench, made, {KEY_CHAIN: [put_back]})
    taken = verdict(bench, seen, "the device's own ciphertext")
    client_ssl.must_hold(bench, made, pair if taken == WORKS else other)
    bench.find("own_ciphertext", taken)


ASKED: Mapping[str, Callable[[Bench], None]] = {
    "profile": profile,
    "profile-chain": with_chain,
    "profile-without-passphrase": without_passphrase,
    "profile-by-ciphertext": by_ciphertext,
}
