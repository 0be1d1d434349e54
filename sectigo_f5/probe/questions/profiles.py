"""Client SSL profiles with pairs of ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.probe.bench import Bench

ASKED: Mapping[str, Callable[[Bench], None]] = {}
