"""How long the validation of an order takes: what its plugin sleeps, the time limit, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5.acme.authority import Authority
from sectigo_f5.acme.certbot_program import Answer, Task
from sectigo_f5.errors import ConnectorError
from sectigo_f5.model import Account
from sectigo_f5.process import Completion
from sectigo_f5.secret import Secret
from sectigo_f5.validation import (
    LONGEST_PAUSES,
    Dns01,
    Http01,
    Prevalidated,
    Validation,
    arithmetic,
    pauses,
    time_limit,
    too_long,
)
from tests.acme.conftest import request
from tests.support import builders
from tests.support.properties import generated
from tests.support.world import World

HOUR = 3600.0


def http01(servers: int) -> Http01:
    paths = tuple(f"/Common/vs_{number}" for number in range(servers))
    return Http01(("192.0.2.1",), "admin", Secret("x"), paths, "Common", Path("ca.pem"), apm=False)


def dns01(seconds: str) -> Dns01:
    return Dns01("dns-ovh", {"dns-ovh-propagation-seconds": seconds, "dns-ovh-credentials": "/etc/x"})


@pytest.mark.parametrize(
    ("validation", "names", "expected"),
    [
        (http01(1), 1, 10),
        (http01(4), 100, 4000),
        (http01(0), 100, 0),
        (dns01("960"), 100, 960),
        (dns01("soon"), 1, 0),
        (dns01("²"), 1, 0),
        (Dns01("manual", {"manual-auth-hook": "/x"}), 1, 0),
        (Prevalidated(), 100, 0),
    ],
)
def test_pauses_are_what_the_plugin_sleeps(validation: Validation, names: int, expected: int) -> None:
    assert pauses(validation, names) == expected


def test_an_order_of_a_few_names_has_an_hour_and_is_not_mentioned() -> None:
    assert time_limit(HOUR, pauses(http01(2), 3)) == HOUR
    assert (arithmetic(http01(2), 3), too_long(http01(2), 3)) == (None, None)


def test_a_hundred_names_on_four_virtual_servers_get_the_time() -> None:
    assert time_limit(HOUR, pauses(http01(4), 100)) > 2 * 4000
    assert too_long(http01(4), 100) is None
    assert "100 names × 4 virtual servers × 10 s = 4000 s" in str(arithmetic(http01(4), 100))


def test_what_is_too_long_is_refused_with_the_arithmetic_and_a_remedy() -> None:
    refused = str(too_long(http01(8), 100))
    assert "100 names × 8 virtual servers × 10 s = 8000 s, and an order may wait for 7200 s" in refused
    assert "name under challenge_virtual_servers only" in refused
    assert "dns-ovh waits 9000 s for DNS (propagation-seconds)" in str(too_long(dns01("9000"), 1))
    assert "write fewer propagation-seconds under dns_options" in str(too_long(dns01("9000"), 1))


@generated(100)
@given(st.integers(1, 100), st.integers(1, 100))
def test_every_order_that_is_not_refused_has_twice_its_pauses(names: int, servers: int) -> None:
    seconds = pauses(http01(servers), names)
    assert (seconds > LONGEST_PAUSES) is bool(too_long(http01(servers), names))
    assert time_limit(HOUR, seconds) >= 2 * seconds or too_long(http01(servers), names)


class CertbotThatNotes:
    """Takes the place of Certbot's process, and notes what it is asked to do."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.tasks = folder, list[Task]()

    @contextmanager
    def workplace(self) -> Iterator[Path]:
        (folder := self.folder / str(len(self.tasks))).mkdir()
        yield folder

    def run(self, workplace: Path, task: Task) -> Answer:
        self.tasks.append(task)
        return Answer(Completion(1, "refused", timed_out=False, seconds=0.1), "", None)


def test_certbot_gets_the_time_that_its_names_need(tmp_path: Path) -> None:
    authority = Authority(Account("https://ca.example.com/directory"), tmp_path, clock=lambda: builders.NOW)
    certbot = CertbotThatNotes(tmp_path)
    setattr(authority, "_certbot", certbot)  # noqa: B010  # a double of another type
    for names in (1, 100):
        with pytest.raises(ConnectorError):
            authority.issue(request(*(f"host{number}.example.com" for number in range(names))), http01(4))
    assert [task.timeout for task in certbot.tasks] == [3600, 3600 + 2 * (4000 - 900)]


def test_an_order_that_waits_too_long_is_refused_before_a_key_is_made(world: World) -> None:
    options = {"dns-ovh-propagation-seconds": "9000"}
    job = world.job(validation="dns-01", dns_authenticator="dns-ovh", dns_options=options)
    assert "and an order may wait for 7200 s" in str(world.one(job).error)
    assert world.device.writes() == []
