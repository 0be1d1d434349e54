"""What ``check`` has looked at: one value for each thing, in groups of those that belong together (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from sectigo_f5.model import Outcome
from sectigo_f5.printable import one_line

HOST, ACME, DEVICE, CERTIFICATE = "host", "acme", "device", "certificate"  # the scopes of a group


class Level(str, Enum):
    """How well a thing is, as JSON spells it."""

    OK = "ok"
    WARNING = "warning"  # an operator should know it; nothing fails for it
    FAILED = "failed"


@dataclass(frozen=True)
class Look:
    """One thing that was looked at."""

    what: str  # a few words, of ours
    text: str
    level: Level = Level.OK
    remedy: tuple[str, ...] = ()  # what to do, a line each; empty if the text says it
    told_by: str = ""  # the group that says the same already

    @property
    def sentence(self) -> str:
        """The text as one line."""
        return one_line(self.text)


def well(what: str, text: str) -> Look:
    """Return a look at what is as it should be."""
    return Look(what, text)


def doubtful(what: str, text: str, *remedy: str) -> Look:
    """Return a look at what an operator should know."""
    return Look(what, text, Level.WARNING, remedy)


def wrong(what: str, text: str, *remedy: str) -> Look:
    """Return a look at what will make a run fail, or warn."""
    return Look(what, text, Level.FAILED, remedy)


def judged(what: str, problem: str | None, text: str) -> Look:
    """Return a look that is well unless there is a problem."""
    return wrong(what, problem) if problem else well(what, text)


@dataclass(frozen=True)
class Group:
    """What was looked at in one place."""

    scope: str
    name: str
    looks: tuple[Look, ...] = field(default=())
    summary: str = ""  # what is said of it if all is well
    unit: str = ""  # the host, of one unit of several
    also: tuple[str, ...] = ()  # other names under which the YAML files know it

    @property
    def names(self) -> tuple[str, ...]:
        """Every name under which the YAML files know it."""
        return (self.name, *self.also)

    @property
    def title(self) -> str:
        """How people find it."""
        name = " and ".join(self.names)
        return f"{name} {self.unit}" if self.unit else name

    @property
    def level(self) -> Level:
        """The worst of its looks."""
        levels = {look.level for look in self.looks}
        return next((level for level in (Level.FAILED, Level.WARNING) if level in levels), Level.OK)

    def count(self, level: Level) -> int:
        """Return how many of its looks are of a level."""
        return Counter(look.level for look in self.looks)[level]

    def as_json(self) -> list[dict[str, object]]:
        """Return its entries of ``checks``."""
        return [self._entry(look) for look in self.looks]

    def _entry(self, look: Look) -> dict[str, object]:
        result = Outcome.FAILED if look.level is Level.FAILED else Outcome.OK
        return {
            "scope": self.scope,
            "what": look.what if self.scope == HOST else self.name,
            "look": look.what,
            "result": result.value,
            "level": look.level.value,
            "text": look.sentence,
            "remedy": list(look.remedy),
            **({"unit": self.unit} if self.unit else {}),
        }


def worst(groups: Iterable[Group]) -> Level:
    """Return the worst level of several groups."""
    levels = {group.level for group in groups}
    return next((level for level in (Level.FAILED, Level.WARNING) if level in levels), Level.OK)
