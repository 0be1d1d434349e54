"""Rows of ``status`` for many certificates, some of each kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sectigo_f5.model import Change
from sectigo_f5.report.status.rows import Row
from sectigo_f5.timestamps import to_iso

DEVICES = ("bigip-fra", "bigip-ber", "bigip-muc")
NO_ANSWER = "no answer within 30 s; check that the address is right, and that no firewall is in between"
REFUSED = "the CA refused the order (rateLimited): too many certificates; wait, or ask for more"


def fleet(size: int, now: datetime) -> list[Row]:
    """Return the rows of so many certificates; every twelfth has something the matter, each time something else."""
    return [_row(number, now) for number in range(size)]


def _row(number: int, now: datetime) -> Row:
    def moment(days: float) -> str:
        return to_iso(now + timedelta(days=days))

    name, device, left = f"host{number}.example.com", DEVICES[number % 3], 31 + number * 7 % 60
    fine = Row(
        name,
        device,
        (name, f"www.{name}"),
        (f"/Common/vs_{number}_https", f"/Common/vs_{number}_mail")[: 1 + number % 2],
        managed=True,
        key="ECDSA secp256r1",
        issuer="CN=Sectigo Public Server Authentication CA OV R36,O=Sectigo Limited,C=GB",
        serial=f"{number + 1:032x}",
        not_after=moment(left),
        days_left=left,
        planned_renewal=moment(left - 30),
        result="kept",
        reason=f"renewal planned for {moment(left - 30)}",
        last_run=moment(-0.3),
        since=moment(left - 90),
        last_success=moment(-0.3),
        history=(
            Change(moment(left - 90), "enrolled", f"found no certificate for {name} on the BIG-IP"),
            Change(moment(left - 89), "kept", "all is well"),
        ),
    )
    past = Change(moment(-1.3), "failed", "", f"{device}: {NO_ANSWER}")
    kinds: dict[int, dict[str, Any]] = {
        1: {"result": "failed", "error": f"{device}: {NO_ANSWER}", "failures": 3, "planned_renewal": None},
        13: {"result": "failed", "error": REFUSED, "failures": 2, "next_order": moment(0.6)},
        25: {"days_left": -2, "not_after": moment(-2), "planned_renewal": moment(-30)},
        37: {"managed": False, "result": None, "days_left": 9, "not_after": moment(9), "planned_renewal": None},
        49: {"unsaved": True},
        61: {"result": "pending", "pending_since": moment(-1)},
        73: {"managed": False, "result": None, "planned_renewal": None},
    }
    changes = kinds.get(number % 84, {})
    if "error" in changes:
        changes |= {"since": past.at, "last_success": moment(-1.8), "history": (*fine.history, past)}
    return replace(fine, **changes)
