"""Years of cron: a run each night over certificates of 199, 47 and 6 days, with what goes wrong in that time.

What an operator may count on, and what is asked for here: trouble that spoils the runs of two
nights (of ten, where nothing is short-lived) lets no certificate expire, nor does a CA that refuses
one name for weeks. A client looks every day at the worst moment, just before the run, while the CA
works on an order, and after each run that did something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sectigo_f5.decision.rules import ISSUING
from sectigo_f5.model import Job, KeySpec, Outcome, RenewalInformation, Result
from sectigo_f5.names import covers
from sectigo_f5.simulator import SimulatedBigIP, Switches
from sectigo_f5.x509.certificates import Certificate
from tests.support import troubles
from tests.support.troubles import BusyAuthority, Scene, Trouble
from tests.support.world import World

EC, RSA = KeySpec("ecdsa", "secp256r1"), KeySpec("rsa", "2048")
DAY = timedelta(days=1)
CALM_END = 10  # nights
CALLS = 15  # to the BIG-IP at most, in a night in which two certificates are kept
RECALLS = (250, 251, 500)  # nights on which the CA wants a certificate replaced at once
REFUSALS = 300  # night from which on the CA does not issue for one name, for a while


def night(number: int) -> datetime:
    """Return 03:17 in Frankfurt: in summer it comes an hour earlier."""
    winter = datetime(2027, 1, 4, 2, 17, tzinfo=timezone.utc) + number * DAY
    return winter - timedelta(hours=1) if 87 <= winter.timetuple().tm_yday < 304 else winter


def quiet(results: list[Result]) -> bool:
    return all(result.outcome is Outcome.KEPT for result in results)


@dataclass(frozen=True)
class Look:
    """What one client asks for, and the days after which what it gets is replaced where nothing goes wrong."""

    common_name: str
    virtual_server: str
    soonest: int
    latest: int
    only: str | None = None  # rsa | ecdsa

    @property
    def name(self) -> str:
        return self.common_name.replace("*", "any")


@dataclass
class Walk:
    """One BIG-IP, night by night."""

    world: World
    scene: Scene
    log: pytest.LogCaptureFixture
    nights: int
    longest: int  # nights that an outage takes at most
    jobs: list[Job] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    recalls: str = ""  # the common name that the CA wants replaced
    refuses: dict[str, timedelta] = field(default_factory=dict)  # the common name that it refuses
    number: int = 0  # of the night
    served: dict[Look, list[Certificate]] = field(default_factory=dict)  # one after the other
    spoilt: dict[int, str] = field(default_factory=dict)  # night on which something was to be done: trouble
    refused: set[tuple[str, int]] = field(default_factory=set)  # common name, night
    recalled: dict[str, int] = field(default_factory=dict)  # serial: night
    told: str = ""  # the log, but for that of runs that were killed

    def go(self) -> None:
        """Walk, and judge each night."""
        trouble, left = None, 0
        for number in range(self.nights):
            self.number, self.world.now = number, night(number)
            self.evening()
            if trouble is None and self.may_begin():
                trouble = self.scene.random.choice(troubles.OUTAGES + troubles.ACCIDENTS)
                left = self.scene.random.randint(1, self.longest)
            results = self.run(trouble)
            left -= 1
            over = left <= 0 if trouble in troubles.OUTAGES else not quiet(results)
            trouble = None if over else trouble

    def evening(self) -> None:
        """Look before the run, and let the CA have its way."""
        if self.number:
            self.look()
        if self.number == REFUSALS:
            self.scene.authority.refuses = self.refuses
        if self.number in RECALLS:
            serving = (served[-1] for look, served in self.served.items() if look.common_name == self.recalls)
            self.recalled |= {found.serial: self.number for found in serving}

    def may_begin(self) -> bool:
        """Begin trouble only after a night that went well, or outages would add up to longer ones."""
        calm = self.number - 1 not in self.spoilt and 0 < self.number < self.nights - CALM_END
        return calm and self.scene.random.random() < 0.25

    def run(self, trouble: Trouble | None) -> list[Result]:
        device, orders = self.world.device, len(self.scene.authority.issued)
        calls = len(device.journal)
        with troubles.arranged(trouble, self.scene):
            results = self.world.go(*self.jobs)
        if trouble is not troubles.the_run_is_killed:
            self.told += self.log.text
        self.log.clear()
        if not quiet(results):
            self.look()
        elif trouble is None:
            assert len(device.journal) - calls <= CALLS
        if trouble is None:
            self.must_be_well(results, orders)
        elif not quiet(results):
            self.spoilt[self.number] = trouble.__name__
        return results

    def look(self) -> None:
        for look in self.looks:
            found = self.world.seen_by_client(look.virtual_server, look.name, only=look.only)
            assert found.not_before <= self.world.now < found.not_after, f"night {self.number}: {look}: expired"
            assert covers(found.names, look.name), f"night {self.number}: {look}: that of {found.common_name}"
            served = self.served.setdefault(look, [])
            if found not in served[-1:]:
                served.append(found)

    def must_be_well(self, results: list[Result], orders: int) -> None:
        """Judge a night without trouble: all went well, nothing was ordered in vain, nothing piles up."""
        refused = {result.common_name for result in results if "validation has ended" in (result.error or "")}
        self.refused |= {(name, self.number) for name in refused}
        assert [result for result in results if result.error and result.common_name not in refused] == []
        assert refused or self.world.device.saved_is_current
        serving = {served[-1].serial for served in self.served.values()}
        assert {f"{found.serial_number:x}" for found in self.scene.authority.issued[orders:]} <= serving
        for job, result in zip(self.jobs, results, strict=True):
            if result.outcome in ISSUING:
                assert max(map(len, self.generations(job).values())) <= 2

    def generations(self, job: Job) -> dict[str, set[str]]:
        """Return the times of issue that the device holds objects of, by the end of their names."""
        found: dict[str, set[str]] = {}
        for kind in ("ssl-key", "ssl-cert"):
            for item in self.world.device.get(f"/mgmt/tm/sys/file/{kind}")["items"]:
                if item["name"].startswith(f"{job.base}_"):
                    stamp, _, end = item["name"].removeprefix(f"{job.base}_").partition("Z")
                    found.setdefault(end, set()).add(stamp)
        return found

    # -- in the end ----------------------------------------------------------------------------

    def must_have_renewed_in_time(self, look: Look) -> None:
        """Judge the years: nothing was renewed before its time, and nothing after it but for trouble."""
        for old, new in pairwise(self.served[look]):
            ordered, replaced = (round((found.not_before - night(0)) / DAY) for found in (old, new))
            due = self.recalled.get(old.serial, ordered + look.latest)
            assert replaced >= min(due, ordered + look.soonest), f"{look}: {replaced}"
            for waited in range(due, replaced):
                assert waited in self.spoilt or (look.common_name, waited) in self.refused, f"{look}: {waited}"

    def in_vain(self) -> int:
        """Return how many certificates the CA issued that were never served."""
        served = {found.serial for certificates in self.served.values() for found in certificates}
        return sum(f"{found.serial_number:x}" not in served for found in self.scene.authority.issued)

    def nothing_must_be_left(self) -> None:
        """Judge the device after one more renewal of everything: no litter but what the log has named."""
        assert {result.outcome for result in self.world.go(*self.jobs, force=True)} == {Outcome.RENEWED}
        left = self.world.leftovers()
        untold = [name for name in left.pop("uploads", []) if f"/{name} may be left on the BIG-IP" not in self.told]
        assert (left, untold) == ({}, [])
        for job in self.jobs:
            assert {len(held) for held in self.generations(job).values()} == {2}


# -- the houses --------------------------------------------------------------------------------


@dataclass
class DeviceClock:
    """The device's clock, which goes by that of the world that the device is part of."""

    world: World | None = None

    def __call__(self) -> float:
        return (self.world.now if self.world else night(0)).timestamp()


