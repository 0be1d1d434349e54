"""Client SSL profiles: their certificate key chain, what they inherit, and which pairs a device accepts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sectigo_f5.simulator import refusals
from sectigo_f5.simulator.certificates import files, pem
from sectigo_f5.simulator.rules.ltm.inheritance import lineage, setting
from sectigo_f5.simulator.state.configuration import Item, Json, Place, full_path
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work, camel, is_unset
from sectigo_f5.simulator.switches import ADDS, OPTIONAL, RESETS, WORKS

KIND = "ltm/profile/client-ssl"
STOCK = "/Common/clientssl"
SERVER, _CA = "SERVER", "CA"  # usages of a pair; the latter signs for the forward proxy
_LEGACY = ("cert", "key", "chain", "passphrase")
CIPHER_GROUP = "ltm/cipher/group"
_REFERENCES = {
    "caFile": files.CERTIFICATE,
    "clientCertCa": files.CERTIFICATE,
    "crlFile": "sys/file/ssl-crl",
    "cipherGroup": CIPHER_GROUP,
}
_CHOICES = {
    "peerCertMode": ("ignore", "request", "require"),
    "authenticate": ("once", "always"),
    **dict.fromkeys(("allowNonSsl", "renegotiation", "ocspStapling", "sslForwardProxy"), ("enabled", "disabled")),
    "secureRenegotiation": ("request", "require", "require-strict"),
}
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


def named_objects(item: Item) -> list[Place]:
    """Return the certificates, other than those of its pairs, and the cipher group that a profile names itself."""
    named = ((kind, item.get(name)) for name, kind in _REFERENCES.items())
    return [(kind, str(path)) for kind, path in named if kind in KINDS and not is_unset(path)]


# -- applying a request ------------------------------------------------------------------------


def change(work: Work, item: Item, body: Json, method: str) -> Item:
    """Apply a request; ``certKeyChain`` replaces the whole list: F5 Ansible sends it so, which proves little."""
    fresh = not item.generation
    body, item = _with_parent(work, item, body, method)
    own = _own_entries(work, item, body, fresh)
    if method == "PATCH" and work.switches.cert_key_chain_patch == ADDS and body.get("certKeyChain"):
        own = list({entry["name"]: entry for entry in [*(item.get("certKeyChain") or []), *own]}.values())
    chain_properties = ("certKeyChain", "inheritCertkeychain", *_LEGACY)
    others = {name: _value(name, value) for name, value in body.items() if name not in chain_properties}
    before = _reset(item) if method == "PUT" else item.properties
    properties = {name: value for name, value in {**before, **others}.items() if name != "certKeyChain"}
    return Item(item.kind, item.path, {**properties, **({"certKeyChain": own} if own else {})})


def _with_parent(work: Work, item: Item, body: Json, method: str) -> tuple[Json, Item]:
    """Return request and profile with the parent that the request names; a new profile has one in any case.

    That a PATCH of the parent leaves the profile's own settings alone is uncertain.
    """
    if method == "POST" and is_unset(body.get("defaultsFrom")):
        body = {**body, "defaultsFrom": STOCK}
    if is_unset(body.get("defaultsFrom")):
        return body, item
    parent = full_path(body["defaultsFrom"])
    if work.configuration.find(KIND, parent) is None:
        raise refusals.not_found("ClientSSL Profile", parent)
    moved = method == "PATCH" and parent != item.get("defaultsFrom")
    if moved and work.switches.parent_patch == RESETS:
        kept = ("appService", "description")
        item = Item(item.kind, item.path, {name: item.get(name) for name in kept if item.get(name)}, item.generation)
    return {**body, "defaultsFrom": parent}, item


def _value(name: str, value: Any) -> Any:
    """Return a value as it is stored; refuses one that is none of the property's words."""
    if value not in _CHOICES.get(name, (value,)):
        raise refusals.bad_value(name, value)
    if name in _REFERENCES and not is_unset(value):
        return full_path(str(value))
    return "none" if value == "" else value


def _reset(item: Item) -> Json:
    """Return the properties that a PUT keeps although it does not name them."""
    return {name: value for name, value in item.properties.items() if name == "defaultsFrom"}


