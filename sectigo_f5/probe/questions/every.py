"""Every question of the catalogue, with the function that asks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sectigo_f5.probe.bench import Bench
from sectigo_f5.probe.questions import (
    access,
    certificates,
    csrs,
    keys,
    lists,
    openssl,
    saving,
    session,
    transactions,
)
from sectigo_f5.probe.questions.ltm import changes, in_use, profiles, sni, two_keys, virtual_servers

_THEMES = (
    session,
    access,
    keys,
    csrs,
    openssl,
    certificates,
    profiles,
    two_keys,
    changes,
    virtual_servers,
    sni,
    in_use,
    lists,
    transactions,
    saving,
)
ASKED: Mapping[str, Callable[[Bench], None]] = {name: ask for theme in _THEMES for name, ask in theme.ASKED.items()}
