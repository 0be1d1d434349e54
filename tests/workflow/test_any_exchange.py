"""Real runs in which one answer of the BIG-IP is not what it should be, whichever it is: reads, writes, the shell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import count
from random import Random
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from sectigo_f5 import workflow
from sectigo_f5.commands.rollback import roll_back
from sectigo_f5.icontrol.call import Call
from sectigo_f5.icontrol.client import IControl
from tests.support.damage import HUGE
from tests.support.names import ONLY_EC
from tests.support.properties import daily
from tests.support.world import World


@pytest.fixture
def lived_in(world: World) -> Iterator[World]:
    world.pause = lambda seconds: world.wait(seconds=seconds)
    for _ in range(2):
        world.one(world.job(keys=ONLY_EC), force=True)
        world.wait(hours=1)
    yield world
    assert world.one(world.job(keys=ONLY_EC)).error is None


ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, HUGE, float("nan"), "", "none", "\x00", "\ud800", "9" * 5000, "a\nb\x1b[2J", "\u202e"),
    *(
        "/",
        "/Common/x",
        "/Common/www.example.com_clientssl",
        [],
        {},
        [[]],
        [None],
        {"items": 5},
        {"items": [{}]},
        [{"x": {}}],
    ),
)


def spoilt(content: bytes, random: Random) -> bytes:
    """Return a body of another shape, or with another text in it; it may be asked for by any thread."""
    return json.dumps(_with_another_part(json.loads(content), random)).encode()


def _with_another_part(body: Any, random: Random) -> Any:
    if isinstance(body, str) and len(body) > 1 and random.random() < 0.5:
        start, end = sorted(random.sample(range(len(body) + 1), 2))
        return body[:start] + random.choice(("", "\n", "-----BEGIN", "\x00")) + body[end:]
    if not body or not isinstance(body, dict | list) or random.random() < 0.1:
        return random.choice(ODD)
    if isinstance(body, dict):
        name = random.choice(sorted(body))
        if random.random() < 0.2:
            return {other: value for other, value in body.items() if other != name}
        return {**body, name: _with_another_part(body[name], random)}
    place = random.randrange(len(body))
    return [*body[:place], _with_another_part(body[place], random), *body[place + 1 :]]


@daily(10)
@given(
    number=st.integers(0, 2**32),
    nth=st.integers(1, 45),
    work=st.sampled_from([workflow.keep_alive, workflow.keep_alive, roll_back]),
    force=st.booleans(),
    route=st.sampled_from(["native", "openssl"]),
)
def test_any_answer_of_a_run_is_no_bug_and_the_site_stays_up(
    lived_in: World, number: int, nth: int, work: object, force: bool, route: str
) -> None:
    numbers, exchange = count(1), IControl.exchange

    def spoil(client: IControl, call: Call) -> requests.Response:
        answer = exchange(client, call)
        if next(numbers) == nth and answer.content.startswith(b"{"):
            answer._content = spoilt(answer.content, Random(number))  # noqa: SLF001  # as the adapter does
        return answer

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IControl, "exchange", spoil)
        job = lived_in.job(keys=ONLY_EC, key_route=route)
        (result,) = lived_in.go(job, work=work, force=force)  # type: ignore[arg-type]
    assert not result.bug, result.error
    assert all(text.isprintable() for text in (result.reason, result.error or "", *result.notes))
    assert lived_in.seen_by_client().names == {"www.example.com"}
    lived_in.wait(hours=1)
    mended = lived_in.one(job)
    assert mended.error is None
    assert lived_in.seen_by_client().serial == mended.serial
    lived_in.wait(hours=1)
