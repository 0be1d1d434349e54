"""What a client sees on the virtual servers, before and after a change (``verify_handshake``)."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sectigo_f5.decision.attachment import Attachment
from sectigo_f5.device_objects import Observation, Pair, VirtualServer
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued
from sectigo_f5.tls import client
from sectigo_f5.tls.client import Expected, Handshake
from sectigo_f5.tls.questions import Inquiry, Question, inquiries
from sectigo_f5.x509.certificates import read_certificate, read_chain

logger = logging.getLogger(__name__)

Address = tuple[str, int]
T = TypeVar("T")

TIMEOUT = 5.0  # seconds for one handshake
TRIES = 5
PAUSE = 2.0  # seconds between tries: the change has to reach every traffic process of the device
AT_ONCE = 16  # virtual servers that are looked at side by side
HTTPS = 443  # the port at which a virtual server of any port is looked at
NOWHERE = {  # to connect there would be to connect to ourselves
    **dict.fromkeys(("any", "any6", "0.0.0.0", "::"), "it listens on every address"),  # noqa: S104
    "": "its address is not known",
}

ANYTHING = Question(None, ours=False, others=frozenset({None}), may_refuse=True)
NOT_REACHED = "cannot be reached from here, what it serves was not checked"


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


def expected_of_issued(issued: Issued) -> Expected:
    """Return what a client is to see of a certificate that we have here."""
    leaf = read_certificate(issued.certificate)
    chain = tuple(certificate.fingerprint for certificate in read_chain(issued.chain))
    return Expected(leaf.serial, leaf.key.type if leaf.key else None, leaf.fingerprint, chain)


def expected_pair(pair: Pair, copy: Issued | None) -> Expected:
    """Return what a client is to see of a pair on the device; there may be a copy of it here."""
    if copy is not None:
        return expected_of_issued(copy)
    return Expected(pair.certificate.serial, pair.spec.type if pair.spec else None)


# -- before the change -------------------------------------------------------------------------


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
    if server.address in NOWHERE:
        if check.required:
            raise ConnectorError(_cannot_be_kept(server, f"{NOWHERE[server.address]}, so there is none to look at"))
        return Baseline(elsewhere=NOWHERE[server.address])
    if server.route_domain not in ("", "0") and not check.required:
        return Baseline(elsewhere=f"its address is in route domain {server.route_domain}")
    first, *more = inquiry.questions or (ANYTHING,)
    try:
        baseline = _who_answered(check, inquiry, first, _see(server, first, silent))
    except client.UnreachableError as error:
        if check.required:
            raise ConnectorError(_cannot_be_kept(server, str(error))) from error
        return Baseline(unreachable=str(error) if _address(server) in silent else None)
    except ConnectorError:
        baseline = Baseline()
    if baseline.elsewhere or not server.client_ssl:
        return baseline
    serials = {each.server_name: shown.serial for each in more if (shown := _answer(server, each))}
    return replace(baseline, shown={**baseline.shown, **serials})


def _who_answered(check: Check, inquiry: Inquiry, asked: Question, shown: Handshake) -> Baseline:
    """Tell the virtual server itself from another host, or another virtual server, at its address."""
    server, serial, served = inquiry.server, shown.serial, {asked.server_name: shown.serial}
    by_kind = check.kinds == 1 or _can_be_asked(server, asked)
    if serial in inquiry.known or None in inquiry.known:
        return Baseline(served, by_kind=by_kind)
    if not server.port:
        return Baseline(elsewhere=f"it listens on any port, and another virtual server may have {HTTPS}")
    before = f"; before the change it showed serial {serial}, which none of its profiles has"
    remedy = "if its address leads to another host from here, set verify_handshake: off"
    return Baseline(served, by_kind=by_kind, doubt=f"{before}: {remedy}")


def _can_be_asked(server: VirtualServer, question: Question) -> bool:
    """Tell whether it speaks TLS 1.2, which alone lets a client choose: its profile may allow nothing but 1.3."""
    return any(_answer(server, question, only=kind) for kind in ("rsa", "ecdsa"))


def _answer(server: VirtualServer, question: Question, only: str | None = None) -> Handshake | None:
    with contextlib.suppress(ConnectorError):
        return _see(server, question, only=only)
    return None


def _cannot_be_kept(server: VirtualServer, why: str) -> str:
    return (
        f"{server.path}: {why}; verify_handshake is required, so nothing was changed: "
        "make it reachable from here, or set verify_handshake: auto"
    )


# -- after the change --------------------------------------------------------------------------


def confirm(
    check: Check, before: Mapping[str, Baseline], expected: Sequence[Expected], pause: Callable[[float], None]
) -> None:
    """Connect to each virtual server, side by side, and compare what it serves with what it is to serve.

    Raises :class:`ConnectorError` for another certificate, for TLS that broke, and with
    ``verify_handshake: required`` also for an address that cannot be reached from here. Without
    it, an address that may lead to somebody else proves nothing, and is not looked at.
    """
    side_by_side(lambda each: _confirm_one(check, before[each.server.path], each, expected, pause), check.inquiries)


def _confirm_one(
    check: Check,
    baseline: Baseline,
    inquiry: Inquiry,
    expected: Sequence[Expected],
    pause: Callable[[float], None],
) -> None:
    server, proves_nothing = inquiry.server, baseline.elsewhere or baseline.unreachable
    if proves_nothing and not check.required:
        way = "what it serves was not checked" if baseline.elsewhere else NOT_REACHED
        logger.info("%s: %s: %s" if baseline.elsewhere else "%s %s: %s", server.path, way, proves_nothing)
        return
    open_questions, problem = _asked_again(check, baseline, inquiry), ""
    for attempt in range(TRIES):
        if attempt:
            pause(PAUSE)
        problems = {each: _problem(check, baseline, inquiry, each, expected) for each in open_questions}
        open_questions = [each for each, found in problems.items() if found]
        if not open_questions:
            return
        problem = problems[open_questions[0]] or ""
    raise ConnectorError(
        f"{server.path} does not serve the certificate that was put in service: {problem}{baseline.doubt}"
    )


def _asked_again(check: Check, baseline: Baseline, inquiry: Inquiry) -> list[Question]:
    """Return what has to be right after the change; of a virtual server that refused us before, the first alone."""
    if not baseline.shown and inquiry.server.client_ssl and not check.required:
        return list(inquiry.questions[:1])
    first = inquiry.questions[:1]
    return [each for each in inquiry.questions if each in first or each.ours or each.server_name in baseline.shown]


def _problem(
    check: Check, baseline: Baseline, inquiry: Inquiry, question: Question, expected: Sequence[Expected]
) -> str | None:
    """Return what is wrong with the answer to one question."""
    server, worked = inquiry.server, question.server_name in baseline.shown
    try:
        problem = _wrong_answer(check, baseline, inquiry, question, expected)
    except client.UnreachableError as error:
        if not check.required and not worked:
            logger.info("%s %s: %s", server.path, NOT_REACHED, error)
            return None
        problem = str(error)
    except ConnectorError as error:
        if not check.required and (question.may_refuse or (server.client_ssl and not worked)):
            logger.warning("%s: what it serves cannot be checked: %s", server.path, error)
            return None
        problem = str(error)
    else:
        if problem is None:
            logger.info("%s serves the certificate of %s", server.path, question)
    return problem if problem is None or question.is_certain else f"asked for {question}, {problem}"


def _wrong_answer(
    check: Check, baseline: Baseline, inquiry: Inquiry, question: Question, expected: Sequence[Expected]
) -> str | None:
    """Compare what is served; of two certificates of ours, each has to be there for the clients that need it."""
    served = _see(inquiry.server, question)
    right = served.serial in question.others or None in question.others
    if right or (not check.required and _is_foreign(baseline, inquiry, question, served)):
        return None
    if not question.ours:
        return f"it serves serial {served.serial}, which is of none of the profiles with that name"
    problems = [client.compare(served, wanted) for wanted in expected]
    if all(problems):
        return problems[0]
    if len(expected) == 1 or question is not inquiry.questions[0]:
        return None
    if not baseline.by_kind:
        path = inquiry.server.path
        logger.info("%s: which of the certificates others get was not checked: it speaks no TLS 1.2", path)
        return None
    comparisons = (client.compare(_see(inquiry.server, question, only=each.kind), each) for each in expected)
    return next((problem for problem in comparisons if problem), None)


def _is_foreign(baseline: Baseline, inquiry: Inquiry, question: Question, served: Handshake) -> bool:
    """Tell whether the answer is what it was, and of none of its profiles; where ours is new that is no excuse."""
    same = served.serial is not None and served.serial == baseline.shown.get(question.server_name)
    if not same or served.serial in inquiry.known or (question.ours and not inquiry.in_service):
        return False
    logger.warning(
        "%s shows serial %s for %s as before the change, which none of its profiles has: from here its address leads "
        "to another host, what it serves was not checked",
        *(inquiry.server.path, served.serial, question),
    )
    return True


def _see(
    server: VirtualServer, question: Question, silent: set[Address] | None = None, *, only: str | None = None
) -> Handshake:
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
    return server.address, server.port or HTTPS


def side_by_side(look: Callable[[Inquiry], T], inquiries: Sequence[Inquiry]) -> list[T]:
    """Look at several virtual servers at once: each that nothing here reaches takes its time-out."""
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        looks = [pool.submit(copy_context().run, look, inquiry) for inquiry in inquiries]
        try:
            return [each.result() for each in looks]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
