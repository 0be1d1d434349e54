"""Who makes changes: as the kernel knows it, and what the environment claims."""

from __future__ import annotations

import os
import pwd
import re
from collections.abc import Mapping
from pathlib import Path

NOBODY = 0xFFFFFFFF  # the login user of a process that no login has started (pam_loginuid(8))
SERVICE = re.compile(r"/([^/]+\.(?:service|scope))(?:/|$)", re.MULTILINE)
LONGEST = 200  # characters of a claim

Actor = dict[str, str | dict[str, str]]


def actor(environment: Mapping[str, str], process: Path = Path("/proc/self")) -> Actor:
    """Return who runs this process.

    ``user`` is the one that it runs as, ``login`` the one that has logged in, which neither su nor sudo changes, and
    ``unit`` the service of systemd: all three by the kernel. ``claims`` are of the environment, which the caller sets.
    """
    known = {"user": _name(os.geteuid()), "login": _login(process), "unit": _unit(process)}
    claims = {name: environment.get(name, "")[:LONGEST] for name in ("SUDO_USER", "INVOCATION_ID")}
    found: Actor = {name: text for name, text in known.items() if text}
    claimed = {name: text for name, text in claims.items() if text}
    return {**found, "claims": claimed} if claimed else found


def _login(process: Path) -> str:
    try:
        number = int((process / "loginuid").read_text())
    except (OSError, ValueError):
        return ""  # a kernel without audit
    return "" if number == NOBODY else _name(number)


def _unit(process: Path) -> str:
    """Return the innermost service, or scope, of the process' control group (cgroups(7)): ``sectigo-f5.service``."""
    try:
        found = SERVICE.findall((process / "cgroup").read_text(errors="replace"))
    except OSError:
        return ""
    return str(found[-1]) if found else ""


def _name(number: int) -> str:
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
