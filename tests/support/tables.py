"""The tables of docs/taking-over.md, made by asking the rules: ``python -m tests.support.tables`` prints them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from sectigo_f5.bigip.holdings.memory import Memory
from sectigo_f5.bigip.obstacles import outlook
from sectigo_f5.bigip.unit import Unit
from sectigo_f5.decision.attachment import plan_attachments
from sectigo_f5.decision.protection import LESS_CIPHERS, SETTINGS
from sectigo_f5.device_objects import CertificateObject, ClientSslProfile, Entry
from tests.support.builders import hand_made, job, profile, seen, server
from tests.support.names import PROFILE

HAND, PARENT, STOCK = "/Common/hand", "/Common/corporate", "/Common/clientssl"
OF_ANOTHER = "/Common/shop.example.com_clientssl"
WWW, SHOP, WILD = "www.example.com", "shop.example.com", "*.example.com"
Made = tuple[ClientSslProfile, CertificateObject]


@dataclass(frozen=True)
class Row:
    """One state of a virtual server of www.example.com."""

    has: str
    made: Made | None = None
    changes: dict[str, Any] = field(default_factory=dict)  # of the certificate
    port: int = 443


def _asking(made: Made) -> Made:
    return replace(made[0], client_settings={"peerCertMode": "require"}), made[1]


def _of_another() -> Made:
    path = f"{OF_ANOTHER.removesuffix('_clientssl')}_20261001T000000Z"
    made, certificate = hand_made(OF_ANOTHER, SHOP)
    entry = Entry("default", f"{path}.crt", f"{path}.key", None)
    return replace(made, entries=(entry,)), replace(certificate, path=f"{path}.crt")


ROWS = (
    Row("no client SSL profile"),
    Row("no client SSL profile, and port 80", port=80),
    Row("`/Common/clientssl` as every BIG-IP has it", (profile(STOCK, parent=None), hand_made(STOCK, "localhost")[1])),
    Row("`/Common/clientssl` with a certificate for other names", hand_made(STOCK, SHOP, parent=None)),
    Row("the parent profile, with a certificate for other names", hand_made(PARENT, SHOP), {"parent_profile": PARENT}),
    Row("a profile for our names", hand_made(HAND, WWW)),
    Row("a profile for our names and others", hand_made(HAND, WWW, SHOP)),
    Row("a profile for a wildcard above our names", hand_made(HAND, WILD)),
    Row("a profile for other names", hand_made(HAND, SHOP)),
    Row("a profile whose certificate shows no names", hand_made(HAND)),
    Row("the profile of another certificate of this program", _of_another()),
    Row("any of these that `replace_profiles` names", hand_made(HAND, WWW, SHOP), {"replace_profiles": (HAND,)}),
    Row("a profile for our names that asks clients for certificates", _asking(hand_made(HAND, WWW))),
    Row("a profile for other names that asks clients for certificates", _asking(hand_made(HAND, SHOP))),
    Row("… and is our `parent_profile`", _asking(hand_made(HAND, SHOP)), {"parent_profile": HAND}),
    Row("a profile with the name of ours, for our names", hand_made(PROFILE, WWW)),
    Row("a profile with the name of ours, for our names and others", hand_made(PROFILE, WWW, SHOP)),
)


def profiles_table() -> str:
    """Return what becomes of the profiles of a virtual server."""
    lines = [f"| {row.has} | {_outcome(row, sni=False)} | {_outcome(row, sni=True)} |" for row in ROWS]
    return "\n".join(["| the virtual server has | `sni: false` | `sni: true` |", "|---|---|---|", *lines])


def _outcome(row: Row, *, sni: bool) -> str:
    attached = (row.made[0].path,) if row.made else ()
    of = job(sni=sni, **row.changes)
    virtual = server(*attached, port=row.port)
    found = seen(of, servers=(virtual,), others=(row.made,) if row.made else ())
    profiles = {PARENT: profile(PARENT), **found.profiles}
    found = replace(found, profile=profiles.get(PROFILE), profiles=profiles, listed=(virtual,))
    client: Any = None  # everything is read already
    if outlook(Unit(of.device, client, "17.1.0", memory=Memory(every_server=(virtual,))), found).obstacles:
        return "refused"
    (plan,) = plan_attachments(found)
    if plan.remove:
        return "ours takes its place"
    if not plan.add:
        return "it becomes ours"
    return "ours is added, it stays" if attached else "ours is attached"


def settings_table() -> str:
    """Return the settings that may not ask less of clients."""
    rows: Iterator[tuple[str, str]] = ((f"`{setting.name}`", setting.less) for setting in SETTINGS if setting.less)
    lines = [f"| {name} | {less} |" for name, less in (*rows, ("`ciphers`, `cipherGroup`", LESS_CIPHERS))]
    return "\n".join(["| setting | what is less |", "|---|---|", *lines])


if __name__ == "__main__":
    print(profiles_table(), settings_table(), sep="\n\n")  # noqa: T201
