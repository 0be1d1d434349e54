"""One question over HTTP; its answer can neither fill the memory, nor hold up a run, nor lead anywhere else."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

import requests
from urllib3.exceptions import HTTPError

from sectigo_f5.deadlines.connections import refusing
from sectigo_f5.deadlines.sockets import deadline, has_passed
from sectigo_f5.errors import ConnectorError
from sectigo_f5.http import redirects
from sectigo_f5.http.redirects import Rules
from sectigo_f5.trust.sessions import Session

CHUNK = 64 * 1024  # bytes
SEE_OTHER = 303  # RFC 9110 section 15.4.4: read it by GET; else a POST stays one, since its body is the question


@dataclass(frozen=True)
class Question:
    """What is asked, and which certificates of a server are trusted: as ``verify`` of ``requests``."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    verify: bool | str = True


@dataclass(frozen=True)
class Limits:
    """Of an answer; times in seconds."""

    connect: float  # to one address
    read: float  # from one piece to the next
    whole: float  # from connecting to the last byte, redirects included
    largest: int  # bytes


@dataclass(frozen=True)
class Reply:
    """An answer of any status but a redirect."""

    status: int
    headers: Mapping[str, str]  # names in any case
    body: bytes

    @property
    def ok(self) -> bool:
        """True for a status of success."""
        return 200 <= self.status < 300  # noqa: PLR2004  # the class of success


def fetch(question: Question, limits: Limits, rules: Rules = Rules()) -> Reply:  # noqa: B008  # a value
    """Ask, and follow at most three redirects.

    Raises :class:`ConnectorError` for an answer beyond the limits and for a redirect against the rules, and
    :class:`requests.RequestException`, which is an :class:`OSError`, if there is no answer.
    """
    with deadline(limits.whole), Session() as opened:
        try:
            return _followed(opened, question, limits, rules)
        except requests.RequestException as error:
            if has_passed():
                raise ConnectorError(f"the answer takes longer than {limits.whole:.0f} s") from error
            raise
        except ValueError as error:  # of an odd name in the URL, from deep below
            raise ConnectorError(f"it cannot be asked ({type(error).__name__}: {error})") from error


def _followed(opened: requests.Session, question: Question, limits: Limits, rules: Rules) -> Reply:
    guard = None
    with contextlib.ExitStack() as guarded:
        if rules.of_certificate:
            guarded.enter_context(refusing(partial(redirects.refuse_named, question.url, rules)))
        for _ in range(redirects.MOST + 1):
            with _asked(opened, question, limits) as answer:
                location = answer.headers["Location"] if answer.is_redirect else None
                if location is None:
                    return _reply(answer, limits)
            if guard is None:
                guard, opened.auth = redirects.guard(question.url, rules), _nobody
                guarded.enter_context(refusing(guard.refuse))
            elsewhere = replace(question, url=redirects.next_url(question.url, location, rules, guard))
            seen_there = answer.status_code == SEE_OTHER
            question = replace(elsewhere, method="GET", body=None) if seen_there else elsewhere
    raise ConnectorError(f"it redirects more than {redirects.MOST} times")


def _asked(opened: requests.Session, question: Question, limits: Limits) -> requests.Response:
    return opened.request(
        question.method,
        question.url,
        data=question.body,
        headers=dict(question.headers),
        timeout=(limits.connect, limits.read),
        verify=question.verify,
        allow_redirects=False,
        stream=True,
    )


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Log in nowhere: a redirect is not to be answered with what ``.netrc`` has for another host."""
    return request


def _reply(answer: requests.Response, limits: Limits) -> Reply:
    content = bytearray()
    try:
        while piece := answer.raw.read1(CHUNK, decode_content=True):
            content += piece
            if len(content) > limits.largest:
                raise ConnectorError(f"the answer is longer than {limits.largest} bytes")
    except (HTTPError, OSError) as error:
        if has_passed():
            raise ConnectorError(f"the answer takes longer than {limits.whole:.0f} s") from error
        raise ConnectorError(f"the answer was cut off ({type(error).__name__})") from error
    return Reply(answer.status_code, answer.headers, bytes(content))