@contextmanager
def walking(
    folder: Path, log: pytest.LogCaptureFixture, tmos: str, nights: int, longest: int, seed: int
) -> Iterator[Walk]:
    clock = DeviceClock()
    with SimulatedBigIP(Switches(tmos=tmos), clock=clock) as device:
        clock.world = world = World(device, folder, night(0))
        world.pause = lambda seconds: world.wait(seconds=seconds)
        world.authority = authority = BusyAuthority(world.clock)
        walk = Walk(world, Scene(device, authority, Random(seed)), log, nights, longest)

        def work() -> None:
            world.wait(minutes=walk.scene.random.randint(6, 12))
            if walk.number:
                walk.look()

        authority.works = work
        yield walk


@contextmanager
def frankfurt(folder: Path, log: pytest.LogCaptureFixture) -> Iterator[Walk]:
    """Two certificates on one virtual server, by SNI, renewed by the rule: of six days, so a year shows it."""
    with walking(folder, log, tmos="16.1.4", nights=400, longest=2, seed=4) as walk:
        world, shop, pay = walk.world, "shop.example.com", "pay.example.com"
        walk.scene.authority.lifetimes = {shop: 47 * DAY, pay: 6 * DAY}
        walk.scene.authority.suggests = lambda found: at_once(walk, found)
        shared = world.add_virtual_server("/Common/vs_shared")
        by_name: dict[str, Any] = {"keys": (EC,), "virtual_servers": (shared,), "sni": True}
        walk.jobs = [world.job(shop, sni_default=True, **by_name), world.job(pay, **by_name)]
        walk.looks = [Look(shop, shared, 32, 32), Look(pay, shared, 3, 3)]
        walk.recalls, walk.refuses = shop, {shop: 10 * DAY}
        yield walk


