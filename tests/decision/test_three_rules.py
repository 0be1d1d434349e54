"""The three rules over generated devices, judged by a model of a BIG-IP that does not know them.

Several virtual servers, listed or not; profiles hand-made, ours, of our name, of another certificate of the
program, stock and parent profiles that hold real certificates; SNI flags, server names, wildcards; client
authentication, protocols, ciphers.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from hypothesis import assume, event, given

from sectigo_f5.bigip.obstacles import restricted_to_attached
from sectigo_f5.bigip.profile_change import ProfileChange, forward, new_entry
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.decision.rules import Circumstances, decide
from sectigo_f5.model import Generation
from sectigo_f5.secret import Secret
from tests.support.builders import NOW
from tests.support.device_model import Model, matches
from tests.support.generated_devices import HOSTS, OF_ANOTHER, Generated, devices
from tests.support.names import PROFILE
from tests.support.properties import generated

RANKS = {
    "peerCertMode": ("ignore", "request", "require"),
    "allowNonSsl": ("enabled", "disabled"),
    "renegotiation": ("enabled", "disabled"),
    "tmOptions": ("dont-insert-empty-fragments no-tlsv1.3", "no-tlsv1 no-tlsv1.1"),
    "ciphers": ("ALL", "DEFAULT", "ECDHE+AES-GCM"),
}


def changed(device: Generated, *, pair_only: bool = False) -> Model:
    """Return the device after the change of a run in which everything else is done."""
    job = device.seen.job
    generation = Generation(job.partition, job.base, "20261123T120000Z")
    entries = (new_entry(generation, has_chain=False, passphrase=Secret("clear")),)
    plans = () if pair_only else plan_attachments(device.seen)
    before = device.model
    before.certificates[generation.certificate] = frozenset(job.names)
    return before.after(forward(ProfileChange(device.seen, entries, plans, pair_only)))


def allowed(device: Generated) -> Model:
    """Return the device after a change that the rules allow."""
    assume(device.model.is_valid())
    refused = bool(device.outlook().obstacles)
    event("refused" if refused else "allowed")
    assume(not refused)
    return changed(device)


def with_names_of_the_yaml(device: Generated, path: str, host: str) -> bool:
    """True by the YAML's word: what serves the host may go, or is ours and the host has left the YAML."""
    job, seen = device.seen.job, device.seen
    return path in job.replace_profiles or (path == PROFILE and seen.holds_ours() and not matches(job.names, host))


def clients(device: Generated) -> Iterator[tuple[str, str, bool]]:
    """Yield each virtual server, each host, and whether the client sends its name."""
    yield from ((server, host, sni) for server in device.model.servers for host in HOSTS for sni in (True, False))


@generated(150)
@given(devices())
def test_a_change_that_is_allowed_keeps_names_protection_and_bigip(device: Generated) -> None:
    """Rules 2 and 3, and what a BIG-IP would refuse, after each change that the rules let through."""
    after = allowed(device)
    no_name_that_is_served_is_lost(device, after)
    nothing_less_is_asked_of_any_client(device, after)
    a_bigip_takes_it(device, after)


def no_name_that_is_served_is_lost(device: Generated, after: Model) -> None:
    before = device.model
    for server, host, sni in clients(device):
        if not before.serves(server, host, sni=sni) or after.serves(server, host, sni=sni):
            continue
        serving = before.answering(server, host if sni else None)
        given_up = any(with_names_of_the_yaml(device, path, host) for path in serving)
        job, refused = device.seen.job, not after.answering(server, None)
        word = job.sni_default or (job.sni_require and refused)
        asked_for = not sni and word and server in job.virtual_servers
        assert given_up or asked_for, (server, host, sni)


def nothing_less_is_asked_of_any_client(device: Generated, after: Model) -> None:
    before = device.model
    for server, host, sni in clients(device):
        name = host if sni else None
        for setting, ranks in RANKS.items():
            asked = {ranks.index(before.setting(path, setting)) for path in before.answering(server, name)}
            asks = {ranks.index(after.setting(path, setting)) for path in after.answering(server, name)}
            assert not asked or not asks or min(asks) >= min(asked), (server, name, setting)
        with_crl = [before.setting(path, "crlFile") for path in before.answering(server, name)]
        asking = [before.setting(path, "peerCertMode") for path in before.answering(server, name)]
        if with_crl and "none" not in with_crl and "ignore" not in asking:
            assert all(after.setting(path, "crlFile") != "none" for path in after.answering(server, name))


def a_bigip_takes_it(device: Generated, after: Model) -> None:
    assert after.is_valid()
    for path, attached in after.servers.items():
        assert twice(after, path) <= twice(device.model, path), path
        if not device.model.servers[path] and attached:
            assert next(server.listens.port for server in device.every if server.path == path) != 80  # noqa: PLR2004
        assert OF_ANOTHER in attached or OF_ANOTHER not in device.model.servers[path]


def twice(model: Model, server: str) -> set[str]:
    """Return the server names that two profiles of a virtual server have (0107149e)."""
    names = [model.profiles[path]["serverName"] for path in model.servers[server]]
    return {name for name in names if name != "none" and names.count(name) > 1}


@generated(150)
@given(devices(in_service=True))
def test_a_renewal_that_is_due_is_always_made(device: Generated) -> None:
    obstacles = device.outlook().obstacles
    event("obstructed" if obstacles else "free")
    seen = restricted_to_attached(device.seen, obstacles)
    assume(seen.in_service())
    due = Circumstances(NOW, due_at=NOW - timedelta(days=1), due_reason="it is due")
    decided = decide(seen, due, tuple(obstacles.values()))
    assert (decided.issues, decided.obstacles) == (True, tuple(obstacles.values()))
    if obstacles:
        after = changed(device, pair_only=True)
        held = after.profiles[PROFILE].pop("files")
        assert [certificate for certificate, *_ in held] == ["/Common/www.example.com_20261123T120000Z.crt"]
        device.model.profiles[PROFILE].pop("files")
        assert (after.profiles, after.servers) == (device.model.profiles, device.model.servers)


@generated(100)
@given(devices())
def test_a_change_that_was_made_is_not_made_again(device: Generated) -> None:
    """What was allowed once is in place: nothing is refused, won or lost by the next look."""
    after = allowed(device)
    again = device.read_again(after)
    look = again.outlook()
    assert (look.obstacles, look.notes()) == ({}, ())
