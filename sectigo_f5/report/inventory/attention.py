"""What of an inventory needs attention, in which order, and what to do about it (pure)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sectigo_f5.report.inventory.rows import SEVERITIES, Row

FINE = "fine"
NUMBERED = {"critical": "critical", "warning": "with a warning", "note": "with a note"}
NAMED = 3  # items that a sentence names; the others are counted
ENDLESS = "9999"  # sorts behind every time
REMEDIES = {  # by the word of a finding
    "expired": "clients refuse it: renew it where it comes from, or delete it if nothing needs it",
    "weak-key": "have it issued again for an RSA key of 2048 bits or more, or an ECDSA key",
    "weak-signature": "have it issued again: clients refuse SHA-1 and MD5",
    "chain-ends-first": "clients refuse it when its chain ends: install the CA's newer chain, or renew it",
    "expiring": "renew it where it comes from, or add it to a YAML file",
    "unprotected-key": "whoever reads the configuration or a UCS archive has the key: enrol it with a protected one",
    "weak-protocol": "take the old versions off the profile, or off its parent",
    "weak-cipher": "take the weak ciphers off the profile, or off its parent",
    "new": "see whether you know where it comes from",
    "unused": "delete it if nothing outside the profiles needs it",
}


Place = tuple[int, str, str, str]  # in the order of attention


@dataclass(frozen=True)
class Summary:
    """One kind of finding, and the items that have it."""

    word: str
    severity: str  # the gravest of them
    number: int
    named: tuple[str, ...]  # the first
    places: tuple[int, ...]  # of these in the order of attention, from 1

    @property
    def remedy(self) -> str:
        """What to do."""
        return REMEDIES.get(self.word, "look at it")

    @property
    def of_whom(self) -> str:
        """Name the first, and count the others."""
        more = self.number - len(self.named)
        return ", ".join(self.named) + (f" and {more} more" if more > 0 else "")


@dataclass(frozen=True)
class Counts:
    """The numbers of an inventory."""

    items: int
    by_severity: Counter[str]  # an item counts as its gravest finding
    summaries: tuple[Summary, ...]  # the gravest first

    @property
    def sentence(self) -> str:
        """All of them in one line."""
        severe = [f"{self.by_severity[each]} {NUMBERED[each]}" for each in SEVERITIES if self.by_severity[each]]
        return ", ".join([f"{self.items} certificates and keys", *severe])


def severity(row: Row) -> str | None:
    """Return the gravest severity of an item; None without a finding."""
    return min((each.severity for each in row.findings), key=SEVERITIES.index, default=None)


def word(row: Row) -> str:
    """Say in a word how an item is: its gravest finding."""
    return row.findings[0].word if row.findings else FINE


def is_grave(at: Place) -> bool:
    """Tell whether an item at such a place has more than a note."""
    return at[0] < SEVERITIES.index("note")


def place(row: Row) -> Place:
    """Return what items are ordered by: the gravest finding, then the end, then the name."""
    grave = severity(row)
    rank = SEVERITIES.index(grave) if grave else len(SEVERITIES)
    return rank, row.not_after or ENDLESS, row.device, row.object_path


def counts(rows: Iterable[Row]) -> Counts:
    """Return the numbers of items that are in the order of attention."""
    items, by_severity, found = 0, Counter[str](), dict[str, _Kind]()
    for items, row in enumerate(rows, start=1):
        by_severity.update(filter(None, [severity(row)]))
        for finding in {each.word: each for each in reversed(row.findings)}.values():
            found.setdefault(finding.word, _Kind(finding.word, finding.severity)).add(row, finding.severity, items)
    summaries = (kind.summary() for kind in found.values())
    ordered = sorted(summaries, key=lambda each: (SEVERITIES.index(each.severity), _rank(each.word)))
    return Counts(items, by_severity, tuple(ordered))


@dataclass
class _Kind:
    """A kind of finding, while it is counted."""

    word: str
    severity: str
    number: int = 0
    named: list[tuple[str, int]] = field(default_factory=list)  # the first, and their places

    def add(self, row: Row, severe: str, at: int) -> None:
        self.number += 1
        self.severity = min(self.severity, severe, key=SEVERITIES.index)
        if len(self.named) < NAMED:
            self.named.append((f"{row.object_path}@{row.device}", at))

    def summary(self) -> Summary:
        names, places = zip(*self.named, strict=True)
        return Summary(self.word, self.severity, self.number, names, places)


def _rank(of: str) -> int:
    words = list(REMEDIES)
    return words.index(of) if of in words else len(words)
