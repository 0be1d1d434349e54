"""What a virtual server refuses among its client SSL profiles; before and after each try it is as it may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.catalogue.nouns import REJECTED, WORKS
from sectigo_f5.probe.questions.ltm import client_ssl, scratch_server
from sectigo_f5.probe.questions.ltm.scratch_server import Server
from sectigo_f5.probe.questions.ltm.verdicts import verdict
from sectigo_f5.probe.seen import Seen


def sni(bench: Bench) -> None:
    """Attach pairs of profiles that do not go together, and make such a pair of one that does.

    Each profile is tried as the second one: a virtual server with one alone asks for nothing.
    """
    default = _profile(bench, "one", default=True)
    other_default = _profile(bench, "two", default=True)
    plain = _profile(bench, "three")
    same_name = _profile(bench, "four", server_name="one")
    server = scratch_server.created(bench)  # made last, deleted first: it uses the profiles
    scratch_server.must_attach(bench, server, default)
    _two_defaults(bench, server, other_default)
    _same_server_name(bench, server, same_name)
    scratch_server.detach(bench, server, default)
    scratch_server.must_attach(bench, server, plain)
    _no_default(bench, server, same_name)
    scratch_server.must_attach(bench, server, default)
    _change_of_an_attached_one(bench, default, plain)


def _profile(bench: Bench, suffix: str, server_name: str = "", default: bool = False) -> str:
    settings = {
        "serverName": f"{server_name or suffix}.probe.invalid",  # nobody's name (RFC 2606)
        "sniDefault": "true" if default else "false",
        "sniRequire": "false",
    }
    return client_ssl.created(bench, f"sni-{suffix}", **settings).path


def _two_defaults(bench: Bench, server: Server, second: str) -> None:
    seen = _tried(bench, server, second)
    bench.find("two_defaults", verdict(bench, seen, "a second SNI default"))
    bench.note_text("several_sni_defaults", seen, virtual_server=server.path)


def _same_server_name(bench: Bench, server: Server, second: str) -> None:
    seen = _tried(bench, server, second)
    bench.find("same_server_names", verdict(bench, seen, "a server name that another profile has") == WORKS)
    bench.note_text("same_server_name", seen, virtual_server=server.path)


def _no_default(bench: Bench, server: Server, second: str) -> None:
    """Attach a second profile beside one that is no default, as this one is not either."""
    seen = _tried(bench, server, second)
    bench.find("no_default", verdict(bench, seen, "two profiles without an SNI default"))
    bench.note_text("no_sni_default", seen, virtual_server=server.path)


def _tried(bench: Bench, server: Server, profile: str) -> Seen:
    """Try to attach a profile; it is taken off again if the device did it."""
    seen = scratch_server.attach(bench, server, profile)
    if seen.ok:
        scratch_server.detach(bench, server, profile)
    return seen


def _change_of_an_attached_one(bench: Bench, default: str, plain: str) -> None:
    """Change one of two attached profiles to what could not be attached: only a change of the profile says so.

    If all of that could be attached nobody can tell, and nothing is found.
    """
    if bench.findings["two_defaults"] == REJECTED:
        changed, word, former = plain, "true", "false"
    elif bench.findings["no_default"] == REJECTED:
        changed, word, former = default, "false", "true"
    else:
        return
    seen = client_ssl.make_default(bench, changed, word)
    checked = verdict(bench, seen, "a change of an attached profile") == REJECTED
    if seen.ok:
        client_ssl.must_be_default(bench, changed, word)
        bench.must(client_ssl.make_default(bench, changed, former), "a change of an attached profile")
    bench.find("sni_checked_on_profile", checked)


ASKED: Mapping[str, Callable[[Bench], None]] = {"sni": sni}
