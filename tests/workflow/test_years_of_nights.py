"""Years of cron: a nightly run over certificates of 199, 47 and 6 days, with the troubles of that time.

An operator may rely on what is required here: trouble that spoils the runs of two nights (of ten, if
no certificate is short-lived) lets no certificate expire, nor does a CA that refuses one name for
weeks. A client looks every day at the worst moment, just before the run, while the CA works on an
order, and after each run that changed something.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sectigo_f5.decision.rules import ISSUING
from sectigo_f5.model import Job, Outcome, RenewalInformation, Result
from sectigo_f5.names import covers
from sectigo_f5.simulator import Exchange, SimulatedBigIP, Switches
from sectigo_f5.x509.certificates import Certificate
from tests.support import troubles
from tests.support.names import BOTH_KEYS, ONLY_EC
from tests.support.spread import spread
from tests.support.troubles import BusyAuthority, Scene, Trouble
from tests.support.world import World

DAY = timedelta(days=1)
CALM_END = 10  # nights
ALIKE = 3  # quiet nights in a row that are not walked, if the certificates are still young
CALLS = 12  # to the BIG-IP at most, in a night that keeps two certificates ...
TIDYING = 15  # ... and for what earlier runs have left, and pairs that have expired
RECALLS = (60, 61, 250)  # nights on which the CA wants a certificate replaced at once
REFUSALS = 90  # night from which on the CA does not issue for one name, for a while


def night(number: int) -> datetime:
    """Return 03:17 in Frankfurt: in summer it comes an hour earlier."""
    winter = datetime(2027, 1, 4, 2, 17, tzinfo=timezone.utc) + number * DAY
    return winter - timedelta(hours=1) if 87 <= winter.timetuple().tm_yday < 304 else winter


def quiet(results: list[Result]) -> bool:
    return all(result.outcome is Outcome.KEPT for result in results)


@dataclass(frozen=True)
class Look:
    """What one client requests, and after how many days its certificate is replaced if nothing goes wrong."""

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
    longest: int  # nights that an outage lasts at most
    jobs: list[Job] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)
    recalls: str = ""  # the common name that the CA wants replaced
    refuses: dict[str, timedelta] = field(default_factory=dict)  # the common name that it refuses
    number: int = 0  # of the night
    served: dict[Look, list[Certificate]] = field(default_factory=dict)  # one after the other
    spoilt: dict[int, str] = field(default_factory=dict)  # night with something to do: trouble
    refused: set[tuple[str, int]] = field(default_factory=set)  # common name, night
    recalled: dict[str, int] = field(default_factory=dict)  # serial: night
    tidied: list[int] = field(default_factory=list)  # nights with nothing else to do
    log_text: str = ""  # the log, except that of killed runs

    def go(self) -> None:
        """Walk, and judge each night."""
        trouble, nights_left = None, 0
        while self.number < self.nights:
            self.world.now = night(self.number)
            self.evening()
            if trouble is None and self.may_begin():
                trouble = self.scene.random.choice(troubles.OUTAGES + troubles.ACCIDENTS)
                nights_left = self.scene.random.randint(1, self.longest)
            results = self.run(trouble)
            nights_left -= 1
            over = nights_left <= 0 if trouble in troubles.OUTAGES else not quiet(results)
            trouble = None if over else trouble
            self.number += 1 if trouble or not quiet(results) or self.something_comes() else 1 + ALIKE

    def something_comes(self) -> bool:
        """Tell whether one of the next nights may differ from this one; if not, they are not walked."""
        due = [round((served[-1].not_before - night(0)) / DAY) + look.soonest for look, served in self.served.items()]
        coming = range(self.number + 1, self.number + 2 + ALIKE)
        return any(number in coming for number in (*due, *RECALLS, REFUSALS))

    def evening(self) -> None:
        """Look before the run, and begin what the CA has planned for tonight."""
        if self.number:
            self.look()
        if self.number == REFUSALS:
            self.scene.authority.refuses = self.refuses
        if self.number in RECALLS:
            serving = (served[-1] for look, served in self.served.items() if look.common_name == self.recalls)
            self.recalled = {certificate.serial: self.number for certificate in serving} | self.recalled

    def may_begin(self) -> bool:
        """Begin trouble only after a good night; otherwise outages would add up to longer ones."""
        calm = self.number - 1 not in self.spoilt and 0 < self.number < self.nights - CALM_END
        return calm and self.scene.random.random() < 0.25

    def run(self, trouble: Trouble | None) -> list[Result]:
        device, orders = self.world.device, len(self.scene.authority.issued)
        calls = len(device.journal)
        with troubles.arranged(trouble, self.scene):
            results = self.world.go(*self.jobs)
        if trouble is not troubles.the_run_is_killed:
            self.log_text += self.log.text
        self.log.clear()
        if not quiet(results):
            self.look()
        elif trouble is None:
            self.must_be_short(device.journal[calls:])
        if trouble is None:
            self.must_be_well(results, orders)
        elif not quiet(results):
            self.spoilt[self.number] = trouble.__name__
        return results

    def must_be_short(self, calls: Sequence[Exchange]) -> None:
        """Judge a night with nothing to do: it is short, unless there is something to delete, and that is done once."""
        deletes = any("/sys/file/" in call.path for call in calls if call.method == "DELETE")
        if deletes or any(call.path.endswith("/util/bash") for call in calls):
            assert self.number - 1 not in self.tidied
            self.tidied.append(self.number)
        assert len(calls) <= CALLS + TIDYING * (self.number in self.tidied)

    def look(self) -> None:
        for look in self.looks:
            certificate = self.world.seen_by_client(look.virtual_server, look.name, only=look.only)
            assert certificate.not_before <= self.world.now < certificate.not_after, (
                f"night {self.number}: {look}: expired"
            )
            assert covers(certificate.names, look.name), (
                f"night {self.number}: {look}: that of {certificate.common_name}"
            )
            served = self.served.setdefault(look, [])
            if certificate not in served[-1:]:
                served.append(certificate)

    def must_be_well(self, results: list[Result], orders: int) -> None:
        """Judge a night without trouble: everything succeeded, every order was used, nothing accumulates."""
        refused = {result.common_name for result in results if "validation has ended" in (result.error or "")}
        self.refused |= {(name, self.number) for name in refused}
        assert [result for result in results if result.error and result.common_name not in refused] == []
        assert refused or self.world.device.saved_is_current
        serving = {served[-1].serial for served in self.served.values()}
        assert {f"{certificate.serial_number:x}" for certificate in self.scene.authority.issued[orders:]} <= serving
        for job, result in zip(self.jobs, results, strict=True):
            if result.outcome in ISSUING:
                assert max(map(len, self.generations(job).values())) <= 2

    def generations(self, job: Job) -> dict[str, set[str]]:
        """Return the times of issue of the objects on the device, by the suffix of their names."""
        stamps: dict[str, set[str]] = {}
        for kind in ("ssl-key", "ssl-cert"):
            for item in self.world.device.get(f"/mgmt/tm/sys/file/{kind}")["items"]:
                if item["name"].startswith(f"{job.base}_"):
                    stamp, _, end = item["name"].removeprefix(f"{job.base}_").partition("Z")
                    stamps.setdefault(end, set()).add(stamp)
        return stamps

    # -- the verdict ----------------------------------------------------------------------------

    def must_have_renewed_in_time(self, look: Look) -> None:
        """Judge the years: nothing was renewed too early, and nothing late except through trouble.

        The certificates of two keys are renewed together, and the second may be of a later night than the first.
        """
        together = [served for each, served in self.served.items() if each.common_name == look.common_name]
        first = [min(certificate.not_before for certificate in pair) for pair in zip(*together, strict=True)]
        for begun, (old, new) in zip(first, pairwise(self.served[look]), strict=False):
            ordered, replaced = (round((when - night(0)) / DAY) for when in (begun, new.not_before))
            recalled = self.recalled.get(old.serial)  # the night after its order is too soon: one a day
            due = ordered + look.latest if recalled is None else max(recalled, ordered + 2)
            assert replaced >= min(due, ordered + look.soonest), f"{look}: {replaced}"
            for waited in range(due, replaced):
                assert waited in self.spoilt or (look.common_name, waited) in self.refused, f"{look}: {waited}"

    def unused(self) -> int:
        """Return how many certificates the CA issued that were never served."""
        served = {certificate.serial for certificates in self.served.values() for certificate in certificates}
        return sum(f"{certificate.serial_number:x}" not in served for certificate in self.scene.authority.issued)

    def nothing_must_be_left(self) -> None:
        """Judge the device after one more renewal of everything: no litter except what the log names."""
        assert {result.outcome for result in self.world.go(*self.jobs, force=True)} == {Outcome.RENEWED}
        leftovers = self.world.leftovers()
        unreported = [
            name for name in leftovers.pop("uploads", []) if f"/{name} may be left on the BIG-IP" not in self.log_text
        ]
        assert (leftovers, unreported) == ({}, [])
        for job in self.jobs:
            assert {len(stamps) for stamps in self.generations(job).values()} == {2}


# -- the sites --------------------------------------------------------------------------------


@dataclass
class DeviceClock:
    """The clock of the device, which follows that of its world."""

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
    """Two certificates on one virtual server, by SNI, renewed by the rule: one of six days, so months are enough."""
    with walking(folder, log, tmos="16.1.4", nights=130, longest=2, seed=4) as walk:
        world, shop, pay = walk.world, "shop.example.com", "pay.example.com"
        walk.scene.authority.lifetimes = {shop: 47 * DAY, pay: 6 * DAY}
        walk.scene.authority.suggests = lambda certificate: at_once(walk, certificate)
        shared = world.add_virtual_server("/Common/vs_shared")
        by_name: dict[str, Any] = {"keys": ONLY_EC, "virtual_servers": (shared,), "sni": True}
        walk.jobs = [world.job(shop, sni_default=True, **by_name), world.job(pay, **by_name)]
        walk.looks = [Look(shop, shared, 32, 32), Look(pay, shared, 3, 3)]
        walk.recalls, walk.refuses = shop, {shop: 10 * DAY}
        yield walk


@contextmanager
def london(folder: Path, log: pytest.LogCaptureFixture) -> Iterator[Walk]:
    """An RSA and an ECDSA key for one name, and a wildcard, renewed when the CA suggests."""
    with walking(folder, log, tmos="15.1.5", nights=310, longest=10, seed=7) as walk:
        world, mail, rest = walk.world, "mail.example.org", "*.example.org"
        walk.scene.authority.lifetimes = {mail: 47 * DAY, rest: 199 * DAY}
        walk.scene.authority.suggests = lambda certificate: (
            at_once(walk, certificate) or two_thirds_through(certificate, world.now)
        )
        on_mail, on_rest = world.add_virtual_server("/Common/vs_mail"), world.add_virtual_server("/Common/vs_rest")
        walk.jobs = [
            world.job(mail, keys=BOTH_KEYS, virtual_servers=(on_mail,)),
            world.job(rest, keys=ONLY_EC, virtual_servers=(on_rest,)),
        ]
        walk.looks = [Look(mail, on_mail, 32, 32, kind) for kind in ("rsa", "ecdsa")]
        walk.looks += [Look(rest, on_rest, 133, 133)]
        walk.recalls, walk.refuses = mail, {rest: 40 * DAY}
        yield walk


def at_once(walk: Walk, certificate: Certificate) -> RenewalInformation | None:
    """Announce the revocation of a certificate as CAs do: by a window in the past."""
    now = walk.world.now
    return RenewalInformation(now - DAY / 12, now - DAY / 24, now) if certificate.serial in walk.recalled else None


def two_thirds_through(certificate: Certificate, now: datetime) -> RenewalInformation:
    """Suggest a day between two runs: whichever time is picked, the same run renews, and every walk is the same."""
    day = certificate.not_before + (certificate.not_after - certificate.not_before) * 2 // 3 // DAY * DAY
    return RenewalInformation(day + DAY * 0.2, day + DAY * 0.8, now)


Site = Callable[[Path, pytest.LogCaptureFixture], AbstractContextManager[Walk]]


SITES = (  # and how often each certificate is renewed; without trouble 5 and 44, 10 and 3 times
    (frankfurt, {"shop.example.com": range(4, 8), "pay.example.com": range(36, 45)}),
    (london, {"mail.example.org": range(9, 15), "*.example.org": range(3, 5)}),
)


@pytest.mark.parametrize(("site", "expected"), spread(SITES, days=2))
def test_years_of_nightly_runs_let_no_certificate_expire(
    site: Site, expected: dict[str, range], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with site(tmp_path, caplog) as walk:
        walk.go()
        for look in walk.looks:
            walk.must_have_renewed_in_time(look)
            assert len(walk.served[look]) in expected[look.common_name]
        assert len(walk.tidied) < len(walk.spoilt)
        spoilt, accidents = list(walk.spoilt.values()), {trouble.__name__ for trouble in troubles.ACCIDENTS}
        assert walk.unused() <= sum(name in accidents for name in spoilt)
        assert accidents < set(spoilt)  # and outages at a bad time
        assert {name for name, _ in walk.refused} == set(walk.refuses)
        walk.nothing_must_be_left()
