"""An HTTP answer within limits of length and time."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from typing import TypeVar

import requests
from urllib3.exceptions import HTTPError

from sectigo_f5.errors import ConnectorError

CHUNK = 64 * 1024  # bytes

T = TypeVar("T")


def within(seconds: float, ask: Callable[[], T]) -> T:
    """Return what ``ask`` returns, or raise what it raises; :class:`ConnectorError` if that takes longer.

    The time-out of ``requests`` is per piece of the headers too, and nobody can interrupt it there: the thread that
    waits for them is left alone, and does not keep the program from ending.
    """
    answer, context = Future[T](), copy_context()

    def work() -> None:
        try:
            answer.set_result(context.run(ask))
        except BaseException as error:  # noqa: BLE001  # raised again by whoever waits
            answer.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    wait([answer], timeout=seconds)
    if not answer.done():
        raise ConnectorError(f"the answer takes longer than {seconds:.0f} s")
    return answer.result()


def read_body(answer: requests.Response, largest: int, seconds: float) -> bytes:
    """Read the body of a streamed answer; raises :class:`ConnectorError` if it is too long, too slow or cut off.

    The time-out of ``requests`` is per piece: a server that sends a byte now and then would hold us forever.
    """
    content, deadline = bytearray(), time.monotonic() + seconds
    try:
        while piece := answer.raw.read1(CHUNK, decode_content=True):
            content += piece
            if len(content) > largest:
                raise ConnectorError(f"the answer is longer than {largest} bytes")
            if time.monotonic() > deadline:
                raise ConnectorError(f"the answer takes longer than {seconds:.0f} s")
    except (HTTPError, OSError) as error:
        raise ConnectorError(f"the answer was cut off ({type(error).__name__})") from error
    return bytes(content)
