"""A simulated BIG-IP that is like a real one, by the report of a probe."""

from __future__ import annotations

from sectigo_f5.simulator.likeness.whole import Likeness, of, read

__all__ = ["Likeness", "of", "read"]
