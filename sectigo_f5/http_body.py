"""The body of an HTTP answer, within limits of length and time."""

from __future__ import annotations

import time

import requests
from urllib3.exceptions import HTTPError

from sectigo_f5.errors import ConnectorError

CHUNK = 64 * 1024  # bytes


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
