"""Client SSL profiles: their settings, parents and forward proxies."""

from __future__ import annotations

from typing import Any

from sectigo_f5.simulator.certificates import files
from sectigo_f5.simulator.refusals import of_objects, of_pairs
from sectigo_f5.simulator.rules.ltm import cert_key_chains as chains
from sectigo_f5.simulator.rules.ltm.inheritance import setting
from sectigo_f5.simulator.state.configuration import Item, Json, Place, full_path
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work, is_unset
from sectigo_f5.simulator.switches import ADDS, RESETS

KIND = "ltm/profile/client-ssl"
STOCK = "/Common/clientssl"
CIPHER_GROUP = "ltm/cipher/group"
_REFERENCES = {
    "caFile": files.CERTIFICATE,
    "clientCertCa": files.CERTIFICATE,
    "crlFile": "sys/file/ssl-crl",
    "cipherGroup": CIPHER_GROUP,
    "proxyCaCert": files.CERTIFICATE,
    "proxyCaKey": files.KEY,
}
_FILES = {files.CERTIFICATE: "certificate", files.KEY: "key"}
_CHOICES = {
    "peerCertMode": ("ignore", "request", "require"),
    "authenticate": ("once", "always"),
    **dict.fromkeys(("allowNonSsl", "renegotiation", "ocspStapling", "sslForwardProxy"), ("enabled", "disabled")),
    "secureRenegotiation": ("request", "require", "require-strict"),
}


def named_objects(item: Item) -> list[Place]:
    """Return the files, other than those of its pairs, and the cipher group that a profile names itself."""
    named = ((kind, item.get(name)) for name, kind in _REFERENCES.items())
    return [(kind, str(path)) for kind, path in named if kind in KINDS and not is_unset(path)]


# -- applying a request ------------------------------------------------------------------------


def change(work: Work, item: Item, body: Json, method: str) -> Item:
    """Apply a request; ``certKeyChain`` replaces the whole list: F5 Ansible sends it so, which proves little."""
    fresh = not item.generation
    body, item = _with_parent(work, item, body, method)
    own = chains.own_entries(work, item, body, fresh)
    if method == "PATCH" and work.switches.cert_key_chain_patch == ADDS and body.get("certKeyChain"):
        own = list({entry["name"]: entry for entry in [*(item.get("certKeyChain") or []), *own]}.values())
    chain_properties = ("certKeyChain", "inheritCertkeychain", *chains.LEGACY)
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
        raise of_objects.not_found("ClientSSL Profile", parent)
    moved = method == "PATCH" and parent != item.get("defaultsFrom")
    if moved and work.switches.parent_patch == RESETS:
        kept = ("appService", "description")
        item = Item(item.kind, item.path, {name: item.get(name) for name in kept if item.get(name)}, item.generation)
    return {**body, "defaultsFrom": parent}, item


def _value(name: str, value: Any) -> Any:
    """Return a value as it is stored; refuses one that is none of the property's words."""
    if value not in _CHOICES.get(name, (value,)):
        raise of_objects.bad_value(name, value)
    if name in _REFERENCES and not is_unset(value):
        return full_path(str(value))
    return "none" if value == "" else value


def _reset(item: Item) -> Json:
    """Return the properties that a PUT keeps although it does not name them."""
    return {name: value for name, value in item.properties.items() if name == "defaultsFrom"}


# -- rules -------------------------------------------------------------------------------------


def check(work: Work, item: Item) -> None:
    """Refuse a profile whose pairs cannot be used, or that names something that does not exist."""
    for kind, path in named_objects(item):
        if kind in _FILES:
            chains.require(work, kind, _FILES[kind], path)
        elif work.configuration.find(kind, path) is None:
            raise of_objects.not_found(KINDS[kind].title, path)
    usages = chains.check(work, item)
    _check_forward_proxy(work, item, chains.CA in usages)


def _check_forward_proxy(work: Work, item: Item, has_pair: bool) -> None:
    """Refuse a forward proxy that cannot sign; the parent's key does not count beside a list of the profile's own."""
    key = item.get("proxyCaKey") if item.get("certKeyChain") else setting(work, item, "proxyCaKey")
    if setting(work, item, "sslForwardProxy") == "enabled" and not has_pair and is_unset(key):
        raise of_pairs.no_forward_proxy_key(item.path)


# -- showing -----------------------------------------------------------------------------------


def show(work: Work, item: Item, inherited: Json) -> Json:
    """Return a profile: everything it inherits, the references of its settings, and its pairs."""
    for name, kind in _REFERENCES.items():
        if not is_unset(inherited.get(name)):
            inherited[f"{name}Reference"] = work.reference(kind, inherited[name])
    return {**inherited, **chains.show(work, item)}
