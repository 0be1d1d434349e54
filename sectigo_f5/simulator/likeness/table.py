"""Which findings of a probe are switches, which are not, and which switches no probe tells.

A finding that has the name of a switch is that switch. ``tests/simulator/test_likeness.py`` compares both with the
catalogue of the probe, which the simulator does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, fields
from typing import Any

from sectigo_f5.simulator.switches import Switches

SWITCHES: Mapping[str, Field[Any]] = {one.name: one for one in fields(Switches) if "help" in one.metadata}

# Findings that tell a switch of another name, or more than one: see `derived`.
DERIVED = (
    "role",
    "role_where",
    "uploads",
    "native_password_keys",
    "key_in_use_opens",
    "csr_name",
    "csr_by_file",
    "digit_first_certificates",
    "virtual_server",
    "server_ssl",
    "default_route_domain_shown",
)
# Findings without a switch: what the simulator does, and why there is no other way.
FIXED: Mapping[str, tuple[str, str]] = {
    "key_as_asked": ("yes", "a key has the type and size that were asked for, or its curve is ignored"),
    "profile_with_chain": ("works", "whatever takes a pair takes its chain"),
}
# Texts that a device tells in another's place if it refuses, for whatever reason, the call by which they are asked for.
CONDITIONS: Mapping[str, str] = {
    "not_found": "attachment",
    "bad_name": "certificate",
    "wrong_passphrase": "openssl_route",
    **dict.fromkeys(("bad_passphrase", "file_missing", "mismatch"), "profile_with_passphrase"),
}
# Switches that no report tells, and why.
UNTOLD: Mapping[str, str] = {
    "token_limit": "a probe logs in twice, and no more often",
    "max_login_failures": "a probe sends no wrong password",
    "strict_updates": "a probe changes nothing of an application service",
    "owner_in_body": "a probe changes nothing of an application service",
    "rule_delay": "a probe attaches an iRule to a virtual server that carries no traffic",
    "task_polls": "a probe starts no task",
    "task_result": "a probe starts no task",
}


def value_of(name: str, word: str | int) -> Any:
    """Return a finding as the value of its switch; raises :class:`ValueError` if the switch has no such choice."""
    choices = SWITCHES[name].metadata["choices"]
    if not choices:
        if not isinstance(word, int) or not 0 < word <= 10**7:  # noqa: PLR2004  no life of anything is longer
            raise ValueError(name)
        return word
    spelled = {"yes" if choice is True else "no" if choice is False else choice: choice for choice in choices}
    if word not in spelled:
        raise ValueError(name)
    return spelled[word]
