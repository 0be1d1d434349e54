"""Asking a virtual server for a challenge: which can be asked, what counts as the answer, and for how long."""

from __future__ import annotations

import socket
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.acme.inside_certbot import looking
from tests.support.answering import answering
from tests.support.dripping import HTTP, dripping
from tests.support.properties import generated

TEXT = "token.thumbprint"
PATH = "/.well-known/acme-challenge/token"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n"


@pytest.mark.parametrize(
    ("destination", "address"),
    [
        ("/Common/192.0.2.1:80", ("192.0.2.1", 80)),
        ("/Shop/app/192.0.2.1:8080", ("192.0.2.1", 8080)),
        ("/Common/2001:db8::1.80", ("2001:db8::1", 80)),
        ("/Common/192.0.2.1%2:80", None),
        ("/Common/2001:db8::1%2.80", None),
        ("/Common/0.0.0.0:80", None),
        ("/Common/any:80", None),
        ("/Common/any6.80", None),
        ("/Common/::.80", None),
        ("/Common/192.0.2.1:0", None),
        ("/Common/192.0.2.1:any", None),
        ("/Common/192.0.2.1:80000", None),
        ("/Common/shop_address:80", None),
        ("/Common/192.0.2.1", None),
        ("", None),
    ],
)
def test_only_the_address_of_a_host_can_be_asked(destination: str, address: tuple[str, int] | None) -> None:
    assert looking.address_of(destination) == address


def ask(port: int, seconds: float = 5) -> str:
    return looking.ask(("127.0.0.1", port), "www.example.com", PATH, TEXT, seconds)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (OK + TEXT.encode(), ""),
        (b"HTTP/1.0 200 OK\r\n\r\n" + TEXT.encode() + b"\n", ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n" + TEXT.encode(), ""),
        (OK + b"Page not found..", "another answer, HTTP 200"),
        (b"HTTP/1.1 200 OK\r\nX-Path: " + TEXT.encode() + b"\r\n\r\n", "another answer, HTTP 200"),
        (b"HTTP/1.1 301 Moved\r\nLocation: http://127.0.0.1:1/\r\n\r\n" + TEXT.encode(), "another answer, HTTP 301"),
        (OK + b"x" * 100_000 + TEXT.encode(), "another answer, HTTP 200"),
        (b"SSH-2.0-OpenSSH\r\n", "an answer that is not HTTP"),
        (b"", "no answer"),
    ],
)
def test_the_text_alone_is_the_right_answer(answer: bytes, problem: str) -> None:
    with answering(answer) as server:
        assert ask(server.port) == problem


def test_the_name_is_asked_for_as_the_ca_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        port = server.getsockname()[1]
        assert ask(port, 0.1) == "no answer, timed out"
        with server.accept()[0] as connection:
            head, *fields = connection.recv(65536).decode().split("\r\n")
    assert head == f"GET {PATH} HTTP/1.1"
    assert "Host: www.example.com" in fields
    assert ask(port) == "no answer, Connection refused"


@pytest.mark.parametrize("beginning", HTTP.values(), ids=HTTP)
def test_an_answer_that_drips_is_not_waited_for(beginning: bytes) -> None:
    began = time.monotonic()
    with dripping(beginning) as port:
        assert ask(port, 0.1) != ""
    assert time.monotonic() - began < 5


class Clock:
    """A virtual server and the time: each question takes as long as it is given, or less."""

    def __init__(self, *answers: tuple[float, str]) -> None:
        self.now, self.answers, self.asked = 100.0, list(answers), 0

    def ask(self, seconds: float) -> str:
        takes, problem = self.answers[self.asked % len(self.answers)]
        self.asked += 1
        self.now += min(takes, seconds)
        return problem

    def pause(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds

    def wait(self, seconds: float = 10) -> str:
        return looking.wait(self.ask, seconds, lambda: self.now, self.pause)


def test_waiting_ends_with_the_third_right_answer_in_a_row() -> None:
    clock = Clock(*[(0.0, "no answer")] * 15, (0.0, ""), (0.0, ""), (0.0, "no answer"), *[(0.0, "")] * 3)
    assert clock.wait() == ""
    assert clock.asked == 21
    assert clock.now == pytest.approx(103.2)


ANSWERS = st.tuples(st.floats(0, 30), st.sampled_from(["", "", "no answer"]))


@generated(100)
@given(answers=st.lists(ANSWERS, min_size=1, max_size=20))
def test_waiting_never_takes_longer_than_the_sleep_it_replaces(answers: list[tuple[float, str]]) -> None:
    clock = Clock(*answers)
    problem = clock.wait(10)
    assert clock.now <= 110.000001
    last = [answers[number % len(answers)][1] for number in range(clock.asked)][-3:]
    if clock.now < 109.99:
        assert last == ["", "", ""]
    assert problem == last[-1]
