"""How far the CA's clock is ahead of ours, by the header of its directory answer."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
import responses

from sectigo_f5.acme.authority import Authority
from sectigo_f5.model import Account

URL = "https://acme.example.com/directory"
NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)


def ahead(folder: Path, **headers: str) -> timedelta | None:
    with responses.RequestsMock() as mock:
        mock.get(URL, json={"newOrder": URL}, headers=headers)
        authority = Authority(Account(URL), folder, clock=lambda: NOW)
        return authority.clock_ahead()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Date": "Mon, 23 Nov 2026 12:00:00 GMT"}, timedelta()),
        ({"Date": "Wed, 23 Sep 2026 12:00:00 GMT"}, -timedelta(days=61)),
        ({"Date": "Mon, 23 Nov 2026 14:00:00 +0200"}, timedelta()),
        ({"Date": "Mon, 23 Nov 2026 09:00:00 GMT", "Age": "10800"}, timedelta()),  # from a cache
        ({"Date": "Mon, 23 Nov 2026 12:00:00 GMT", "Age": "old"}, timedelta()),
        ({"Date": "today"}, None),
        ({"Date": "Fri, 31 Dec 9999 23:59:59 GMT", "Age": "86400"}, None),
        ({"Date": "Mon, 99 Nov 2026 12:00:00 GMT"}, None),
        ({}, None),
    ],
)
def test_the_date_of_the_directory_tells_the_time(
    tmp_path: Path, headers: dict[str, str], expected: timedelta | None
) -> None:
    assert ahead(tmp_path, **headers) == expected


@pytest.mark.parametrize("body", [requests.ConnectionError("no route"), "<html>"])
def test_a_ca_without_a_directory_tells_no_time(tmp_path: Path, body: str | Exception) -> None:
    with responses.RequestsMock() as mock:
        mock.get(URL, body=body)
        assert Authority(Account(URL), tmp_path, clock=lambda: NOW).clock_ahead() is None
