"""``discover`` over generated devices: every virtual server is in the file, and what is no comment passes the rules."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, event, given

from sectigo_f5.bigip.holdings.memory import Memory
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.configuration.files import jobs_in
from sectigo_f5.configuration.findings import Findings
from sectigo_f5.discovery.grouping import of_partitions
from sectigo_f5.discovery.nouns import Found, Surroundings
from sectigo_f5.discovery.sheets import Session, sheet
from sectigo_f5.discovery.writing import text_of
from sectigo_f5.model import Generation, Job
from tests.decision.test_three_rules import changed, clients
from tests.support import builders
from tests.support.device_model import Model
from tests.support.generated_devices import Generated, a_certificate, as_read, devices
from tests.support.properties import generated


def unit_of(device: Generated) -> Unit:
    """Return a login on a device of which everything is read already; a call would fail."""
    seen, servers = device.seen, {server.path: server for server in device.every}
    certificates, profiles = _Shelf(seen.certificates), _Shelf(seen.profiles)
    holdings: Any = SimpleNamespace(
        profiles=profiles, certificates=certificates, keys={}, servers=_Shelf(), ours=lambda _: ()
    )
    references: Any = SimpleNamespace(partitions={"Common": "0"}, addresses={})
    surroundings: Any = SimpleNamespace(find=lambda _: None, items=lambda *_: None)
    memory = Memory(holdings, references, surroundings, servers=servers, every_server=device.every)
    client: Any = None
    return Unit(builders.device(), client, "17.1.0", memory=memory)


class _Shelf(dict[str, Any]):
    def every(self) -> dict[str, Any]:
        return self

    def prefetch(self, paths: object) -> None:
        """All of it is read."""


def text(device: Generated) -> str:
    """Return what is printed."""
    have = Found(of_partitions(device.every, ()), device.seen.profiles, device.seen.certificates)
    session = Session(unit_of(device), have, Surroundings("bigip", "17.1.0"), builders.NOW)
    return text_of(sheet(session, {"host": "192.0.2.10", "username": "admin", "password": "x"}, typed=False))


def read(printed: str) -> tuple[Job, ...]:
    """Return the entries of the file as a run reads them."""
    if "  - common_name" not in printed:
        return ()
    findings = Findings(Path("discovered.yaml"))
    jobs = findings.attempt(jobs_in, printed.encode(), findings)
    assert findings.mistakes == []
    return jobs or ()


def with_job(device: Generated, job: Job, every: Iterable[Job]) -> Generated:
    """Return the device as a run over all of the file reads it for one entry."""
    seen = device.seen
    listed = tuple(server for server in device.every if server.path in job.virtual_servers)
    managed = {path for each in every for path in each.profiles} - set(job.profiles)
    pairs = tuple(pair for pair in seen.pairs if Generation.parse(pair.generation.certificate, job.base))
    profile = seen.profiles.get(job.profile)
    changes: dict[str, Any] = {"managed": frozenset(managed), "pairs": pairs, "profile": profile}
    return replace(device, seen=replace(seen, job=job, virtual_servers=listed, listed=listed, **changes))


@generated(50)
@given(devices())
def test_every_entry_that_is_no_comment_passes_the_rules(device: Generated) -> None:
    assume(device.model.is_valid())
    printed = text(device)
    jobs = read(printed)
    event(f"{len(jobs)} entries, {printed.count('# - common_name')} comments")
    for job in jobs:
        assert with_job(device, job, jobs).outlook().obstacles == {}, printed
    assert lost_by_a_run(device, jobs) == [], printed
    every_virtual_server_and_name_is_in(printed, device)


def lost_by_a_run(device: Generated, jobs: tuple[Job, ...]) -> list[tuple[str, str, bool]]:
    """Return the clients that are served today and are not after a run over the file, by the model of a BIG-IP."""
    after = device
    for job in jobs:
        of_job = with_job(after, job, jobs)
        if not of_job.outlook().obstacles:
            after = read_again(after, changed(of_job))
    served = [client for client in clients(device) if device.model.serves(*client[:2], sni=client[2])]
    return [client for client in served if not after.model.serves(*client[:2], sni=client[2])]


def read_again(device: Generated, model: Model) -> Generated:
    ports = {server.path: server.listens.port for server in device.every}
    every = tuple(builders.server(*model.servers[path], path=path, port=port) for path, port in ports.items())
    profiles = {path: as_read(path, model) for path in model.profiles}
    certificates = {path: a_certificate(path, names) for path, names in model.certificates.items()}
    return Generated(replace(device.seen, profiles=profiles, certificates=certificates), model, every)


def every_virtual_server_and_name_is_in(printed: str, device: Generated) -> None:
    for server in device.every:
        if server.client_ssl:
            assert server.path.rpartition("/")[2] in printed, printed
            names = {name for path in server.client_ssl for name in device.seen.served_by(path)}
            assert [name for name in names if name not in printed] == []


@pytest.mark.parametrize(
    ("port", "validation", "sentence"),
    [
        (80, "http-01", "# http-01 is answered on /Common/vs_plain\n"),
        (8080, "prevalidated", "look: http-01 is not possible: no virtual server with an HTTP profile answers port 80"),
    ],
)
def test_the_validation_is_one_that_can_be_made(port: int, validation: str, sentence: str) -> None:
    old, held = builders.hand_made("/Common/old", "www.example.com")
    every = (builders.server(old.path), builders.server(path="/Common/vs_plain", port=port))
    profiles, certificates = {each.path: each for each in (builders.STOCK, old)}, {held.path: held}
    seen = replace(builders.seen(builders.job()), profiles=profiles, certificates=certificates)
    printed = text(Generated(seen, Model({}, {}), every))
    (job,) = read(printed)
    assert (job.validation, job.challenge_virtual_servers) == (validation, ())
    assert sentence in re.sub(r"\n *#   (?=\S)", " ", printed)
