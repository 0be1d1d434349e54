"""What a PATCH of a client SSL profile does besides what it names."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.bigip.profile_change import KEY_CHAIN
from sectigo_f5.bigip.readers import Json, client_ssl_profile, text
from sectigo_f5.device_objects import STOCK_PROFILE
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.questions.ltm import client_ssl
from sectigo_f5.probe.questions.ltm.client_ssl import FIRST, SECOND, entry

SNI = {"serverName": "probe.invalid", "sniDefault": "true", "sniRequire": "true"}  # what the connector sets
OTHER = {"renegotiation": "disabled"}  # what an operator may have set


def profile_change(bench: Bench) -> None:
    """Change the parent of a profile alone, and the pairs of another one by a shorter list."""
    _parent(bench)
    _pairs(bench)


def _pairs(bench: Bench) -> None:
    """Take one of two pairs away: the list that is sent is all that is left, or it is added to what is there."""
    rsa, ec = bench.pair("rsa"), bench.pair("ec")
    made = client_ssl.created(bench, "two-pairs", entry(rsa, FIRST), entry(ec, SECOND))
    bench.must(client_ssl.change(bench, made, {KEY_CHAIN: [entry(rsa, FIRST)]}), "a PATCH of the list of pairs")
    left = client_ssl.entry_of(client_ssl.shown(bench, made), ec)
    bench.find("cert_key_chain_patch", "adds" if left else "replaces")


def _parent(bench: Bench) -> None:
    """Give a profile with settings of its own another parent; then it goes back as the connector does it: with all.

    The parents have none of these settings, so what the profile shows afterwards are its own, or they are gone.
    """
    pair = bench.pair("rsa")
    parent = client_ssl.created(bench, "parent")
    child = client_ssl.created(bench, "child", entry(pair), **SNI, **OTHER)
    moved = client_ssl.change(bench, child, {"defaultsFrom": parent.path})
    bench.must(moved, "another parent of a client SSL profile")
    bench.find("parent_patch", "keeps" if _has_its_own(client_ssl.read(bench, child), entry(pair)) else "resets")
    back = {"defaultsFrom": STOCK_PROFILE, **SNI, KEY_CHAIN: [entry(pair)]}
    bench.must(client_ssl.change(bench, child, back), "the former parent of a client SSL profile")
    client_ssl.must_hold(bench, child, pair)


def _has_its_own(shown: Json, pair: Json) -> bool:
    """Tell whether a profile still has every setting that it was made with, and its pair."""
    settings = {**SNI, **OTHER}
    entries = client_ssl_profile(shown).entries
    return {name: text(shown, name) for name in settings} == settings and pair["cert"] in {
        each.certificate for each in entries
    }


ASKED: Mapping[str, Callable[[Bench], None]] = {"profile-change": profile_change}
