"""The data plane: every virtual server on a loopback address really answers, with TLS and HTTP.

A client sees what a browser would see through a BIG-IP: the certificate of the profile that the server
name selects, and the answers of the iRules. The pool behind them answers with the virtual server and
the profile through which it was reached.
"""

from __future__ import annotations

import ipaddress
import logging
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from sectigo_f5.simulator.traffic import irules
from sectigo_f5.simulator.traffic.handshake import KeyPair, LoadedProfile, TlsProfile, load
from sectigo_f5.simulator.traffic.listener import Address, Listener, Service, VirtualServerView
from sectigo_f5.simulator.traffic.tcl_scope import TclError, UnsupportedTclError
from sectigo_f5.simulator.traffic.tls_settings import TlsSettings

__all__ = ["DataPlane", "KeyPair", "TlsProfile", "TlsSettings", "VirtualServerView"]

logger = logging.getLogger(__name__)

_LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


class DataPlane:
    """The listeners of all virtual servers: none at first, updated by ``refresh()``, ended by ``close()``.

    An iRule is applied ``rule_delay`` seconds after it was attached.
    """

    def __init__(
        self,
        views: Callable[[], Sequence[VirtualServerView]],
        rule_delay: float = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._views, self._rule_delay, self._clock = views, rule_delay, clock
        self._attached: dict[tuple[str, str], float] = {}  # when, by virtual server and text
        self._lock = threading.Lock()
        self._listeners: dict[Address, Listener] = {}
        self._loaded: dict[TlsProfile, LoadedProfile] = {}
        self._problems: dict[str, None] = {}  # each text once, in order of first appearance

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that could not be served or evaluated so far."""
        return tuple(self._problems)

    @property
    def addresses(self) -> frozenset[Address]:
        """The addresses that answer now."""
        return frozenset(self._listeners)

    def refresh(self) -> None:
        """Update the listeners to match the views; connections made after this returns see the new state."""
        with self._lock:
            services = self._current_services()
            for address in self._listeners.keys() - services.keys():
                self._listeners.pop(address).end()
            for address, service in services.items():
                if address in self._listeners:
                    self._listeners[address].service = service
                else:
                    self._listen(address, service)

    def close(self) -> None:
        """End every listener and its connections."""
        with self._lock:
            while self._listeners:
                self._listeners.popitem()[1].end()

    def _report(self, problem: str) -> None:
        logger.warning("%s", problem)
        self._problems[problem] = None

    def _listen(self, address: Address, service: Service) -> None:
        """Bind an address; if it is taken, or a port that only root may bind, report a problem."""
        try:
            self._listeners[address] = Listener(address, service, self._report)
        except OSError as error:
            self._report(f"{service.view.path}: {address[0]} port {address[1]} cannot be bound: {error.strerror}")

    def _current_services(self) -> dict[Address, Service]:
        services: dict[Address, Service] = {}
        views, now = self._views(), self._clock()
        rules = [(view.path, text) for view in views for text in view.rules]
        self._attached = {rule: self._attached.get(rule, now) for rule in rules}
        for view in views:
            address = (view.address, view.port)
            if not view.port or not is_loopback(view.address):
                continue
            if address in services:
                self._report(f"{view.path} shares {address[0]} port {address[1]} with {services[address].view.path}")
                continue
            services[address] = Service(view, tuple(self._load(view)), tuple(self._rules(view)), self._clock)
        used = {profile for service in services.values() for profile in service.view.tls}
        self._loaded = {profile: ready for profile, ready in self._loaded.items() if profile in used}
        return services

    def _load(self, view: VirtualServerView) -> Iterator[LoadedProfile]:
        """Load the profiles; unchanged ones are not loaded again, because decrypting a key is slow."""
        for profile in view.tls:
            try:
                ready = self._loaded.get(profile) or load(profile)
            except (ValueError, ssl.SSLError) as error:
                self._report(f"{view.path}: {profile.path} cannot be used: {error}")
                continue
            self._loaded[profile] = ready
            yield ready

    def _rules(self, view: VirtualServerView) -> Iterator[tuple[float, tuple[irules.Handler, ...]]]:
        for text in view.rules:
            try:
                handlers = irules.parse(text)
            except (TclError, UnsupportedTclError) as error:
                self._report(f"{view.path}: an iRule cannot be evaluated: {error}")
                continue
            for event in irules.unsimulated_events(handlers):
                self._report(f"{view.path}: the iRule event {event} is not simulated")
            yield self._attached[view.path, text] + self._rule_delay, tuple(handlers)


def is_loopback(address: str) -> bool:
    """Return True for 127.0.0.0/8 and ::1, the only addresses that are ever bound."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:  # `any`, `any6`
        return False
    return any(parsed in network for network in _LOOPBACK)
