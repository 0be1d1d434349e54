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
from sectigo_f5.probe.questions.ltm import (
    challenge_rules,
    changes,
    in_use,
    profiles,
    server_ssl,
    sni,
    two_keys,
    virtual_servers,
)

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
    server_ssl,
    virtual_servers,
    sni,
    in_use,
    challenge_rules,
    lists,
    transactions,
    saving,
)
ASKED: Mapping[str, Callable[[Bench], None]] = {name: ask for theme in _THEMES for name, ask in theme.ASKED.items()}
