"""Certificates that are enrolled: how many requests one costs, and how long many take, beside stock Certbot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.measuring import CORES, Cost, together
from benchmarks.options import Options
from benchmarks.scene.devices import CERTBOT, Call, Traffic
from benchmarks.scene.sites import ALONE, Scene, http_01, prevalidated
from benchmarks.scene.stock import Certbot
from benchmarks.table import Figure, Row

CPU_SHARE = 1.5  # of the time that Certbot's own CPU time takes on all cores
TRANSACTION, PROFILE = "/mgmt/tm/transaction", "/mgmt/tm/ltm/profile/client-ssl/"


@dataclass(frozen=True)
class Enrolled:
    """What it cost to enrol every site of a scene."""

    cost: Cost
    traffic: Sequence[Traffic]

    @property
    def requests(self) -> int:
        """The requests to all devices."""
        return sum(one.requests for one in self.traffic)

    def count(self, ours: bool) -> int:
        """Count the requests of the connector itself, or of certbot-bigip."""
        return sum(one.count(lambda call: (CERTBOT not in call.agent) == ours) for one in self.traffic)

    @property
    def rehearsed(self) -> int:
        """The requests that only tried what would be changed later."""
        return sum(rehearsed(one.calls) for one in self.traffic)


def rehearsed(calls: Sequence[Call]) -> int:
    """Count the requests of a rehearsal.

    It begins with the first upload or transaction, and ends with the last transaction that was given up, or was to
    change nothing, and a look at what that may have left.
    """
    begins = [n for n, call in enumerate(calls) if "/uploads/" in call.path or call.path == TRANSACTION]
    ends = [n for n, call in enumerate(calls) if call.validates_only or _is_given_up(call)]
    if not ends:
        return 0
    end = ends[-1] + 1
    while end < len(calls) and calls[end].method == "GET" and PROFILE in calls[end].path:
        end += 1
    return end - begins[0]


def _is_given_up(call: Call) -> bool:
    return call.method == "DELETE" and call.path.startswith(f"{TRANSACTION}/")


def ours(scene: Scene) -> Enrolled:
    """Enrol the sites of a scene by one run of the connector."""
    with scene.devices() as devices:
        cost = scene.connector(devices).run({"enrolled": len(scene.sites)})
        return Enrolled(cost, [device.since_last() for device in devices])


def stock(scene: Scene) -> Enrolled:
    """Enrol the sites of a scene by stock Certbot."""
    with scene.devices() as devices:
        certbot = Certbot(scene.new_folder(), scene.authority)
        costs = [certbot.deploy(devices[site.device], site.name, site.http) for site in scene.sites]
        return Enrolled(together(costs), [device.since_last() for device in devices])


def alone(scene: Scene) -> Cost:
    """Return what it costs at the median to issue a certificate with Certbot, when no device is asked for anything."""
    certbot, (first, *others) = Certbot(scene.new_folder(), scene.authority), ALONE
    certbot.issue(first, scene.alone)  # it registers with this one
    costs = sorted((certbot.issue(name, scene.alone) for name in others), key=lambda cost: cost.seconds)
    return costs[len(costs) // 2]


def one(options: Options) -> Iterator[Row]:
    """Yield the requests of one certificate, pre-validated and by http-01."""
    for title, scenes, goal, most in (("pre-validated", prevalidated, 18, 24), ("http-01", http_01, 20, None)):
        with scenes(options, 1, 1) as scene:
            found, floor = ours(scene), alone(scene)
        mine = found.count(ours=True)
        figures = [Figure("requests without rehearsal", mine - found.rehearsed, "requests", goal=goal)]
        figures += [Figure("requests with it", mine, "requests", goal=most)]
        if found.requests > mine:
            figures += [Figure("requests of certbot-bigip", found.count(ours=False), "requests")]
        waits = found.requests * options.latency
        figures += [Figure("time", found.cost.seconds, "s", floor.seconds + waits)]
        yield Row(f"one certificate, {title}", tuple(figures))


def http_01_beside_stock(options: Options) -> Iterator[Row]:
    """Yield the row of http-01 on several devices."""
    count, machines = options.sizes((2, 2), (8, 4))[-1]
    with http_01(options, count, machines) as scene:
        yield _side_by_side(f"{count} by http-01 on {machines} devices", scene, 10)


def prevalidated_beside_stock(options: Options) -> Iterator[Row]:
    """Yield the row of pre-validated names on several devices."""
    count, machines = options.sizes((4, 2), (20, 5))[-1]
    with prevalidated(options, count, machines) as scene:
        yield _side_by_side(f"{count} pre-validated on {machines} devices", scene, 4, CPU_SHARE)


def _side_by_side(work: str, scene: Scene, ratio: float, share: float | None = None) -> Row:
    """Compare one run of ours with stock Certbot; with ``share`` the goal is so many times Certbot's own CPU time."""
    certbot, mine, theirs = alone(scene), ours(scene), stock(scene)
    count = len(scene.sites)
    computing = count * certbot.cpu / CORES
    waiting = certbot.seconds + mine.requests / count * scene.latency
    figures = (
        Figure("times as fast as stock", theirs.cost.seconds / mine.cost.seconds, "x", goal=ratio),
        Figure("time", mine.cost.seconds, "s", max(computing, waiting), share and share * computing),
        Figure("time of stock", theirs.cost.seconds, "s"),
        Figure("CPU time", mine.cost.cpu, "s", count * certbot.cpu),
        Figure("CPU time of stock", theirs.cost.cpu, "s", count * certbot.cpu),
        Figure("requests for each", mine.requests / count, "requests"),
        Figure("requests for each of stock", theirs.requests / count, "requests"),
    )
    return Row(work, figures)
