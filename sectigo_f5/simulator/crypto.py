"""``sys crypto``: keys made on the device, CSRs, installing files; the objects are those of ``sys file``.

Shapes: answers of a 14.1.2.1. Requests: F5 Ansible, F5's cloud libraries and AS3 SDK, DigiCert's
F5 plugin. That ``create sys crypto key`` takes a passphrase over REST is unproven; the
switches hold the answers that a device might give.
"""

from __future__ import annotations

from sectigo_f5.simulator import csrs, files, pem, refusals
from sectigo_f5.simulator.configuration import Item, Json, check_folder, check_name, split_path
from sectigo_f5.simulator.kinds import KINDS
from sectigo_f5.simulator.refusals import UnknownCallError
from sectigo_f5.simulator.switches import REJECTED, SILENTLY_NORMAL
from sectigo_f5.simulator.work import Work, spelled, unset

FILES = {"key": files.KEY, "cert": files.CERTIFICATE}
_KEY = (
    *csrs.PLACE,
    *csrs.SUBJECT_PROPERTIES,
    "keyType",
    "keySize",
    "curveName",
    "securityType",
    "passphrase",
    "options",
)
_INSTALL = (*csrs.PLACE, "command", "fromLocalFile", "passphrase", "securityType")
RSA_SIZES = ("1024", "2048", "3072", "4096")


def post(work: Work, what: str, given: object) -> Json:
    """Create a key or a CSR, or install a file."""
    body = spelled(given)
    if body.get("command") == "install" and what in FILES:
        return install(work, what, body)
    if what == "key":
        return create_key(work, body)
    if what == "csr":
        return csrs.create(work, body)
    raise UnknownCallError(f"POST sys/crypto/{what} with the command {body.get('command')}")


def create_key(work: Work, body: Json) -> Json:
    """Make a key on the device, with a CSR in the same call where ``options`` say ``gen-csr``."""
    csrs.only(body, _KEY, "key")
    path = _new_path(work, files.KEY, body)
    passphrase = _wanted_passphrase(work, body)
    key = _make(body)
    item = Item(files.KEY, path, {"sourcePath": f"file:///config/ssl/ssl.key/{split_path(path)[2]}"}, generation=0)
    stored = files.store_key(work, item, pem.key_pem(key, passphrase), passphrase or "")
    request = None
    if _options(body):
        csrs.check_allowed(work, stored)
        request = csrs.store(work, _gen_csr_path(work, path), key, body)
    work.configuration.put(stored)
    echoed = {name: value for name, value in body.items() if name not in (*csrs.PLACE, "passphrase")}
    return csrs.answer(work, "key", path, {**echoed, **csrs.printed(work, request)})


def _make(body: Json) -> pem.PrivateKey:
    kind = str(body.get("keyType") or "rsa-private")
    size, curve = str(body.get("keySize") or "2048"), str(body.get("curveName") or "prime256v1")
    if kind == "rsa-private" and size not in RSA_SIZES:
        raise refusals.bad_value("keySize", size)
    if kind == "ec-private" and curve not in pem.CURVES:
        raise refusals.bad_value("curveName", curve)
    if kind not in ("rsa-private", "ec-private"):
        raise UnknownCallError(f"the keyType {kind}")
    return pem.make_key(kind, size, curve)


def _wanted_passphrase(work: Work, body: Json) -> str | None:
    """Return the passphrase to protect the key with; the answers of other devices are a switch. Texts uncertain."""
    if body.get("securityType", "normal") != "password":
        return None
    if work.switches.native_password_keys == REJECTED:
        raise refusals.bad_request('"passphrase" is an unknown property of sys crypto key')
    if work.switches.native_password_keys == SILENTLY_NORMAL:
        return None
    if unset(body.get("passphrase")):
        raise refusals.bad_request("The passphrase is required for the security type password")
    return str(body["passphrase"])


def _options(body: Json) -> bool:
    """Tell whether a CSR is asked for: ``"options": [{"gen-csr": "…"}]``."""
    found = [name for option in body.get("options") or [] for name in option]
    if set(found) - {"gen-csr"}:
        raise UnknownCallError(f"the option {', '.join(found)} of sys/crypto/key")
    return bool(found)


