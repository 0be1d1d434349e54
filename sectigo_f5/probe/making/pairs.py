"""A key of the device and its CSR, by the first route that works here: the connector's own, in its order."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from sectigo_f5.bigip.keys import bodies
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import KeySpec
from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.making import by_openssl, csrs, keys
from sectigo_f5.secret import Secret, random_passphrase

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Certifiable:
    """A protected key that lasts to the end of the probe, what opens it, and the PEM of its CSR."""

    key: str  # full path
    passphrase: Secret
    request: str


Route = Callable[[Bench, str, KeySpec, Secret], str]  # of a name's stem, returns the CSR's PEM


class Routes:
    """The ways to a protected key and its CSR; the one that has worked is tried first the next time."""

    def __init__(self) -> None:
        self._routes: list[Route] = [_at_once, _apart, _by_openssl]

    def make(self, bench: Bench, stem: str, spec: KeySpec) -> Certifiable | None:
        """Make a key that lasts, and its CSR; None if no route leads there."""
        path = bench.scratch.path(f"{stem}.key")
        url = bench.scratch.object(keys.KEY, path, lasting=True)
        for route in tuple(self._routes):
            passphrase = random_passphrase()
            try:
                request = route(bench, stem, spec, passphrase)
            except ConnectorError as error:
                logger.info("%s: no pair %s: %s", route.__name__.strip("_"), stem, error)
                passphrase.forget()
                bench.ask("DELETE", url, repeatable=True)  # the next route takes the name
                continue
            self._routes.sort(key=lambda each: each is not route)
            return Certifiable(path, passphrase, request)
        return None


def _at_once(bench: Bench, stem: str, spec: KeySpec, passphrase: Secret) -> str:
    path = bench.scratch.path(f"{stem}.key")
    places = [path, bench.scratch.path(f"{stem}.csr")]
    for place in places:
        csrs.note(bench, place)
    body = bodies.protected_key(path, spec, passphrase)
    body = bodies.with_request(body, csrs.subject(bench), bench.scratch.name(f"{stem}.csr"))
    made = keys.must_be_protected(keys.send(bench, path, body))
    return _found(bodies.request_in(made.answer.body) or csrs.read(bench, places))


def _apart(bench: Bench, stem: str, spec: KeySpec, passphrase: Secret) -> str:
    path = bench.scratch.path(f"{stem}.key")
    keys.must_be_protected(keys.send(bench, path, bodies.protected_key(path, spec, passphrase)))
    place, answer = csrs.ask_for(bench, f"{stem}.csr", path)
    bench.must(answer, "its CSR")
    return _found(bodies.request_in(answer.body) or csrs.read(bench, [place]))


def _by_openssl(bench: Bench, stem: str, spec: KeySpec, passphrase: Secret) -> str:
    path, generated = bench.scratch.path(f"{stem}.key"), by_openssl.generate(bench, stem, spec, passphrase)
    request = _found(generated.request)
    keys.must_be_protected(keys.send(bench, path, bodies.installation(path, generated.file, passphrase)))
    return request


def _found(request: str | None) -> str:
    if request is None:
        raise ConnectorError("its CSR cannot be read")
    return request
