"""What clients see after a change (``verify_handshake``): every name must be answered by what is to answer it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from sectigo_f5.device_objects import Pair
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Issued
from sectigo_f5.tls import client
from sectigo_f5.tls.baseline import Baseline, Check, see, side_by_side
from sectigo_f5.tls.client import Expected, Handshake
from sectigo_f5.tls.questions import Inquiry, Question
from sectigo_f5.x509.certificates import read_certificate, read_chain

logger = logging.getLogger(__name__)

TRIES = 5
PAUSE = 2.0  # seconds between tries: the change has to reach every traffic process of the device
NOT_REACHED = "cannot be reached from here, what it serves was not checked"


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
        if problem is None and question.server_name:
            logger.info("%s serves the certificate of %s", server.path, question.server_name)
        elif problem is None:
            logger.info("%s serves clients that send no server name as it should", server.path)
    return problem if problem is None or question.is_certain else f"asked for {question}, {problem}"


def _wrong_answer(
    check: Check, baseline: Baseline, inquiry: Inquiry, question: Question, expected: Sequence[Expected]
) -> str | None:
    """Compare what is served; of two certificates of ours, each has to be there for the clients that need it."""
    served = see(inquiry.server, question)
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
    comparisons = (client.compare(see(inquiry.server, question, only=each.kind), each) for each in expected)
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
