"""Certificate key chains of client SSL profiles: inheritance, spellings, and the pairs that are accepted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sectigo_f5.simulator.certificates import files, pem
from sectigo_f5.simulator.refusals import of_objects, of_pairs
from sectigo_f5.simulator.rules.ltm.inheritance import lineage
from sectigo_f5.simulator.state.configuration import Item, Json, full_path
from sectigo_f5.simulator.state.work import Work, camel, is_unset
from sectigo_f5.simulator.switches import CIPHERTEXT, NONE, OPTIONAL, REJECTED, WORKS

SERVER, CA = "SERVER", "CA"  # usages of a pair; the latter signs for the forward proxy
LEGACY = ("cert", "key", "chain", "passphrase")
_FIRST_WITH_BOTH_REFUSED = 15  # TMOS; 01b4002a
_FIRST_WITH_NON_RSA_REFUSED = 16  # TMOS; 01b40029


@dataclass(frozen=True)
class OpenPair:
    """An entry with its files, as a handshake needs them."""

    certificate: bytes
    key: bytes
    chain: bytes
    passphrase: str | None

    def __repr__(self) -> str:
        return "OpenPair(***)"


def entries_of(work: Work, item: Item) -> list[Json]:
    """Return the certificate key chain: the profile's own, or the nearest parent's."""
    return next((one.get("certKeyChain") for one in lineage(work, item) if one.get("certKeyChain")), [])


# -- applying a request ------------------------------------------------------------------------


def own_entries(work: Work, item: Item, body: Json, fresh: bool) -> list[Json]:
    """Return the profile's own list after a request; empty if it inherits."""
    now = [] if fresh else entries_of(work, item)
    requested = _given_entries(body.get("certKeyChain"))
    legacy = {name: body[name] for name in LEGACY if name in body and not _repeats(now, name, body[name])}
    if requested and legacy and not all(_repeats(requested, name, value) for name, value in legacy.items()):
        if work.switches.major >= _FIRST_WITH_BOTH_REFUSED:
            raise of_pairs.both_spellings(item.path)
        legacy = {}
    if requested:
        entries = [_entry(work, entry) for entry in requested]
        inherits = str(body.get("inheritCertkeychain")) == "true" and _same_pairs(entries, now)
        return [] if inherits and not item.get("certKeyChain") else entries
    if legacy and not all(is_unset(value) for value in legacy.values()):
        return _replace_first(work, item, now, legacy)
    inherits = "certKeyChain" in body or str(body.get("inheritCertkeychain")) == "true"
    return [] if inherits else (item.get("certKeyChain") or [])


def _given_entries(chain: Any) -> list[Json]:
    """Return the entries of a request: a list, or a map by name as certbot-bigip sends it."""
    entries = [{"name": name, **entry} for name, entry in chain.items()] if isinstance(chain, dict) else chain or []
    return [{camel(name): value for name, value in entry.items()} for entry in entries]


def _repeats(entries: list[Json], name: str, value: Any) -> bool:
    """Tell whether a legacy property only repeats the first entry, as every GET does."""
    first = entries[0] if entries else {}
    if is_unset(value) or is_unset(first.get(name)):
        return is_unset(value) and is_unset(first.get(name))
    return bool(first[name] == (value if name == "passphrase" else full_path(value)))


def _same_pairs(one: list[Json], other: list[Json]) -> bool:
    pairs = [[(entry.get("cert"), entry.get("key"), entry.get("chain")) for entry in side] for side in (one, other)]
    return pairs[0] == pairs[1]


def _entry(work: Work, body: Json) -> Json:
    entry: Json = {"name": str(body.get("name") or "default")}
    for name in ("cert", "key", "chain"):
        entry[name] = "none" if is_unset(body.get(name)) else full_path(str(body[name]))
    if not is_unset(body.get("passphrase")):
        if work.switches.profile_with_passphrase == REJECTED:
            raise of_objects.not_supported("a passphrase of a profile")
        vault = work.world.vault
        take = vault.keep if work.switches.own_ciphertext == WORKS else vault.seal
        entry["passphrase"] = take(str(body["passphrase"]))
    entry["usage"] = str(body.get("usage") or SERVER)
    return entry


def _replace_first(work: Work, item: Item, now: list[Json], legacy: Json) -> list[Json]:
    """Return the list with its first entry changed by the profile's own cert, key, chain and passphrase."""
    first = _entry(work, {**(now[0] if now else {"name": "default"}), **legacy})
    key = work.configuration.find(files.KEY, first["key"])
    rsa = key is None or str(key.get("keyType")).startswith("rsa")
    if not rsa and work.switches.major >= _FIRST_WITH_NON_RSA_REFUSED:
        raise of_pairs.not_rsa(item.path, first["key"])
    return [first, *now[1:]]


# -- rules -------------------------------------------------------------------------------------


