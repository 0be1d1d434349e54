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
KEYS = ("/mgmt/tm/sys/crypto/key", "/mgmt/tm/util/bash")  # the native route, and the other one
SAVES = ("/mgmt/tm/sys/config", "/mgmt/tm/task/sys/config")
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


def from_key_to_save(calls: Sequence[Call]) -> list[Call]:
    """Return the connector's own requests from the making of the key to the saved configuration."""
    mine = [call for call in calls if CERTBOT not in call.agent]
    begin = next(number for number, call in enumerate(mine) if call.method == "POST" and call.path in KEYS)
    end = max(number for number, call in enumerate(mine) if call.method == "POST" and call.path in SAVES)
    return mine[begin : end + 1]


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


def one_by_one(scene: Scene) -> list[Enrolled]:
    """Enrol the sites of a scene by a run each."""
    with scene.devices() as devices:
        connector, enrolled = scene.connector(devices), list[Enrolled]()
        for site in scene.sites:
            cost = connector.run({"enrolled": 1}, "--only", site.name)
            enrolled.append(Enrolled(cost, [device.since_last() for device in devices]))
        return enrolled


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
    """Yield the requests of one certificate, pre-validated and by http-01, on a BIG-IP that was met before."""
    for title, scenes, goal, most in (("pre-validated", prevalidated, 18, 24), ("http-01", http_01, 20, None)):
        with scenes(options, 2, 1) as scene:
            (first, found), floor = one_by_one(scene), alone(scene)
        (traffic,) = found.traffic
        asked = from_key_to_save(traffic.calls)
        tried = rehearsed(asked)
        figures = (
            Figure("requests from the key to the save", len(asked) - tried, "requests", goal=goal),
            Figure("with the rehearsal", len(asked), "requests", goal=most),
            Figure("of certbot-bigip", traffic.count(lambda call: CERTBOT in call.agent), "requests"),
            Figure("of the whole run", found.requests, "requests"),
            Figure("of the first run on this BIG-IP", first.requests, "requests"),
            Figure("time", found.cost.seconds, "s", floor.seconds + found.requests * options.latency),
        )
        yield Row(f"one certificate, {title}", figures)


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
