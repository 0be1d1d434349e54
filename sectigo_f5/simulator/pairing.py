"""Two devices as one HA pair: one lock, one master key, and each can push its configuration to the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from sectigo_f5.simulator.rules.engine import Engine
from sectigo_f5.simulator.state.high_availability import Group


def join(first: Engine, second: Engine, auto_sync: bool) -> None:
    """Make the first unit active and the second standby, with the first one's configuration and master key."""
    second.lock = first.lock
    if second.world.hostname == first.world.hostname:
        second.world.hostname = "bigip2.example.net"
    second.world.vault = first.world.vault
    units = [replace(engine.group.units[0], hostname=engine.world.hostname) for engine in (first, second)]
    group = Group(units, dict.fromkeys(first.group.active, units[0].hostname), auto_sync)
    group.pushes = [_push(first, second), _push(second, first)]
    first.group = second.group = group
    with first.lock:
        second.receive(first.configuration)
        group.pending.clear()


def _push(by: Engine, to: Engine) -> Callable[[str], None]:
    def push(hostname: str) -> None:
        if by.world.hostname == hostname:
            to.receive(by.configuration)

    return push
