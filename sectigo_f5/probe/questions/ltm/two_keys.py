"""How many pairs a client SSL profile holds, and of which kinds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.probe.bench import Bench, Pair
from sectigo_f5.probe.catalogue.nouns import WORKS
from sectigo_f5.probe.questions.ltm import client_ssl
from sectigo_f5.probe.questions.ltm.client_ssl import FIRST, SECOND, entry


def two_keys(bench: Bench) -> None:
    """Make a profile with two RSA pairs, and one with an RSA and an ECDSA pair."""
    rsa, other = bench.pair("rsa"), bench.pair("rsa-2")
    _must_take_a_pair(bench, rsa)
    made = client_ssl.create(bench, "two-of-a-kind", entry(rsa, FIRST), entry(other, SECOND))
    bench.find("two_of_a_kind", client_ssl.verdict_on(bench, made, rsa, other))
    bench.note_text("two_of_a_type", made.seen, profile=made.path, kind="RSA")
    ec = bench.pair("ec")
    made = client_ssl.create(bench, "two-keys", entry(rsa, FIRST), entry(ec, SECOND))
    bench.find("rsa_and_ec", client_ssl.verdict_on(bench, made, rsa, ec))


def ec_only(bench: Bench) -> None:
    """Make a profile with an ECDSA pair alone."""
    pair = bench.pair("ec")
    _must_take_a_pair(bench, bench.pair("rsa"))
    made = client_ssl.create(bench, "ec-only", entry(pair, FIRST))
    bench.find("ec_only", client_ssl.verdict_on(bench, made, pair) == WORKS)
    bench.note_text("no_rsa_pair", made.seen)


def _must_take_a_pair(bench: Bench, pair: Pair) -> None:
    """Make a profile that every device takes: what is refused after this is so for the number of pairs, or the kind."""
    client_ssl.created(bench, "one-pair", entry(pair))


ASKED: Mapping[str, Callable[[Bench], None]] = {"profile-two-keys": two_keys, "profile-ec-only": ec_only}
