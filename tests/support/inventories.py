"""Rows of ``inventory`` for many items, some of each kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sectigo_f5.report.inventory.rows import Found, LastChange, Row, Server, Use
from sectigo_f5.timestamps import to_iso

DEVICES = ("bigip-fra", "bigip-ber", "bigip-muc")
STRONG = "ECDHE+AES-GCM:ECDHE+CHACHA20"


def items(size: int, now: datetime) -> list[Row]:
    """Return so many rows; every eighth has something the matter, each time something else."""
    return [_row(number, now) for number in range(size)]


def _row(number: int, now: datetime) -> Row:
    def moment(days: float) -> str:
        return to_iso(now + timedelta(days=days))

    name, device, left = f"host{number}.example.com", DEVICES[number % 3], 31 + number * 7 % 60
    server = Server(f"/Common/vs_{number}_https", (f"192.0.2.{number % 250 + 1}",), ("443",))
    profile = Use(
        f"/Common/{name}_clientssl", "client-ssl", "pair", (server,), ("TLSv1.2", "TLSv1.3"), STRONG, options=()
    )
    path = f"/Common/{name}_20261101T031702Z"
    fine = Row(
        device,
        f"{device}.example.net",
        "pair",
        f"{path}.crt",
        f"{path}.key",
        name,
        (f"www.{name}", name),
        issuer="CN=Sectigo Public Server Authentication CA OV R36,O=Sectigo Limited,C=GB",
        serial=f"{number + 1:032x}",
        fingerprint=f"{number + 1:064x}",
        not_before=moment(left - 90),
        not_after=moment(left),
        days_left=left,
        self_signed=False,
        key_type="rsa",
        key_size=2048,
        security_type="password",
        protected=True,
        exportable=True,
        ours=True,
        configured_as=f"{name}@{device}",
        owner="Web team, web@example.com",
        purpose="Customer portal",
        uses=(profile,),
        last_change=LastChange(moment(left - 90), "activate", "changed", number + 1, "CHG-4711"),
        planned_renewal=moment(left - 30),
    )
    foreign: dict[str, Any] = {
        "ours": False,
        "configured_as": None,
        "last_change": None,
        "planned_renewal": None,
        "not_before": None,
    }
    bare = Found("unprotected-key", "warning", f"no password guards {path}.key")
    kinds: dict[int, dict[str, Any]] = {
        1: {"days_left": -2, "not_after": moment(-2), "findings": (Found("expired", "critical", "it ended"), bare)},
        9: {"security_type": "normal", "protected": False, "findings": (bare,)},
        17: {"uses": (), "findings": (Found("unused", "note", "no SSL profile names it"),)},
        25: {"holds": "key", "certificate": None, "common_name": None, "names": (), "not_after": None, "uses": ()},
        33: {"findings": (Found("new", "note", f"{path}.crt is on no earlier inventory"),)},
        41: {"holds": "management", "certificate": None, "key": None, "uses": (), "security_type": None},
    }
    changes = kinds.get(number % 48)
    return replace(fine, **foreign, **changes) if changes else fine
