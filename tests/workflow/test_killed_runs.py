"""A forced run that is killed after any of its writes, on the openssl route: the next one is as good as any."""

from __future__ import annotations

from functools import partial

from tests.support.names import ONLY_EC
from tests.support.troubles import BusyAuthority, Scene, arranged, killed_after
from tests.support.world import TRANSACTION, World


def test_a_run_killed_after_any_write_leaves_the_site_in_service(world: World) -> None:
    world.authority = authority = BusyAuthority(world.clock)
    world.pause = lambda seconds: world.wait(seconds=seconds)
    scene, job = Scene(world.device, authority), world.job(keys=ONLY_EC, key_route="openssl")
    writes = len(world.device.writes())
    for _ in range(3):  # from the third on, each renewal deletes a generation
        writes, serving = len(world.device.writes()), world.one(job, force=True).serial
        world.wait(hours=1)
    runs_with_litter = 0
    made = next(n for n, call in enumerate(world.device.writes()[writes:], 1) if TRANSACTION in call.path)
    for last in range(1, made + 1):  # what comes then is the same on every route: see tests/walk
        with arranged(partial(killed_after, last), scene):
            world.one(job, force=True)
        ordered = f"{authority.issued[-1].serial_number:x}"
        assert world.seen_by_client().serial in (serving, ordered), f"killed after write {last}"
        runs_with_litter += bool(litter(world))
        world.wait(hours=1)
        result = world.one(job, force=True)
        assert (result.error, litter(world)) == (None, {}), f"killed after write {last}"
        serving = result.serial
        world.wait(hours=1)
    assert runs_with_litter > 5


def litter(world: World) -> dict[str, list[str]]:
    """Return the leftovers, except the token of a killed run, which expires by itself."""
    return {kind: names for kind, names in world.leftovers().items() if kind != "tokens"}
