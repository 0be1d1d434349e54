"""Who may do what: the user, what it may read, the shell, files to and from the device."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.probe.bench import Bench

ASKED: Mapping[str, Callable[[Bench], None]] = {}
