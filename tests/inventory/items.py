"""Items to judge, each of which nothing is wrong with unless a test says so."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

from sectigo_f5.inventory.nouns import Custody, Holds, Item, Listener, Role, Tls, Use, UseKind

NOW = datetime(2026, 11, 26, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)
SERVER = Listener("/Common/vs", ("192.0.2.10",), ("443",))
SOUND = Tls(("TLSv1.2", "TLSv1.3"), "ECDHE+AES-GCM")


def use(role: Role = Role.PAIR, *servers: Listener, tls: Tls | None = SOUND) -> Use:
    return Use("/Common/www", UseKind.CLIENT_SSL, role, servers, tls)


def item(**changes: Any) -> Item:
    sound = Item(
        "lb",
        "/Common/bigip1",
        Holds.PAIR,
        "Common",
        "/Common/www.crt",
        "/Common/www.key",
        not_after=NOW + 60 * DAY,
        key_type="rsa",
        key_size=2048,
        custody=Custody("password", protected=True),
        uses=(use(Role.PAIR, SERVER),),
    )
    return replace(sound, **changes)
