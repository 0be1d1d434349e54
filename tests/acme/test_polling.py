"""How often the CA is asked whether it has validated names: by Certbot's own loop, with another clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from acme import client, messages
from certbot import errors
from certbot._internal import auth_handler
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.acme.inside_certbot.polling import RETRIES, Pace, look_sooner
from tests.support.properties import generated


class Authority:
    """Validates names some seconds after it was told to; each answer may say how long it wants to be waited for."""

    def __init__(self, validates_after: float, retry_after: int | None) -> None:
        self.now, self.looks = 0.0, list[float]()
        self._at, self._headers = validates_after, {} if retry_after is None else {"Retry-After": str(retry_after)}

    def poll(self, _: Any) -> tuple[Any, Any]:
        if self.now not in self.looks:
            self.looks.append(self.now)
        status = messages.STATUS_VALID if self.now >= self._at else messages.STATUS_PENDING
        body = messages.Authorization(status=status, challenges=())
        return messages.AuthorizationResource(body=body), SimpleNamespace(headers=self._headers)

    def retry_after(self, response: Any, default: int) -> Any:
        return client.ClientV2.retry_after(response, default)

    def pause(self, seconds: float) -> None:
        self.now = round(self.now + seconds, 6)


def asked(authority: Authority, prepare: Callable[[pytest.MonkeyPatch], None], retries: int) -> list[float]:
    """Return when Certbot asks for two authorizations; the end is infinite if it gives up."""
    clock = SimpleNamespace(now=lambda: datetime(2026, 11, 26) + timedelta(seconds=authority.now))  # noqa: DTZ001
    with pytest.MonkeyPatch.context() as patch:
        for place, name in ((client, "time"), (client.ClientV2, "retry_after")):
            patch.setattr(place, name, vars(place)[name])  # to be put back after the block
        patch.setattr(auth_handler.AuthHandler, "handle_authorizations", lambda: None)
        patch.setattr(auth_handler, "time", SimpleNamespace(sleep=authority.pause))
        for module in (client, auth_handler):
            patch.setattr(module, "datetime", SimpleNamespace(datetime=clock, timedelta=timedelta))
        prepare(patch)
        handler: Any = auth_handler.AuthHandler(None, authority, None, [])  # type: ignore[arg-type]
        try:
            handler._poll_authorizations([None, None], retries, 30, False)
        except errors.AuthorizationError:
            authority.looks.append(float("inf"))
    return authority.looks


@generated(60)
@given(after=st.floats(0, 120), retry_after=st.none() | st.integers(0, 20))
def test_the_ca_is_asked_when_certbot_asks_and_twice_before(after: float, retry_after: int | None) -> None:
    stock, ours = Authority(after, retry_after), Authority(after, retry_after)
    expected = asked(stock, lambda _: None, RETRIES)
    found = asked(ours, lambda _: look_sooner(Pace(lambda: ours.now, ours.pause)), RETRIES + 2)
    early = [look for look in found if look < 1]
    assert early == [0.25, 0.5][: len(early)]
    if len(found) > len(early):
        assert found[len(early) :] == expected
    if after > 1:
        assert len(early) == (2 if retry_after is None else 1)
