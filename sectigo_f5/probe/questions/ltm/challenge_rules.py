"""An iRule on a virtual server: certbot-bigip answers the CA by one, and the connector removes what it has left."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.icontrol.errors import DeviceError, OutcomeUnknownError
from sectigo_f5.icontrol.transactions import Operation, send_operations
from sectigo_f5.probe.bench import Bench, RefusedError
from sectigo_f5.probe.catalogue.nouns import WORKS
from sectigo_f5.probe.questions.ltm import scratch_server
from sectigo_f5.probe.questions.ltm.scratch_server import Server
from sectigo_f5.probe.questions.ltm.verdicts import verdict
from sectigo_f5.probe.seen import Seen

RULES = "ltm/rule"
# As certbot-bigip writes it, for a path that nobody asks for.
WORDS = """when HTTP_REQUEST priority 100 {
  if {[HTTP::has_responded]}{return}
  if {[HTTP::uri] equals "/.well-known/acme-challenge/probe"} {
    HTTP::respond 200 -version auto content "probe" noserver 
  event disable
  }
}"""  # noqa: W291  a space at the end of a line is the plugin's


def challenge_rule(bench: Bench) -> None:
    """Make an iRule, attach it by the list of iRules alone, and take it off and delete it together."""
    path = bench.scratch.path("rule")
    url = bench.scratch.object(RULES, path)  # before the virtual server, which is deleted first
    server = scratch_server.created(bench)
    body = {"name": bench.scratch.name("rule"), "partition": bench.partition, "apiAnonymous": WORDS}
    seen = bench.ask("POST", f"/mgmt/tm/{RULES}", body)
    if seen.ok:
        bench.must(bench.ask("GET", url), "a look at an iRule")
        seen = bench.ask("PATCH", server.url, {"rules": [path]})
    bench.find("challenge_rule", verdict(bench, seen, "an iRule"))
    if seen.ok:
        _must_have(bench, server, [path])
        bench.find("challenge_rule_removal", _removed(bench, server, url))


def _removed(bench: Bench, server: Server, rule: str) -> str:
    detach, delete = Operation("PATCH", server.url, {"rules": []}), Operation("DELETE", rule)
    try:
        send_operations(bench.client, [detach, delete])
    except OutcomeUnknownError:
        raise
    except DeviceError as refusal:
        return verdict(bench, Seen(refusal.status, message=refusal.message, code=refusal.code), "a transaction")
    _must_have(bench, server, [])
    return WORKS


def _must_have(bench: Bench, server: Server, rules: list[str]) -> None:
    """Raise :class:`RefusedError` if the device shows other iRules than it has accepted."""
    shown = bench.client.get(server.url, {"expandSubcollections": "true"}).get("rules") or []
    if shown != rules:
        raise RefusedError("the BIG-IP shows other iRules on a virtual server than it has accepted")


ASKED: Mapping[str, Callable[[Bench], None]] = {"challenge-rule": challenge_rule}
