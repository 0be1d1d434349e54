"""The circle: a probe of a simulated BIG-IP, a second one that becomes what the report tells, and a probe of that."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sectigo_f5.probe.nouns import Report
from sectigo_f5.probe.report_file import as_json, comparable
from sectigo_f5.simulator import SimulatedBigIP, Switches, likeness
from sectigo_f5.simulator.releases import RELEASES
from tests.support.probing import MovableClock, probed

OTHER = "Shop"  # a partition other than Common
# Numbers have no choices: these are another than the default.
NUMBERS: dict[str, tuple[Any, ...]] = {"token_lifetime": (300,)}


@dataclass(frozen=True)
class Cell:
    """A device, and the partition in which it is probed."""

    release: str
    switches: tuple[tuple[str, Any], ...]
    partition: str = "Common"

    def __str__(self) -> str:
        return f"{self.release} {dict(self.switches)} {self.partition}"

    @property
    def device(self) -> Switches:
        """The switches of the device."""
        others = () if self.partition == "Common" else (self.partition,)
        return Switches(**{"tmos": self.release, "partitions": others, **dict(self.switches)})


def every_choice() -> list[tuple[str, Any]]:
    """Return each choice of each switch but that of the release."""
    listed = {one.name: one.metadata.get("choices") or NUMBERS.get(one.name, ()) for one in fields(Switches)}
    return [(name, choice) for name, choices in listed.items() if name != "tmos" for choice in choices]


def cells() -> list[Cell]:
    """Return every release with every choice, in Common and in another partition by turns."""
    partitions = ("Common", OTHER)
    return [
        Cell(release, (choice,), partitions[(number + turn) % 2])
        for turn, release in enumerate(RELEASES)
        for number, choice in enumerate(every_choice())
    ]


def differences(cell: Cell) -> list[str]:
    """Return where the second report is another than the first one."""
    with SimulatedBigIP(cell.device, clock=MovableClock()) as device:
        first = probed(device, cell.partition)
    return again(first)


def again(report: Report) -> list[str]:
    """Return what a probe of the BIG-IP that the simulator makes of a report finds otherwise."""
    alike = likeness.of(as_json(report))
    with SimulatedBigIP(alike.switches, clock=MovableClock()) as device:
        second = probed(device, alike.partition)
    return compared(report, second)


def compared(first: Report, second: Report) -> list[str]:
    """Return what two reports do not have in common, apart from times; by the place of each difference."""
    return list(_differences("", comparable(as_json(first)), comparable(as_json(second))))


def _differences(place: str, one: Any, other: Any) -> Any:
    if isinstance(one, dict) and isinstance(other, dict):
        for name in dict.fromkeys((*one, *other)):
            yield from _differences(f"{place}.{name}", one.get(name), other.get(name))
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            name = pair[0].get("question", number) if isinstance(pair[0], dict) else number
            yield from _differences(f"{place}.{name}", *pair)
    elif one != other:
        yield f"{place}: {str(one)[:300]} became {str(other)[:300]}"