def _gen_csr_path(work: Work, key: str) -> str:
    """Return the CSR's name: ``base.csr`` on TMOS 13, the key's own from 14 (DigiCert's F5 plugin looks for both)."""
    return key if work.switches.major > 13 else f"{key.removesuffix('.key')}.csr"  # noqa: PLR2004


# -- installing --------------------------------------------------------------------------------


def install(work: Work, what: str, body: Json) -> Json:
    """Install a key or certificate from a file of the device; overwrites silently (dehydrated-bigip relies on it)."""
    csrs.only(body, _INSTALL, what)
    path = csrs.path_in(body)
    check_name(path)
    check_folder(work.configuration, path)
    local = str(body.get("fromLocalFile") or "")
    content = work.world.disk.read(local)
    if content is None:
        raise refusals.file_unreadable()
    before = work.configuration.find(FILES[what], path) or Item(FILES[what], path, {}, generation=0)
    work.may_change(before)
    before = before.changed(sourcePath=f"file://{local}")
    if what == "cert":
        work.configuration.put(files.store_certificate(work, before, content))
    else:
        work.configuration.put(_installed_key(work, before, content, body))
    return {
        "kind": f"tm:sys:crypto:{what}:installstate",
        **{name: value for name, value in body.items() if name != "passphrase"},
    }


def _installed_key(work: Work, item: Item, content: bytes, body: Json) -> Item:
    """Read a key in; asked for ``securityType: password``, a clear one is encrypted with the passphrase."""
    passphrase = str(body.get("passphrase") or "")
    key = pem.open_key(content, passphrase or None)
    if key is None:
        raise refusals.bad_import()
    if body.get("securityType") == "password" and passphrase and not pem.is_encrypted(content):
        content = pem.key_pem(key, passphrase)
    return files.store_key(work, item, content, passphrase)


# -- showing -----------------------------------------------------------------------------------


def show(work: Work, what: str, item: Item, echo: str = "") -> Json:
    """Return a key or certificate: the full path in ``name``, no partition, sizes as texts."""
    shown = csrs.envelope(work, what, echo or item.path, item.generation)
    if what == "key":
        words = {"keySize": str(item.get("keySize")), "keyType": item.get("keyType")}
        return {**shown, **words, "securityType": item.get("securityType")}
    return {**shown, **_certificate(work, item)}


def _certificate(work: Work, item: Item) -> Json:
    found = files.show_certificate(work, item)
    words = {word: name for name, word in csrs.SUBJECT.items()}
    described = {words[word]: value for word, value in pem.subject_words(item.content) if word in words}
    raw = {
        "certificateKeySize": str(found["certificateKeySize"]),
        "expiration": files.expiration_text(item.content),
        "issuer": found["issuer"],
        "publicKeyType": "RSA" if found["keyType"].startswith("rsa") else "ECDSA",
    }
    below = {"link": work.link("sys/crypto/cert", item.path, "/cert-validators"), "isSubcollection": True}
    printed = {"fingerprint": found["fingerprint"]} if "fingerprint" in found else {}
    return {"apiRawValues": raw, **described, **printed, "certValidatorsReference": below}


def _new_path(work: Work, kind: str, body: Json) -> str:
    if unset(body.get("name")):
        raise refusals.bad_request("one or more properties must be specified")
    path = csrs.path_in(body)
    check_name(path)
    check_folder(work.configuration, path)
    if work.configuration.find(kind, path) is not None:
        raise refusals.exists(KINDS[kind].title, path, split_path(path)[0])
    work.may_change(Item(kind, path, {}))
    return path


def file_item(work: Work, what: str, path: str) -> Item:
    """Return the file object behind ``sys crypto key`` or ``cert``."""
    found = work.configuration.find(FILES[what], path)
    if found is None:
        raise refusals.not_found(KINDS[FILES[what]].title, path)
    return found


def allow_key_export(work: Work) -> Json:
    """Return ``sys crypto allow-key-export``."""
    kind = "tm:sys:crypto:allow-key-export:allow-key-exportstate"
    return {"kind": kind, "selfLink": work.link("sys/crypto/allow-key-export"), "value": "enabled"}
