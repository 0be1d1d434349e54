"""``tmsh`` in the device's shell, as far as public code uses it; the output has the device's format.

Sources: kojot-acme, acme.sh's hook for BIG-IP, DigiCert's F5 plugin, F5's cloud libraries and AS3 SDK, F5 Ansible's
bigip_command.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sectigo_f5.simulator.certificates import crypto, csrs
from sectigo_f5.simulator.refusals import of_objects
from sectigo_f5.simulator.refusals.refusal import Refusal, UnknownCallError
from sectigo_f5.simulator.rules import object_views, objects
from sectigo_f5.simulator.shell import tmsh_language
from sectigo_f5.simulator.shell.tmsh_language import Change
from sectigo_f5.simulator.state.configuration import Item, Json, full_path
from sectigo_f5.simulator.state.kinds import KINDS
from sectigo_f5.simulator.state.work import Work, camel, is_unset
from sectigo_f5.simulator.switches import REJECTED

_CRYPTO = ("sys/crypto/key", "sys/crypto/cert", "sys/crypto/csr", "sys/crypto/pkcs12")
_REST_NAMES = {"options": "tm-options"}  # properties of client SSL profiles that REST calls by another name
_FORMATS = ("all-properties", "non-default-properties", "one-line", "recursive")
_PATHS = ("profiles", "rules", "policies")  # lists of full paths


def run(work: Work, words: list[str], save: Callable[[], None]) -> tuple[int, str]:
    """Run the words after ``tmsh``; returns exit status and output.

    Each command is kept or refused as a whole. Raises :class:`UnknownCallError`.
    """
    printed, folder = "", "Common"
    for command in tmsh_language.commands(words):
        if command[0] == "cd":
            folder = command[-1].strip("/")
            continue
        try:
            printed += objects.all_or_nothing(work, partial(_run_command, words=command, folder=folder, save=save))
        except Refusal as refusal:
            return 1, f"{printed}{refusal.worded(work.switches.texts).message}\n"
    return 0, printed


def _run_command(work: Work, words: list[str], folder: str, save: Callable[[], None]) -> str:
    verb, *rest = (words[0], words[1].lstrip("/"), *words[2:]) if words[1:] else words
    if (verb, rest[:2]) == ("save", ["sys", "config"]):
        save()
        return "Saving running configuration...\n  /config/bigip.conf\n"
    url, rest = _url(rest)
    known = {"list", "create", "delete", "install"} if url in _CRYPTO else {"list", "create", "delete", "modify"}
    if verb not in known or not url or not (rest or verb == "list"):
        raise UnknownCallError(f"tmsh {' '.join(words)}")
    if verb == "list":
        return _list(work, url, rest, folder)
    try:
        properties = tmsh_language.properties(rest[1:])
    except IndexError as error:
        raise of_objects.bad_request("Syntax Error: the command has no end") from error
    return _change(work, verb, url, full_path(rest[0], folder), properties)


def _url(words: list[str]) -> tuple[str, list[str]]:
    """Return the collection that the first words name (empty if it is unknown), and the words after them."""
    candidates = ("/".join(words[:count]) for count in (4, 3, 2))
    url = next((url for url in candidates if url in KINDS or url in _CRYPTO), "")
    return url, words[url.count("/") + 1 :]


def _change(work: Work, verb: str, url: str, path: str, properties: Json) -> str:
    if url in _CRYPTO and verb != "delete":
        return _create_or_install(work, verb, url, path, properties)
    if url in _CRYPTO:
        crypto.delete(work, url.rpartition("/")[2], path)
    elif verb == "create":
        objects.create(work, url, {"name": path, **_body(Item(url, path, {}), properties)})
    elif verb == "modify":
        item = objects.require(work, url, path)
        objects.modify(work, item, _body(item, properties), "PATCH")
    else:
        objects.delete(work, objects.require(work, url, path))
    return ""


def _create_or_install(work: Work, verb: str, url: str, path: str, properties: Json) -> str:
    """Create a key or CSR, or install a file; from TMOS 14 ``gen-csr`` prints the CSR (DigiCert's F5 plugin)."""
    body = {name: value for name, value in properties.items() if not is_unset(value) and name != "gen-csr"}
    if "gen-csr" in properties:
        body["options"] = [{"gen-csr": path}]
    if verb == "install":
        body["command"] = verb
    crypto.post(work, url.rpartition("/")[2], {"name": path, **body})
    prints = "gen-csr" in properties and not work.switches.before_14
    return csrs.require(work.world, path).content.decode() if prints else ""


# -- lists -------------------------------------------------------------------------------------


def _body(item: Item, properties: Json) -> Json:
    """Return a request's body: lists with their changes applied, everything else as given."""
    return {
        _REST_NAMES.get(name, name): _list_after(item, name, value) if isinstance(value, Change) else value
        for name, value in properties.items()
    }


def _list_after(item: Item, name: str, change: Change) -> list[Any]:
    if not any(change.entries.values()) and name not in _PATHS and change.operation == "replace-all-with":
        return list(change.entries)  # words, as in `options { no-ssl }`
    entries: dict[str, Json] = {}
    for one in [] if change.operation == "replace-all-with" else item.get(camel(name)) or []:
        entry = {"name": one} if isinstance(one, str) else dict(one)
        entries[entry.pop("path", None) or entry.pop("name")] = entry
    for entry_name, more in change.entries.items():
        path = full_path(entry_name) if name in _PATHS else entry_name
        if change.operation == "delete":
            entries.pop(path, None)
        else:
            entries[path] = {**entries.get(path, {}), **more}
    return list(entries) if name == "rules" else [{**entry, "name": path} for path, entry in entries.items()]


# -- listing -----------------------------------------------------------------------------------


def _list(work: Work, url: str, rest: list[str], folder: str) -> str:
    """Print one object or all of a kind, and only the named properties if there are any."""
    words = [word for word in rest if word not in _FORMATS]
    shown = _matching_objects(work, url, full_path(words[0], folder) if words else "")
    printed = "".join(tmsh_language.format_object(url, item, words[1:]) for item in shown)
    return " ".join(printed.split()) + "\n" if "one-line" in rest else printed


def _matching_objects(work: Work, url: str, path: str) -> list[Json]:
    what = url.rpartition("/")[2]
    if url in KINDS:
        items = [objects.require(work, url, path)] if path else work.configuration.of(url)
        return [object_views.show(work, item) for item in items]
    views = [crypto.get(work, what, path)] if path else crypto.list_all(work, what)
    return [{**view, **_tmsh_only(work, what, view["fullPath"])} for view in views]


def _tmsh_only(work: Work, what: str, path: str) -> Json:
    """Return what REST does not show: a CSR's PEM (F5's AS3 SDK), a certificate's alternative names (kojot-acme)."""
    if what == "csr" and work.switches.csr_by_tmsh == REJECTED:
        return {}
    if what == "csr":
        return {"PEM": csrs.require(work.world, path).content.decode()}
    shown = object_views.show(work, crypto.file_item(work, what, path))
    return {name: shown[name] for name in ("subjectAlternativeName",) if name in shown}