@contextmanager
def london(folder: Path, log: pytest.LogCaptureFixture) -> Iterator[Walk]:
    """An RSA and an ECDSA key for one name, and a wildcard, renewed when the CA says."""
    with walking(folder, log, tmos="15.1.5", nights=730, longest=10, seed=7) as walk:
        world, mail, rest = walk.world, "mail.example.org", "*.example.org"
        walk.scene.authority.lifetimes = {mail: 47 * DAY, rest: 199 * DAY}
        walk.scene.authority.suggests = lambda found: at_once(walk, found) or two_thirds_through(found, world.now)
        on_mail, on_rest = world.add_virtual_server("/Common/vs_mail"), world.add_virtual_server("/Common/vs_rest")
        walk.jobs = [
            world.job(mail, keys=(RSA, EC), virtual_servers=(on_mail,)),
            world.job(rest, keys=(EC,), virtual_servers=(on_rest,)),
        ]
        walk.looks = [Look(mail, on_mail, 32, 32, kind) for kind in ("rsa", "ecdsa")]
        walk.looks += [Look(rest, on_rest, 133, 133)]
        walk.recalls, walk.refuses = mail, {rest: 40 * DAY}
        yield walk


def at_once(walk: Walk, found: Certificate) -> RenewalInformation | None:
    """Say that a certificate is going to be revoked, as CAs do: by a window in the past."""
    now = walk.world.now
    return RenewalInformation(now - DAY / 12, now - DAY / 24, now) if found.serial in walk.recalled else None


def two_thirds_through(found: Certificate, now: datetime) -> RenewalInformation:
    """Suggest a day, between two runs: whatever is picked, the same run renews, and each walk is the same."""
    day = found.not_before + (found.not_after - found.not_before) * 2 // 3 // DAY * DAY
    return RenewalInformation(day + DAY * 0.2, day + DAY * 0.8, now)


House = Callable[[Path, pytest.LogCaptureFixture], AbstractContextManager[Walk]]


@pytest.mark.parametrize(
    ("house", "expected"),  # without any trouble 13 and 134, 23 and 6
    [
        (frankfurt, {"shop.example.com": range(13, 18), "pay.example.com": range(118, 135)}),
        (london, {"mail.example.org": range(20, 27), "*.example.org": range(5, 7)}),
    ],
)
def test_years_of_nights(
    house: House, expected: dict[str, range], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with house(tmp_path, caplog) as walk:
        walk.go()
        for look in walk.looks:
            walk.must_have_renewed_in_time(look)
            assert len(walk.served[look]) in expected[look.common_name]
        spoilt, accidents = list(walk.spoilt.values()), {trouble.__name__ for trouble in troubles.ACCIDENTS}
        assert walk.in_vain() <= sum(name in accidents for name in spoilt)
        assert accidents < set(spoilt)  # and outages that came at a wrong time
        assert {name for name, _ in walk.refused} == set(walk.refuses)
        walk.nothing_must_be_left()
