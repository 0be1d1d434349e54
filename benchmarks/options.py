"""What the command line asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Options:
    """How large the work is, and how slow the devices are."""

    latency: float = 0.05  # seconds before each answer of a device
    quick: bool = False  # small work, to see that everything runs

    def sizes(self, *sizes: T) -> tuple[T, ...]:
        """Return the sizes to be measured: all, or only the first."""
        return sizes[:1] if self.quick else sizes
