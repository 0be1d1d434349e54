"""``install`` of ``sys crypto``: keys, certificates and PKCS#12 files that are already on the device.

Requests: F5's cloud libraries and AS3 SDK, dehydrated-bigip, Keyfactor's orchestrator.
"""

from __future__ import annotations

from sectigo_f5.simulator.certificates import csrs, files, pem
from sectigo_f5.simulator.refusals import of_pairs
from sectigo_f5.simulator.state.configuration import Item, Json, check_folder, check_name
from sectigo_f5.simulator.state.work import Work, camel

FILES = {"key": files.KEY, "cert": files.CERTIFICATE}
_PROPERTIES = {
    "key": ("passphrase", "securityType"),
    "cert": (),
    "pkcs12": ("passphrase", "keyPassphrase", "keySecurityType"),
}
KINDS = tuple(_PROPERTIES)


def install(work: Work, what: str, request: Json) -> Json:
    """Install a file that is on the device; overwrites silently (dehydrated-bigip relies on it)."""
    body = _flat(request)
    csrs.check_properties(body, (*csrs.PLACE, "command", "fromLocalFile", *_PROPERTIES[what]), what)
    path = csrs.path_in(body)
    check_name(path)
    files.check_name(work, path)
    check_folder(work.configuration, path)
    content = work.world.disk.read(str(body.get("fromLocalFile") or ""))
    if content is None:
        raise of_pairs.file_unreadable()
    if what == "cert":
        _put_certificate(work, path, content, body)
    elif what == "key":
        _put_key(work, path, _encrypt_if_requested(content, body), body, str(body.get("passphrase") or ""))
    else:
        _put_pkcs12(work, path, content, body)
    echoed = {name: value for name, value in body.items() if name not in ("passphrase", "keyPassphrase")}
    return {"kind": f"tm:sys:crypto:{what}:installstate", **echoed}


def _flat(body: Json) -> Json:
    """Return the body; in the older shape the properties are in ``options``, one by one (F5's cloud templates)."""
    options = [option for option in body.get("options") or [] if isinstance(option, dict)]
    properties = {camel(name): value for option in options for name, value in option.items()}
    return {**{name: value for name, value in body.items() if name != "options"}, **properties}


def _target(work: Work, kind: str, path: str, body: Json) -> Item:
    """Return the existing object or a new one, with the request's file as its source."""
    item = work.configuration.find(kind, path) or Item(kind, path, {}, generation=0)
    work.check_may_change(item)
    return item.with_properties(sourcePath=f"file://{body['fromLocalFile']}")


def _put_certificate(work: Work, path: str, content: bytes, body: Json) -> None:
    item = _target(work, files.CERTIFICATE, path, body)
    work.configuration.put(files.store_certificate(work, item, content))


def _put_key(work: Work, path: str, content: bytes, body: Json, passphrase: str) -> None:
    if passphrase and pem.is_encrypted(content) and pem.open_key(content, passphrase) is None:
        raise of_pairs.wrong_passphrase(str(body["fromLocalFile"]))
    if pem.open_key(content, passphrase or None) is None and not pem.is_encrypted(content):
        raise of_pairs.bad_import()
    item = _target(work, files.KEY, path, body)
    key = pem.open_key(content, passphrase) if passphrase and not work.switches.openssl_protected else None
    if key is not None:
        content, passphrase = pem.key_pem(key, None), ""
    work.configuration.put(files.store_key(work, item, content, passphrase))


def _encrypt_if_requested(content: bytes, body: Json) -> bytes:
    """Return a key's PEM; ``securityType: password`` encrypts a clear key (uncertain)."""
    passphrase = str(body.get("passphrase") or "")
    key = pem.open_key(content, None) if passphrase and body.get("securityType") == "password" else None
    return pem.key_pem(key, passphrase) if key is not None else content


def _put_pkcs12(work: Work, path: str, content: bytes, body: Json) -> None:
    """Store a pair from a PKCS#12 file: the only request seen in production that creates a protected key.

    TMOS 13 adds ``.crt`` and ``.key`` to the name, later releases give both objects the name as it is (Keyfactor,
    F5's Ansible collection for BIG-IP).
    """
    pair = pem.open_pkcs12(content, str(body.get("passphrase") or ""))
    if pair is None:
        raise of_pairs.bad_import()
    passphrase = str(body.get("keyPassphrase") or "") if body.get("keySecurityType") == "password" else ""
    if body.get("keySecurityType") == "password" and not passphrase:
        raise of_pairs.passphrase_missing()
    endings = (".crt", ".key") if work.switches.before_14 else ("", "")
    _put_certificate(work, f"{path}{endings[0]}", pair.certificate, body)
    _put_key(work, f"{path}{endings[1]}", pem.key_pem(pair.key, passphrase or None), body, passphrase)