def check(work: Work, item: Item) -> frozenset[str]:
    """Refuse pairs that cannot be used; returns their usages."""
    pairs = [(entry["usage"], check_pair(work, item, entry)) for entry in entries_of(work, item)]
    for pair in sorted(set(pairs)):
        if pairs.count(pair) > 1 and work.switches.two_of_a_kind == REJECTED:
            raise of_pairs.two_of_a_type(item.path, pair[1])
    served = [kind for usage, kind in pairs if usage == SERVER]
    if len(set(served)) > 1 and work.switches.rsa_and_ec == REJECTED:
        raise of_objects.not_supported("a profile with pairs of several types")
    if served and "RSA" not in served and not work.switches.accepts_ec_only:
        raise of_pairs.no_rsa_pair()
    return frozenset(usage for usage, _ in pairs)


def check_pair(work: Work, item: Item, entry: Json) -> str:
    """Check one pair; returns its key type as refusals name it."""
    if is_unset(entry["cert"]) or is_unset(entry["key"]):
        raise of_pairs.incomplete_pair(item.path)
    certificate = require(work, files.CERTIFICATE, "certificate", entry["cert"])
    stored = require(work, files.KEY, "key", entry["key"])
    if not is_unset(entry.get("chain")):
        require(work, files.CERTIFICATE, "certificate", entry["chain"])
    key = pem.open_key(stored.content, _passphrase(work, entry, stored))
    if key is None:
        raise of_pairs.bad_passphrase(stored.path, item.path)
    if pem.public_bytes(key) != pem.public_bytes(pem.certificates(certificate.content)[0]):
        raise of_pairs.mismatch(item.path, stored.path, certificate.path, work.switches.before_14)
    return {"rsa-private": "RSA", "ec-private": "ECDSA"}[pem.describe_key(key, "private")[0]]


def require(work: Work, kind: str, what: str, path: str) -> Item:
    """Return a file object that a profile names; refuses a missing one."""
    item = work.configuration.find(kind, path)
    if item is None:
        raise (
            of_pairs.file_in_use(path)
            if (kind, path) in work.configuration.removed
            else of_pairs.file_missing(what, path)
        )
    return item


def _passphrase(work: Work, entry: Json, key: Item) -> str | None:
    """Return the key's passphrase; whether the key object's own one is enough is a switch."""
    sealed = entry.get("passphrase")
    if sealed is None and work.switches.profile_passphrase == OPTIONAL:
        sealed = key.get("passphrase")
    return work.world.vault.open(sealed) if sealed else None


def open_pairs(work: Work, item: Item) -> list[OpenPair]:
    """Return the profile's pairs for the data plane; pairs with missing files are left out."""
    pairs = []
    for entry in (one for one in entries_of(work, item) if one["usage"] == SERVER):
        certificate = work.configuration.find(files.CERTIFICATE, entry["cert"])
        key = work.configuration.find(files.KEY, entry["key"])
        chain = work.configuration.find(files.CERTIFICATE, entry["chain"])
        if certificate and key:
            passphrase = _passphrase(work, entry, key) if pem.is_encrypted(key.content) else None
            pairs.append(OpenPair(certificate.content, key.content, chain.content if chain else b"", passphrase))
    return pairs


# -- showing -----------------------------------------------------------------------------------


def show(work: Work, item: Item) -> Json:
    """Return a profile's list, and its first entry again at the top level."""
    entries = entries_of(work, item)
    first = entries[0] if entries else {}
    own = bool(item.get("certKeyChain")) or is_unset(item.get("defaultsFrom"))
    shown: Json = {"inheritCertkeychain": "false" if own else "true"}
    for name in ("cert", "key", "chain"):
        shown[name] = first.get(name, "none")
        shown |= _reference(work, name, shown[name])
    shown |= _shown_passphrase(work, first)
    shown["certKeyChain"] = [_show_entry(work, entry) for entry in entries]
    return shown


def _show_entry(work: Work, entry: Json) -> Json:
    shown = {**entry, "appService": "none"}
    shown.pop("passphrase", None)
    shown |= _shown_passphrase(work, entry)
    for name in ("cert", "key", "chain"):
        shown |= _reference(work, name, entry[name])
    if work.switches.before_14:  # `usage` came with TMOS 14 (F5 AS3 leaves it out before)
        del shown["usage"]
    return shown


def _shown_passphrase(work: Work, entry: Json) -> Json:
    """Return the passphrase of an entry as it is shown, if it is."""
    if not entry.get("passphrase") or work.switches.profile_shows == NONE:
        return {}
    return {"passphrase": entry["passphrase"] if work.switches.profile_shows == CIPHERTEXT else "********"}


def _reference(work: Work, name: str, path: str) -> Json:
    kind = files.KEY if name == "key" else files.CERTIFICATE
    return {} if is_unset(path) else {f"{name}Reference": work.reference(kind, path)}
