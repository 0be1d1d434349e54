"""A server SSL profile that follows a pair: only with ``update_other_references: true``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.probe.bench import Bench, RefusedError
from sectigo_f5.probe.questions.ltm import client_ssl
from sectigo_f5.probe.questions.ltm.verdicts import verdict

PROFILES, STOCK = "ltm/profile/server-ssl", "/Common/serverssl"


def server_ssl(bench: Bench) -> None:
    """Give a profile a pair by a PATCH, with the device's own ciphertext of the passphrase."""
    pair = bench.pair("rsa")
    client_ssl.must_be_protected(bench, pair)
    ciphertext = client_ssl.key_ciphertext(bench, pair)
    url = bench.scratch.object(PROFILES, bench.scratch.path("server-ssl"))
    names = {"name": bench.scratch.name("server-ssl"), "partition": bench.partition, "defaultsFrom": STOCK}
    bench.must(bench.ask("POST", f"/mgmt/tm/{PROFILES}", names), "a server SSL profile")
    opens = {"passphrase": ciphertext} if ciphertext else {}
    seen = bench.ask("PATCH", url, {"cert": pair.certificate, "key": pair.key, **opens})
    bench.find("server_ssl", verdict(bench, seen, "a pair in a server SSL profile"))
    if seen.ok and bench.client.get(url).get("cert") != pair.certificate:
        raise RefusedError("the BIG-IP shows another pair in a server SSL profile than it has accepted")


ASKED: Mapping[str, Callable[[Bench], None]] = {"server-ssl": server_ssl}
