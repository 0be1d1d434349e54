"""The fields of an item as texts, the same for the table, the CSV file and the page (pure)."""

from __future__ import annotations

from collections.abc import Iterable

from sectigo_f5.report.inventory.rows import Row, Server, Use

NOT_TOLD = ""


def key(row: Row) -> str:
    """Return type and size of the key: ``RSA 2048``, ``ECDSA secp256r1``."""
    size = row.curve or (str(row.key_size) if row.key_size else "")
    return " ".join(filter(None, ((row.key_type or "").upper(), size)))


def custody(row: Row) -> str:
    """Return how the key is guarded, and whether the device lets it be exported."""
    if row.key is None and row.security_type is None:
        return NOT_TOLD
    guarded = {True: "protected", False: "not protected", None: None}[row.protected]
    leaves = {True: "exportable", False: "not exportable", None: None}[row.exportable]
    return ", ".join(filter(None, (row.security_type, guarded, leaves)))


def listener(server: Server) -> str:
    """Return a virtual server with its addresses and ports: ``/Common/vs_www (192.0.2.80, 192.0.2.81 port 443)``."""
    ports = f"port {', '.join(server.ports)}" if server.ports else ""
    where = " ".join(filter(None, (", ".join(server.addresses), ports)))
    return server.path + (f" ({where})" if where else "") + ("" if server.enabled else ", disabled")


def servers(row: Row) -> tuple[str, ...]:
    """Return the virtual servers that refer to it."""
    return tuple(map(listener, row.virtual_servers))


def use(each: Use) -> str:
    """Return what refers to it, and as what: ``/Common/www_clientssl (client-ssl, pair)``."""
    return f"{each.path} ({each.kind}, {each.role})"


def uses(row: Row) -> tuple[str, ...]:
    """Return everything that refers to it."""
    return tuple(map(use, row.uses))


def protocols(row: Row) -> tuple[str, ...]:
    """Return for each profile which protocols it negotiates."""
    return _of_profiles(
        (each, "none" if each.protocols == () else ", ".join(each.protocols or ())) for each in row.uses
    )


def ciphers(row: Row) -> tuple[str, ...]:
    """Return for each profile its cipher string, or its cipher group with what that allows."""
    return _of_profiles((each, _ciphers_of(each)) for each in row.uses)


def options(row: Row) -> tuple[str, ...]:
    """Return for each profile its TLS options."""
    return _of_profiles((each, " ".join(each.options or ())) for each in row.uses)


def findings(row: Row) -> tuple[str, ...]:
    """Return what is to be looked at."""
    return tuple(f"{found.word} ({found.severity}): {found.text}" for found in row.findings)


def last_change(row: Row) -> str:
    """Return the newest change of the trail."""
    change = row.last_change
    if change is None:
        return NOT_TOLD
    ticket = f", ticket {change.ticket}" if change.ticket else ""
    return f"{change.at} {change.what}: {change.result} (line {change.line} of the trail{ticket})"


def used_by(row: Row) -> str:
    """Return in a few words where it is used: the first virtual server, or what else refers to it."""
    places = [server.path for server in row.virtual_servers] or [each.path for each in row.uses]
    if row.holds == "management":
        return "management interface"
    return f"{places[0]} +{len(places) - 1}" if len(places) > 1 else "".join(places)


def _ciphers_of(each: Use) -> str:
    if each.cipher_group is None:
        return each.ciphers or ""
    return each.cipher_group + (f" ({'; '.join(each.allowed)})" if each.allowed else "")


def _of_profiles(told: Iterable[tuple[Use, str]]) -> tuple[str, ...]:
    """Return texts with the profiles that they are true of, each text once."""
    found: dict[str, dict[str, None]] = {}
    for each, text in told:
        if text:
            found.setdefault(text, {})[each.path] = None
    return tuple(f"{', '.join(paths)}: {text}" for text, paths in found.items())
