"""Questions of a probe that are asked with pairs which a test has put on the device, instead of making them."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sectigo_f5.errors import ConnectorError
from sectigo_f5.probe.bench import Bench, Pair
from sectigo_f5.probe.catalogue.every import BY_NAME
from sectigo_f5.probe.nouns import Found, Text
from sectigo_f5.probe.questions.every import ASKED
from sectigo_f5.secret import Secret
from sectigo_f5.simulator import SimulatedBigIP
from sectigo_f5.simulator.state.configuration import Item, Place
from tests.simulator.rest import Key, certificate_pem, ec_key, key_pem, rsa_key
from tests.support.probing import at_bench

PASSPHRASE = "opens-the-pairs-of-tests"
KINDS = ("rsa", "rsa-2", "ec")


@dataclass(frozen=True)
class Asked:
    """What was found, and why the question could not be answered if it could not."""

    findings: Found
    texts: dict[str, Text]
    error: ConnectorError | None = None

    def words(self, kind: str) -> str:
        """Return the words of a refusal."""
        return self.texts[kind].message


def asked(
    device: SimulatedBigIP, question: str, partition: str = "Common", pairs: tuple[str, ...] = KINDS, **options: Any
) -> Asked:
    """Ask one question with some pairs, see to it that nothing is left, and that nothing else has changed."""
    with bench(device, partition, pairs) as made:
        return answer(device, made, question, **options)


def answer(
    device: SimulatedBigIP, made: Bench, question: str, *, gone: Collection[str] = (), complete: bool = True
) -> Asked:
    """Ask one question with what is arranged already; what is ``gone`` afterwards is what the device was to delete."""
    before, error = contents(device), None
    made.question, made.findings, made.texts = question, {}, {}
    with made.scratch.swept() as left:
        try:
            ASKED[question](made)
        except ConnectorError as caught:
            error = caught
    assert left == []
    assert contents(device) == {place: item for place, item in before.items() if item.path not in gone}
    assert error or not complete or made.findings.keys() == {one.name for one in BY_NAME[question].findings}
    return Asked(dict(made.findings), dict(made.texts), error)


@contextmanager
def bench(device: SimulatedBigIP, partition: str = "Common", pairs: tuple[str, ...] = KINDS) -> Iterator[Bench]:
    """Log in, with pairs on the device; no pause lasts."""
    for kind in pairs:
        add_pair(device, kind, partition)
    with at_bench(device, "release", partition) as made:
        made.pairs = {kind: pair(kind, partition) for kind in pairs}
        made.client.watch = made.recorder.note
        yield made


def pair(kind: str, partition: str = "Common") -> Pair:
    path = f"/{partition}/pair-{kind}"
    return Pair(f"{path}.key", f"{path}.crt", Secret(PASSPHRASE))


def add_pair(device: SimulatedBigIP, kind: str, partition: str = "Common") -> None:
    certificate, key = _pems(kind)
    device.add_certificate(pair(kind, partition).certificate, certificate, key, PASSPHRASE)


@functools.cache
def _pems(kind: str) -> tuple[str, str]:
    key: Key = ec_key() if kind == "ec" else rsa_key(KINDS.index(kind))
    return certificate_pem(key.public_key(), f"{kind}.example.com"), key_pem(key, PASSPHRASE)


def contents(device: SimulatedBigIP) -> dict[Place, Item]:
    """Return every object of the configuration, virtual addresses too, each with its generation."""
    return dict(device.engine.configuration.items)
