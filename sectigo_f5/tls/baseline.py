"""What a virtual server shows before a change: it decides what its handshakes prove after it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import Observation, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.tls import client
from sectigo_f5.tls.client import Handshake
from sectigo_f5.tls.questions import Inquiry, Question, inquiries

Address = tuple[str, int]
T = TypeVar("T")

TIMEOUT = 5.0  # seconds for one handshake
AT_ONCE = 16  # virtual servers that are looked at side by side
HTTPS = 443  # the port at which a virtual server of any port is looked at
NOWHERE = {  # to connect there would be to connect to ourselves
    **dict.fromkeys(("any", "any6", "0.0.0.0", "::"), "it listens on every address"),  # noqa: S104
    "": "its address is not known",
}
SHOWN = 3  # networks that a sentence names
ASSUMED = "its route domain is not known, so from here its address may be another host's"

ANYTHING = Question(None, ours=False, others=frozenset({None}), may_refuse=True)


@dataclass(frozen=True)
class Baseline:
    """What a virtual server showed before a change: it decides what its handshake proves after it."""

    shown: Mapping[str | None, str | None] = field(default_factory=dict)  # for which names TLS worked: serial numbers
    elsewhere: str | None = None  # why its address may, seen from here, lead to somebody else
    unreachable: str | None = None  # why it cannot be looked at from here
    doubt: str = ""  # a likely cause, if it shows another certificate after the change
    by_kind: bool = True  # it can be asked for its RSA and its ECDSA certificate, each alone


@dataclass(frozen=True)
class Check:
    """What is asked around one change, and how much depends on it."""

    inquiries: tuple[Inquiry, ...]
    required: bool  # verify_handshake: required
    kinds: int  # how many certificates, of different key types, our profile has


def check_of(
    seen: Observation,
    plans: Sequence[Attachment] | None,
    servers: Iterable[VirtualServer],
    names: Iterable[str] | None = None,
) -> Check:
    """Return how to look at ``servers`` around a change, at none with ``verify_handshake: off``."""
    job = seen.job
    asked = () if job.verify_handshake == "off" else inquiries(seen, plans, servers, names)
    return Check(asked, job.verify_handshake == "required", len(job.keys))


def look_before(check: Check, silent: set[Address] | None = None) -> Mapping[str, Baseline]:
    """Look at virtual servers before they are changed, side by side; by their paths.

    ``silent`` are addresses that let a connection time out earlier in this run: they are not waited for again,
    and new ones are added. Raises :class:`ConnectorError` if ``verify_handshake: required`` could not be kept
    afterwards.
    """
    known = set[Address]() if silent is None else silent
    baselines = side_by_side(lambda inquiry: _look_before(check, inquiry, known), check.inquiries)
    return {inquiry.server.path: baseline for inquiry, baseline in zip(check.inquiries, baselines, strict=True)}


def _look_before(check: Check, inquiry: Inquiry, silent: set[Address]) -> Baseline:
    server = inquiry.server
    nowhere = _nowhere(server)
    if nowhere:
        if check.required:
            raise ConnectorError(_cannot_be_kept(server, f"{nowhere}, so there is none to look at"))
        return Baseline(elsewhere=nowhere)
    if server.listens.route_domain not in ("", "0") and not check.required:
        return Baseline(elsewhere=f"its address is in route domain {server.listens.route_domain}")
    first, *more = inquiry.questions or (ANYTHING,)
    try:
        baseline = _who_answered(check, inquiry, first, see(server, first, silent))
    except client.UnreachableError as error:
        if check.required:
            raise ConnectorError(_cannot_be_kept(server, str(error))) from error
        return Baseline(unreachable=str(error) if _address(server) in silent else None)
    except ConnectorError:
        baseline = Baseline(elsewhere=ASSUMED if server.listens.assumed and not check.required else None)
    if baseline.elsewhere or not server.client_ssl:
        return baseline
    serials = {each.server_name: shown.serial for each in more if (shown := _answer(server, each))}
    return replace(baseline, shown={**baseline.shown, **serials})


def _nowhere(server: VirtualServer) -> str | None:
    """Return why there is no address to connect to; None if there is one."""
    where = server.listens
    if where.listed and not where.address:
        if where.listed.networks:
            return f"it listens on {', '.join(where.listed.networks[:SHOWN])} and no single address"
        return f"its addresses are a list that cannot be read ({where.listed.criteria})"
    return NOWHERE.get(where.address)


def _who_answered(check: Check, inquiry: Inquiry, asked: Question, shown: Handshake) -> Baseline:
    """Tell the virtual server itself from another host, or another virtual server, at its address."""
    server, serial, served = inquiry.server, shown.serial, {asked.server_name: shown.serial}
    by_kind = check.kinds == 1 or _can_be_asked(server, asked)
    if serial in inquiry.known or None in inquiry.known:
        return Baseline(served, by_kind=by_kind)
    if not server.listens.port:
        return Baseline(elsewhere=f"it listens on any port, and another virtual server may have {HTTPS}")
    if server.listens.assumed and not check.required:
        return Baseline(elsewhere=ASSUMED)
    before = f"; before the change it showed serial {serial}, which none of its profiles has"
    remedy = "if its address leads to another host from here, set verify_handshake: off"
    return Baseline(served, by_kind=by_kind, doubt=f"{before}: {remedy}")


def _can_be_asked(server: VirtualServer, question: Question) -> bool:
    """Tell whether it speaks TLS 1.2, which alone lets a client choose: its profile may allow nothing but 1.3."""
    return any(_answer(server, question, only=kind) for kind in ("rsa", "ecdsa"))


def _answer(server: VirtualServer, question: Question, only: str | None = None) -> Handshake | None:
    with contextlib.suppress(ConnectorError):
        return see(server, question, only=only)
    return None


def _cannot_be_kept(server: VirtualServer, why: str) -> str:
    return (
        f"{server.path}: {why}; verify_handshake is required, so nothing was changed: "
        "make it reachable from here, or set verify_handshake: auto"
    )


# -- looking ------------------------------------------------------------------------------------


def see(
    server: VirtualServer, question: Question, silent: set[Address] | None = None, *, only: str | None = None
) -> Handshake:
    """Ask one question; for ``silent`` see :func:`look_before`, for ``only`` and errors :func:`client.handshake`."""
    address = _address(server)
    if silent is not None and address in silent:
        raise client.UnreachableError(f"{address[0]} port {address[1]} did not answer earlier in this run")
    try:
        return client.handshake(*address, question.server_name, timeout=TIMEOUT, only=only)
    except client.UnreachableError as error:
        if silent is not None and isinstance(error.__cause__, TimeoutError):
            silent.add(address)
        raise


def _address(server: VirtualServer) -> Address:
    return server.listens.address, server.listens.port or HTTPS


def side_by_side(look: Callable[[Inquiry], T], inquiries: Sequence[Inquiry]) -> list[T]:
    """Look at several virtual servers at once: each that nothing here reaches takes its time-out."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        looks = [pool.submit(copy_context().run, look, inquiry) for inquiry in inquiries]
        try:
            return [each.result() for each in looks]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
