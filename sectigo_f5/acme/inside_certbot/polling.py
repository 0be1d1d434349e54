"""Ask the CA sooner whether it has validated, or issued: Certbot 5.8 lets a second pass before it asks at all.

It is asked once or twice within that second, then when Certbot would have asked. What the CA wants to be waited for
(``Retry-After``) is waited for as Certbot does. Like the launcher, this imports nothing of the connector.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable
from typing import Any

LOOKS = (0.25, 0.5, 1.0)  # seconds after it was told to; the last one is Certbot's first
RETRIES = 30  # of Certbot; those before its first are added


class Pace:
    """The module ``time`` as Certbot's polling loops use it: a first wait of exactly a second is shortened."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock, self._pause = clock, pause
        self._began = clock() - LOOKS[-1]

    def sleep(self, seconds: float) -> None:
        """Wait; a second is the first wait of a loop."""
        if seconds == LOOKS[-1]:
            self._began, seconds = self._clock(), LOOKS[0]
        self._pause(seconds)

    def until_next(self, asked_to_wait: bool) -> float | None:
        """Return the seconds until the next look of the first second; None after it."""
        passed = self._clock() - self._began
        ahead = [look - passed for look in LOOKS if look > passed]
        return None if not ahead else ahead[-1] if asked_to_wait else ahead[0]

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def look_sooner(pace: Pace) -> None:
    """Have Certbot's two loops, for authorizations and for an order, ask at this pace."""
    from acme import client
    from certbot._internal import auth_handler

    polling: tuple[Any, ...] = (client, auth_handler)
    for module in polling:
        module.time = pace
    acme_client: Any = client.ClientV2
    wanted, times = acme_client.retry_after.__func__, polling[0].datetime

    def retry_after(cls: Any, response: Any, default: int) -> Any:
        seconds = pace.until_next("Retry-After" in response.headers)
        if seconds is None:
            return wanted(cls, response, default)
        return times.datetime.now() + times.timedelta(seconds=seconds)  # local time, as acme's

    acme_client.retry_after = classmethod(retry_after)
    handler: Any = auth_handler.AuthHandler
    more = RETRIES + len(LOOKS) - 1
    handler.handle_authorizations = functools.partialmethod(handler.handle_authorizations, max_retries=more)