def _own_entries(work: Work, item: Item, body: Json, fresh: bool) -> list[Json]:
    """Return the profile's own list after a request; empty if it inherits."""
    now = [] if fresh else entries_of(work, item)
    requested = _given_entries(body.get("certKeyChain"))
    legacy = {name: body[name] for name in _LEGACY if name in body and not _repeats(now, name, body[name])}
    if requested and legacy and not all(_repeats(requested, name, value) for name, value in legacy.items()):
        if work.switches.major >= _FIRST_WITH_BOTH_REFUSED:
            raise refusals.both_spellings(item.path)
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
        raise refusals.not_rsa(item.path, first["key"])
    return [first, *now[1:]]


# -- rules -------------------------------------------------------------------------------------


def check(work: Work, item: Item) -> None:
    """Refuse a profile whose pairs cannot be used, or that names something that does not exist."""
    for kind, path in named_objects(item):
        if kind == files.CERTIFICATE:
            _file(work, kind, "certificate", path)
        elif work.configuration.find(kind, path) is None:
            raise refusals.not_found(KINDS[kind].title, path)
    pairs = [(entry["usage"], _check_entry(work, item, entry)) for entry in entries_of(work, item)]
    for pair in sorted(set(pairs)):
        if pairs.count(pair) > 1:
            raise refusals.two_of_a_type(item.path, pair[1])
    served = [kind for usage, kind in pairs if usage == SERVER]
    if served and "RSA" not in served and not work.switches.accepts_ec_only:
        raise refusals.no_rsa_pair()
    _check_forward_proxy(work, item, any(usage == _CA for usage, _ in pairs))


def _check_forward_proxy(work: Work, item: Item, has_pair: bool) -> None:
    """Refuse a forward proxy that cannot sign; the parent's key does not count beside a list of the profile's own."""
    key = item.get("proxyCaKey") if item.get("certKeyChain") else setting(work, item, "proxyCaKey")
    if setting(work, item, "sslForwardProxy") == "enabled" and not has_pair and is_unset(key):
        raise refusals.no_forward_proxy_key(item.path)


def _check_entry(work: Work, item: Item, entry: Json) -> str:
    """Check one pair; returns its key type as refusals name it."""
    if is_unset(entry["cert"]) or is_unset(entry["key"]):
        raise refusals.incomplete_pair(item.path)
    certificate = _file(work, files.CERTIFICATE, "certificate", entry["cert"])
    stored = _file(work, files.KEY, "key", entry["key"])
    if not is_unset(entry.get("chain")):
        _file(work, files.CERTIFICATE, "certificate", entry["chain"])
    key = pem.open_key(stored.content, _passphrase(work, entry, stored))
    if key is None:
        raise refusals.bad_passphrase(stored.path, item.path)
    if pem.public_bytes(key) != pem.public_bytes(pem.certificates(certificate.content)[0]):
        raise refusals.mismatch(item.path, stored.path, certificate.path, work.switches.before_14)
    return {"rsa-private": "RSA", "ec-private": "ECDSA"}[pem.describe_key(key, "private")[0]]


def _file(work: Work, kind: str, what: str, path: str) -> Item:
    item = work.configuration.find(kind, path)
    if item is None:
        raise (
            refusals.file_in_use(path)
            if (kind, path) in work.configuration.removed
            else refusals.file_missing(what, path)
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


def show(work: Work, item: Item, inherited: Json) -> Json:
    """Return a profile: everything it inherits, its list, and the first entry again at the top level."""
    entries = entries_of(work, item)
    for name, kind in _REFERENCES.items():
        if not is_unset(inherited.get(name)):
            inherited[f"{name}Reference"] = work.reference(kind, inherited[name])
    first = entries[0] if entries else {}
    own = bool(item.get("certKeyChain")) or is_unset(item.get("defaultsFrom"))
    shown = {
        **inherited,
        "inheritCertkeychain": "false" if own else "true",
    }
    for name in ("cert", "key", "chain"):
        shown[name] = first.get(name, "none")
        shown |= _reference(work, name, shown[name])
    if first.get("passphrase"):
        shown["passphrase"] = first["passphrase"]
    shown["certKeyChain"] = [_show_entry(work, entry) for entry in entries]
    return shown


def _show_entry(work: Work, entry: Json) -> Json:
    shown = {**entry, "appService": "none"}
    for name in ("cert", "key", "chain"):
        shown |= _reference(work, name, entry[name])
    if work.switches.before_14:  # `usage` came with TMOS 14 (F5 AS3 leaves it out before)
        del shown["usage"]
    return shown


def _reference(work: Work, name: str, path: str) -> Json:
    kind = files.KEY if name == "key" else files.CERTIFICATE
    return {} if is_unset(path) else {f"{name}Reference": work.reference(kind, path)}
